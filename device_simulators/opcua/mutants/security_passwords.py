"""Mutants of users with a password (OPC 10000-4 1.05.04, 7.40.2 and 7.40.4)."""

from struct import Struct
from typing import Any

from asyncua import ua

from device_simulators.opcua.channel_rules import Channel
from device_simulators.opcua.errors import Refused
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua import POLICIES, Policy, status

_size = Struct("<I").unpack_from
_SIZE = 4


@mutant("UA-SEC-USER-PASSWORD")
class KnowsNoPasswords(Plc):
    """Refuses every password."""

    def check_password(self, name: str, password: bytes) -> None:  # noqa: ARG002 - what it overrides
        """Refuse it."""
        raise Refused(status.BadIdentityTokenRejected)


@mutant("UA-SEC-USER-PASSWORD-WRONG", "UA-SEC-USER-PASSWORD-NUL", "UA-SEC-USER-UNKNOWN-ALIKE")
class AsksForNamesOnly(Plc):
    """Takes whatever password of a user whom it knows."""

    def check_password(self, name: str, password: bytes) -> None:
        """Look at the name only."""
        if self.user_called(name) is None:
            super().check_password(name, password)


@mutant(
    "UA-SEC-USER-UNKNOWN",
    "UA-SEC-USER-UNKNOWN-ALIKE",
    "UA-SEC-USER-REFUSED-UNUSABLE",
    "UA-SEC-USER-CHANGE-FAILED",
    "UA-SEC-USER-BACK-OFF",
)
class TakesWhomItDoesNotKnow(Plc):
    """Lets a user in whom it does not know."""

    def check_password(self, name: str, password: bytes) -> None:
        """Look at the passwords of known users only."""
        if not name or self.user_called(name) is not None:
            super().check_password(name, password)


@mutant("UA-SEC-USER-UNKNOWN-ALIKE")
class SaysWhomItKnows(Plc):
    """Refuses a user whom it does not know with a status of its own."""

    def check_password(self, name: str, password: bytes) -> None:
        """Tell an unknown user from a wrong password."""
        if name and self.user_called(name) is None:
            raise Refused(status.BadUserAccessDenied)
        super().check_password(name, password)


@mutant("UA-SEC-USER-NAME-EMPTY")
class TakesNamelessUsers(Plc):
    """Takes any password of a user without a name."""

    def check_password(self, name: str, password: bytes) -> None:
        """Look at named users only."""
        if name:
            super().check_password(name, password)


@mutant("UA-SEC-USER-PASSWORD-LONG")
class ChokesOnLongPasswords(Plc):
    """Drops the connection over a password of more than a thousand bytes."""

    def identify(self, channel: Channel, nonce: bytes, token: Any, proof: ua.SignatureData) -> str | None:
        """Fall over, as where a buffer has overflowed."""
        if isinstance(token, ua.UserNameIdentityToken) and len(token.Password or b"") > 1000:
            channel.line.transport.abort()
        return super().identify(channel, nonce, token, proof)


@mutant("UA-SEC-USER-PASSWORD-NUL")
class ComparesUpToANul(Plc):
    """Compares passwords up to the first NUL, as strings in C."""

    def check_password(self, name: str, password: bytes) -> None:
        """Cut the password."""
        super().check_password(name, password.partition(b"\0")[0])


@mutant("UA-SEC-USER-PASSWORD-NONCE-OLD", "UA-SEC-USER-PASSWORD-NONCE-MISSING")
class IgnoresTheNonceOfSecrets(Plc):
    """Takes a password with whatever nonce behind it, or none."""

    def without_nonce(self, plain: bytes, nonce: bytes) -> bytes:
        """Take the known password out, whatever stands behind it."""
        login = self.trust.login
        secret = login[1].encode() if login is not None else b""
        if plain[_SIZE:].startswith(secret) and _size(plain)[0] == len(plain) - _SIZE:
            behind = plain[_SIZE + len(secret) :]
            if len(behind) in {0, len(nonce)}:
                return secret
        return super().without_nonce(plain, nonce)


