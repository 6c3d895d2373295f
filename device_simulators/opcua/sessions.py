"""The session services, and how sessions begin and time out (OPC 10000-4 1.05.04, 5.7)."""

from __future__ import annotations

import asyncio
import secrets
import uuid
from typing import TYPE_CHECKING

from asyncua import ua

from device_simulators.opcua.errors import Refused
from device_simulators.opcua.session_rules import NONCE_LENGTHS, Session, SessionRules
from testbed.protocols.opcua import status
from testbed.protocols.opcua.asymmetric import leaf

if TYPE_CHECKING:
    from device_simulators.opcua.channel_rules import Channel


class Sessions(SessionRules):
    """The session services."""

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
        given.ServerEndpoints = self.recalled(self.endpoints(self.url_of(channel, asked.EndpointUrl)))
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
        user = self.logged_in(channel, session, asked)
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

    def logged_in(
        self, channel: Channel, session: Session, asked: ua.ActivateSessionParameters
    ) -> str | None:
        """Return the user that a token proves; note it, and hold back a refusal after several (5.7.3)."""
        token = asked.UserIdentityToken
        name = getattr(token, "UserName", None) or ""
        try:
            user = self.identify(channel, session.nonce, token, asked.UserTokenSignature)
        except Refused as refused:
            self.note("AuditActivateSessionEventType", refused.status, name)
            raise Refused(refused.status, self.failed_login(name) if name else 0.0) from refused
        self.failures.pop(name, None)
        self.note("AuditActivateSessionEventType", status.Good, user or "")
        return user

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
        self.describe_session(session, asked)
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
