"""Servers that open secured channels wrongly, or refuse them in a wrong way (OPC 10000-6 1.05.04, 6.7.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device_simulators.opcua.errors import Broken
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua import (
    NO_SECURITY,
    OPN,
    Chunk,
    ErrorMessage,
    Policy,
    SecureChannel,
    Status,
    status,
)
from testbed.protocols.opcua.security_headers import decode_asymmetric

if TYPE_CHECKING:
    from device_simulators.opcua.connection import ServerConnection
    from testbed.protocols.opcua import AsymmetricHeader


class _AnyThumbprint(Plc):
    """Does not look whom an OPN is encrypted for."""

    IGNORED = Plc.IGNORED | {"thumbprint"}


@mutant("UA-SEC-OPN-THUMBPRINT")
class TakesAnyThumbprint(_AnyThumbprint):
    """Opens a channel for an OPN with whatever thumbprint."""

    def check_thumbprint(self, said: AsymmetricHeader) -> None:
        """Look only whether there is one."""
        if not said.receiver_thumbprint:
            super().check_thumbprint(said)


@mutant("UA-SEC-OPN-THUMBPRINT-MISSING")
class NeedsNoThumbprint(_AnyThumbprint):
    """Opens a channel for an OPN without a thumbprint."""

    def check_thumbprint(self, said: AsymmetricHeader) -> None:
        """Look where there is one."""
        if said.receiver_thumbprint:
            super().check_thumbprint(said)


@mutant("UA-SEC-OPN-SIGNATURE")
class DoesNotVerifyOpenings(Plc):
    """Does not verify the signature of an OPN."""

    def opened(self, secure: SecureChannel, frame: bytes) -> Chunk:
        """Decrypt it alone."""
        if frame[:3] != OPN:
            return super().opened(secure, frame)
        return secure.open(frame, ignore=self.IGNORED | {"signature"})


@mutant("UA-SEC-OPN-NONCE-SHORT")
class OpensForShortNonces(Plc):
    """Opens a channel for a nonce that is too short."""

    def check_nonce(self, policy: Policy, nonce: bytes | None) -> None:
        """Look at those that are none, or too long."""
        if not nonce or len(nonce) > policy.nonce_length:
            super().check_nonce(policy, nonce)


@mutant("UA-SEC-OPN-NONCE-MISSING")
class NeedsNoNonce(Plc):
    """Opens a secured channel without a client's nonce."""

    def check_nonce(self, policy: Policy, nonce: bytes | None) -> None:
        """Look where there is one."""
        if nonce:
            super().check_nonce(policy, nonce)


@mutant("UA-SEC-OPN-NONCE-LONG")
class OpensForLongNonces(Plc):
    """Opens a channel for a nonce that is longer than the policy's."""

    def check_nonce(self, policy: Policy, nonce: bytes | None) -> None:
        """Look at those that are none, or too short."""
        if len(nonce or b"") <= policy.nonce_length:
            super().check_nonce(policy, nonce)


@mutant("UA-SEC-OPN-NONCE-REUSED")
class ForgetsNonces(Plc):
    """Renews a channel with a nonce that the client has used before."""

    def check_nonce_reuse(self, policy: Policy, nonce: bytes | None) -> None:
        """Remember none."""


@mutant("UA-SEC-OPN-MODE-NONE")
class TakesModeNone(Plc):
    """Opens a channel without security under a policy that secures."""

    def check_mode(self, policy: Policy, mode: int) -> None:
        """Let None pass."""
        if policy.is_none or mode != NO_SECURITY:
            super().check_mode(policy, mode)


class _Deaf(Plc):
    """Does not answer an OPN with some security policies."""

    ENDS: tuple[str, ...] = ()

    def take_open(self, line: ServerConnection, frame: bytes) -> None:
        """Drop it."""
        said, _ = decode_asymmetric(frame)
        if not (said.policy_uri or "").endswith(self.ENDS):
            super().take_open(line, frame)


@mutant("UA-SEC-OPN-POLICY-UNOFFERED")
class HangsOnDeprecatedPolicies(_Deaf):
    """Does not answer an OPN with a deprecated security policy."""

    ENDS = ("#Basic256", "#Basic128Rsa15")


@mutant("UA-SEC-OPN-POLICY-UNKNOWN")
class HangsOnUnknownPolicies(_Deaf):
    """Does not answer a secured OPN with a security policy that it does not know."""

    ENDS = ("#NoSuchSecuredPolicy",)


@mutant("UA-SEC-OPN-CODE")
class BlamesItselfForCertificates(Plc):
    """Refuses certificates with Bad_TcpInternalError."""

    def wire_status(self, found: Status) -> Status:  # noqa: ARG002 - whatever was found
        """Know nothing."""
        return status.BadTcpInternalError


@mutant("UA-SEC-OPN-CLOSED")
class KeepsRefusedConnections(Plc):
    """Says that a certificate is refused, and keeps the connection open."""

    is_refused = False

    def accept_certificate(self, sent: bytes, policy: Policy) -> None:
        """Remember that it was the certificate."""
        self.is_refused = True
        super().accept_certificate(sent, policy)
        self.is_refused = False

    def fail(self, line: ServerConnection, why: Status, reason: str | None = None) -> None:
        """Send the Error message alone."""
        if not self.is_refused:
            super().fail(line, why, reason)
            return
        self.is_refused = False
        line.send(ErrorMessage(int(why), reason).encode())


@mutant("UA-SEC-OPN-MASKED")
class TellsWhatIsWrong(Plc):
    """Tells a client the precise reason for which its certificate is refused."""

    def wire_status(self, found: Status) -> Status:
        """Hide nothing."""
        return found


@mutant("UA-SEC-OPN-REASON")
class ExplainsRefusals(Plc):
    """Masks the status of a refusal, and gives the reason away in the sentence behind it."""

    def accept_certificate(self, sent: bytes, policy: Policy) -> None:
        """Add what was found."""
        try:
            super().accept_certificate(sent, policy)
        except Broken as broken:
            found = broken.__cause__
            said = found.status.title if isinstance(found, Broken) else None
            raise Broken(broken.status, said) from found


@mutant("UA-SEC-OPN-OTHERS", crosses=True)
class DropsEverybody(Plc):
    """Ends all sessions where one client's certificate is refused."""

    def reject(self, certificate: bytes, why: Status) -> None:
        """Begin anew."""
        super().reject(certificate, why)
        for session in tuple(self.sessions.values()):
            self.drop_session(session)
