"""What every byte of a message means, for a reader: total over any bytes, and judging none."""

from dataclasses import replace

from testbed.protocols.modbus.fields import Field
from testbed.protocols.opcua.chunk import SEQUENCE_HEADER
from testbed.protocols.opcua.cursor import Cursor
from testbed.protocols.opcua.decoding import read_bytes, read_string
from testbed.protocols.opcua.errors import DecodeError
from testbed.protocols.opcua.status import Status
from testbed.protocols.opcua.tree import fields_of, message_name
from testbed.protocols.opcua.uacp import ACK, CLO, ERR, HEL, MSG, OPN, RHE
from testbed.protocols.opcua.words import words

__all__ = ["Field", "dissect"]

_TYPES = {
    HEL: "Hello", ACK: "Acknowledge", ERR: "Error", RHE: "ReverseHello",
    OPN: "OpenSecureChannel", MSG: "secured message", CLO: "CloseSecureChannel",
}  # fmt: skip
_CHUNKS = {b"F": "final", b"C": "intermediate", b"A": "abort"}
_SIZES = (
    "protocol version",
    "receive buffer size",
    "send buffer size",
    "max message size",
    "max chunk count",
)


def dissect(frame: bytes, body: bytes | None = None) -> list[Field]:
    """Name every byte of a message of the connection protocol, or of a chunk of a secure channel.

    Args:
        frame: The bytes as sent or received, whatever they are.
        body: The decrypted message that ends with this frame, where it is known.

    Returns:
        Fields in order that cover every byte. Those of a message that the frame holds encrypted, or only the
        last part of, all have the span of what holds it.
    """
    cursor = _Frame(frame)
    try:
        kind = cursor.named("message type", _TYPES)
        cursor.named("chunk type", _CHUNKS, 1)
        cursor.number("message size")
        if kind in {HEL, ACK}:
            for name in _SIZES:
                cursor.number(name)
        if kind == HEL:
            cursor.string("endpoint URL")
        elif kind == RHE:
            cursor.string("server URI")
            cursor.string("endpoint URL")
        elif kind == ERR:
            cursor.status("error")
            cursor.string("reason")
        elif kind in {OPN, MSG, CLO}:
            _chunk(cursor, kind, body)
    except DecodeError:
        pass  # what is left is the last field
    return cursor.finish()


def _chunk(cursor: "_Frame", kind: bytes, body: bytes | None) -> None:
    cursor.number("secure channel id")
    if kind == OPN:
        cursor.string("security policy URI")
        cursor.octets("sender certificate")
        cursor.octets("receiver certificate thumbprint")
    else:
        cursor.number("security token id")
    start = cursor.at + SEQUENCE_HEADER
    chunk_type = cursor.data[3:4]
    if body is not None and cursor.data[start : start + len(body)] == body:
        _plain(cursor, body)
    elif body is not None:
        cursor.holding(fields_of(body))
    elif chunk_type == b"A" or message_name(cursor.data[start:]) is not None:
        _plain(cursor, cursor.data[start:])


def _plain(cursor: "_Frame", body: bytes) -> None:
    """A sequence header and a body that can be read as they are, and the signature behind them."""
    cursor.number("sequence number")
    cursor.number("request id")
    start = cursor.at
    if cursor.data[3:4] == b"A":
        cursor.status("error")
        cursor.string("reason")
        return
    cursor.fields += [replace(one, start=start + one.start, end=start + one.end) for one in fields_of(body)]
    cursor.at = start + len(body)


class _Frame(Cursor):
    """Walks through a frame and keeps its fields."""

    __slots__ = ("fields",)

    def __init__(self, frame: bytes) -> None:
        super().__init__(frame, errors="backslashreplace")
        self.fields: list[Field] = []

    def keep(self, start: int, name: str, value: str) -> None:
        self.fields.append(Field(start, self.at, name, value))

    def named(self, name: str, names: dict[bytes, str], size: int = 3) -> bytes:
        start = self.at
        found = self.take(size)
        self.keep(start, name, f"{repr(found)[2:-1]} ({names.get(found, 'not defined')})")
        return found

    def number(self, name: str) -> None:
        start = self.at
        self.keep(start, name, str(int.from_bytes(self.take(4), "little")))

    def status(self, name: str) -> None:
        start = self.at
        found = Status(int.from_bytes(self.take(4), "little"))
        self.keep(start, name, found.title)

    def string(self, name: str) -> None:
        start = self.at
        self.keep(start, name, words(read_string(self)))

    def octets(self, name: str) -> None:
        start = self.at
        self.keep(start, name, words(read_bytes(self)))

    def holding(self, inner: list[Field]) -> None:
        """Fields of a message that stands somewhere in what is left."""
        start, end = self.at, len(self.data)
        self.at = end
        self.keep(start, "encrypted or partial message", f"{end - start} bytes")
        self.fields += [replace(one, start=start, end=end) for one in inner]

    def finish(self) -> list[Field]:
        """All fields, with whatever was not taken as the last one."""
        start = max((one.end for one in self.fields), default=0)
        if start < len(self.data):
            self.at = len(self.data)
            self.keep(start, "signature, or undecoded bytes", words(self.data[start:]))
        return self.fields
