"""One side of a secure channel: messages to chunks and chunks to messages (OPC 10000-6 1.05.04, 6.7)."""

from collections.abc import Container
from dataclasses import dataclass
from struct import Struct
from typing import Any

from testbed.protocols.opcua.asymmetric import leaf, thumbprint
from testbed.protocols.opcua.chunk import CHANNEL_HEADER, SEQUENCE_HEADER, Chunk
from testbed.protocols.opcua.errors import DecodeError, SecurityError
from testbed.protocols.opcua.policies import NO_SECURITY, SIGN_AND_ENCRYPT, Policy
from testbed.protocols.opcua.protection import NOTHING, Protection
from testbed.protocols.opcua.securing import UNCHANGED, Tamper, close, read, room
from testbed.protocols.opcua.security_headers import AsymmetricHeader, decode_asymmetric
from testbed.protocols.opcua.uacp import CLO, FINAL, INTERMEDIATE, MOST, MSG, OPN, header

LAST_SEQUENCE = 0xFFFFFFFF
"""The largest sequence number; the next one is small (6.7.2.4, legacy sequence numbers)."""

_OF_CHANNEL = {MSG, CLO}
_CHANNEL = Struct("<3scII")
_NUMBER = Struct("<I")
_SEQUENCE = Struct("<II")


@dataclass(frozen=True, slots=True)
class Token:
    """A security token: its id, and what it protects chunks with in each direction."""

    id: int
    sending: Protection = NOTHING
    receiving: Protection = NOTHING