@mutant("UA-SEC-USER-PASSWORD-NONCE-MISSING")
class TakesSecretsWithoutANonce(Plc):
    """Takes a password with no nonce behind it."""

    def without_nonce(self, plain: bytes, nonce: bytes) -> bytes:
        """Take a short secret for a whole one."""
        if len(plain) < _SIZE + len(nonce) and _size(plain)[0] == len(plain) - _SIZE:
            return plain[_SIZE:]
        return super().without_nonce(plain, nonce)


@mutant("UA-SEC-USER-PASSWORD-ALGORITHM")
class TakesEveryEncryption(Plc):
    """Takes a password that is encrypted as any policy has it, whichever the endpoint names."""

    def secret(self, token: ua.UserNameIdentityToken, nonce: bytes, policy: Policy) -> bytes:
        """Go by what the token says."""
        for one in POLICIES.values():
            if one.rsa is not None and one.rsa.encryption_uri == token.EncryptionAlgorithm:
                return super().secret(token, nonce, one)
        return super().secret(token, nonce, policy)


@mutant("UA-SEC-USER-PASSWORD-GARBAGE")
class DiesOfGarbage(Plc):
    """Drops the connection over bytes that it cannot decrypt."""

    def identify(self, channel: Channel, nonce: bytes, token: Any, proof: ua.SignatureData) -> str | None:
        """Fall over."""
        if isinstance(token, ua.UserNameIdentityToken) and token.EncryptionAlgorithm:
            policy = self.token_policy(channel, ua.UserTokenType.UserName)
            try:
                self.check_algorithm(token, policy)
            except Refused:
                return super().identify(channel, nonce, token, proof)
            try:
                self.decrypted(token, policy)
            except Refused:
                if len(token.Password or b"") == self.identity.key.key_size // 8:
                    channel.line.transport.abort()
        return super().identify(channel, nonce, token, proof)


@mutant("UA-SEC-USER-PASSWORD-PLAIN-SECURED")
class TrustsTheChannel(Plc):
    """Takes a password in clear on a secured channel, though the endpoint demands encryption."""

    def identify(self, channel: Channel, nonce: bytes, token: Any, proof: ua.SignatureData) -> str | None:
        """Take what is not encrypted as the password itself."""
        if (
            channel.is_secured
            and isinstance(token, ua.UserNameIdentityToken)
            and not token.EncryptionAlgorithm
        ):
            self.check_policy_id(channel, ua.UserTokenType.UserName, token.PolicyId)
            self.check_password(token.UserName or "", token.Password or b"")
            return str(token.UserName)
        return super().identify(channel, nonce, token, proof)


@mutant("UA-SEC-USER-PASSWORD-PLAIN-UNSECURED")
class TakesPlainPasswords(Plc):
    """Takes a password in clear on an unsecured channel, though the endpoint demands encryption."""

    def identify(self, channel: Channel, nonce: bytes, token: Any, proof: ua.SignatureData) -> str | None:
        """Take what is not encrypted as the password itself."""
        plain = isinstance(token, ua.UserNameIdentityToken) and not token.EncryptionAlgorithm
        if plain and not channel.is_secured:
            self.check_policy_id(channel, ua.UserTokenType.UserName, token.PolicyId)
            self.check_password(token.UserName or "", token.Password or b"")
            return str(token.UserName)
        return super().identify(channel, nonce, token, proof)


@mutant("UA-SEC-USER-PASSWORD-UNPROTECTED")
class OffersPlainPasswords(Plc):
    """Asks for passwords in clear on unsecured channels."""

    def token_security(self, kind: ua.UserTokenType, policy: Policy) -> str | None:
        """Name no policy."""
        return None if kind == ua.UserTokenType.UserName else super().token_security(kind, policy)


@mutant("UA-SEC-USER-PASSWORD-SIGN-ONLY")
class OffersPlainPasswordsWhereItSigns(Plc):
    """Asks for passwords in clear on channels that are signed only."""

    def token_policies(self, policy: Policy, mode: int) -> list[ua.UserTokenPolicy]:
        """Name no policy."""
        found = super().token_policies(policy, mode)
        for one in found:
            if mode == ua.MessageSecurityMode.Sign and one.TokenType == ua.UserTokenType.UserName:
                one.SecurityPolicyUri = next(iter(POLICIES))
        return found
