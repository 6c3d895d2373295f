"""Secured messages out of their order, with tokens of before, and renewals that change something.

OPC 10000-6 1.05.04, 6.7.2.4, 6.7.4 and 6.7.7.
"""

from __future__ import annotations

from collections.abc import Container
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from device_simulators.opcua.errors import Broken
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua import MSG, Chunk, Policy, SecureChannel, SecurityError, status
from testbed.protocols.opcua.channel import Token

if TYPE_CHECKING:
    from device_simulators.opcua.channel_rules import Channel
    from device_simulators.opcua.connection import ServerConnection

CHANNEL = slice(8, 12)
"""Where a chunk names its channel."""


@mutant("UA-SEC-MSG-REPLAYED", "UA-SEC-MSG-GAP")
class TrustsSignedNumbers(Plc):
    """Does not look at sequence numbers where messages are signed."""

    def check_sequence(self, channel: Channel, sequence: int) -> None:
        """Leave it to the signature."""
        if not channel.is_secured:
            super().check_sequence(channel, sequence)


@mutant("UA-SEC-MSG-WRAP")
class SignsNoSmallNumbers(Plc):
    """Refuses a small sequence number behind the largest ones where messages are signed."""

    def check_sequence(self, channel: Channel, sequence: int) -> None:
        """Want higher numbers for ever."""
        if channel.is_secured and sequence < channel.sequence:
            raise Broken(status.BadSecurityChecksFailed)
        super().check_sequence(channel, sequence)


@mutant("UA-SEC-MSG-ELSEWHERE")
class FindsChannelsByNumber(Plc):
    """Takes a message of any channel on any connection, and answers there."""

    def take_chunk(self, line: ServerConnection, frame: bytes) -> Chunk:
        """Bring the channel here."""
        named = self.channels.get(int.from_bytes(frame[CHANNEL], "little"))
        if frame.startswith(MSG) and line.channel is None and named is not None:
            line.channel, named.line = named, line
        return super().take_chunk(line, frame)


@mutant("UA-SEC-MSG-TOKEN")
class TakesAnySignedToken(Plc):
    """Takes messages with tokens that it never gave, where the newest one's keys signed them."""

    def opened(self, secure: SecureChannel, frame: bytes) -> Chunk:
        """Overlook the token."""
        if not secure.policy.is_none and frame.startswith(MSG):
            with suppress(SecurityError):
                return secure.open(frame, ignore=self.IGNORED | {"token"})
        return super().opened(secure, frame)

    def check_expiry(self, channel: Channel, token_id: int) -> None:
        """Let those pass that have no end."""
        if not channel.is_secured or token_id in channel.expiries:
            super().check_expiry(channel, token_id)


class _Keeper(SecureChannel):
    """A channel with the keys of all its tokens."""

    kept: dict[int, Token]

    def install(self, channel_id: int, token_id: int, client_nonce: bytes, server_nonce: bytes) -> None:
        """Keep the token."""
        super().install(channel_id, token_id, client_nonce, server_nonce)
        if not hasattr(self, "kept"):
            self.kept = {}
        if self._token is not None:
            self.kept[token_id] = self._token


class _Keeps(Plc):
    """Has channels of another kind."""

    KIND: type[SecureChannel]

    def new_secure(self, policy: Policy, certificate: bytes) -> SecureChannel:
        """Make one."""
        made = super().new_secure(policy, certificate)
        if policy.is_none:
            return made
        return self.KIND(
            made.policy,
            made.mode,
            server=True,
            certificate=made.certificate,
            key=made.key,
            peer_certificate=made.peer_certificate,
        )

    def check_expiry(self, channel: Channel, token_id: int) -> None:
        """Let those pass that have no end."""
        if not channel.is_secured or token_id in channel.expiries:
            super().check_expiry(channel, token_id)


class _TakesLast(_Keeper):
    def _received_with(self, token_id: int, ignore: Container[str]) -> Token:
        """Take the token before the newest for good."""
        last = list(self.kept)[-2:]
        return self.kept[token_id] if token_id in last else super()._received_with(token_id, ignore)


