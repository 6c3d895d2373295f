"""A tester's end of a serial line: a connection whose characters have times, where the line tells them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from testbed.wire.connection import Connection, Cutter
from testbed.wire.line import LineProtocol, LineTransport, Run
from testbed.wire.monitor import Monitor
from testbed.wire.recorder import Recorder

MOST_RUNS = 64
"""Runs of characters that are kept (assumed; an exchange has two)."""


class LineConnection(Connection, LineProtocol):
    """A connection over a serial port or an in-process line. Nobody closes a line; a port is closed."""

    def __init__(self, recorder: Recorder, cutter: Cutter, monitor: Monitor) -> None:
        super().__init__(recorder, cutter, monitor)
        self.heard: deque[Run] = deque(maxlen=MOST_RUNS)
        """What was heard last, with its times; empty where the line does not tell them."""

    @property
    def is_exact(self) -> bool:
        """Whether each character is sent and heard at a known time, as on an in-process line."""
        return isinstance(self._transport, LineTransport)

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
        runs = [
            line.send(data, gap=gap, bad=bad if at == len(parts) else ())
            for at, (data, gap) in enumerate(parts, 1)
        ]
        self._unasked -= 1
        return self._sent(b"".join(data for data, _ in parts), comment), runs[-1]

    def characters_received(self, run: Run) -> None:
        """Keep the times of a run and take its characters, bad ones as 0."""
        self.heard.append(run)
        self.data_received(bytes(0 if at in run.bad else byte for at, byte in enumerate(run.data)))

    def finish_sending(self) -> None:
        """Leave the line: it has no half to close."""
        self.close()

    def close(self) -> None:
        """Leave the line; there is nothing that a device would hear of it."""
        self._finished_sending = True
        super().close()