class SecureChannel:
    """A client's or server's side of a channel, for one connection.

    It neither judges sequence numbers nor measures lifetimes.

    Args:
        policy: The security policy.
        mode: NO_SECURITY, SIGN or SIGN_AND_ENCRYPT.
        server: Whether this is the server's side.
        certificate: Own certificate, DER, or a chain of them beginning with it.
        key: Own private key.
        peer_certificate: The peer's certificate, DER; a server learns it from the first OPN.

    Attributes:
        channel_id: 0 before the first token.
        send_sequence: The sequence number that the next chunk gets.
        peer_receive_buffer: Bytes of the largest chunk that the peer takes.
        peer_max_message: Bytes of the largest message body that the peer takes; 0 for no limit.
        peer_max_chunks: Chunks of the longest message that the peer takes; 0 for no limit.
    """

    def __init__(  # noqa: PLR0913 - both ends' keys
        self,
        policy: Policy,
        mode: int = NO_SECURITY,
        *,
        server: bool,
        certificate: bytes = b"",
        key: Any = None,
        peer_certificate: bytes = b"",
    ) -> None:
        self.policy = policy
        self.mode = mode
        self.server = server
        self.certificate = certificate
        self.key = key
        self.peer_certificate = peer_certificate
        self.channel_id = 0
        self.send_sequence = 1
        self.peer_receive_buffer = MOST
        self.peer_max_message = 0
        self.peer_max_chunks = 0
        self._token: Token | None = None
        self._previous: Token | None = None

    @property
    def is_plain(self) -> bool:
        """Whether the fields of its messages can be read without a key."""
        return self.policy.is_none or self.mode != SIGN_AND_ENCRYPT

    @property
    def token_id(self) -> int:
        """Id of the newest token; 0 before the first."""
        return self._token.id if self._token else 0

    @property
    def previous_token_id(self) -> int | None:
        """Id of the token before it, as long as that is still taken."""
        return self._previous.id if self._previous else None

    def install(self, channel_id: int, token_id: int, client_nonce: bytes, server_nonce: bytes) -> None:
        """Take a new token; the old one stays valid for receiving until the new one is used (6.7.4)."""
        own, peer = (server_nonce, client_nonce) if self.server else (client_nonce, server_nonce)
        sending = self.policy.protect(self.mode, own, peer)
        receiving = self.policy.protect(self.mode, peer, own)
        self.channel_id = channel_id
        self._previous, self._token = self._token, Token(token_id, sending, receiving)

    def forget_previous(self) -> None:
        """Take no more chunks of the token before the newest: it has expired."""
        self._previous = None

    def fits(self, body: bytes) -> bool:
        """Say whether the peer's limits let a message of this body pass."""
        protection, head = self._sending(self._sending_token()), CHANNEL_HEADER + _NUMBER.size
        chunks = -(-len(body) // room(self.peer_receive_buffer, head, protection))
        small = not self.peer_max_message or len(body) <= self.peer_max_message
        return small and (not self.peer_max_chunks or chunks <= self.peer_max_chunks)

    def seal(  # noqa: PLR0913 - every field of a chunk can be wrong on purpose
        self,
        body: bytes,
        request_id: int,
        *,
        type: bytes = MSG,  # noqa: A002 - the standard's word
        most: int | None = None,
        chunk: bytes | None = None,
        channel_id: int | None = None,
        token_id: int | None = None,
        sequence: int | None = None,
        previous: bool = False,
        asymmetric: AsymmetricHeader | None = None,
        policy_uri: str | None = None,
        tamper: Tamper = UNCHANGED,
    ) -> list[bytes]:
        """Make the chunks of a message. Each keyword from `chunk` on replaces what a good peer would send.

        Args:
            body: The message.
            request_id: Its request id.
            type: OPN, MSG or CLO.
            most: Bytes of the largest chunk; the peer's buffer where None.
            chunk: Chunk type of every chunk.
            channel_id: Id of the channel.
            token_id: Id of the token in the header; the keys stay those of the token in use.
            sequence: Sequence number of the first chunk; the channel's own count does not go on.
            previous: Whether to use the token before the newest.
            asymmetric: Security header of an OPN; the keys stay the right ones.
            policy_uri: Security policy in it.
            tamper: What to change while the chunks are made.

        Raises:
            ValueError: `most` leaves no room for a byte of the message.
        """
        token = self._previous if previous and self._previous else self._sending_token()
        if type == OPN:
            protection = self.policy.protect_sending(self.key, self.peer_certificate)
            security = (asymmetric or self._asymmetric(policy_uri)).encode()
        else:
            protection = self._sending(token)
            security = _NUMBER.pack((token.id if token else 0) if token_id is None else token_id)
        size = room(most or self.peer_receive_buffer, CHANNEL_HEADER + len(security), protection)
        if size < 1:
            raise ValueError(f"chunks of {most} bytes have no room for a message")
        number = self.send_sequence if sequence is None else sequence
        channel = self.channel_id if channel_id is None else channel_id
        frames: list[bytes] = []
        if len(body) <= size and protection is NOTHING and tamper is UNCHANGED:  # most messages by far
            head = _CHANNEL.pack(
                type, chunk or FINAL, CHANNEL_HEADER + len(security) + SEQUENCE_HEADER + len(body), channel
            )
            frames.append(head + security + _SEQUENCE.pack(number, request_id) + body)
            if sequence is None:
                self.send_sequence = number + 1 if number < LAST_SEQUENCE else 1
            return frames
        for start in range(0, len(body) or 1, size):
            last = start + size >= len(body)
            kind = chunk or (FINAL if last else INTERMEDIATE)
            head = _CHANNEL.pack(type, kind, 0, channel) + security
            content = _SEQUENCE.pack(number, request_id) + body[start : start + size]
            frames.append(close(head, content, protection, tamper))
            number = number + 1 if number < LAST_SEQUENCE else 1
        if sequence is None:
            self.send_sequence = number
        return frames

    def open(self, frame: bytes, *, ignore: Container[str] = ()) -> Chunk:
        """Verify, decrypt and take apart a chunk.

        Args:
            frame: The chunk as received.
            ignore: Reasons of a SecurityError that are not looked at.

        Raises:
            DecodeError: it is no chunk of a channel.
            SecurityError: it is none that this channel lets through.
        """
        kind, chunk, size = header(frame)
        if size != len(frame):
            raise DecodeError(f"the size says {size} bytes of {len(frame)}", 4, 8)
        if kind == OPN:
            return self._open_asymmetric(frame, ignore)
        if kind not in _OF_CHANNEL:
            raise DecodeError(f"a message {kind!r} belongs to no channel", 0, 3)
        if len(frame) < CHANNEL_HEADER + _NUMBER.size + SEQUENCE_HEADER:
            raise DecodeError("the chunk ends within its headers", len(frame))
        channel_id, token_id = _SEQUENCE.unpack_from(frame, 8)
        if channel_id != self.channel_id and "channel" not in ignore:
            raise SecurityError("channel", f"channel {channel_id} in place of {self.channel_id}", 8, 12)
        token = self._received_with(token_id, ignore)
        protection = token.receiving
        at = CHANNEL_HEADER + _NUMBER.size
        plain, end = read(frame, at, protection, ignore)
        if token is self._token:
            self._previous = None
        sequence, request_id = _SEQUENCE.unpack_from(plain, at)
        return Chunk(
            kind, chunk, channel_id, token_id, None, None, None,
            sequence, request_id, plain[at + SEQUENCE_HEADER : end], frame, plain, at,
        )  # fmt: skip

    def _open_asymmetric(self, frame: bytes, ignore: Container[str]) -> Chunk:
        said, at = decode_asymmetric(frame)
        if said.policy_uri != self.policy.uri and "policy" not in ignore:
            raise SecurityError("policy", "not the security policy of the channel", CHANNEL_HEADER, at)
        protection = self._receiving_from(said, at, ignore)
        plain, end = read(frame, at, protection, ignore)
        if not self.peer_certificate:
            self.peer_certificate = leaf(said.sender_certificate or b"")
        channel_id: int = _NUMBER.unpack_from(frame, 8)[0]
        sequence, request_id = _SEQUENCE.unpack_from(plain, at)
        return Chunk(
            OPN, frame[3:4], channel_id, None, said.policy_uri, said.sender_certificate,
            said.receiver_thumbprint, sequence, request_id, plain[at + SEQUENCE_HEADER : end],
            frame, plain, at,
        )  # fmt: skip

    def _asymmetric(self, policy_uri: str | None) -> AsymmetricHeader:
        uri = self.policy.uri if policy_uri is None else policy_uri
        if self.policy.is_none:
            return AsymmetricHeader(uri)
        return AsymmetricHeader(uri, self.certificate, thumbprint(self.peer_certificate))

    def _receiving_from(self, said: AsymmetricHeader, end: int, ignore: Container[str]) -> Protection:
        """What an OPN was protected with, by what its header says; the peer has to stay the same."""
        if self.policy.is_none:
            return NOTHING
        certificate = leaf(said.sender_certificate or b"")
        if not certificate or (self.peer_certificate and certificate != leaf(self.peer_certificate)):
            if "certificate" not in ignore:
                raise SecurityError("certificate", "not the certificate of the peer", CHANNEL_HEADER, end)
            certificate = leaf(self.peer_certificate)
        if said.receiver_thumbprint != thumbprint(self.certificate) and "thumbprint" not in ignore:
            raise SecurityError("thumbprint", "encrypted for another certificate", CHANNEL_HEADER, end)
        return self.policy.protect_receiving(self.key, certificate)

    def _sending_token(self) -> Token | None:
        """The token to send with: a server keeps the old one until the client has used the new one."""
        return self._previous if self.server and self._previous else self._token

    @staticmethod
    def _sending(token: Token | None) -> Protection:
        return token.sending if token else NOTHING

    def _received_with(self, token_id: int, ignore: Container[str]) -> Token:
        for token in (self._token, self._previous):
            if token is not None and (token.id == token_id):
                return token
        if self._token is not None and "token" in ignore:
            return self._token
        raise SecurityError("token", f"token {token_id} is none of this channel", 12, 16)
