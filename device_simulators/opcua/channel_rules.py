"""What holds for secure channels, each rule a method of its own: ids, tokens, sequence numbers, lifetimes.

OPC 10000-4 1.05.04, 5.6; OPC 10000-6 1.05.04, 6.7. A refusal is an Error message, after which the
connection is closed (10000-6, 6.7.7 and 7.1.5).
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from asyncua import ua

from device_simulators.opcua.certificates import Identity, own_identity, stored_identity
from device_simulators.opcua.errors import Broken
from device_simulators.opcua.transport import Transport
from device_simulators.opcua.validation import Validation
from testbed.protocols.opcua import (
    ABORT,
    FINAL,
    INTERMEDIATE,
    NO_SECURITY,
    POLICIES,
    SIGN,
    SIGN_AND_ENCRYPT,
    Policy,
    SecureChannel,
    SecurityError,
    status,
)
from testbed.protocols.opcua.asymmetric import thumbprint
from testbed.protocols.opcua.security_headers import AsymmetricHeader

if TYPE_CHECKING:
    from device_simulators.opcua.connection import ServerConnection
    from device_simulators.opcua.session_rules import Session

WRAPS_AFTER = 0xFFFFFFFF - 1024
"""Sequence numbers above this one may be followed by a small one (10000-6, 6.7.2.4)."""
NONCES_KEPT = 1000
"""Nonces of clients that are remembered (assumed)."""
WRAPS_BELOW = 1024
"""The small one is less than this."""


@dataclass(slots=True, eq=False)
class Channel:
    """A secure channel, from OpenSecureChannel to its close or expiry."""

    id: int
    line: ServerConnection
    secure: SecureChannel
    certificate: bytes
    """The client's certificate in DER, empty without security."""
    sequence: int
    """The client's last sequence number."""
    expiries: dict[int, float] = field(default_factory=dict)
    """When each token ends, by the loop's clock."""
    sessions: set[Session] = field(default_factory=set)
    """The sessions that may be used through it."""
    timer: asyncio.TimerHandle | None = None
    pause: float = 0.0
    """Seconds for which the next answer is held back."""

    @property
    def policy(self) -> Policy:
        """Its security policy."""
        return self.secure.policy

    @property
    def mode(self) -> int:
        """Its security mode by number (10000-4, 7.20)."""
        return self.secure.mode

    @property
    def is_secured(self) -> bool:
        """Whether messages are signed at least."""
        return self.secure.mode != NO_SECURITY


