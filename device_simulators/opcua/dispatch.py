"""From the body of a request to the body of its answer: headers, precedence of errors, limits.

OPC 10000-4 1.05.04, 5.3, 7.32 to 7.34. The channel was verified before; then comes the session, then the
parameters of the service, then its operations.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from struct import error as StructError  # noqa: N812 - the name of an exception
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from asyncua import ua

from device_simulators.opcua.errors import Broken, Refused
from device_simulators.opcua.session_rules import Session
from device_simulators.opcua.sessions import Sessions
from testbed.protocols.opcua import (
    CLO,
    HEL,
    MSG,
    DecodeError,
    Status,
    UnknownType,
    decode_service,
    encode_service,
    header,
    status,
)
from testbed.protocols.opcua.cursor import Cursor
from testbed.protocols.opcua.decoding import read_node_id

if TYPE_CHECKING:
    from device_simulators.opcua.channel_rules import Channel
    from device_simulators.opcua.connection import ServerConnection

_TIME, _HANDLE = 8, 4
"""Bytes of the two fields of a RequestHeader that stand behind the token (7.32)."""
SECURITY_REASONS = frozenset(
    {
        status.BadSecurityChecksFailed,
        status.BadCertificateUriInvalid,
        status.BadNonceInvalid,
        status.BadApplicationSignatureInvalid,
        status.BadIdentityTokenInvalid,
        status.BadIdentityTokenRejected,
        status.BadUserAccessDenied,
        status.BadUserSignatureInvalid,
    }
)
"""What a request is refused for that counts as a matter of security."""


class Dispatch(Sessions):
    """What holds for every service."""

    CHANNEL_SERVICES: ClassVar[Mapping[type, str]] = MappingProxyType(
        {
            ua.GetEndpointsRequest: "get_endpoints",
            ua.FindServersRequest: "find_servers",
            ua.CreateSessionRequest: "create_session",
            ua.ActivateSessionRequest: "activate_session",
            ua.CloseSessionRequest: "close_session",
        }
    )
    """The method that answers each request for which no session has to be active."""

    SERVICES: ClassVar[Mapping[type, str]] = MappingProxyType({ua.CancelRequest: "cancel"})
    """The method that answers each request of an active session."""

    MAX_RESPONSE: ClassVar[int] = 1 << 24
    """Bytes of the largest response that is sent (assumed)."""

    # Rules

    def is_supported(self, request: Any) -> bool:
        """Say whether a request is of a service that this server has (7.34, Bad_ServiceUnsupported)."""
        return type(request) in self.SERVICES or type(request) in self.CHANNEL_SERVICES

    def unsupported(self, channel: Channel) -> Any:  # noqa: ARG002 - for a mutant that closes it
        """Answer what is none of our services; the channel lives on (7.34)."""
        return self.fault(status.BadServiceUnsupported)

    def unreadable(self, channel: Channel) -> Any:  # noqa: ARG002 - as above
        """Answer what cannot be decoded; the channel lives on (10000-6, 5.1)."""
        return self.fault(status.BadDecodingError)

    def complete(self, response: Any, handle: int) -> None:
        """Fill the header of a response: the handle of its request, the time (7.33)."""
        response.ResponseHeader.RequestHandle = handle
        response.ResponseHeader.Timestamp = self.now()

    def is_too_large(self, session: Session | None, body: bytes) -> bool:
        """Say whether a response has more bytes than the client takes in a session, or we send (5.7.2.2)."""
        return len(body) > self.MAX_RESPONSE or (session is not None and 0 < session.most < len(body))

    def response_too_large(self, channel: Channel) -> Broken:  # noqa: ARG002 - as above
        """A response beyond the limits of the Hello ends in an Error message (10000-6, 7.1.2.3)."""
        return Broken(status.BadResponseTooLarge)

    # Flow

    def take_frame(self, line: ServerConnection, frame: bytes) -> None:
        """Handle one whole chunk."""
        try:
            kind = header(frame).type
            self.check_type(line, kind)
            if kind == MSG:
                chunk = self.take_chunk(line, frame)
                body = self.assemble(line, chunk)
                if body is not None and line.channel is not None:
                    self.answer(line.channel, chunk.request_id, body)
            elif kind == HEL:
                self.greet(line, frame)
            elif kind == CLO:
                self.take_close(line, frame)
            else:
                self.take_open(line, frame)
        except Broken as broken:
            self.fail(line, broken.status, broken.reason)

    def answer(self, channel: Channel, request_id: int, body: bytes) -> None:
        """Answer the body of a request."""
        session = None
        try:
            request = decode_service(body)
        except UnknownType as error:
            response, handle = self.unsupported(channel), handle_in(error.body)
        except DecodeError:
            response, handle = self.unreadable(channel), handle_in(body, has_type=True)
        else:
            handle = request.RequestHeader.RequestHandle if hasattr(request, "RequestHeader") else 0
            response, session = self.perform(channel, request)
        self.complete(response, handle)
        answer = encode_service(response)
        if self.is_too_large(session, answer):
            response = self.fault(status.BadResponseTooLarge)
            self.complete(response, handle)
            answer = encode_service(response)
        if not channel.secure.fits(answer):
            raise self.response_too_large(channel)
        if channel.pause > 0:
            asyncio.get_running_loop().call_later(channel.pause, self.reply_late, channel, answer, request_id)
            channel.pause = 0.0
        else:
            self.reply(channel, answer, request_id)

    def reply_late(self, channel: Channel, answer: bytes, request_id: int) -> None:
        """Send an answer that was held back, if its connection is still there."""
        if not channel.line.ended:
            self.reply(channel, answer, request_id)
            channel.line.flush()

    def perform(self, channel: Channel, request: Any) -> tuple[Any, Session | None]:
        """Let a service answer; return its response, or a fault, and the session."""
        if not self.is_supported(request):
            return self.unsupported(channel), None
        session = None
        try:
            service = self.CHANNEL_SERVICES.get(type(request))
            if service is not None:
                return getattr(self, service)(channel, request), None
            session = self.session_of(channel, request.RequestHeader.AuthenticationToken)
            self.touch(session)
            service = self.SERVICES[type(request)]
            response = getattr(self, service)(session, request)
        except Refused as refused:
            if session is not None and service is not None:
                self.count_request(session, service, failed=True)
            self.count(request, refused.status)
            channel.pause = refused.pause
            return self.fault(refused.status, counted=True), session
        self.count_request(session, service, failed=False)
        return response, session

    def fault(self, why: Status, *, counted: bool = False) -> ua.ServiceFault:
        """Make a ServiceFault (7.34)."""
        if not counted:
            self.counters.RejectedRequestsCount += 1
        fault = ua.ServiceFault()
        fault.ResponseHeader.ServiceResult = ua.StatusCode(int(why))
        return fault

    def count(self, request: Any, why: Status) -> None:
        """Count a refused request, and what kind it was of (OPC 10000-5, ServerDiagnosticsSummary)."""
        counters = self.counters
        is_security = why in SECURITY_REASONS
        counters.RejectedRequestsCount += 1
        counters.SecurityRejectedRequestsCount += is_security
        if isinstance(request, ua.CreateSessionRequest | ua.ActivateSessionRequest):
            counters.RejectedSessionCount += 1
            counters.SecurityRejectedSessionCount += is_security


def handle_in(body: bytes, *, has_type: bool = False) -> int:
    """Return the RequestHandle of a request that cannot be read as a whole; 0 where it has none.

    Args:
        body: the request, from its header on.
        has_type: whether its type id stands before that.
    """
    cursor = Cursor(body)
    try:
        if has_type:
            read_node_id(cursor)
        read_node_id(cursor)  # the authentication token, then the time
        cursor.take(_TIME)
        return int.from_bytes(cursor.take(_HANDLE), "little")
    except (ValueError, StructError):  # a DecodeError is a ValueError, and so is text that is none
        return 0
