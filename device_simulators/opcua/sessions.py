"""Sessions: creating, activating, closing; tokens, channels and time-outs (OPC 10000-4 1.05.04, 5.7)."""

from __future__ import annotations

import asyncio
import math
import secrets
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from asyncua import ua

from device_simulators.opcua.certificates import uris_of
from device_simulators.opcua.errors import Refused
from device_simulators.opcua.identities import Identities
from testbed.protocols.opcua import status
from testbed.protocols.opcua.asymmetric import leaf

if TYPE_CHECKING:
    from device_simulators.opcua.channels import Channel

NONCE_LENGTHS = range(32, 129)
"""Bytes of a client's nonce (5.7.2.2, 5.7.2.3)."""


@dataclass(slots=True, eq=False)
class Session:
    """One session, from CreateSession to CloseSession or its time-out."""

    id: ua.NodeId
    """What its node in the address space would be called; not secret."""
    authentication_token: ua.NodeId
    """What requests carry; secret."""
    channel: Channel
    """The channel through which it may be used."""
    timeout: float
    """Seconds that it lives without a request."""
    nonce: bytes
    """The last ServerNonce, which the next proof has to sign or to contain."""
    most: int
    """Bytes of the largest response that the client takes; 0 for any."""
    used: float
    """When the last request came, by the loop's clock."""
    name: str = ""
    """What the client calls it."""
    is_active: bool = False
    user: str | None = None
    """Name of the user; None for an anonymous one."""
    locale_ids: tuple[str, ...] = ()
    continuation_points: dict[bytes, Any] = field(default_factory=dict)
    timer: asyncio.TimerHandle | None = None


