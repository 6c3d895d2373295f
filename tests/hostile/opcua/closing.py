"""Servers that hang up: at every stage of a connection there is one."""

from __future__ import annotations

from typing import Any

from asyncua import ua

from testbed.protocols.opcua.uacp import HEL, OPN
from tests.hostile.opcua.turncoat import Turncoat


class ClosesAtOnce(Turncoat):
    """Closes each connection as soon as it is accepted."""

    said = "the connection was (closed|reset)"
    stops = "ends it without an answer to a Hello"

    def meet(self, line: Any) -> None:
        line.transport.close()

    def act(self, line: Any, frame: bytes) -> None:  # noqa: ARG002 - as all of them
        line.transport.close()


class ClosesBehindHello(Turncoat):
    """Acknowledges a Hello, and closes when a channel is to be opened."""

    said = "the connection was (closed|reset)"
    stops = "answered once, and then no more"
    kind = OPN

    def act(self, line: Any, frame: bytes) -> None:
        if frame[:3] == self.kind:
            line.transport.close()
        else:
            self.serves(line, frame)


class ClosesAtHello(ClosesBehindHello):
    """Closes when it is greeted."""

    said = "the connection was (closed|reset)"
    stops = "ends it without an answer to a Hello"
    kind = HEL


class ClosesAtCreateSession(Turncoat):
    """Closes when a session is to be created."""

    said = "the connection was (closed|reset)"
    stops = "answered once, and then no more"
    request = ua.CreateSessionRequest

    def perform(self, channel: Any, request: Any) -> Any:
        if self.is_hostile and isinstance(request, self.request):
            channel.line.transport.close()
        return super().perform(channel, request)


class ClosesAtActivateSession(ClosesAtCreateSession):
    """Closes when a session is to be activated."""

    said = "the connection was (closed|reset)"
    stops = "answered once, and then no more"
    request = ua.ActivateSessionRequest


class ClosesAtRead(ClosesAtCreateSession):
    """Closes when something is to be read."""

    said = "the connection was (closed|reset)"
    stops = "answered once, and then no more"
    request = ua.ReadRequest


class ClosesInMidAnswer(Turncoat):
    """Sends all of an answer but its last byte, and closes."""

    said = "do not make a message"
    stops = "do not make a message"
    broken = ("UA-UACP-MESSAGE-HEADER",)

    def reply(self, channel: Any, body: bytes, request_id: int, kind: bytes = b"MSG") -> None:
        if not self.is_hostile:
            super().reply(channel, body, request_id, kind)
            return
        whole = b"".join(channel.secure.seal(body, request_id, type=kind))
        channel.line.transport.write(whole[:-1])
        channel.line.transport.close()
