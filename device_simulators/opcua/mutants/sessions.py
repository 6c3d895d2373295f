"""Mutants of CreateSession and ActivateSession (OPC 10000-4 1.05.04, 5.7.2 and 5.7.3)."""

from typing import Any

from asyncua import ua

from device_simulators.opcua.channel_rules import Channel
from device_simulators.opcua.connection import ServerConnection
from device_simulators.opcua.errors import Refused
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc
from device_simulators.opcua.session_rules import Session
from testbed.protocols.opcua import status


@mutant("UA-SESSION-ID-UNIQUE", "UA-INFO-SESSION-DIAGNOSTICS")
class CallsAllSessionsTheSame(Plc):
    """Gives every session the same identifier."""

    def create_session(self, channel: Channel, request: ua.CreateSessionRequest) -> ua.CreateSessionResponse:
        """Name the session after the server."""
        response = super().create_session(channel, request)
        response.Parameters.SessionId = ua.NodeId("Session", 1)
        return response


@mutant("UA-SESSION-TOKEN-SECRET", "UA-INFO-SESSION-DIAGNOSTICS")
class ShowsTheToken(Plc):
    """Uses the secret token of a session as its public identifier, too."""

    def create_session(self, channel: Channel, request: ua.CreateSessionRequest) -> ua.CreateSessionResponse:
        """Return one NodeId twice."""
        response = super().create_session(channel, request)
        response.Parameters.SessionId = response.Parameters.AuthenticationToken
        return response


@mutant("UA-SESSION-ENDPOINTS")
class ListsOneEndpointOnly(Plc):
    """Returns only one of its endpoints in CreateSession."""

    def create_session(self, channel: Channel, request: ua.CreateSessionRequest) -> ua.CreateSessionResponse:
        """Leave those out that the channel does not use."""
        response = super().create_session(channel, request)
        used = (channel.policy.uri, channel.mode)
        response.Parameters.ServerEndpoints = [
            one
            for one in response.Parameters.ServerEndpoints
            if (one.SecurityPolicyUri, int(one.SecurityMode)) == used
        ]
        return response


@mutant("UA-SESSION-TIMEOUT-REVISED")
class TakesAnyTimeout(Plc):
    """Keeps a session for as long as it is asked to, for 31 years if need be, and one of 0 too."""

    def create_session(self, channel: Channel, request: ua.CreateSessionRequest) -> ua.CreateSessionResponse:
        """Say what was asked for."""
        response = super().create_session(channel, request)
        asked = request.Parameters.RequestedSessionTimeout
        if asked in {0.0, 1e12}:
            response.Parameters.RevisedSessionTimeout = asked
        return response


@mutant("UA-SESSION-NAME-NULL")
class WantsASessionName(Plc):
    """Refuses to create a session without a name."""

    def new_session(self, channel: Channel, asked: ua.CreateSessionParameters) -> Session:
        """Look at the name."""
        if asked.SessionName is None:
            raise Refused(status.BadInvalidArgument)
        return super().new_session(channel, asked)


@mutant("UA-SESSION-URL-UNKNOWN-HOST")
class WantsItsHostName(Plc):
    """Refuses to create a session for a URL with a host name that it does not have."""

    def new_session(self, channel: Channel, asked: ua.CreateSessionParameters) -> Session:
        """Look at the host name."""
        if ".invalid" in (asked.EndpointUrl or ""):
            raise Refused(status.BadTcpEndpointUrlInvalid)
        return super().new_session(channel, asked)


@mutant("UA-SESSION-RESPONSE-TOO-LARGE")
class SendsMoreThanAClientTakes(Plc):
    """Sends a response of whatever length, where the client takes only short ones in its session."""

    def is_too_large(self, session: Session | None, body: bytes) -> bool:  # noqa: ARG002 - what it overrides
        """Look at no limit of a session."""
        return super().is_too_large(None, body)


@mutant("UA-SESSION-OTHER-CHANNEL", "UA-SESSION-MOVED-OLD-CHANNEL")
class ServesAnyChannel(Plc):
    """Carries out the requests of a session on whatever channel they come."""

    def session_of(self, channel: Channel, token: ua.NodeId) -> Session:  # noqa: ARG002 - what it overrides
        """Ask for the token only."""
        session = self.find_session(token)
        return super().session_of(session.channel, token)


@mutant("UA-SESSION-MOVED-OLD-CHANNEL")
class KeepsTheOldChannel(Plc):
    """Goes on serving a session on the channel that it left."""

    def __init__(self) -> None:
        super().__init__()
        self.left: dict[Session, Channel] = {}

    def move(self, session: Session, channel: Channel) -> None:
        """Remember the channel."""
        self.left[session] = session.channel
        super().move(session, channel)

    def check_channel(self, session: Session, channel: Channel) -> None:
        """Let the former channel pass."""
        if self.left.get(session) is not channel:
            super().check_channel(session, channel)


