"""The fields of a service message one by one, each with its bytes: total over any bytes, and bounded."""

from contextlib import suppress
from enum import Enum
from struct import error as struct_error

from testbed.protocols.modbus.fields import Field
from testbed.protocols.opcua.cursor import Cursor
from testbed.protocols.opcua.decoding import BUILT_IN, read_mask, read_node_id
from testbed.protocols.opcua.errors import DecodeError
from testbed.protocols.opcua.layout import Kind, layout_of, message_of, structure_of
from testbed.protocols.opcua.words import words

MOST_FIELDS = 200
"""Fields of one message that are told apart."""

_DATA_VALUE = (
    (0x01, "Value", "Variant"),
    (0x02, "StatusCode", "StatusCode"),
    (0x04, "SourceTimestamp", "DateTime"),
    (0x10, "SourcePicoseconds", "UInt16"),
    (0x08, "ServerTimestamp", "DateTime"),
    (0x20, "ServerPicoseconds", "UInt16"),
)
_SECRETS = ("IdentityToken.Password", "IdentityToken.TokenData")
"""What a client proves its user with (10000-4, 7.41); it may be readable on the wire."""


def fields_of(body: bytes) -> list[Field]:
    """Name the bytes of a message, type id first; what cannot be read is one last field."""
    tree = _Tree(body)
    with suppress(DecodeError, UnicodeDecodeError, struct_error, RecursionError, _Enough):
        tree.message()  # the last field says how far it went
    end = tree.fields[-1].end if tree.fields else 0
    if end < len(body):
        name = "further bytes" if len(tree.fields) >= MOST_FIELDS else "undecoded bytes"
        tree.fields.append(Field(end, len(body), name, words(body[end:])))
    return tree.fields


def message_name(body: bytes) -> str | None:
    """The name of the request or response that a type id announces; None where it announces none."""
    try:
        type_id = read_node_id(Cursor(body))
    except (DecodeError, UnicodeDecodeError, struct_error):
        return None
    cls = message_of(type_id.Identifier) if _is_standard(type_id) else None
    return cls.__name__ if cls else None


def _is_standard(type_id: object) -> bool:
    return getattr(type_id, "NamespaceIndex", None) == 0 and isinstance(
        getattr(type_id, "Identifier", ""), int
    )


class _Enough(Exception):  # noqa: N818 - no error
    """As many fields are named as anybody reads."""


class _Tree:
    """Walks through a message and keeps its fields."""

    def __init__(self, body: bytes) -> None:
        self.fields: list[Field] = []
        self._cursor = Cursor(body, errors="backslashreplace")

    def message(self) -> None:
        start = self._cursor.at
        type_id = read_node_id(self._cursor)
        cls = message_of(type_id.Identifier) if _is_standard(type_id) else None
        self._keep(start, "TypeId", f"{words(type_id)} ({cls.__name__ if cls else 'no message'})")
        if cls is None:
            return
        for member in layout_of(cls).members:
            if member.name != "TypeId":
                self._walk(member.kind, member.name)

    def _keep(self, start: int, name: str, value: str) -> None:
        if len(self.fields) >= MOST_FIELDS:
            raise _Enough
        if self._cursor.at > len(self._cursor.data):
            raise DecodeError("the message ends within a field", start)
        self.fields.append(Field(start, self._cursor.at, name, value))

    def _walk(self, kind: Kind, name: str) -> None:
        if kind.is_array:
            self._array(kind, name)
        elif kind.built_in == "DataValue":
            self._data_value(name)
        elif kind.built_in == "ExtensionObject":
            self._extension_object(name)
        elif kind.built_in:
            self._leaf(kind, name)
        elif kind.cls is not None:
            self._structure(kind.cls, f"{name}.")

    def _leaf(self, kind: Kind, name: str) -> None:
        start = self._cursor.at
        value = BUILT_IN[kind.built_in](self._cursor)
        if kind.cls is not None and issubclass(kind.cls, Enum):
            value = kind.cls._value2member_map_.get(value, value)
        hidden = isinstance(value, bytes) and name.endswith(_SECRETS)
        self._keep(start, name, f"{len(value)} bytes, not shown" if hidden else words(value))

    def _array(self, kind: Kind, name: str) -> None:
        start = self._cursor.at
        length = self._cursor.length()
        self._keep(start, f"{name} length", "null" if length < 0 else str(length))
        for index in range(max(length, 0)):
            self._walk(Kind(kind.built_in, kind.cls), f"{name}[{index}]")

    def _structure(self, cls: type, prefix: str) -> None:
        layout = layout_of(cls)
        mask = 0
        if layout.has_mask:
            start = self._cursor.at
            mask = int.from_bytes(self._cursor.take(4), "little")
            self._keep(start, f"{prefix}mask", f"0x{mask:X}")
        for member in layout.members:
            if not member.optional or mask & member.optional:
                self._walk(member.kind, f"{prefix}{member.name}")

    def _data_value(self, name: str) -> None:
        start = self._cursor.at
        mask = read_mask(self._cursor, 0x3F)
        self._keep(start, f"{name} mask", f"0x{mask:02X}")
        for bit, field, built_in in _DATA_VALUE:
            if mask & bit:
                self._leaf(Kind(built_in), f"{name}.{field}")

    def _extension_object(self, name: str) -> None:
        cursor = self._cursor
        start = cursor.at
        type_id = read_node_id(cursor)
        self._keep(start, f"{name}.TypeId", words(type_id))
        encoding = cursor.byte()
        self._keep(cursor.at - 1, f"{name} encoding", str(encoding))
        if not encoding:
            return
        start = cursor.at
        length = cursor.length()
        self._keep(start, f"{name} length", str(length))
        cls = structure_of(type_id.Identifier) if _is_standard(type_id) and encoding == 1 else None
        if cls is not None and length > 0:
            cursor.deeper()
            self._structure(cls, f"{name}.")
            cursor.nested -= 1
        elif length > 0:
            start = cursor.at
            self._keep(start, f"{name} body", words(cursor.take(length)))
