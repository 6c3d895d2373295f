"""Policies that do not last, and endpoints and sessions that say the wrong thing of themselves.

OPC 10000-7 1.05.04, 6.6; OPC 10000-4 1.05.04, 5.7.2, 5.7.3 and 7.14.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from asyncua import ua

from device_simulators.opcua.certificates import own_identity
from device_simulators.opcua.errors import Broken, Refused
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua import SIGN, SIGN_AND_ENCRYPT, Policy, status

if TYPE_CHECKING:
    from device_simulators.opcua.channel_rules import Channel
    from device_simulators.opcua.session_rules import Session

PREFIX = "http://opcfoundation.org/UA/SecurityPolicy#"


class _Wears(Plc):
    """Counts what goes over each channel of one policy."""

    POLICY: str

    def __init__(self) -> None:
        super().__init__()
        self.worn: Counter[int] = Counter()

    def is_worn(self, channel: Channel) -> bool:
        """Count one, and say whether that is too much."""
        self.worn[channel.id] += channel.policy.name == self.POLICY
        return self.worn[channel.id] > self.MOST

    MOST: int


class _WearsOut(_Wears):
    """Refuses reads on a channel behind so many."""

    MOST = 20

    def read(self, session: Session, request: ua.ReadRequest) -> ua.ReadResponse:
        """Count reads."""
        if self.is_worn(session.channel):
            raise Refused(status.BadResourceUnavailable)
        return super().read(session, request)


@mutant("UA-SEC-POLICY-BASIC256SHA256")
class WearsBasic256Sha256Out(_WearsOut):
    """Refuses what comes behind twenty reads on a channel of Basic256Sha256."""

    POLICY = "Basic256Sha256"


@mutant("UA-SEC-POLICY-AES256")
class WearsAes256Out(_WearsOut):
    """Refuses what comes behind twenty reads on a channel of Aes256_Sha256_RsaPss."""

    POLICY = "Aes256_Sha256_RsaPss"


@mutant("UA-SEC-POLICY-AES128")
class RenewsTwice(_Wears):
    """Refuses the third renewal of a channel of Aes128_Sha256_RsaOaep."""

    POLICY = "Aes128_Sha256_RsaOaep"
    MOST = 3

    def issue(self, channel: Channel, request: ua.OpenSecureChannelRequest, request_id: int) -> None:
        """Count tokens, the first one among them."""
        if self.is_worn(channel):
            raise Broken(status.BadTcpServerTooBusy)
        super().issue(channel, request, request_id)


class _OffersMore(Plc):
    """Has an endpoint of one more policy."""

    POLICY: str

    def endpoints(self, url: str, locales: Sequence[str | None] = ()) -> list[ua.EndpointDescription]:
        """Describe it as the last of them."""
        found = super().endpoints(url, locales)
        last = replace(found[-1], SecurityPolicyUri=PREFIX + self.POLICY, SecurityLevel=1)
        return [*found, last]


@mutant("UA-SEC-POLICY-DEPRECATED")
class OffersBasic256(_OffersMore):
    """Offers the deprecated policy Basic256."""

    POLICY = "Basic256"


@mutant("UA-SEC-POLICY-COVERED")
class OffersCurves(_OffersMore):
    """Offers a policy of elliptic curves."""

    POLICY = "ECC_nistP256"


@mutant("UA-SEC-POLICY-NONCE-SESSION")
class SendsShortSessionNonces(Plc):
    """Creates and activates sessions with nonces of 16 bytes."""

    def new_nonce(self, session: Session) -> bytes:
        """Keep one half."""
        return super().new_nonce(session)[:16]


@mutant("UA-SEC-ENDPOINT-SIGNATURE")
class SignsTheNonceAlone(Plc):
    """Signs the client's nonce without its certificate."""

    def signature_of(self, channel: Channel, data: bytes) -> ua.SignatureData:
        """Leave the certificate out."""
        return super().signature_of(channel, data.removeprefix(channel.certificate))


@mutant("UA-SEC-ENDPOINT-SIGNATURE-ALGORITHM")
class NamesAnOldSignature(Plc):
    """Names RSA with SHA-1 for the algorithm of its signature."""

    def signature_of(self, channel: Channel, data: bytes) -> ua.SignatureData:
        """Name another algorithm."""
        made = super().signature_of(channel, data)
        if made.Algorithm:
            made.Algorithm = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
        return made


@mutant("UA-SEC-ENDPOINT-SESSION-CERTIFICATE", "UA-SEC-USER-X509")
class ShowsTwoCertificates(Plc):
    """Answers CreateSession with another certificate of the same key than that of the channel."""

    @property
    def other(self) -> bytes:
        """The certificate."""
        return own_identity(self.application_uri + ":other").certificate

    def create_session(self, channel: Channel, request: ua.CreateSessionRequest) -> ua.CreateSessionResponse:
        """Show it."""
        response = super().create_session(channel, request)
        response.Parameters.ServerCertificate = self.other
        return response

    def check_client_signature(self, session: Session, channel: Channel, signature: ua.SignatureData) -> None:
        """Take a signature over it."""
        if not channel.is_secured or not self.is_signed(
            signature, self.other + session.nonce, channel.certificate, channel.policy
        ):
            super().check_client_signature(session, channel, signature)


@mutant("UA-SEC-ENDPOINT-SESSION-LIST")
class ListsOtherLevelsInSessions(Plc):
    """Lists endpoints in CreateSession with other security levels than in GetEndpoints."""

    def create_session(self, channel: Channel, request: ua.CreateSessionRequest) -> ua.CreateSessionResponse:
        """Raise the first one's."""
        response = super().create_session(channel, request)
        first = response.Parameters.ServerEndpoints[0]
        first.SecurityLevel += 1
        return response


@mutant("UA-SEC-ENDPOINT-LEVEL")
class PrefersSigning(Plc):
    """Gives an endpoint that only signs a higher level than one that encrypts, too."""

    def security_level(self, policy: Policy, mode: int) -> int:
        """Swap them."""
        swapped = {SIGN: SIGN_AND_ENCRYPT, SIGN_AND_ENCRYPT: SIGN}
        return super().security_level(policy, swapped.get(mode, mode))
