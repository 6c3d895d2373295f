"""Fires shots at a device, one after the other, and says which of them it did not take well."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from testbed.model.base import Text
from testbed.protocols.modbus import is_request
from testbed.testers.modbus.asking import is_sound
from testbed.testers.modbus.connected import cut
from testbed.testers.modbus.fuzz.judging import malformed
from testbed.testers.modbus.fuzz.shot import SILENCE, Failure, Shot
from testbed.testers.modbus.layout import MBAP
from testbed.testers.modbus.reply import Reaction
from testbed.testers.trouble import Unanswered
from testbed.wire.dial import UnreachableError
from testbed.wire.line_connection import LineConnection
from testbed.wire.monitor import Breach

if TYPE_CHECKING:
    from testbed.testers.modbus.desk import ModbusCase
    from testbed.testers.modbus.tester import Modbus

RETURN_WAITS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds to wait for a device that may be restarting (assumed, a quarter of a minute in all)."""
FUZZED = "fuzzed: malformed on purpose"
"""What a capture says of bytes that are no requests."""
_NEVER = (bytes((8, 0, 1)), bytes((8, 0, 4)))
"""Restart and listen-only mode (AP 6.8.1): a device that obeys them is silent, and not at fault."""
_QUIET = 0.1
"""Seconds to listen for an answer to bytes that are no frame of a serial line (assumed)."""
_MOST_WRITES = 200
"""Writes to one scratch value (assumed; a run allows some more)."""
_ALIVE = Text(
    en="an answer to a good request on a new connection", ko="새 연결에서 보낸 정상 요청에 대한 응답"
)


@dataclass
class Session:
    """One device under fire."""

    desk: ModbusCase
    sent: int = 0
    """Shots fired."""
    skipped: int = 0
    """Shots that the declaration does not allow, and were not fired."""
    _silent: set[tuple[int, bool]] = field(default_factory=set)
    """Requests that the device does not answer, by function and whether they are well-formed."""

    @property
    def modbus(self) -> Modbus:
        """The client that fires."""
        return self.desk.testers[0]

    @property
    def over_tcp(self) -> bool:
        """Whether the line is a stream with MBAP headers."""
        return self.desk.framing.layout is MBAP

    def allows(self, shot: Shot) -> bool:
        """Say whether the fuzzer may fire a shot: it is allowed, and silences no sound device."""
        data = self._bytes(shot)
        silences = any(one in data or one.hex().upper().encode() in data for one in _NEVER)
        return not silences and self.permits(shot)

    def permits(self, shot: Shot) -> bool:
        """Say whether the declaration allows a shot; sound writes go to leased values, and not too often."""
        data = self._bytes(shot)
        writes = self.desk.framing.writes(data, b"")
        if writes is None:
            return self.desk.permission.isolated
        counted = self.desk.bench.pools
        return all(
            self.desk.permission.owns(write)
            and max(counted[write.table].writes[place] for place in write.places) < _MOST_WRITES
            for write in writes
        )

    def _bytes(self, shot: Shot) -> bytes:
        return self.modbus.adu(shot.data, transaction=0) if shot.is_pdu else shot.data

    async def fire(self, shots: Sequence[Shot]) -> tuple[Failure, int] | None:
        """Fire shots over a new connection; return the first failure, and how many shots led to it.

        What comes behind the last shot is whether the device is alive.
        """
        count = 0
        try:
            await self._reopen()
            for count, shot in enumerate(shots, 1):
                if self.allows(shot):
                    failure = await self._shoot(shot)
                    if failure is not None:
                        return failure, count
                else:
                    self.skipped += 1
        except UnreachableError as error:
            return _gone(error), count
        failure = await self._silence()
        return None if failure is None else (failure, len(shots))

    async def revive(self) -> bool:
        """Wait for a device that may be restarting; say whether it answers."""
        for wait in (0.0, *RETURN_WAITS):
            await asyncio.sleep(wait)
            if await self._silence() is None:
                return True
        return False

    async def _silence(self) -> Failure | None:
        """Say what is wrong where the device does not answer a good request on a new connection."""
        try:
            await self._reopen()
            await self.modbus.ping()
        except (UnreachableError, Unanswered) as error:
            return _gone(error)
        return None

    async def leave(self) -> None:
        """Close the connection, so that nothing more is recorded of it."""
        if self.modbus.is_open:
            await self.desk.part(self.modbus.wire)
        self.modbus.close()

    async def _reopen(self) -> None:
        """Leave the connection for a new one; a serial line stays as it is."""
        if self.modbus.is_open and not self.over_tcp:
            return
        await self.leave()
        await self.modbus.connect()

    async def _shoot(self, shot: Shot) -> Failure | None:
        self.sent += 1
        before = len(self.desk.monitor.breaches)
        if not self.modbus.is_open:
            await self.modbus.connect()
        failure = await self._ask(shot.data) if shot.is_pdu else await self._throw(shot)
        broken = self.desk.monitor.breaches[before:]
        return _of(broken[0]) if broken else failure

    async def _ask(self, pdu: bytes) -> Failure | None:
        """Send a request in a right frame; one that is known to be met with silence is not waited for."""
        kind = pdu[0], is_request(pdu)
        if kind in self._silent and self.over_tcp:
            _, good = await self.modbus.provoked(self.modbus.adu(pdu))
            return None if good is Reaction.NORMAL else await self._silence()
        try:
            reply = await self.modbus.ask(pdu)
        except Unanswered:
            if self.modbus.is_open:
                self._silent.add(kind)
            return await self._silence()
        return malformed(pdu, reply)

    async def _throw(self, shot: Shot) -> Failure | None:
        """Send bytes that are no request, or several at once; only the invariants judge what comes."""
        data = shot.data if self.over_tcp else shot.data[:256]
        await self.desk.allow(data, b"")
        for piece in cut(data, shot.sizes):
            self.modbus.wire.send(piece, comment=FUZZED)
            await asyncio.sleep(0)
        if self.over_tcp:
            await self._reopen()
        else:
            await self.modbus.wire.receive(self._heard_within(data))
        return None

    def _heard_within(self, data: bytes) -> float:
        """Return the seconds to listen on a line, lest an answer to some bytes comes behind the next ones."""
        framing, wire = self.desk.framing, self.modbus.wire
        if is_sound(framing.layout, data):
            return self.desk.reply_within + framing.on_the_wire(len(data))
        leaving = max(0.0, wire.sent_until - wire.now()) if isinstance(wire, LineConnection) else 0.0
        return leaving + min(_QUIET, self.desk.reply_within)


def _gone(error: UnreachableError | Unanswered) -> Failure:
    said = error.said if isinstance(error, Unanswered) else Text(en=str(error), ko=str(error))
    return Failure(SILENCE, _ALIVE, said)


def _of(breach: Breach) -> Failure:
    guilty = (breach.frame, breach.start, breach.end)
    return Failure(breach.requirement, breach.expected, breach.received, guilty)
