"""The lowest part of a client: its one connection at a time, and what was said on it so far."""

from __future__ import annotations

from collections import deque

from asyncua import ua

from testbed.protocols.opcua import SecureChannel
from testbed.testers.opcua.connection import UaConnection
from testbed.testers.opcua.conversation import Conversation
from testbed.testers.opcua.guard import Guard
from testbed.testers.opcua.reply import Reply
from testbed.testers.opcua.requests import NULL_NODE


class Wired:
    """A client with one connection at a time and at most one channel on it."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._connection: UaConnection | None = None
        self._line: Conversation | None = None
        self.frames: tuple[int, ...] = ()
        """Frame numbers of the last exchange."""
        self.authentication_token: ua.NodeId = NULL_NODE
        """What names the session in each request; null before there is one."""
        self.in_step = True
        """Whether no answer is due that was not waited for to its end."""
        self._unclaimed: deque[Reply] = deque()

    @property
    def url(self) -> str:
        """The endpoint URL, as declared."""
        return self._guard.url

    @property
    def reply_within(self) -> float:
        """Seconds within which the device declares to answer."""
        return self._guard.reply_within

    async def connect(self) -> None:
        """Open the connection; a tester has one at a time."""
        self._connection = await self._guard.open()
        self._line = self._guard.conversation(self._connection.number)
        self.authentication_token = NULL_NODE
        self._unclaimed.clear()
        self.in_step = True

    @property
    def wire(self) -> UaConnection:
        """The connection itself."""
        if self._connection is None:
            raise RuntimeError("the tester is not connected")
        return self._connection

    @property
    def conversation(self) -> Conversation:
        """What both sides have said so far."""
        if self._line is None:
            raise RuntimeError("the tester is not connected")
        return self._line

    @property
    def channel(self) -> SecureChannel:
        """The secure channel."""
        line = self.conversation
        if line.channel is None:
            line.channel = self._guard.secure_channel()
        return line.channel

    @property
    def is_open(self) -> bool:
        """Whether neither side has closed."""
        return self._connection is not None and self._connection.ended is None

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()

    def reset(self) -> None:
        """Break the connection with a TCP reset."""
        if self._connection is not None:
            self._connection.reset()

    async def is_closed(self, within: float | None = None) -> bool:
        """Wait for the server to end the connection; say whether it has."""
        return await self.wire.ends(self._guard.reply_within if within is None else within)
