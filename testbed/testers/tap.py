"""A passive tap: an independent client connects to it as to the device; every byte is recorded and judged.

The tap changes nothing and answers nothing. It stands in the way only where a client would write what the
declaration does not allow, and where somebody sends without end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeVar

from testbed.model.base import Text
from testbed.testers.trouble import Trouble, Undecided
from testbed.wire.connection import Connection, Cutter
from testbed.wire.dial import UnreachableError
from testbed.wire.monitor import Monitor
from testbed.wire.recorder import Recorder

HOST = "127.0.0.1"
MOST_BYTES = 1 << 20
"""Bytes that one connection may carry in each direction (assumed; an exchange takes some hundred)."""
MOST_CONNECTIONS = 64
"""Connections that a client may open in one case (assumed; an exchange takes one)."""
RELEASE_WITHIN = 0.5
"""Seconds that a device has to close its side, so that its session is free for the next (assumed)."""

_CHUNK = 4096

Line = TypeVar("Line", bound=Connection)


class Desk(Protocol):
    """What the tap needs of a case at the bench."""

    recorder: Recorder

    async def connect(self, line: Callable[[Recorder, Cutter, Monitor], Line]) -> Line:
        """Connect to the device; UnreachableError where that fails."""

    def cutter(self) -> Cutter:
        """Return what cuts the client's bytes into frames."""

    def check(self, data: bytes) -> None:
        """Raise Unsafe where the declaration does not allow the bytes."""

    async def part(self, connection: Connection) -> None:
        """Close a connection, and wait until the device has closed its side too."""


async def part(connection: Connection, within: float = RELEASE_WITHIN) -> bool:
    """Close a connection, wait until the device has closed its side too, and say whether it has."""
    connection.finish_sending()
    released = await connection.ends(within)
    if not released:
        connection.recorder.note(f"the device kept its side open for {within * 1000:g} ms")
    connection.close()
    return released


class Tap:
    """A loopback port behind which the device stands.

    Args:
        desk: opens connections to the device, holds recorder and monitor.
        client: name and version of the client, for the capture.
    """

    def __init__(self, desk: Desk, client: str) -> None:
        self.trouble: Trouble | UnreachableError | None = None
        """Why the tap did not pass something on."""
        self._desk = desk
        self._client = client
        self._server: asyncio.Server | None = None
        self._lines: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}
        self._opened = 0

    async def open(self) -> int:
        """Listen; return the port."""
        self._server = await asyncio.start_server(self._serve, HOST, 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def hang_up(self) -> None:
        """End what still is connected, and wait until the device has let go of it."""
        for writer in self._lines:
            writer.transport.abort()  # whatever the client has not read by now, it will not
        if tasks := [task for task in self._lines.values() if task is not None]:
            await asyncio.wait(tasks)

    async def close(self) -> None:
        """Hang up and listen no more."""
        if self._server is not None:
            self._server.close()
            await self.hang_up()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._lines[writer] = asyncio.current_task()
        line: _Line | None = None
        try:
            self._opened += 1
            if self._opened > MOST_CONNECTIONS:
                raise _too_much(
                    f"more than {MOST_CONNECTIONS} connections", f"연결 {MOST_CONNECTIONS}개 초과"
                )
            line = await self._desk.connect(partial(_Line, writer))
            await self._pass_on(reader, line)
        except (Trouble, UnreachableError) as trouble:
            self.trouble = self.trouble or trouble
        finally:
            writer.close()
            if line is not None:
                await self._desk.part(line)
            del self._lines[writer]

    async def _pass_on(self, reader: asyncio.StreamReader, line: _Line) -> None:
        """Pass each frame on as soon as it is whole, as the client made it."""
        cutter, amount = self._desk.cutter(), 0
        while data := await _read(reader):
            amount += len(data)
            if amount > MOST_BYTES:
                raise _too_much(f"more than {MOST_BYTES} bytes", f"{MOST_BYTES}바이트 초과")
            for frame in cutter.feed(data):
                self._desk.check(frame)
                line.send(frame, comment=f"from {self._client}")
        if cutter.pending:
            self._desk.recorder.note(f"{self._client} left {len(cutter.pending)} bytes of a frame unfinished")


async def _read(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read(_CHUNK)
    except ConnectionError:
        return b""  # a client may leave as it likes


def _too_much(en: str, ko: str) -> Undecided:
    return Undecided(Text(en=f"the client made {en}", ko=f"클라이언트: {ko}"))


class _Line(Connection):
    """The device's side of one connection: recorded, judged, and passed on to the client as it comes."""

    def __init__(
        self, client: asyncio.StreamWriter, recorder: Recorder, cutter: Cutter, monitor: Monitor
    ) -> None:
        super().__init__(recorder, cutter, monitor)
        self._client = client
        self._amount = 0

    def data_received(self, data: bytes) -> None:
        """Record and judge what came, then pass it on."""
        super().data_received(data)
        self._amount += len(data)
        if self._amount <= MOST_BYTES:
            if not self._client.is_closing():  # it may leave before it has taken all
                self._client.write(data)
        elif self.ended is None:
            self.recorder.note(f"the device sent more than {MOST_BYTES} bytes: connection reset by the tap")
            self.reset()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let the client see that the device is gone."""
        super().connection_lost(exc)
        self._client.close()
