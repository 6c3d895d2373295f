"""Renewals and what names channels and tokens gone wrong (OPC 10000-6 1.05.04, 6.7.4 and 6.7.7)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from asyncua import ua

from device_simulators.opcua.errors import Broken
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua import (
    MSG,
    Chunk,
    SecureChannel,
    SecurityError,
    status,
)

if TYPE_CHECKING:
    from device_simulators.opcua.channel_rules import Channel

CHANNEL = slice(8, 12)
"""Where a chunk names its channel."""
TOKEN = slice(12, 16)
"""Where a chunk names its token."""


@mutant("UA-RENEW-CHANNEL-SAME")
class RenamesRenewedChannels(Plc):
    """Gives a channel that is renewed another id."""

    def issue(self, channel: Channel, request: ua.OpenSecureChannelRequest, request_id: int) -> None:
        """Count channels here, too."""
        if channel.expiries:
            self.last_channel += 1
            self.channels[self.last_channel] = self.channels.pop(channel.id)
            channel.id = self.last_channel
        super().issue(channel, request, request_id)


@mutant("UA-RENEW-TOKEN-NEW", "UA-RENEW-OLD-REFUSED", "UA-RENEW-BEFORE-LAST", "UA-SEC-MSG-TOKEN-OVERLAP")
class RenewsWithTheSameToken(Plc):
    """Gives a channel that is renewed the token id that it had."""

    def new_token_id(self, channel: Channel) -> int:
        """Count no further."""
        return channel.secure.token_id if channel.expiries else super().new_token_id(channel)


@mutant("UA-RENEW-OLD-SERVED", "UA-SEC-MSG-TOKEN-OVERLAP")
class DropsOldTokens(Plc):
    """Refuses the old token as soon as there is a new one."""

    def issue(self, channel: Channel, request: ua.OpenSecureChannelRequest, request_id: int) -> None:
        """Forget the old token."""
        channel.expiries.pop(channel.secure.token_id, None)
        super().issue(channel, request, request_id)


@mutant(
    "UA-RENEW-SESSION-KEPT", "UA-SEC-POLICY-BASIC256SHA256", "UA-SEC-POLICY-AES128", "UA-SEC-POLICY-AES256"
)
class LosesSessionsInRenewals(Plc):
    """Closes the sessions of a channel that is renewed for the third time."""

    def __init__(self) -> None:
        super().__init__()
        self.renewals: Counter[int] = Counter()

    def issue(self, channel: Channel, request: ua.OpenSecureChannelRequest, request_id: int) -> None:
        """Count renewals."""
        self.renewals[channel.id] += 1
        if self.renewals[channel.id] == 4:
            for session in tuple(channel.sessions):
                self.abort_session(session)
        super().issue(channel, request, request_id)


class _Lenient(Plc):
    """Takes chunks of some token that it should refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens: dict[SecureChannel, list[int]] = {}

    def issue(self, channel: Channel, request: ua.OpenSecureChannelRequest, request_id: int) -> None:
        """Remember tokens."""
        super().issue(channel, request, request_id)
        self.tokens.setdefault(channel.secure, []).append(channel.secure.token_id)

    def is_taken(self, given: list[int], token: int) -> bool:
        """Say whether a token is taken for the newest."""
        raise NotImplementedError

    def opened(self, secure: SecureChannel, frame: bytes) -> Chunk:
        """Take one token for another."""
        given = self.tokens.get(secure, [])
        token = int.from_bytes(frame[TOKEN], "little")
        is_plain = secure.policy.is_none and frame.startswith(MSG)  # elsewhere the token is signed, too
        if is_plain and token != secure.token_id and self.is_taken(given, token):
            frame = frame[: TOKEN.start] + secure.token_id.to_bytes(4, "little") + frame[TOKEN.stop :]
        return super().opened(secure, frame)


@mutant("UA-RENEW-OLD-REFUSED")
class KeepsOldTokens(_Lenient):
    """Takes the old token for good."""

    def is_taken(self, given: list[int], token: int) -> bool:
        """Take the one before the newest."""
        return token in given[-2:]


@mutant("UA-RENEW-BEFORE-LAST")
class KeepsVeryOldTokens(_Lenient):
    """Takes tokens from before the last two."""

    def is_taken(self, given: list[int], token: int) -> bool:
        """Take those before the last two."""
        return token in given[:-2]


@mutant("UA-MSG-TOKEN-UNKNOWN", "UA-MSG-TOKEN-CODE")
class TakesAnyToken(_Lenient):
    """Takes tokens that it never gave."""

    def is_taken(self, given: list[int], token: int) -> bool:
        """Take what was never given."""
        return token not in given


@mutant("UA-MSG-TOKEN-CODE")
class BlamesTheSignature(Plc):
    """Says of a token that it does not know that security checks failed."""

    def reason_of(self, error: SecurityError) -> Broken:
        """Say something else."""
        return Broken(status.BadSecurityChecksFailed) if error.reason == "token" else super().reason_of(error)


@mutant("UA-MSG-CHANNEL-UNKNOWN")
class TakesAnyChannel(Plc):
    """Takes messages with another channel's id."""

    def opened(self, secure: SecureChannel, frame: bytes) -> Chunk:
        """Overlook the id."""
        if frame.startswith(MSG):
            frame = frame[: CHANNEL.start] + secure.channel_id.to_bytes(4, "little") + frame[CHANNEL.stop :]
        return super().opened(secure, frame)
