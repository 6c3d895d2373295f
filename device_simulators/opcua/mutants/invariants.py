"""What every message has to keep, broken where any session begins: in the answer that reads NamespaceArray.

No case judges that answer, so each of these breaks what the monitor watches and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncua import ua

from device_simulators.opcua.errors import Refused
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua import MSG, SecureChannel, Status, status

if TYPE_CHECKING:
    from device_simulators.opcua.channel_rules import Channel
    from device_simulators.opcua.connection import ServerConnection
    from device_simulators.opcua.session_rules import Session

NAMESPACES = ua.NodeId(ua.ObjectIds.Server_NamespaceArray)


class _Spoils(Plc):
    """Spoils one answer. The session goes with its connection: its client can read nothing more."""

    spoiling = False

    def __init__(self) -> None:
        super().__init__()
        self.spoilt: set[ServerConnection] = set()

    def read(self, session: Session, request: ua.ReadRequest) -> ua.ReadResponse:
        """Look for the request whose answer is spoilt."""
        response: ua.ReadResponse = super().read(session, request)
        self.spoiling = [one.NodeId for one in request.Parameters.NodesToRead] == [NAMESPACES]
        return self.respoken(response) if self.spoiling else response

    def reply(self, channel: Channel, body: bytes, request_id: int, kind: bytes = MSG) -> None:
        """Send the answer, or what becomes of it."""
        spoiling, self.spoiling = self.spoiling, False
        if spoiling:
            self.spoilt.add(channel.line)
            self.spoil(channel, body, request_id)
        else:
            super().reply(channel, body, request_id, kind)

    def leave(self, line: ServerConnection) -> None:
        """Close the sessions that nobody can close."""
        for session in tuple(line.channel.sessions) if line.channel and line in self.spoilt else ():
            self.abort_session(session)
        self.spoilt.discard(line)
        super().leave(line)

    def respoken(self, response: ua.ReadResponse) -> Any:
        """Return another response."""
        return response

    def spoil(self, channel: Channel, body: bytes, request_id: int) -> None:
        """Send another message."""
        super().reply(channel, body, request_id)


@mutant("UA-UACP-MESSAGE-HEADER")
class SendsUnknownChunks(_Spoils):
    """Sends a chunk of a type that is none."""

    def spoil(self, channel: Channel, body: bytes, request_id: int) -> None:
        """Name another type."""
        for frame in channel.secure.seal(body, request_id, chunk=b"X"):
            channel.line.send(frame)


@mutant("UA-UACP-CHUNK-SIZE")
class SendsLargeChunks(Plc):
    """Sends chunks as large as its own buffer, whatever the client receives."""

    def new_channel(self, line: ServerConnection, secure: SecureChannel, mode: int) -> Channel:
        """Forget the client's buffer."""
        channel = super().new_channel(line, secure, mode)
        channel.secure.peer_receive_buffer = self.SEND_BUFFER
        return channel


@mutant("UA-SC-CHANNEL-ID-ECHO")
class NamesAnotherChannel(_Spoils):
    """Sends a chunk with another channel's id."""

    def spoil(self, channel: Channel, body: bytes, request_id: int) -> None:
        """Name the next channel."""
        for frame in channel.secure.seal(body, request_id, channel_id=channel.id + 1):
            channel.line.send(frame)


@mutant("UA-SC-TOKEN")
class NamesAnotherToken(_Spoils):
    """Sends a chunk with the id of a token that it never gave."""

    def spoil(self, channel: Channel, body: bytes, request_id: int) -> None:
        """Name the next token."""
        for frame in channel.secure.seal(body, request_id, token_id=channel.secure.token_id + 1000):
            channel.line.send(frame)


@mutant("UA-SC-SEQUENCE-NUMBER")
class SkipsSequenceNumbers(_Spoils):
    """Leaves five sequence numbers out."""

    def spoil(self, channel: Channel, body: bytes, request_id: int) -> None:
        """Skip them."""
        channel.secure.send_sequence += 5
        super().spoil(channel, body, request_id)


@mutant("UA-SC-REQUEST-ID-ECHO")
class AnswersWithAnotherId(_Spoils):
    """Answers a request with the request id of the next one."""

    def spoil(self, channel: Channel, body: bytes, request_id: int) -> None:
        """Count the id up."""
        super().spoil(channel, body, request_id + 1)


@mutant("UA-RESPONSE-TYPE")
class AnswersWithAnotherService(_Spoils):
    """Answers a Read with the response of Write."""

    def respoken(self, response: ua.ReadResponse) -> Any:  # noqa: ARG002 - it is replaced
        """Make another response."""
        return ua.WriteResponse(Results=[ua.StatusCode(int(status.Good))])


@mutant("UA-REQUEST-HANDLE-ECHO")
class ForgetsRequestHandles(_Spoils):
    """Answers a request with the handle 0."""

    def complete(self, response: Any, handle: int) -> None:
        """Leave the handle out."""
        super().complete(response, 0 if self.spoiling else handle)


@mutant("UA-RESPONSE-TIMESTAMP")
class ForgetsResponseTimes(_Spoils):
    """Answers a request with no time in the header."""

    def complete(self, response: Any, handle: int) -> None:
        """Leave the time out."""
        super().complete(response, handle)
        if self.spoiling:
            response.ResponseHeader.Timestamp = ua.win_epoch_to_datetime(0)


@mutant("UA-ENCODING-DECODABLE")
class SendsTrailingBytes(_Spoils):
    """Sends a response with bytes behind its end."""

    def spoil(self, channel: Channel, body: bytes, request_id: int) -> None:
        """Append them."""
        super().spoil(channel, body + b"\x00\x01", request_id)


@mutant("UA-RESULTS-COUNT")
class SendsTooManyResults(_Spoils):
    """Answers a Read of one node with two results."""

    def respoken(self, response: ua.ReadResponse) -> Any:
        """Send the result twice."""
        response.Results = [*response.Results, *response.Results]
        return response


@mutant("UA-DIAGNOSTICS-COUNT")
class SendsTooManyDiagnostics(_Spoils):
    """Answers a Read of one node with two diagnostic infos."""

    def respoken(self, response: ua.ReadResponse) -> Any:
        """Add diagnostic infos."""
        response.DiagnosticInfos = [ua.DiagnosticInfo(), ua.DiagnosticInfo()]
        return response


@mutant("UA-FAULT-IS-BAD")
class SendsGoodFaults(_Spoils):
    """Answers a request with a ServiceFault whose status is good."""

    def respoken(self, response: ua.ReadResponse) -> Any:  # noqa: ARG002 - it is replaced
        """Refuse it with Good."""
        raise Refused(status.Good)


@mutant("UA-ONE-ANSWER")
class AnswersTwice(_Spoils):
    """Answers the request before once more."""

    def spoil(self, channel: Channel, body: bytes, request_id: int) -> None:
        """Send an answer that nobody waits for, and then the right one."""
        super().spoil(channel, body, request_id - 1)
        super().spoil(channel, body, request_id)


@mutant("UA-SURVIVES")
class HangsBehindAnError(Plc):
    """Answers nothing any more once it has refused a message type."""

    hung = False

    def fail(self, line: ServerConnection, why: Status, reason: str | None = None) -> None:
        """Hang for good."""
        super().fail(line, why, reason)
        self.hung |= why == status.BadTcpMessageTypeInvalid

    def take_frame(self, line: ServerConnection, frame: bytes) -> None:
        """Drop what comes later."""
        if not self.hung:
            super().take_frame(line, frame)