@mutant("UA-SESSION-SURVIVES-CONNECTION")
class ForgetsSessionsOfAConnection(Plc):
    """Closes the sessions of a connection that is lost."""

    def leave(self, line: ServerConnection) -> None:
        """Drop all that used the connection."""
        for one in tuple(line.channel.sessions if line.channel is not None else ()):
            self.drop_session(one)
        super().leave(line)


@mutant("UA-SESSION-NOT-ACTIVATED")
class KnowsNoSessionThatIsNotActivated(Plc):
    """Says of a session that is not activated that there is none."""

    def check_activated(self, session: Session) -> None:
        """Give another reason."""
        try:
            super().check_activated(session)
        except Refused:
            raise Refused(status.BadSessionIdInvalid) from None


@mutant("UA-SESSION-EARLY-CALL-CLOSES")
class ForgivesAnEarlyCall(Plc):
    """Refuses a request before the activation and leaves the session as it is."""

    def abort_session(self, session: Session) -> None:
        """Close nothing."""


@mutant("UA-SESSION-FIRST-CHANNEL")
class ActivatesOnAnyChannel(Plc):
    """Activates a session for the first time on another channel than it was created on."""

    def check_new_channel(self, session: Session, channel: Channel) -> None:
        """Look only at sessions that were active."""
        if session.is_active:
            super().check_new_channel(session, channel)

    def check_same_user(self, session: Session, user: str | None) -> None:
        """Ask likewise."""
        if session.is_active:
            super().check_same_user(session, user)


@mutant("UA-SESSION-ACTIVATE-AGAIN")
class ActivatesOnce(Plc):
    """Refuses to activate an active session again on its channel."""

    def check_client_signature(self, session: Session, channel: Channel, signature: Any) -> None:
        """Refuse what was activated before."""
        if session.is_active and session.channel is channel:
            raise Refused(status.BadInvalidState)
        super().check_client_signature(session, channel, signature)


@mutant("UA-SESSION-MOVES", "UA-SESSION-MOVED-OLD-CHANNEL", "UA-SESSION-SURVIVES-CONNECTION")
class BindsSessionsForEver(Plc):
    """Refuses to activate a session on a new channel, where channels are not secured."""

    def check_new_channel(self, session: Session, channel: Channel) -> None:
        """Refuse any other channel, unless it is secured."""
        if not channel.is_secured:
            raise Refused(status.BadSecureChannelIdInvalid)
        super().check_new_channel(session, channel)


@mutant("UA-SESSION-ACTIVATE-UNKNOWN")
class BlamesTheIdentity(Plc):
    """Says of a token of no session that the user is wrong."""

    def activate_session(
        self, channel: Channel, request: ua.ActivateSessionRequest
    ) -> ua.ActivateSessionResponse:
        """Give another reason for a token that it never gave."""
        identifier = request.RequestHeader.AuthenticationToken.Identifier
        if isinstance(identifier, bytes) and identifier.startswith(b"testbed"):
            raise Refused(status.BadIdentityTokenInvalid)
        return super().activate_session(channel, request)


@mutant("UA-SESSION-ANONYMOUS-POLICY")
class TakesAnyAnonymousPolicy(Plc):
    """Takes an anonymous token of whatever policy on a channel that is not secured."""

    def check_policy_id(self, channel: Channel, kind: ua.UserTokenType, policy_id: str | None) -> None:
        """Look at the policies of users only, unless the channel is secured."""
        if channel.is_secured or kind != ua.UserTokenType.Anonymous:
            super().check_policy_id(channel, kind, policy_id)


@mutant("UA-SESSION-NULL-IDENTITY")
class WantsAnIdentity(Plc):
    """Refuses a null identity token."""

    def is_absent(self, token: Any) -> bool:  # noqa: ARG002 - what it overrides
        """Take no token for none."""
        return False


@mutant("UA-SESSION-USER-UNKNOWN")
class TakesAnyUser(Plc):
    """Takes a user name without a look at its password, where the token's policy is none that it offers."""

    def identify(self, channel: Channel, nonce: bytes, token: Any, proof: ua.SignatureData) -> str | None:
        """Believe a name whose policy does not say how the password is proven."""
        if isinstance(token, ua.UserNameIdentityToken):
            known = {one.PolicyId for one in self.token_policies(channel.policy, channel.mode)}
            if token.PolicyId not in known:
                return str(token.UserName)
        return super().identify(channel, nonce, token, proof)
