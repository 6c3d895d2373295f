"""What a hostile OPC UA server is made of: the simulated controller, and the moment when it turns."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from asyncua import ua

from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua import MSG, DecodeError, decode_service

_BODY = 24
"""Where the body stands in a chunk of an unsecured channel."""
_HARMLESS = (
    ua.GetEndpointsRequest,
    ua.CreateSessionRequest,
    ua.ActivateSessionRequest,
    ua.ReadRequest,
    ua.CloseSessionRequest,
)
"""What preflight asks."""
_BUFFERED = 1 << 20
"""Bytes that may wait to be taken, so that a flood fills the tester's memory and not the server's."""

SERVERS: dict[str, type[Turncoat]] = {}
"""The hostile servers by name."""


class Turncoat(Plc):
    """Does nothing wrong until something is asked that preflight does not ask, or from the beginning.

    Attributes:
        said: a pattern of what the record says was received, or why it could not judge.
        stops: a pattern of what preflight says, where a server that is hostile at once gets no further.
        broken: requirements that must be judged FAIL once it has turned.
        most_memory: megabytes that the tester's process may have at its peak.
    """

    said: ClassVar[str] = ""
    stops: ClassVar[str] = ""
    broken: ClassVar[tuple[str, ...]] = ()
    most_memory: ClassVar[float] = 500.0

    def __init__(self, *, at_once: bool) -> None:
        super().__init__()
        self.is_hostile = at_once
        self._tasks: set[asyncio.Task[None]] = set()

    def __init_subclass__(cls) -> None:
        if cls.said:
            SERVERS[cls.__name__] = cls

    def welcome(self, line: Any) -> None:
        super().welcome(line)
        if self.is_hostile:
            self.meet(line)

    def take_frame(self, line: Any, frame: bytes) -> None:
        is_plain = line.channel is None or not line.channel.is_secured
        self.is_hostile |= is_plain and frame[:3] == MSG and not _is_harmless(frame[_BODY:])
        if self.is_hostile:
            self.act(line, frame)
        else:
            super().take_frame(line, frame)

    def look_at_rest(self, line: Any, framer: Any) -> None:
        if not self.is_hostile:
            super().look_at_rest(line, framer)

    # What a hostile server overrides: it meets a connection, acts on a frame, or answers.

    def meet(self, line: Any) -> None:
        """Do something with a new connection."""

    def act(self, line: Any, frame: bytes) -> None:
        """Do something with a frame; by default what is right."""
        super().take_frame(line, frame)

    def serves(self, line: Any, frame: bytes) -> None:
        """Answer a frame as the controller that it once was."""
        super().take_frame(line, frame)

    def start(self, work: Callable[[], Awaitable[None]]) -> None:
        """Go on with something beside."""
        task = asyncio.ensure_future(work())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def pour(self, line: Any, make: Callable[[], bytes], pause: float = 0.0) -> None:
        """Send without end, as fast as it is taken, or with a pause."""

        async def poured() -> None:
            while not line.transport.is_closing():
                if line.transport.get_write_buffer_size() < _BUFFERED:
                    line.transport.write(make())
                await asyncio.sleep(pause)

        self.start(poured)


def is_harmless_request(request: Any) -> bool:
    """Say whether preflight asks for something."""
    return isinstance(request, _HARMLESS)


def _is_harmless(body: bytes) -> bool:
    try:
        return is_harmless_request(decode_service(body))
    except DecodeError:
        return False
