"""How a scout talks to a device: reads alone, one after the other, at a gentle pace and within bounds."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from testbed.protocols.modbus import ExceptionCode, Request
from testbed.testers.manners import (
    BUSY_WAITS,
    LEAST_PATIENCE,
    REDIAL_WAITS,
    TIMES_THE_LONGEST,
    FellSilent,
    Manners,
    Spent,
    Tell,
)
from testbed.testers.modbus.asking import is_sound
from testbed.testers.modbus.framing import Framing
from testbed.testers.modbus.layout import MBAP
from testbed.testers.modbus.reads import refuse_writes
from testbed.testers.modbus.reply import ERROR_BIT, Reaction, Reply
from testbed.testers.tap import part
from testbed.wire.connection import Connection, Received
from testbed.wire.dial import Dial, UnreachableError
from testbed.wire.line_connection import LineConnection
from testbed.wire.recorder import Recorder

_WAIT = {ExceptionCode.ACKNOWLEDGE, ExceptionCode.SERVER_DEVICE_BUSY}

Answer = Reply | Reaction
"""A frame that answers a request, a normal response or an exception; or silence or a close instead."""


class Reader:
    """The only way that a scout has to the wire."""

    def __init__(self, dial: Dial, framing: Framing, manners: Manners, unit: int, tell: Tell) -> None:
        self.unit = unit
        self.framing = framing
        self.purpose = ""
        """What is looked for."""
        self.recorder = Recorder(asyncio.get_running_loop().time)
        self.monitor = framing.monitor()
        self.probe: Request | None = None
        """A read that the device was seen to serve."""
        self.manners = manners
        self.sent = 0
        """Reads sent so far."""
        self.kept_back = 0
        """Reads of those granted that are not to be used yet."""
        self.times: list[float] = []
        """Seconds from each read to its answer, of reads that were sent alone."""
        self.busy = 0
        """Times that the device said it was busy."""
        self._dial, self._tell = dial, tell
        self._line: Connection | None = None
        self._next_turn = 0.0

    async def ask(
        self, request: Request, *, unit: int | None = None, patience: float | None = None
    ) -> Answer:
        """Send one read and return its answer; a busy device is asked again after a while.

        Raises:
            Spent: no more reads or time.
            FellSilent: neither this nor what was answered before is answered, on a new connection either.
            UnreachableError: the device never was connected.
        """
        for wait in (*BUSY_WAITS, None):
            (answer,) = await self.exchange([request], unit=unit, patience=patience)
            if wait is None or not isinstance(answer, Reply) or answer.exception not in _WAIT:
                break
            self.busy += 1
            await asyncio.sleep(wait)
        if isinstance(answer, Reaction):
            await self.leave()
            await self._prove_alive()
        return answer

    async def exchange(
        self,
        requests: Sequence[Request],
        *,
        line: Connection | None = None,
        unit: int | None = None,
        patience: float | None = None,
    ) -> list[Answer]:
        """Send reads in one segment; return the answer to each, in whatever order they came.

        Args:
            requests: what to send.
            line: a connection other than the one in use.
            unit: a unit identifier other than the device's.
            patience: seconds to wait, where that is known better.

        Raises:
            Spent: no more reads or time.
            UnreachableError, FellSilent: as `line` does.
        """
        await self._turn(len(requests))
        line = line or await self.line()  # not before: a device may close what is idle
        due: dict[int, int] = {}
        adus = b""
        for at, request in enumerate(requests):
            transaction = (self.sent + at) & 0xFFFF
            due[transaction] = at
            pdu = request.encode()
            refuse_writes(pdu)
            adus += self.framing.adu(transaction, self.unit if unit is None else unit, pdu)
        self._tell(self.purpose)
        began = self.recorder.now()
        self.sent += len(requests)
        line.send(adus)
        answers: dict[int, Reply] = {}
        carried = self.framing.on_the_wire(len(adus))
        end = began + (self._patience() if patience is None else patience) + carried
        while due:  # ends with the patience, and with a flood, which the connection breaks off
            received = await line.receive(max(0.0, end - self.recorder.now()))
            if not isinstance(received, Received):
                break
            at = self._asked_for(received.data, due)
            if at < 0 or not self._answers(received.data, requests[at]):
                continue
            answers[at] = Reply(
                received.data, received.number, received.at, requests[at], self.framing.layout
            )
            due = {transaction: one for transaction, one in due.items() if one != at}
            if len(requests) == 1:
                self.times.append(received.at - began)
        missed = Reaction.SILENCE if line.ended is None else Reaction.CLOSED
        return [answers.get(at, missed) for at in range(len(requests))]

    async def open(self) -> Connection:
        """Open one more connection; UnreachableError where that fails."""
        kind = Connection if self.framing.layout is MBAP else LineConnection
        line = kind(self.recorder, self.framing.cutter(), self.monitor)
        await self._dial(line)
        return line

    async def leave(self) -> None:
        """Close the connection in use, politely."""
        line, self._line = self._line, None
        if line is not None:
            await part(line)

    async def line(self) -> Connection:
        """Return the connection in use, connecting where there is none.

        Raises:
            UnreachableError: nothing was answered yet, and no connection can be made.
            FellSilent: something was, and no connection can be made any more.
        """
        if self._line is not None and self._line.ended is not None:
            self._line.close()
            self._line = None
        waits = list(REDIAL_WAITS if self.recorder.connections else REDIAL_WAITS[:1])
        while self._line is None:
            await asyncio.sleep(waits.pop(0))
            try:
                self._line = await self.open()
            except UnreachableError as error:
                if not waits:
                    if self.times:
                        raise FellSilent(str(error)) from error
                    raise
        return self._line

    async def _prove_alive(self) -> None:
        """Where something was served before, ask for it again."""
        if self.probe is None:
            return
        for wait in (0.0, *BUSY_WAITS[-1:]):
            await asyncio.sleep(wait)
            (answer,) = await self.exchange([self.probe])
            if isinstance(answer, Reply):
                return
            await self.leave()
        raise FellSilent("what it answered before is not answered any more")

    def _asked_for(self, frame: bytes, due: Mapping[int, int]) -> int:
        """Return which request a frame answers; -1 for none. A serial line carries one at a time."""
        if self.framing.layout is MBAP:
            return due.get(MBAP.transaction(frame), -1)
        return next(iter(due.values()), -1)

    def _answers(self, frame: bytes, request: Request) -> bool:
        """Say whether a frame is of the protocol and function that were asked for."""
        layout = self.framing.layout
        pdu = layout.pdu(frame)
        is_modbus = frame[2:4] == b"\0\0" if layout is MBAP else is_sound(layout, frame)
        return is_modbus and pdu[:1] != b"" and pdu[0] & ~ERROR_BIT == request.function

    def _patience(self) -> float:
        """Return the seconds to wait for an answer: less than granted where all answers so far came fast."""
        if not self.times:
            return self.manners.patience
        return min(self.manners.patience, max(LEAST_PATIENCE, TIMES_THE_LONGEST * max(self.times)))

    async def _turn(self, reads: int) -> None:
        """Wait for the next read's turn."""
        if self.sent + reads > self.manners.reads - self.kept_back:
            raise Spent(f"{self.manners.reads} reads")
        if self.recorder.now() > self.manners.seconds:
            raise Spent(f"{self.manners.seconds:g} s")
        now = self.recorder.now()
        await asyncio.sleep(max(0.0, self._next_turn - now))
        self._next_turn = max(now, self._next_turn) + reads / self.manners.per_second
