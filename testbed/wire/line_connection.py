"""A tester's end of a serial line: a connection whose characters have times, where the line tells them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress

from testbed.wire.connection import Connection, Cutter
from testbed.wire.line import LineProtocol, LineTransport, Run
from testbed.wire.monitor import Monitor
from testbed.wire.recorder import Recorder
from testbed.wire.serial_transport import SerialTransport

MOST_RUNS = 64
"""Runs of characters that are kept (assumed; an exchange has two)."""


def _gaps(parts: Sequence[tuple[bytes, float]]) -> str:
    """Say where characters did not follow each other, in the words in which a replay reads it."""
    gaps = {round(gap * 1000, 3) for _, gap in parts[1:]}
    if len(gaps) != 1:  # all at once, or in a rhythm for which there are no words
        return ""
    sizes = ",".join(str(len(data)) for data, _ in parts)
    return f"sent in {len(parts)} segments of {sizes} bytes, {gaps.pop():g} ms apart"


def _parity(bad: Collection[int]) -> str:
    places = ", ".join(str(at + 1) for at in sorted(bad))
    return f"wrong parity in character {places} of the last" if bad else ""


LONGEST = 520
"""Characters of the longest frame and the silence behind it (SL 2.5.2.1: 513 characters)."""


class LineConnection(Connection, LineProtocol):
    """A connection over a serial port, an in-process line or a gateway's stream of frames."""

    def __init__(self, recorder: Recorder, cutter: Cutter, monitor: Monitor) -> None:
        super().__init__(recorder, cutter, monitor)
        self.heard: deque[Run] = deque(maxlen=MOST_RUNS)
        """What was heard last, with its times; empty where the line does not tell them."""

    @property
    def is_exact(self) -> bool:
        """Whether each character is sent at a known time, as on an in-process line."""
        return isinstance(self._transport, LineTransport)

    @property
    def uncertain(self) -> float | None:
        """Seconds by which the times of what is heard are uncertain; None where there are no times at all."""
        if self.is_exact:
            return 0.0
        known: float | None = self._transport.get_extra_info("resolution") if self._transport else None
        return known

    @property
    def sent_until(self) -> float:
        """When the last character that was sent leaves or has left, by the loop's clock in seconds."""
        line = self._transport
        return line.drained_at if isinstance(line, LineTransport | SerialTransport) else 0.0

    def now(self) -> float:
        """Return the loop's time in seconds."""
        return asyncio.get_running_loop().time()

    def rest(self, silence: float) -> float:
        """Return the seconds that are left until the line was silent for some seconds."""
        line = self._transport
        return (
            max(0.0, line.line.quiet_from + silence - self.now()) if isinstance(line, LineTransport) else 0.0
        )

    def send_characters(
        self, pieces: Iterable[tuple[bytes, float]], bad: Iterable[int] = (), *, comment: str = ""
    ) -> tuple[int, Run]:
        """Send characters at exact times; return the frame number, and when the last piece is sent.

        Args:
            pieces: characters that follow each other without a gap, and the seconds of silence before them.
            bad: places of characters in the last piece whose parity bit is wrong.
            comment: what the capture says of them.

        Raises:
            RuntimeError: the line does not know the time of a character.
        """
        line = self._transport
        if not isinstance(line, LineTransport):
            raise RuntimeError("only an in-process line sends characters at exact times")  # noqa: TRY004 - of use
        parts = list(pieces)
        for data, gap in parts[:-1]:
            line.send(data, gap=gap)
        last = line.send(parts[-1][0], gap=parts[-1][1], bad=bad)
        self._unasked -= 1
        said = "; ".join(filter(None, (comment, _gaps(parts), _parity(last.bad))))
        return self._sent(b"".join(data for data, _ in parts), said), last

    def characters_received(self, run: Run) -> None:
        """Keep the times of a run and take its characters, bad ones as 0."""
        self.heard.append(run)
        super().data_received(bytes(0 if at in run.bad else byte for at, byte in enumerate(run.data)))

    def data_received(self, data: bytes) -> None:
        """Take bytes from a port; their time is that of the last of them, as nearly as the port tells."""
        if self.uncertain is not None:
            shape = self._transport.get_extra_info("format") if self._transport else None
            took = len(data) * shape.character if shape is not None else 0.0
            self.heard.append(Run(data, self.now() - took, self.now()))
        super().data_received(data)

    async def _arrives(self) -> bool:
        """Wait for the end of an answer that has begun: a line carries one frame at a time."""
        line = self._transport
        if isinstance(line, LineTransport) and line.is_busy():
            with suppress(TimeoutError):
                async with asyncio.timeout(LONGEST * line.line.shape.character):
                    while not await super()._arrives():
                        self._news.clear()
                        await self._news.wait()
        return await super()._arrives()

    def _fell_silent(self) -> None:
        """End no frame while one more character arrives."""
        line = self._transport
        if not (isinstance(line, LineTransport) and line.is_busy()):
            super()._fell_silent()

    def finish_sending(self) -> None:
        """Leave the line: it has no half to close. A gateway's stream has."""
        if self._transport is not None and self._transport.can_write_eof():
            super().finish_sending()
        else:
            self.close()
