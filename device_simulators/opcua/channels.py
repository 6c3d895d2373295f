"""Secure channels: opening and renewing, the chunks of messages, closing (OPC 10000-4, 5.6; 10000-6, 6.7)."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from asyncua import ua

from device_simulators.opcua.channel_rules import Channel, ChannelRules
from device_simulators.opcua.errors import Broken
from testbed.protocols.opcua import (
    FINAL,
    MSG,
    NO_SECURITY,
    OPN,
    SIGN_AND_ENCRYPT,
    Aborted,
    Chunk,
    DecodeError,
    Policy,
    SecureChannel,
    SecurityError,
    TooLarge,
    decode_service,
    encode_service,
    status,
)
from testbed.protocols.opcua.asymmetric import leaf
from testbed.protocols.opcua.security_headers import decode_asymmetric

if TYPE_CHECKING:
    from device_simulators.opcua.connection import ServerConnection

_CHANNEL_ID = slice(8, 12)
ANY_KEY = (1024, 16384)
"""Bits of RSA keys that a channel can work with at all."""


class Channels(ChannelRules):
    """What the rules are asked for, from the first OPN to the close of the connection."""

    channels: dict[int, Channel]
    """The open channels by id, in the order of their opening."""
    last_channel: int
    last_token: int
    """The ids given last; the first ones are random, so that those of an earlier start do not come again."""

    # Opening and renewing

    def take_open(self, line: ServerConnection, frame: bytes) -> None:
        """Open or renew the channel of a connection, or note that it was refused."""
        try:
            self.open_channel(line, frame)
        except Broken as broken:
            self.note("AuditOpenSecureChannelEventType", broken.status)
            raise

    def open_channel(self, line: ServerConnection, frame: bytes) -> None:
        """Open or renew the channel of a connection (10000-4, 5.6.2; 10000-6, 6.7.4)."""
        try:
            said, _ = decode_asymmetric(frame)
        except DecodeError as error:
            raise Broken(status.BadDecodingError) from error
        policy = self.accepted_policy(said.policy_uri)
        self.check_channel_id(line, int.from_bytes(frame[_CHANNEL_ID], "little"))
        certificate = b"" if policy.is_none else leaf(said.sender_certificate or b"")
        if not policy.is_none:
            self.check_thumbprint(said)
            self.accept_certificate(said.sender_certificate or b"", policy)
        if line.channel is not None:
            self.check_same_security(line.channel, policy, certificate)
            secure = line.channel.secure
        else:
            secure = self.new_secure(policy, certificate)
        chunk = self.opened(secure, frame)
        if line.channel is not None:
            self.check_sequence(line.channel, chunk.sequence)
        request = self.read_open(chunk)
        asked = request.Parameters
        self.check_protocol_version(line, asked.ClientProtocolVersion)
        self.check_request_type(line, asked)
        self.check_mode(policy, int(asked.SecurityMode))
        self.check_nonce(policy, asked.ClientNonce)
        self.check_nonce_reuse(policy, asked.ClientNonce)
        if line.channel is None:
            line.channel = self.new_channel(line, secure, int(asked.SecurityMode))
        else:
            self.check_same_mode(line.channel, int(asked.SecurityMode))
        line.channel.sequence = chunk.sequence
        self.issue(line.channel, request, chunk.request_id)

    def new_secure(self, policy: Policy, certificate: bytes) -> SecureChannel:
        """Make our side of a channel for a client that shows a certificate."""
        if policy.is_none:
            return SecureChannel(policy, NO_SECURITY, server=True)
        return SecureChannel(
            any_key(policy),
            SIGN_AND_ENCRYPT,
            server=True,
            certificate=self.identity.certificate,
            key=self.identity.key,
            peer_certificate=certificate,
        )

    def opened(self, secure: SecureChannel, frame: bytes) -> Chunk:
        """Verify and decrypt a chunk."""
        try:
            return secure.open(frame, ignore=self.IGNORED)
        except SecurityError as error:
            raise self.reason_of(error) from error
        except DecodeError as error:
            raise Broken(status.BadDecodingError) from error

    def read_open(self, chunk: Chunk) -> ua.OpenSecureChannelRequest:
        """Read the body of an OPN, which is one chunk (10000-6, 6.7.2.2)."""
        try:
            request = decode_service(chunk.body)
        except DecodeError as error:
            raise Broken(status.BadDecodingError) from error
        if chunk.chunk != FINAL or not isinstance(request, ua.OpenSecureChannelRequest):
            raise Broken(status.BadTcpMessageTypeInvalid)
        return request

    def new_channel(self, line: ServerConnection, secure: SecureChannel, mode: int) -> Channel:
        """Make a channel, for which another one may have to go."""
        if len(self.channels) >= self.MAX_CHANNELS:
            self.make_room_for_channel()
        assert line.hello is not None  # noqa: S101 - an OPN comes behind a Hello
        secure.mode = mode
        secure.peer_receive_buffer = min(line.hello.receive_buffer, self.SEND_BUFFER)
        secure.peer_max_message = line.hello.max_message
        secure.peer_max_chunks = line.hello.max_chunks
        self.last_channel += 1
        channel = Channel(self.last_channel, line, secure, secure.peer_certificate, 0)
        self.channels[channel.id] = channel
        return channel

    def make_room_for_channel(self) -> None:
        """Close the oldest channel that no session uses (10000-4, 5.6.2.1).

        Raises:
            Broken: all are in use.
        """
        for one in self.channels.values():
            if not one.sessions:
                self.fail(one.line, status.BadSecureChannelClosed)
                self.drop_channel(one)
                return
        raise Broken(status.BadTcpServerTooBusy)

    def issue(self, channel: Channel, request: ua.OpenSecureChannelRequest, request_id: int) -> None:
        """Give a channel a token and answer the client."""
        loop = asyncio.get_running_loop()
        lifetime = self.revised_lifetime(request.Parameters.RequestedLifetime)
        nonce = self.new_channel_nonce(channel)
        token_id = self.new_token_id(channel)
        ends = loop.time() + lifetime / 1000
        channel.expiries = {
            token: end for token, end in channel.expiries.items() if token == channel.secure.token_id
        } | {token_id: ends}
        channel.secure.install(channel.id, token_id, request.Parameters.ClientNonce or b"", nonce)
        if channel.timer is not None:
            channel.timer.cancel()
        channel.timer = loop.call_at(ends + lifetime / 4000, self.expire, channel)
        token = ua.ChannelSecurityToken(channel.id, token_id, self.now(), lifetime)
        response = self.answer_open(token, nonce)
        response.ResponseHeader.Timestamp = self.now()
        response.ResponseHeader.RequestHandle = request.RequestHeader.RequestHandle
        self.reply(channel, encode_service(response), request_id, OPN)

    def new_channel_nonce(self, channel: Channel) -> bytes:
        """Return a nonce that was never used before, as long as the policy has it (10000-4, 5.6.2.2)."""
        return channel.policy.nonce()

    def new_token_id(self, channel: Channel) -> int:  # noqa: ARG002 - for a mutant that looks at it
        """Return an id that no token has had (10000-4, 5.6.2.1)."""
        self.last_token += 1
        return self.last_token

    def answer_open(self, token: ua.ChannelSecurityToken, nonce: bytes) -> ua.OpenSecureChannelResponse:
        """Tell the client its token (10000-4, 5.6.2.2; 10000-6, 6.7.4)."""
        response = ua.OpenSecureChannelResponse()
        response.Parameters.ServerProtocolVersion = 0
        response.Parameters.SecurityToken = token
        response.Parameters.ServerNonce = nonce
        return response

    # Messages

    def reply(self, channel: Channel, body: bytes, request_id: int, kind: bytes = MSG) -> None:
        """Send a response in chunks that the client can take, with the request's id (10000-6, 6.7.2)."""
        for frame in channel.secure.seal(body, request_id, type=kind):
            channel.line.send(frame)

    def take_chunk(self, line: ServerConnection, frame: bytes) -> Chunk:
        """Verify a chunk of a channel: its security, token and sequence number (10000-6, 6.7.7)."""
        channel = line.channel
        if channel is None:
            raise Broken(status.BadTcpSecureChannelUnknown)
        chunk = self.opened(channel.secure, frame)
        self.check_chunk_type(chunk.chunk)
        self.check_expiry(channel, chunk.token_id or 0)
        self.check_sequence(channel, chunk.sequence)
        channel.sequence = chunk.sequence
        return chunk

    def assemble(self, line: ServerConnection, chunk: Chunk) -> bytes | None:
        """Return the whole body of a request, or None while it is not whole or was given up (6.7.3)."""
        try:
            return line.reassembly.add(chunk)
        except Aborted:
            return None
        except TooLarge as error:
            raise Broken(status.BadRequestTooLarge) from error
        except DecodeError as error:
            raise Broken(status.BadDecodingError) from error

    # Closing

    def take_close(self, line: ServerConnection, frame: bytes) -> None:
        """Release a channel and close its connection without a response (10000-6, 7.1.4)."""
        self.take_chunk(line, frame)
        line.end(self.LINGER)

    def expire(self, channel: Channel) -> None:
        """Close the connection of a channel whose token was not renewed."""
        channel.line.end(self.LINGER)

    def leave(self, line: ServerConnection) -> None:
        """Release the channel of a connection; its sessions live on until they time out."""
        super().leave(line)
        if line.channel is not None:
            self.drop_channel(line.channel)

    def drop_channel(self, channel: Channel) -> None:
        """Forget a channel."""
        self.channels.pop(channel.id, None)
        if channel.timer is not None:
            channel.timer.cancel()


@cache
def any_key(policy: Policy) -> Policy:
    """Return a policy that takes RSA keys of any size: they were judged before (`check_policy`)."""
    return policy if policy.rsa is None else replace(policy, rsa=replace(policy.rsa, key_bits=ANY_KEY))


def random_start() -> int:
    """Return a number from which ids may count up."""
    return secrets.randbelow(1 << 30)
