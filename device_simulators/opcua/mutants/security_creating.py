"""Sessions created and moved wrongly on secured channels (OPC 10000-4 1.05.04, 5.7.2, 5.7.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncua import ua

from device_simulators.opcua.errors import Refused
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua import SIGN, status

if TYPE_CHECKING:
    from device_simulators.opcua.channel_rules import Channel
    from device_simulators.opcua.session_rules import Session


@mutant("UA-SEC-ENDPOINT-CREATE-CERTIFICATE")
class CreatesForAnyCertificate(Plc):
    """Creates a session for another certificate of the client's than that of the channel."""

    def check_client_certificate(self, channel: Channel, asked: ua.CreateSessionParameters) -> None:
        """Look at the channel's instead."""
        shown, asked.ClientCertificate = asked.ClientCertificate, channel.certificate
        super().check_client_certificate(channel, asked)
        asked.ClientCertificate = shown


@mutant("UA-SEC-ENDPOINT-CREATE-UNSECURED")
class WantsTrustWithoutSecurity(Plc):
    """Refuses a certificate that it does not know on a channel without security, too."""

    def check_client_certificate(self, channel: Channel, asked: ua.CreateSessionParameters) -> None:
        """Look at it wherever there is one."""
        if not channel.is_secured and asked.ClientCertificate:
            raise Refused(status.BadCertificateUntrusted)
        super().check_client_certificate(channel, asked)


class _TakesNonces(Plc):
    """Takes some nonces that it should refuse."""

    def is_taken(self, length: int) -> bool:
        """Say whether a nonce of so many bytes is taken."""
        raise NotImplementedError

    def check_client_nonce(self, channel: Channel, nonce: bytes | None) -> None:
        """Look at others alone."""
        if not self.is_taken(len(nonce or b"")):
            super().check_client_nonce(channel, nonce)


@mutant("UA-SEC-ENDPOINT-CREATE-NONCE-SHORT")
class TakesShortSessionNonces(_TakesNonces):
    """Creates a session for a nonce of fewer than 32 bytes."""

    def is_taken(self, length: int) -> bool:
        """Take short ones."""
        return length < 32


@mutant("UA-SEC-ENDPOINT-CREATE-NONCE-LONG")
class TakesLongSessionNonces(_TakesNonces):
    """Creates a session for a nonce of more than 128 bytes."""

    def is_taken(self, length: int) -> bool:
        """Take long ones."""
        return length > 128


@mutant("UA-SEC-ENDPOINT-MOVE-MODE")
class MovesSessionsDown(Plc):
    """Moves a session from a channel that encrypts to one that only signs."""

    def check_new_channel(self, session: Session, channel: Channel) -> None:
        """Overlook the mode."""
        try:
            super().check_new_channel(session, channel)
        except Refused as refused:
            same = (channel.certificate, channel.policy) == (
                session.channel.certificate,
                session.channel.policy,
            )
            if not same or channel.mode != SIGN or refused.status == status.BadSecureChannelIdInvalid:
                raise
