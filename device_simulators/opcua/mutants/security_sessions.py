"""Mutants of ActivateSession on secured channels (OPC 10000-4 1.05.04, 5.7.3)."""

from asyncua import ua

from device_simulators.opcua.channel_rules import Channel
from device_simulators.opcua.errors import Refused
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc
from device_simulators.opcua.session_rules import Session
from testbed.protocols.opcua import status


@mutant(
    "UA-SEC-USER-CLIENT-SIGNATURE-WRONG",
    "UA-SEC-USER-CLIENT-SIGNATURE-MISSING",
    "UA-SEC-USER-CLIENT-SIGNATURE-NONCE",
)
class AsksForNoClientSignature(Plc):
    """Looks at no signature of the client."""

    def check_client_signature(self, session: Session, channel: Channel, signature: ua.SignatureData) -> None:
        """Look away."""


@mutant("UA-SEC-USER-CLIENT-SIGNATURE-MISSING")
class TakesClientsWithoutASignature(Plc):
    """Looks at a client's signature only where there is one."""

    def check_client_signature(self, session: Session, channel: Channel, signature: ua.SignatureData) -> None:
        """Let none pass."""
        if signature.Signature:
            super().check_client_signature(session, channel, signature)


@mutant(
    "UA-SEC-USER-NONCE-NEW",
    "UA-SEC-USER-CLIENT-SIGNATURE-NONCE",
    "UA-SEC-USER-PASSWORD-NONCE-OLD",
    "UA-SEC-USER-X509-NONCE-OLD",
)
class KeepsItsNonce(Plc):
    """Returns the nonce of CreateSession in every ActivateSession."""

    def new_nonce(self, session: Session) -> bytes:
        """Make one only where there is none."""
        return session.nonce or super().new_nonce(session)


@mutant("UA-SEC-USER-CLIENT-SIGNATURE-NONCE")
class TakesSignaturesOverOldNonces(Plc):
    """Takes a client's signature over any nonce that the session has had."""

    def __init__(self) -> None:
        super().__init__()
        self.given: dict[Session, list[bytes]] = {}

    def new_nonce(self, session: Session) -> bytes:
        """Remember it."""
        nonce = super().new_nonce(session)
        self.given.setdefault(session, []).append(nonce)
        return nonce

    def check_client_signature(self, session: Session, channel: Channel, signature: ua.SignatureData) -> None:
        """Try all of them."""
        for nonce in self.given[session]:
            data = self.identity.certificate + nonce
            if self.is_signed(signature, data, channel.certificate, channel.policy):
                return
        super().check_client_signature(session, channel, signature)


@mutant("UA-SEC-USER-REFUSED-UNUSABLE")
class ServesWhomItRefused(Plc):
    """Refuses a user, and serves the session from then on."""

    def logged_in(
        self, channel: Channel, session: Session, asked: ua.ActivateSessionParameters
    ) -> str | None:
        """Activate the session before the user is looked at."""
        try:
            return super().logged_in(channel, session, asked)
        except Refused:
            session.is_active = True
            raise


@mutant("UA-SEC-USER-NOT-ACTIVATED", "UA-SEC-USER-REFUSED-UNUSABLE")
class TrustsSecuredClients(Plc):
    """Serves sessions on secured channels before they are activated."""

    def check_activated(self, session: Session) -> None:
        """Ask on unsecured channels only."""
        if not session.channel.is_secured:
            super().check_activated(session)


@mutant("UA-SEC-USER-MOVES")
class KeepsSecuredSessionsInPlace(Plc):
    """Lets no session move from one secured channel to another."""

    def check_new_channel(self, session: Session, channel: Channel) -> None:
        """Refuse it."""
        if channel.is_secured:
            raise Refused(status.BadSecureChannelIdInvalid)
        super().check_new_channel(session, channel)


@mutant("UA-SEC-USER-MOVES-CERTIFICATE")
class MovesToAnybodysChannel(Plc):
    """Lets a session move to a channel that was opened with another certificate."""

    def check_new_channel(self, session: Session, channel: Channel) -> None:
        """Ask for an active session, and for the same policy and mode."""
        same = (channel.policy, channel.mode) == (session.channel.policy, session.channel.mode)
        if not session.is_active or not same:
            super().check_new_channel(session, channel)


@mutant("UA-SEC-USER-MOVES-USER")
class MovesToAnotherUser(Plc):
    """Lets another user take a session to a new channel."""

    def check_same_user(self, session: Session, user: str | None) -> None:
        """Ask for nobody in particular."""


@mutant("UA-SEC-USER-CHANGE")
class KeepsTheFirstUser(Plc):
    """Says that the user has changed, and goes on with the rights of the first one."""

    def activate_session(
        self, channel: Channel, request: ua.ActivateSessionRequest
    ) -> ua.ActivateSessionResponse:
        """Put the first user back."""
        session = self.sessions.get(request.RequestHeader.AuthenticationToken.Identifier)
        before = session.user if session is not None and session.is_active else None
        response = super().activate_session(channel, request)
        if session is not None and before is not None:
            session.user = before
        return response


@mutant("UA-SEC-USER-CHANGE-FAILED")
class ForgetsTheUser(Plc):
    """Makes a session anonymous where a change of its user is refused."""

    def logged_in(
        self, channel: Channel, session: Session, asked: ua.ActivateSessionParameters
    ) -> str | None:
        """Take the user away first."""
        if session.channel is channel:
            session.user = None
        return super().logged_in(channel, session, asked)


@mutant("UA-SEC-USER-BACK-OFF")
class LetsPasswordsBeGuessed(Plc):
    """Refuses each wrong password as fast as the first."""

    def pause_after(self, failures: int) -> float:  # noqa: ARG002 - what it overrides
        """Hold nothing back."""
        return 0.0