class Sessions(Identities):
    """The session services, and who may use which session."""

    MAX_SESSIONS: ClassVar[int] = 32
    """Sessions at a time."""
    SESSION_TIMEOUTS: ClassVar[tuple[float, float]] = (1_000.0, 3_600_000.0)
    """Milliseconds of the shortest and the longest time-out of a session (assumed)."""

    sessions: dict[object, Session]
    """Sessions by the identifier of their token, in the order of their coming."""
    counters: ua.ServerDiagnosticsSummaryDataType
    """What has happened so far (OPC 10000-5, ServerDiagnosticsSummary)."""

    # Rules

    def check_client_nonce(self, channel: Channel, nonce: bytes | None) -> None:
        """Over a secured channel a nonce has 32 to 128 bytes (5.7.2.2, 5.7.2.3)."""
        if channel.is_secured and len(nonce or b"") not in NONCE_LENGTHS:
            raise Refused(status.BadNonceInvalid)

    def revised_session_timeout(self, requested: float) -> float:
        """Keep a time-out within bounds, in milliseconds; what is no number gives the shortest (5.7.2.2)."""
        shortest, longest = self.SESSION_TIMEOUTS
        return shortest if math.isnan(requested) else min(max(requested, shortest), longest)

    def make_room_for_session(self) -> None:
        """Where there is no room, a session that was never activated goes first (5.7.2.1).

        Raises:
            Refused: all sessions are activated.
        """
        if len(self.sessions) < self.MAX_SESSIONS:
            return
        for one in self.sessions.values():
            if not one.is_active:
                self.drop_session(one)
                return
        raise Refused(status.BadTooManySessions)

    def find_session(self, token: ua.NodeId) -> Session:
        """Return the session of an authentication token (7.32, 7.35).

        Raises:
            Refused: there is none.
        """
        session = self.sessions.get(token.Identifier)
        if session is None or session.authentication_token != token:
            raise Refused(status.BadSessionIdInvalid)
        return session

    def check_channel(self, session: Session, channel: Channel) -> None:
        """A token is good through the channel of its session only (5.7.2.1, 5.7.3.1)."""
        if session.channel is not channel:
            raise Refused(status.BadSecureChannelIdInvalid)

    def check_activated(self, session: Session) -> None:
        """A request before ActivateSession is refused and closes the session (5.7.3.1)."""
        if not session.is_active:
            self.abort_session(session)
            raise Refused(status.BadSessionNotActivated)

    def check_new_channel(self, session: Session, channel: Channel) -> None:
        """Another channel is good for an active session, the same client and no less security (5.7.3.1)."""
        if not session.is_active:
            raise Refused(status.BadSecureChannelIdInvalid)
        if (channel.certificate, channel.policy, channel.mode) != (
            session.channel.certificate,
            session.channel.policy,
            session.channel.mode,
        ):
            raise Refused(status.BadSecurityChecksFailed)

    def check_same_user(self, session: Session, user: str | None) -> None:
        """Who moves a session to another channel proves to be the same user (5.7.3.1)."""
        if user != session.user:
            raise Refused(status.BadIdentityChangeNotSupported)

    def check_client_signature(self, session: Session, channel: Channel, signature: ua.SignatureData) -> None:
        """The client signs our certificate and the last nonce with the key of the channel (5.7.3.2)."""
        if channel.is_secured and not self.is_signed(
            signature, self.identity.certificate + session.nonce, channel.certificate
        ):
            raise Refused(status.BadApplicationSignatureInvalid)

    def check_client_certificate(self, channel: Channel, asked: ua.CreateSessionParameters) -> None:
        """Over a secured channel the certificate is that of the channel, and names the client (5.7.2.2).

        Over an unsecured one it is ignored.
        """
        if not channel.is_secured:
            return
        if leaf(asked.ClientCertificate or b"") != channel.certificate:
            raise Refused(status.BadSecurityChecksFailed)
        if asked.ClientDescription.ApplicationUri not in uris_of(channel.certificate):
            raise Refused(status.BadCertificateUriInvalid)

    def session_of(self, channel: Channel, token: ua.NodeId) -> Session:
        """Return the active session of a request.

        Raises:
            Refused: there is none that this channel may use.
        """
        session = self.find_session(token)
        self.check_channel(session, channel)
        self.check_activated(session)
        return session

    # Services

    def create_session(self, channel: Channel, request: ua.CreateSessionRequest) -> ua.CreateSessionResponse:
        """CreateSession (5.7.2)."""
        asked = request.Parameters
        self.check_client_nonce(channel, asked.ClientNonce)
        self.check_client_certificate(channel, asked)
        self.make_room_for_session()
        session = self.new_session(channel, asked)
        response = ua.CreateSessionResponse()
        given = response.Parameters
        given.SessionId = session.id
        given.AuthenticationToken = session.authentication_token
        given.RevisedSessionTimeout = session.timeout * 1000
        given.ServerNonce = session.nonce
        given.ServerCertificate = self.identity.certificate
        given.ServerEndpoints = self.endpoints(self.url_of(channel, asked.EndpointUrl))
        given.ServerSignature = self.signature_of(
            channel, leaf(asked.ClientCertificate or b"") + (asked.ClientNonce or b"")
        )
        given.MaxRequestMessageSize = self.MAX_MESSAGE
        return response

    def activate_session(
        self, channel: Channel, request: ua.ActivateSessionRequest
    ) -> ua.ActivateSessionResponse:
        """ActivateSession: nothing changes where anything is wrong (5.7.3)."""
        session = self.find_session(request.RequestHeader.AuthenticationToken)
        asked = request.Parameters
        moves = session.channel is not channel
        if moves:
            self.check_new_channel(session, channel)
        self.check_client_signature(session, channel, asked.ClientSignature)
        user = self.identify(channel, session.nonce, asked.UserIdentityToken)
        if moves:
            self.check_same_user(session, user)
            self.move(session, channel)
        session.user = user
        session.is_active = True
        if asked.LocaleIds:
            session.locale_ids = tuple(one or "" for one in asked.LocaleIds)
        session.nonce = self.new_nonce(session)
        self.touch(session)
        response = ua.ActivateSessionResponse()
        response.Parameters.ServerNonce = session.nonce
        return response

    def close_session(self, channel: Channel, request: ua.CloseSessionRequest) -> ua.CloseSessionResponse:
        """CloseSession, for a session that was not activated too (5.7.4, 5.7.3.1)."""
        session = self.find_session(request.RequestHeader.AuthenticationToken)
        self.check_channel(session, channel)
        self.drop_session(session)
        return ua.CloseSessionResponse()

    def cancel(self, session: Session, request: ua.CancelRequest) -> ua.CancelResponse:  # noqa: ARG002
        """Cancel; every request is answered before the next is read, so that none is left (5.7.5)."""
        response = ua.CancelResponse()
        response.Parameters.CancelCount = 0
        return response

    # Life

    def new_session(self, channel: Channel, asked: ua.CreateSessionParameters) -> Session:
        """Make a session that is not activated yet."""
        session = Session(
            id=ua.NodeId(uuid.uuid4(), 1),
            authentication_token=ua.NodeId(secrets.token_bytes(32), 0),
            channel=channel,
            timeout=self.revised_session_timeout(asked.RequestedSessionTimeout) / 1000,
            nonce=b"",
            most=asked.MaxResponseMessageSize,
            used=0.0,
        )
        session.nonce = self.new_nonce(session)
        session.name = asked.SessionName or f"session {session.id.Identifier}"
        self.sessions[session.authentication_token.Identifier] = session
        channel.sessions.add(session)
        self.counters.CurrentSessionCount += 1
        self.counters.CumulatedSessionCount += 1
        self.touch(session)
        self.watch(session)
        return session

    def new_nonce(self, session: Session) -> bytes:  # noqa: ARG002 - for a mutant that looks at it
        """Return a nonce that was never used before (5.7.2.2, 5.7.3.1)."""
        return secrets.token_bytes(NONCE_LENGTHS.start)

    def move(self, session: Session, channel: Channel) -> None:
        """Bind a session to a new channel; the old one is good for it no more (5.7.3.1)."""
        session.channel.sessions.discard(session)
        session.channel = channel
        channel.sessions.add(session)

    def touch(self, session: Session) -> None:
        """Begin the session's time-out anew (5.7.2.2)."""
        session.used = asyncio.get_running_loop().time()

    def watch(self, session: Session) -> None:
        """Look at a session when it may have timed out."""
        session.timer = asyncio.get_running_loop().call_at(
            session.used + session.timeout, self.look_at, session
        )

    def look_at(self, session: Session) -> None:
        """Close a session without a request for so long, and look again later at another one (5.7.2.2)."""
        if asyncio.get_running_loop().time() < session.used + session.timeout:
            self.watch(session)
            return
        self.counters.SessionTimeoutCount += 1
        self.drop_session(session)

    def abort_session(self, session: Session) -> None:
        """Close a session for a fault of its client's."""
        self.counters.SessionAbortCount += 1
        self.drop_session(session)

    def drop_session(self, session: Session) -> None:
        """Forget a session and what it holds."""
        if self.sessions.pop(session.authentication_token.Identifier, None) is None:
            return
        session.channel.sessions.discard(session)
        if session.timer is not None:
            session.timer.cancel()
        self.counters.CurrentSessionCount -= 1
