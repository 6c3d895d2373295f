"""What a case does with functions 08, 11 and 12: how much a counter rises, a restart, listen-only mode.

MODBUS Application Protocol V1.1b3, 6.8 to 6.10 ("AP"). A counter is a word that nobody said to begin at 0, so
cases look at how much it rises while they know what was sent, and run alone for that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from testbed.model.base import Text
from testbed.protocols.modbus import Diagnostics, Request, SubFunction
from testbed.testers.modbus.layout import MBAP
from testbed.testers.modbus.reply import Instead, Outcome, Reaction, Reply
from testbed.testers.trouble import Gone, Undecided
from testbed.wire.dial import UnreachableError

if TYPE_CHECKING:
    from testbed.testers.modbus.connected import Guard
    from testbed.testers.modbus.tester import Modbus

UNASSIGNED = bytes((73, 0, 0, 0, 0))
"""A request that every device refuses: AP 5 gives function 73 to nobody."""
WORD, WORD_PDU = 0x10000, 5
"""How many numbers a word has; bytes of a PDU of function 08 with one word (AP 6.8)."""
ROOM = 64
"""Requests for which a counter must have room: whether it stops or goes on from 0 at 65535 is not said."""

RESTARTS = 3
"""Restarts that are sent to wake a device (assumed; one is enough for a sound one)."""

ZERO, CLEAR_LOG = b"\x00\x00", b"\xff\x00"
"""Data of a restart that leaves the event log as it is, and of one that clears it (AP 6.8.1, 01)."""

LISTEN_ONLY = Diagnostics(SubFunction.FORCE_LISTEN_ONLY_MODE)
RESTART = Diagnostics(SubFunction.RESTART_COMMUNICATIONS_OPTION)


@dataclass(frozen=True)
class Hushed:
    """How a device met what leads into listen-only mode and out of it; a sound one as stands here."""

    entering: Outcome = Reaction.SILENCE
    """The request for listen-only mode."""
    meanwhile: Outcome = Reaction.SILENCE
    """A request in it."""
    leaving: Outcome = Reaction.SILENCE
    """The restart that ends it."""
    behind: Outcome = Reaction.NORMAL
    """A harmless read behind that."""


class Diagnosis:
    """Stimuli that take several exchanges, made through one client."""

    def __init__(self, modbus: Modbus, guard: Guard) -> None:
        self._modbus = modbus
        self._guard = guard

    async def stir(self, *, answered: int = 0, refused: int = 0) -> None:
        """Have so many requests refused, then so many answered; undecided where the device does not."""
        for _ in range(refused):
            await self._modbus.refused(UNASSIGNED)
        for _ in range(answered):
            if await self._modbus.outcome(self._modbus.harmless) is not Reaction.NORMAL:
                raise Undecided(
                    Text(en="set-up: a harmless read was not served", ko="준비 단계의 읽기가 처리되지 않음")
                )

    async def rise(
        self, counter: Request, *, answered: int = 0, refused: int = 0, frames: Iterable[bytes] = ()
    ) -> int | Instead:
        """Return by how much a counter rises from one reading to the next, with requests in between.

        Args:
            counter: the request that reads it.
            answered: requests in between that are answered normally.
            refused: requests in between that are refused with exception 01.
            frames: what is sent in between on a serial line, whatever it is met with.

        Raises:
            Unanswered: the counter is not told.
            Undecided: it has no room, or a request in between ends otherwise.
        """
        before = (await self._modbus.ask(counter)).count
        cited = self._modbus.frames
        if isinstance(before, Instead):
            return before
        if before >= WORD - ROOM:
            raise Undecided(
                Text(
                    en=f"the counter stands at {before} and may have no room; clear it or restart the device",
                    ko=f"카운터 값이 {before}(으)로 여유가 없을 수 있음; 초기화하거나 기기를 다시 시작할 것",
                )
            )
        await self.stir(answered=answered, refused=refused)
        for frame in frames:
            await self._modbus.heard(frame)
        after = (await self._modbus.ask(counter)).count
        self._modbus.frames = (*cited, *self._modbus.frames)
        return after if isinstance(after, Instead) else (after - before) % WORD

    async def count(self, counter: Request) -> int:
        """Read a counter, as set-up; undecided where it is not told."""
        count = (await self._modbus.ask(counter)).count
        if isinstance(count, Instead):
            raise Undecided(Text(en=f"set-up: {count.said}", ko=f"준비 단계: {count.said_ko}"))
        return count

    async def strays(self, requests: Iterable[Request]) -> set[bytes]:
        """Ask for words by function 08, and return the answers that are not function, sub-function, word."""
        found = set[bytes]()
        for request in requests:
            pdu = (await self._modbus.ask(request)).pdu
            if len(pdu) != WORD_PDU or pdu[:3] != request.encode()[:3]:
                found.add(pdu)
        return found

    async def most(self, counters: Iterable[Request]) -> int | Instead:
        """Return the greatest of some counters, each less the requests that read those before it."""
        most = 0
        cited: tuple[int, ...] = ()
        for earlier, counter in enumerate(counters):
            count = (await self._modbus.ask(counter)).count
            cited = (*cited, *self._modbus.frames)
            if isinstance(count, Instead):
                return count
            most = max(most, count - earlier)
        self._modbus.frames = cited
        return most

    async def hush(self, request: Request | None = None) -> Hushed:
        """Bring the device into listen-only mode, send a request, restart it, and read.

        Silence takes as long as the device may take to answer, three times over. Where requests may wait for
        their answers and a restart takes no time, all are sent at once: when the read is answered and nothing
        was before it, each had its silence. Whatever else comes is judged by asking again, one by one.

        Args:
            request: the one that is sent in listen-only mode, a harmless read unless told.
        """
        met = await self._hushed_at_once(request or self._modbus.harmless)
        if met == Hushed():
            return met
        if met is not None:
            await self.wake()
        entering = await self._modbus.outcome(LISTEN_ONLY)
        meanwhile = await self._modbus.outcome(request or self._modbus.harmless)
        return Hushed(entering, meanwhile, *await self._restart(ZERO))

    async def _hushed_at_once(self, request: Request) -> Hushed | None:
        guard = self._guard
        if (
            guard.framing.layout is not MBAP
            or guard.restart_within
            or guard.transactions < len(fields(Hushed))
        ):
            return None
        requests = [LISTEN_ONLY, request, RESTART, self._modbus.harmless]
        return Hushed(*(await self._modbus.pipeline_apart(requests, until_last=True)).outcomes)

    async def restarted(self, data: bytes = ZERO) -> Reply:
        """Restart communications and return the answer, when the device takes requests again.

        Raises:
            Unanswered: silence or a close.
        """
        reply = await self._modbus.ask(Diagnostics(SubFunction.RESTART_COMMUNICATIONS_OPTION, data))
        cited = self._modbus.frames
        await self._modbus.wait(self._guard.restart_within)
        await self._reconnect()
        self._modbus.frames = cited
        return reply

    async def awakening(self) -> Outcome:
        """Restart communications and return how a harmless read behind that was met."""
        return (await self._restart(ZERO))[1]

    async def wake(self) -> None:
        """Bring the device, as set-up, out of listen-only mode, by a few restarts if it takes them.

        Raises:
            Undecided: it stays silent.
        """
        for _ in range(RESTARTS):
            if await self.awakening() not in (Reaction.SILENCE, Reaction.CLOSED):
                return
        raise Undecided(
            Text(
                en="the device does not leave listen-only mode when it is restarted",
                ko="통신 재시작 뒤에도 기기가 청취 전용 모드에서 나오지 않음",
            )
        )

    async def _restart(self, data: bytes) -> tuple[Outcome, Outcome]:
        request = Diagnostics(SubFunction.RESTART_COMMUNICATIONS_OPTION, data)
        within = self._guard.restart_within
        if self._guard.framing.layout is MBAP and not within:
            met = await self._modbus.provoked(self._modbus.adu(request.encode()))
        else:
            first = await self._modbus.outcome(request)
            await self._modbus.wait(within)
            await self._reconnect()
            met = first, await self._modbus.outcome(self._modbus.harmless)
        await self._reconnect()
        return met

    async def settle(self, pdu: bytes) -> None:
        """Wait behind a request to restart communications until the device takes requests again."""
        if pdu[:3] == RESTART.encode()[:3]:
            await self._modbus.wait(self._guard.restart_within)
            await self._reconnect()

    async def _reconnect(self) -> None:
        """Connect again where the restart has closed the connection, which nothing forbids."""
        if self._modbus.is_open:
            return
        try:
            await self._modbus.connect()
        except UnreachableError as error:
            raise Gone(Text(en=f"after the restart: {error}", ko=f"다시 시작한 뒤: {error}")) from error
