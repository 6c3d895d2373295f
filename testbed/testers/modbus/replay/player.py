"""Plays the tester's side of a capture to a device again.

Nothing is judged here. It is for the bench of whoever mends a device: the same bytes, in the same pieces and
rhythm, as often as wanted. What the declaration does not allow is not sent, whoever made the capture.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from testbed.model.declaration import Declaration
from testbed.testers.modbus.framing import Framing, framing_of
from testbed.testers.modbus.replay.comparison import Line, compared
from testbed.testers.modbus.replay.hearing import Hearing
from testbed.testers.modbus.replay.keeping import Keeper
from testbed.testers.modbus.replay.pace import Pace
from testbed.testers.modbus.replay.permission import check
from testbed.wire.dial import Dial, UnreachableError
from testbed.wire.line import LineTransport
from testbed.wire.playback import Step
from testbed.wire.recorder import Kind
from testbed.wire.serial_transport import SerialTransport

LONGEST_GAP = 30.0
"""Seconds that a pause of the capture is kept at most (assumed; the longest of a case is 7 s)."""
LONGEST_REST = 300.0
"""Seconds that all its pauses are kept together (assumed; a case may take 60 s beside the declared waits)."""


@dataclass(slots=True)
class Replayed:
    """What came of it."""

    lines: list[Line]
    not_restored: list[str] = field(default_factory=list)
    """Values that were written and could not be put back."""

    @property
    def is_same(self) -> bool:
        """Whether the device did all that it did in the capture, and nothing else."""
        return all(line.is_same for line in self.lines)


async def replay(steps: Sequence[Step], dial: Dial, declaration: Declaration) -> Replayed:
    """Play a capture to a device.

    Raises:
        NotAllowedError: the declaration does not allow it; nothing was sent.
        UnreachableError: the device cannot be reached.
    """
    pace = Pace(declaration.timing.pause)
    keeper = Keeper(dial, declaration, check(steps, declaration), pace)
    await keeper.keep()
    framing = framing_of(declaration.endpoint)
    player = _Player(steps, dial, framing, declaration.timing.reply_within, pace)
    trouble: UnreachableError | None = None
    try:
        await player.play()
    except UnreachableError as error:
        trouble = error
    finally:
        player.close()
        not_restored = await keeper.restore()
    if trouble is not None:
        raise UnreachableError("\nnot restored: ".join([str(trouble), *not_restored])) from trouble
    return Replayed(compared(steps, player.lines, framing), not_restored)


class _Player:
    """Does what the tester did, when it did."""

    def __init__(
        self, steps: Sequence[Step], dial: Dial, framing: Framing, reply_within: float, pace: Pace
    ) -> None:
        self.lines: dict[int, Hearing] = {}
        self._steps, self._dial, self._framing, self._pace = steps, dial, framing, pace
        self._within = reply_within + framing.on_the_wire(0)
        self._due: dict[int, int] = {}
        """Of each connection, the bytes that the device had sent in the capture so far."""
        self._silent: set[int] = set()
        """Connections on which nothing came in time, and nothing was sent since."""
        self._rest = LONGEST_REST
        """Seconds of pauses that may still be kept."""

    async def play(self) -> None:
        before = self._steps[0].at
        for step in self._steps:
            gap, before = self._kept(step.at - before), step.at
            if step.sent:
                await asyncio.sleep(gap)
                await self._do(step)
            else:
                self._due[step.connection] = self._due.get(step.connection, 0) + len(step.data)
                await self._hear(step, gap + self._within)
        await asyncio.sleep(self._within)  # for what comes beyond the capture

    def _kept(self, pause: float) -> float:
        """Return how much of a pause of the capture is kept, in seconds."""
        kept = min(max(pause, 0.0), LONGEST_GAP, self._rest)
        self._rest -= kept
        return kept

    async def _do(self, step: Step) -> None:
        line = self.lines.get(step.connection)
        if line is None:  # a capture may begin in the middle of a connection
            line = self.lines[step.connection] = Hearing(self._framing.cutter())
            await self._dial(line)
        transport = line.transport
        if transport is None or step.kind is Kind.OPEN:
            return
        if step.kind is not Kind.DATA:
            line.leave()
            if not transport.can_write_eof():  # a line has no half to close
                await line.part()
            elif step.kind is Kind.RST:
                transport.abort()
            else:
                transport.write_eof()
            return
        line.fall_silent()
        self._silent.discard(step.connection)
        await self._pace.keep()
        at = 0
        for size in (*step.pieces[:-1], len(step.data)):
            piece = step.data[at : at + size]
            if not at:
                transport.write(piece)
            elif isinstance(transport, LineTransport | SerialTransport):
                transport.send(piece, gap=self._kept(step.pause))
            else:
                await asyncio.sleep(self._kept(step.pause))
                transport.write(piece)
            at += size

    async def _hear(self, step: Step, within: float) -> None:
        line = self.lines.get(step.connection)
        if line is None or step.connection in self._silent:
            return
        due = self._due[step.connection]
        try:
            async with asyncio.timeout(within):
                while not line.ended and (line.heard < due or step.kind is not Kind.DATA):
                    line.news.clear()
                    await line.news.wait()
        except TimeoutError:
            self._silent.add(step.connection)  # the comparison says what is missing

    def close(self) -> None:
        for line in self.lines.values():
            line.leave()
            if line.transport is not None:
                line.transport.abort()
