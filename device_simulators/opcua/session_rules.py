"""What holds for sessions, each rule a method of its own: who may use which one, through which channel.

OPC 10000-4 1.05.04, 5.7.
"""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from asyncua import ua

from device_simulators.opcua.errors import Refused
from device_simulators.opcua.identities import Identities
from device_simulators.opcua.session_diagnostics import SessionDiagnostics
from testbed.protocols.opcua import status
from testbed.protocols.opcua.asymmetric import leaf

if TYPE_CHECKING:
    from device_simulators.opcua.channel_rules import Channel

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
    diagnostics: ua.SessionDiagnosticsDataType = field(default_factory=ua.SessionDiagnosticsDataType)
    timer: asyncio.TimerHandle | None = None


class SessionRules(Identities, SessionDiagnostics):
    """The rules of sessions, and how one ends."""

    MAX_SESSIONS: ClassVar[int] = 32
    """Sessions at a time."""
    SESSION_TIMEOUTS: ClassVar[tuple[float, float]] = (1_000.0, 3_600_000.0)
    """Milliseconds of the shortest and the longest time-out of a session (assumed)."""

    sessions: dict[object, Session]
    """Sessions by the identifier of their token, in the order of their coming."""
    counters: ua.ServerDiagnosticsSummaryDataType
    """What has happened so far (OPC 10000-5, ServerDiagnosticsSummary)."""

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
            signature, self.identity.certificate + session.nonce, channel.certificate, channel.policy
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
        self.check_uri(channel.certificate, asked.ClientDescription.ApplicationUri)

    def session_of(self, channel: Channel, token: ua.NodeId) -> Session:
        """Return the active session of a request.

        Raises:
            Refused: there is none that this channel may use.
        """
        session = self.find_session(token)
        self.check_channel(session, channel)
        self.check_activated(session)
        return session

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