class ChannelRules(Transport, Validation):
    """The rules of the secure channel."""

    MODES: ClassVar[dict[str, tuple[int, ...]]] = {
        "None": (NO_SECURITY,),
        "Aes128_Sha256_RsaOaep": (SIGN, SIGN_AND_ENCRYPT),
        "Basic256Sha256": (SIGN, SIGN_AND_ENCRYPT),
        "Aes256_Sha256_RsaPss": (SIGN, SIGN_AND_ENCRYPT),
    }
    """Security modes that are served under each policy, by their numbers; the policies by their strength."""
    IGNORED: ClassVar[frozenset[str]] = frozenset({"thumbprint"})
    """Reasons of a SecurityError that do not count: what rules below look at."""
    MAX_CHANNELS: ClassVar[int] = 64
    """Channels that may be open at once: more than there may be sessions (10000-4, 5.7.2.1)."""
    LIFETIMES: ClassVar[tuple[int, int]] = (1_000, 3_600_000)
    """Milliseconds of the shortest and the longest life of a token (assumed)."""

    nonces: deque[bytes]
    """Clients' last nonces, in all channels."""

    @property
    def identity(self) -> Identity:
        """The certificate and key: those of the folder, or ones that last as long as this program."""
        return own_identity(self.application_uri) if self.keys is None else self.stored

    @cached_property
    def stored(self) -> Identity:
        """Those of its folder."""
        return stored_identity(self.trust.folder)

    def accepted_policy(self, uri: str | None) -> Policy:
        """Only policies with an endpoint are served (10000-4, 5.6.2.3; 10000-6, 6.7.7)."""
        policy = POLICIES.get(uri or "")
        if policy is None or policy.name not in self.MODES:
            raise Broken(status.BadSecurityPolicyRejected)
        return policy

    def check_channel_id(self, line: ServerConnection, channel_id: int) -> None:
        """An id is that of the connection's channel, or 0 to open one (10000-6, 6.7.2.2, 6.7.7)."""
        if channel_id != (line.channel.id if line.channel else 0):
            raise Broken(status.BadTcpSecureChannelUnknown)

    def check_same_security(self, channel: Channel, policy: Policy, certificate: bytes) -> None:
        """A channel is renewed with the policy and the certificate that opened it (10000-6, 6.7.7)."""
        if policy.uri != channel.policy.uri:
            raise Broken(status.BadSecurityPolicyRejected)
        if certificate != channel.certificate:
            raise Broken(status.BadSecurityChecksFailed)

    def check_same_mode(self, channel: Channel, mode: int) -> None:
        """And with its mode (10000-6, 6.7.7)."""
        if mode != channel.mode:
            raise Broken(status.BadSecurityModeRejected)

    def check_sequence(self, channel: Channel, sequence: int) -> None:
        """Sequence numbers rise by one, and begin anew only near their end (10000-6, 6.7.2.4).

        What is wrong is not said on the wire (10000-6, 6.7.7).
        """
        last = channel.sequence
        wraps = last > WRAPS_AFTER and sequence < WRAPS_BELOW
        if sequence != last + 1 and not wraps:
            raise Broken(status.BadSecurityChecksFailed)

    def check_expiry(self, channel: Channel, token_id: int) -> None:
        """A token that has expired is not known any more (10000-6, 6.7.7)."""
        if asyncio.get_running_loop().time() > channel.expiries.get(token_id, 0.0):
            raise Broken(status.BadSecureChannelTokenUnknown)

    def check_chunk_type(self, chunk: bytes) -> None:
        """A chunk is the last one, one before it, or the end of an abandoned message (10000-6, 6.7.2.2)."""
        if chunk not in {FINAL, INTERMEDIATE, ABORT}:
            raise Broken(status.BadTcpMessageTypeInvalid)

    def check_protocol_version(self, line: ServerConnection, version: int) -> None:
        """The version is the one of the Hello, or the one it was answered with (10000-6, 6.7.4)."""
        if line.hello is None or version not in {line.hello.version, self.revised_version(line.hello)}:
            raise Broken(status.BadProtocolVersionUnsupported)

    def check_mode(self, policy: Policy, mode: int) -> None:
        """Only modes with an endpoint are served, and a policy goes with its own (10000-4, 5.6.2.2)."""
        if mode not in self.MODES[policy.name]:
            raise Broken(status.BadSecurityModeRejected)

    def check_nonce(self, policy: Policy, nonce: bytes | None) -> None:
        """A nonce has the length that the policy names; without security it is ignored (10000-4, 5.6.2.2)."""
        if not policy.is_none and len(nonce or b"") != policy.nonce_length:
            raise Broken(status.BadNonceInvalid)

    def check_nonce_reuse(self, policy: Policy, nonce: bytes | None) -> None:
        """A nonce is used once (10000-4, 5.6.2.2); the last ones are remembered."""
        if policy.is_none or nonce is None:
            return
        if nonce in self.nonces:
            raise Broken(status.BadNonceInvalid)
        self.nonces.append(nonce)

    def check_thumbprint(self, said: AsymmetricHeader) -> None:
        """An OPN is for the certificate that we show (10000-6, 6.7.7)."""
        if said.receiver_thumbprint != thumbprint(self.identity.certificate):
            raise Broken(status.BadCertificateInvalid)

    def check_request_type(self, line: ServerConnection, asked: ua.OpenSecureChannelParameters) -> None:
        """A channel is issued once and renewed from then on (10000-4, 5.6.2.2)."""
        wanted = ua.SecurityTokenRequestType.Renew if line.channel else ua.SecurityTokenRequestType.Issue
        if asked.RequestType != wanted:
            raise Broken(status.BadRequestTypeInvalid if line.channel else status.BadTcpSecureChannelUnknown)

    def revised_lifetime(self, requested: int) -> int:
        """Keep the life of a token within bounds, in milliseconds (10000-4, 5.6.2.2)."""
        shortest, longest = self.LIFETIMES
        return min(max(requested, shortest), longest)

    def reason_of(self, error: SecurityError) -> Broken:
        """Say of a chunk that is not let through what may be said of it (10000-6, 6.7.7)."""
        return Broken(
            {
                "channel": status.BadTcpSecureChannelUnknown,
                "token": status.BadSecureChannelTokenUnknown,
                "policy": status.BadSecurityPolicyRejected,
                "thumbprint": status.BadCertificateInvalid,
            }.get(error.reason, status.BadSecurityChecksFailed)
        )
