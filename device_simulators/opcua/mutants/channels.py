"""Channels that are opened and renewed wrongly (OPC 10000-4 1.05.04, 5.6.2; OPC 10000-6 1.05.04, 6.7.4)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from asyncua import ua

from device_simulators.opcua.errors import Broken
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua import NO_SECURITY, Chunk, Policy, SecureChannel, status

if TYPE_CHECKING:
    from device_simulators.opcua.channel_rules import Channel
    from device_simulators.opcua.connection import ServerConnection

REQUEST_TYPES = (0, 1)
"""Issue and Renew (10000-4, 5.6.2.2)."""


class _Told(Plc):
    """Tells the client something else than is so."""

    def tell(self, given: Any) -> None:
        """Change what is told."""

    def answer_open(self, token: ua.ChannelSecurityToken, nonce: bytes) -> ua.OpenSecureChannelResponse:
        """Tell the client its token, and something else."""
        response = super().answer_open(token, nonce)
        self.tell(response.Parameters)
        return response


@mutant("UA-OPN-VERSION")
class TellsAnotherVersion(_Told):
    """Tells a protocol version other than that of the Acknowledge."""

    def tell(self, given: Any) -> None:
        """Tell version 5."""
        given.ServerProtocolVersion = 5


@mutant("UA-OPN-CREATED-AT")
class LivesInAnotherTimeZone(_Told):
    """Gives CreatedAt in local time."""

    def tell(self, given: Any) -> None:
        """Live nine hours east."""
        given.SecurityToken.CreatedAt += timedelta(hours=9)


@mutant("UA-OPN-LIFETIME")
class LetsTokensLiveNoTime(_Told):
    """Grants a lifetime of 0 where that is asked for."""

    def revised_lifetime(self, requested: int) -> int:
        """Take 0 for what it is."""
        return super().revised_lifetime(requested) if requested else 0


@mutant("UA-OPN-LIFETIME")
class OverflowsLifetimes(Plc):
    """Makes a lifetime of 0 out of the longest one that can be asked for."""

    def revised_lifetime(self, requested: int) -> int:
        """Add a millisecond too much."""
        return super().revised_lifetime(requested) if requested < 0xFFFFFFFF else 0


@mutant("UA-OPN-VERSION-MISMATCH")
class TakesAnyVersion(Plc):
    """Opens a channel of a protocol version other than that of the Hello."""

    def check_protocol_version(self, line: ServerConnection, version: int) -> None:
        """Let every version pass."""


@mutant("UA-OPN-CHANNEL-ID", "UA-OPN-CHANNEL-UNIQUE")
class CallsChannelsZero(Plc):
    """Gives every channel the id 0."""

    def new_channel(self, line: ServerConnection, secure: SecureChannel, mode: int) -> Channel:
        """Count from 0, and no further."""
        self.last_channel = -1
        return super().new_channel(line, secure, mode)


@mutant("UA-OPN-CHANNEL-UNIQUE")
class CallsChannelsAlike(Plc):
    """Gives every channel the same id."""

    def new_channel(self, line: ServerConnection, secure: SecureChannel, mode: int) -> Channel:
        """Do not count."""
        self.last_channel = 4711
        return super().new_channel(line, secure, mode)


@mutant("UA-OPN-TOKEN-ID")
class CallsTokensZero(Plc):
    """Gives the first token of a channel the id 0."""

    def new_token_id(self, channel: Channel) -> int:
        """Begin with 0."""
        return super().new_token_id(channel) if channel.expiries else 0


@mutant("UA-OPN-POLICY-UNKNOWN", "UA-OPN-POLICY-CODE")
class IgnoresUnknownPolicies(Plc):
    """Does not answer a request for a security policy that it does not know."""

    def take_open(self, line: ServerConnection, frame: bytes) -> None:
        """Drop it."""
        if b"#NoSuchPolicy" not in frame:
            super().take_open(line, frame)


@mutant("UA-OPN-POLICY-CODE")
class BlamesTheCertificate(Plc):
    """Says of an unknown security policy that the certificate is wrong."""

    def accepted_policy(self, uri: str | None) -> Policy:
        """Say something else."""
        try:
            return super().accepted_policy(uri)
        except Broken:
            raise Broken(status.BadCertificateInvalid) from None


class _AnyMode(Plc):
    """Opens channels without security for a security mode that it should refuse."""

    TAKEN: int

    def check_mode(self, policy: Policy, mode: int) -> None:
        """Let one more mode pass."""
        if mode != self.TAKEN or not policy.is_none:
            super().check_mode(policy, mode)

    def new_channel(self, line: ServerConnection, secure: SecureChannel, mode: int) -> Channel:
        """Open it without security."""
        is_meant = mode == self.TAKEN and secure.policy.is_none
        return super().new_channel(line, secure, NO_SECURITY if is_meant else mode)

    def read_open(self, chunk: Chunk) -> ua.OpenSecureChannelRequest:
        """Read the mode that is meant."""
        request = super().read_open(chunk)
        if int(request.Parameters.SecurityMode) == self.TAKEN and (chunk.policy_uri or "").endswith("#None"):
            request.Parameters.SecurityMode = ua.MessageSecurityMode(NO_SECURITY)
        return request


@mutant("UA-OPN-MODE-INVALID")
class TakesTheInvalidMode(_AnyMode):
    """Opens a channel with the security mode Invalid."""

    TAKEN = 0


@mutant("UA-OPN-MODE-UNFIT")
class TakesTheUnfitMode(_AnyMode):
    """Opens a channel without security for a client that asks for encryption."""

    TAKEN = 3


@mutant("UA-OPN-TYPE-INVALID")
class TakesAnyRequestType(Plc):
    """Opens a channel where the request type is neither Issue nor Renew."""

    def check_request_type(self, line: ServerConnection, asked: ua.OpenSecureChannelParameters) -> None:
        """Let other types pass."""
        if int(asked.RequestType) in REQUEST_TYPES:
            super().check_request_type(line, asked)


@mutant("UA-OPN-EXPIRED")
class ServesExpiredTokens(Plc):
    """Serves a channel whose token has expired."""

    def check_expiry(self, channel: Channel, token_id: int) -> None:
        """Look at no clock."""

    def expire(self, channel: Channel) -> None:
        """Let the channel live."""


@mutant("UA-OPN-ONE-MORE", "UA-OPN-UNUSED-CLOSED")
class OpensTooFewChannels(Plc):
    """Opens no more channels without a session than it has sessions."""

    def new_channel(self, line: ServerConnection, secure: SecureChannel, mode: int) -> Channel:
        """Refuse the seventeenth."""
        if len(self.channels) >= 16 and not any(one.sessions for one in self.channels.values()):
            raise Broken(status.BadSecureChannelClosed)
        return super().new_channel(line, secure, mode)


@mutant("UA-OPN-UNUSED-CLOSED")
class KeepsUnusedChannels(Plc):
    """Refuses a new channel where unused ones take up the room."""

    def make_room_for_channel(self) -> None:
        """Let go of nobody."""
        raise Broken(status.BadSecureChannelClosed)


@mutant("UA-OPN-USED-KEPT")
class ClosesTheOldestChannel(Plc):
    """Closes the oldest channel for a new one, whether or not a session uses it."""

    def make_room_for_channel(self) -> None:
        """Let go of the oldest."""
        oldest = next(iter(self.channels.values()))
        self.fail(oldest.line, status.BadSecureChannelClosed)
        self.drop_channel(oldest)


@mutant("UA-RENEW-CHANNEL-UNKNOWN")
class RenewsAnyChannel(Plc):
    """Opens a channel for a client that wants to renew one that is none."""

    def check_channel_id(self, line: ServerConnection, channel_id: int) -> None:
        """Look at the id of a channel that is open only."""
        if line.channel is not None:
            super().check_channel_id(line, channel_id)

    def check_request_type(self, line: ServerConnection, asked: ua.OpenSecureChannelParameters) -> None:
        """Likewise at a renewal."""
        if line.channel is not None or int(asked.RequestType) not in REQUEST_TYPES:
            super().check_request_type(line, asked)
