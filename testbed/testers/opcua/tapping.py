"""An independent client at the tap: its side is read as well, so that the server's can be judged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from testbed.protocols.opcua import (
    CLO,
    HEL,
    MSG,
    OPN,
    Aborted,
    DecodeError,
    Framer,
    Hello,
    Reassembly,
    SecureChannel,
    decode_service,
    header,
)
from testbed.protocols.opcua.policies import NONE
from testbed.testers.opcua.conversation import Asked, Conversation
from testbed.testers.opcua.operations import operations_of
from testbed.testers.tap import Line, part
from testbed.wire.connection import Connection, Cutter
from testbed.wire.monitor import Monitor
from testbed.wire.recorder import Recorder

if TYPE_CHECKING:
    from testbed.testers.opcua.desk import UaCase

_LARGEST = 1 << 20
"""Bytes of the largest message of a client (assumed; an exchange takes some hundred)."""


class TapDesk:
    """What the tap needs of a case: the tester's own monitor and permission, for a client of others."""

    def __init__(self, desk: UaCase) -> None:
        self._desk = desk
        self.recorder: Recorder = desk.recorder
        self._latest: Overheard | None = None

    def cutter(self) -> Cutter:
        """Return what cuts the client's bytes into messages."""
        return Framer(_LARGEST)

    async def connect(self, line: Callable[[Recorder, Cutter, Monitor], Line]) -> Line:
        """Connect to the device; UnreachableError where that fails."""
        connection = line(self.recorder, Framer(_LARGEST), self._desk.monitor)
        await self._desk.bench.dial(connection)
        self._latest = Overheard(self._desk.conversation(connection.number))
        return connection

    def check(self, data: bytes) -> None:
        """Read a message of the client's; raise Unsafe where the declaration does not allow it."""
        request = self._latest.hear(data) if self._latest is not None else None
        if request is not None:
            self._desk.permission.check(request)

    async def part(self, connection: Connection) -> None:
        """Close a connection, and wait until the device has closed its side too."""
        await part(connection)
        await asyncio.sleep(0)


class Overheard:
    """The client's side of one connection, in clear, as the server reads it."""

    def __init__(self, conversation: Conversation) -> None:
        self._line = conversation
        self._channel: SecureChannel | None = None
        self._reassembly = Reassembly(_LARGEST)

    def hear(self, frame: bytes) -> Any:
        """Take note of what the client asks; return its request, or bytes that nobody can read, or None."""
        line = self._line
        try:
            kind = header(frame).type
            if kind == HEL:
                line.hello = Hello.decode(frame)
                return None
            return self._request(frame, kind) if kind in {OPN, MSG, CLO} else frame
        except (DecodeError, Aborted):
            line.lenient = True
            return frame

    def _request(self, frame: bytes, kind: bytes) -> Any:
        line = self._line
        if self._channel is None:
            self._channel = SecureChannel(NONE, 1, server=True)
            self._channel.install(0, 0, b"", b"")  # which ids the server gave does not matter to a reader
            line.channel = SecureChannel(NONE, 1, server=False)
        chunk = self._channel.open(frame, ignore={"channel", "token"})
        body = self._reassembly.add(chunk)
        if body is None:
            return None
        request = decode_service(body)
        if kind == CLO:
            line.asked.clear()
            return None
        if kind == OPN:
            line.opening = request.Parameters.ClientNonce or b""
        handle = request.RequestHeader.RequestHandle
        line.ask(Asked(chunk.request_id, request, handle, operations_of(request), 0))
        return None if kind == OPN else request
