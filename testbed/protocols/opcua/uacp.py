"""OPC UA Connection Protocol: its messages, and a byte stream cut into them (OPC 10000-6 1.05.04, 7.1)."""

from dataclasses import dataclass
from struct import Struct
from typing import ClassVar, NamedTuple, Self

from testbed.protocols.opcua.errors import DecodeError

HEL, ACK, ERR, RHE = b"HEL", b"ACK", b"ERR", b"RHE"
"""Types of the messages of the connection itself (7.1.2.2)."""
OPN, MSG, CLO = b"OPN", b"MSG", b"CLO"
"""Types of the messages of a secure channel (6.7.2.2)."""
FINAL, INTERMEDIATE, ABORT = b"F", b"C", b"A"
"""Types of chunks: the last of a message, one before it, one that gives the message up (6.7.2.2)."""

PORT = 4840
"""The TCP port registered for OPC UA."""
HEADER_SIZE = 8
MOST = 65535
"""Bytes of the largest chunk where nothing else was agreed (assumed)."""

_HEADER = Struct("<3scI")
_SIZES = Struct("<5I")
_CODE = Struct("<I")
_LENGTH = Struct("<i")


class Header(NamedTuple):
    """What begins every message: its type, its chunk type, and its size in bytes with this header."""

    type: bytes
    chunk: bytes
    size: int


def header(frame: bytes) -> Header:
    """The first eight bytes of a frame, which are not judged.

    Raises:
        DecodeError: there are fewer.
    """
    if len(frame) < HEADER_SIZE:
        raise DecodeError("a message header has 8 bytes", len(frame))
    return Header(*_HEADER.unpack_from(frame))


def frame_of(kind: bytes, body: bytes, *, chunk: bytes = FINAL, size: int | None = None) -> bytes:
    """A message of a type and a body, with its size or with another one on purpose."""
    return _HEADER.pack(kind, chunk, HEADER_SIZE + len(body) if size is None else size) + body


def encode_string(text: str | None) -> bytes:
    """A String (5.2.2.4); a lone surrogate of `surrogateescape` becomes the byte that it stands for."""
    if text is None:
        return _LENGTH.pack(-1)
    data = text.encode(errors="surrogateescape")
    return _LENGTH.pack(len(data)) + data


@dataclass(frozen=True, slots=True)
class Hello:
    """What a client says first (7.1.2.3); sizes in bytes, 0 for no limit of a message."""

    version: int = 0
    receive_buffer: int = MOST
    send_buffer: int = MOST
    max_message: int = 0
    max_chunks: int = 0
    url: str | None = ""

    type: ClassVar[bytes] = HEL

    def encode(self) -> bytes:
        """The message's bytes."""
        return frame_of(HEL, _sizes(self) + encode_string(self.url))

    @classmethod
    def decode(cls, frame: bytes) -> Self:
        """Read the message; DecodeError for anything else."""
        body = _Body(frame, HEL)
        version, receive, send, size, chunks = body.sizes()
        message = cls(version, receive, send, size, chunks, body.string())
        body.end()
        return message


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """What a server answers to a Hello (7.1.2.4); sizes in bytes, 0 for no limit of a message."""

    version: int = 0
    receive_buffer: int = MOST
    send_buffer: int = MOST
    max_message: int = 0
    max_chunks: int = 0

    type: ClassVar[bytes] = ACK

    def encode(self) -> bytes:
        """The message's bytes."""
        return frame_of(ACK, _sizes(self))

    @classmethod
    def decode(cls, frame: bytes) -> Self:
        """Read the message; DecodeError for anything else."""
        body = _Body(frame, ACK)
        message = cls(*body.sizes())
        body.end()
        return message


@dataclass(frozen=True, slots=True)
class ErrorMessage:
    """Why the connection is about to be closed (7.1.2.5)."""

    status: int
    reason: str | None = None

    type: ClassVar[bytes] = ERR

    def encode(self) -> bytes:
        """The message's bytes."""
        return frame_of(ERR, _CODE.pack(self.status) + encode_string(self.reason))

    @classmethod
    def decode(cls, frame: bytes) -> Self:
        """Read the message; DecodeError for anything else."""
        body = _Body(frame, ERR)
        message = cls(body.number(), body.string())
        body.end()
        return message