class _TakesEarlier(_Keeper):
    def _received_with(self, token_id: int, ignore: Container[str]) -> Token:
        """Take tokens from before the last two."""
        earlier = list(self.kept)[:-2]
        return self.kept[token_id] if token_id in earlier else super()._received_with(token_id, ignore)


class _TriesBoth(_Keeper):
    def open(self, frame: bytes, *, ignore: Container[str] = ()) -> Chunk:
        """Try the keys of the token before, too."""
        token, previous = self._token, self._previous
        try:
            return super().open(frame, ignore=ignore)
        except SecurityError:
            if token is None or previous is None or not frame.startswith(MSG):
                raise
            self._token = replace(previous, id=token.id)
            try:
                return super().open(frame, ignore=ignore)
            finally:
                self._token, self._previous = token, previous


@mutant("UA-SEC-MSG-TOKEN-USED-UP")
class KeepsOldKeys(_Keeps):
    """Takes messages secured with the old token for good."""

    KIND = _TakesLast


@mutant("UA-SEC-MSG-TOKEN-BEFORE-LAST")
class KeepsVeryOldKeys(_Keeps):
    """Takes messages secured with tokens from before the last two."""

    KIND = _TakesEarlier


@mutant("UA-SEC-MSG-TOKEN-KEYS")
class TriesAllKeys(_Keeps):
    """Tries the keys of the old token on messages that name the new one."""

    KIND = _TriesBoth


@mutant("UA-SEC-MSG-RENEW-CERTIFICATE")
class RenewsForAnyCertificate(Plc):
    """Renews a channel for another certificate than that which opened it."""

    def check_same_security(self, channel: Channel, policy: Policy, certificate: bytes) -> None:
        """Go on with the new one."""
        if policy is channel.policy or policy.uri == channel.policy.uri:
            channel.certificate = channel.secure.peer_certificate = certificate
        super().check_same_security(channel, policy, certificate)


@mutant("UA-SEC-MSG-RENEW-POLICY")
class RenewsWithoutSecurity(Plc):
    """Renews a secured channel without security."""

    def check_same_security(self, channel: Channel, policy: Policy, certificate: bytes) -> None:
        """Go on in clear."""
        if not policy.is_none or not channel.is_secured:
            super().check_same_security(channel, policy, certificate)
            return
        secure, channel.secure = channel.secure, self.new_secure(policy, b"")
        channel.secure.channel_id = secure.channel_id
        channel.secure.send_sequence = secure.send_sequence
        channel.secure.peer_receive_buffer = secure.peer_receive_buffer


@mutant("UA-SEC-MSG-RENEW-MODE")
class RenewsInAnyMode(Plc):
    """Renews a channel with another security mode, which is that of its messages from then on."""

    def check_same_mode(self, channel: Channel, mode: int) -> None:
        """Change the mode."""
        channel.secure.mode = mode


@mutant("UA-SEC-POLICY-NONCE-LENGTH")
class SendsShortNonces(Plc):
    """Opens secured channels with a nonce of half the length."""

    def new_channel_nonce(self, channel: Channel) -> bytes:
        """Keep one half."""
        nonce = super().new_channel_nonce(channel)
        return nonce[: len(nonce) // 2]


@mutant("UA-SEC-POLICY-NONCE-NEW")
class SendsOneNonce(Plc):
    """Opens and renews secured channels with the nonce that it drew at its start."""

    drawn = b""

    def new_channel_nonce(self, channel: Channel) -> bytes:
        """Draw one for all."""
        self.drawn = self.drawn or super().new_channel_nonce(channel)
        return self.drawn if channel.is_secured else b""


@mutant("UA-SEC-POLICY-NONCE-RANDOM")
class CountsNonces(Plc):
    """Opens and renews secured channels with nonces that count up."""

    counted = 0

    def new_channel_nonce(self, channel: Channel) -> bytes:
        """Count."""
        nonce = super().new_channel_nonce(channel)
        self.counted += 1
        return self.counted.to_bytes(len(nonce), "big") if channel.is_secured else nonce