@dataclass(frozen=True, slots=True)
class ReverseHello:
    """What a server says first that opens the connection itself (7.1.2.6)."""

    server_uri: str | None
    url: str | None

    type: ClassVar[bytes] = RHE

    def encode(self) -> bytes:
        """The message's bytes."""
        return frame_of(RHE, encode_string(self.server_uri) + encode_string(self.url))

    @classmethod
    def decode(cls, frame: bytes) -> Self:
        """Read the message; DecodeError for anything else."""
        body = _Body(frame, RHE)
        message = cls(body.string(), body.string())
        body.end()
        return message


def _sizes(message: Hello | Acknowledge) -> bytes:
    return _SIZES.pack(
        message.version,
        message.receive_buffer,
        message.send_buffer,
        message.max_message,
        message.max_chunks,
    )


class Framer:
    """Cuts the bytes of one direction of a connection into messages, by the size field alone.

    Nothing raises: a size that no message can have makes this byte and all further ones `pending`.

    Attributes:
        most: Bytes of the largest message; whoever agrees on another sets it.
    """

    quiet = 0.0
    """Seconds of silence that end a message: none do."""

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self._buffer = bytearray()

    @property
    def pending(self) -> bytes:
        """Bytes fed that do not make a whole message yet."""
        return bytes(self._buffer)

    @property
    def broken(self) -> bool:
        """Whether the pending bytes can never become a message, by what their size field says."""
        return len(self._buffer) >= HEADER_SIZE and not HEADER_SIZE <= _size_at(self._buffer, 0) <= self.most

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes as they come and give the messages that are now whole, oldest first."""
        buffer = self._buffer
        if not buffer and len(data) >= HEADER_SIZE and len(data) == _size_at(data, 0) <= self.most:
            return [bytes(data)]  # one whole message, as most segments are
        buffer += data
        frames: list[bytes] = []
        start = 0
        while len(buffer) - start >= HEADER_SIZE:
            size = _size_at(buffer, start)
            if not HEADER_SIZE <= size <= min(self.most, len(buffer) - start):
                break
            frames.append(bytes(buffer[start : start + size]))
            start += size
        del buffer[:start]
        return frames

    def drop(self) -> bytes:
        """Take the pending bytes away."""
        stump = bytes(self._buffer)
        self._buffer.clear()
        return stump

    def end(self) -> list[bytes]:
        """The messages that silence has ended: none, since a message says its own size."""
        return []


def _size_at(buffer: bytes | bytearray, start: int) -> int:
    found: int = _CODE.unpack_from(buffer, start + 4)[0]
    return found


class _Body:
    """Reads the body of one message, field by field."""

    def __init__(self, frame: bytes, kind: bytes) -> None:
        head = header(frame)
        if head.type != kind:
            raise DecodeError(f"a message {head.type!r} is no {kind.decode()}", 0, 3)
        if head.size != len(frame):
            raise DecodeError(f"the size says {head.size} bytes of {len(frame)}", 4, HEADER_SIZE)
        self._frame = frame
        self._at = HEADER_SIZE

    def _take(self, size: int) -> int:
        start = self._at
        if size > len(self._frame) - start:
            raise DecodeError("the message ends within a field", len(self._frame))
        self._at += size
        return start

    def sizes(self) -> tuple[int, ...]:
        return _SIZES.unpack_from(self._frame, self._take(_SIZES.size))

    def number(self) -> int:
        found: int = _CODE.unpack_from(self._frame, self._take(_CODE.size))[0]
        return found

    def string(self) -> str | None:
        at = self._take(_LENGTH.size)
        length: int = _LENGTH.unpack_from(self._frame, at)[0]
        if length == -1:
            return None
        if length < 0 or length > len(self._frame) - self._at:
            raise DecodeError(f"a string of {length} bytes does not fit the message", at, at + _LENGTH.size)
        start = self._take(length)
        try:
            return str(self._frame[start : start + length], "utf-8")
        except UnicodeDecodeError as error:
            raise DecodeError("a string is no UTF-8", start + error.start, start + error.end) from None

    def end(self) -> None:
        if self._at != len(self._frame):
            raise DecodeError("bytes behind the last field", self._at, len(self._frame))
