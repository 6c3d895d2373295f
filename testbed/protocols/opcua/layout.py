"""What asyncua's structures are made of, field by field: the one description that codec and dissector read.

OPC 10000-6 1.05.04, 5.2.6 and 5.2.7: the fields of a structure stand one behind the other; optional ones
are announced by a mask.
"""

from dataclasses import dataclass, fields
from enum import Enum, IntFlag
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin

from asyncua import ua
from asyncua.ua.ua_binary import get_safe_type_hints

BUILT_IN = {one.name: one for one in ua.VariantType}
"""The built-in types by their names (10000-6, 5.1.2)."""

_ALIASES = {"CharArray": "String", "Bytes": "ByteString"}
"""asyncua's other names of built-in types."""


MISTAKEN = "Encoding"
"""A text of SessionSecurityDiagnosticsDataType (10000-5, 12.12), which asyncua takes for a mask."""


@dataclass(frozen=True, slots=True)
class Kind:
    """The type of a field.

    Attributes:
        built_in: Name of the built-in type that is encoded; empty for a structure.
        cls: The structure, or the enumeration whose numbers are meant; None for a bare built-in type.
        is_array: Whether the field is an array of such values.
    """

    built_in: str = ""
    cls: type | None = None
    is_array: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """A field of a structure: its name, its type, and its bit in the mask where it is optional."""

    name: str
    kind: Kind
    optional: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """A structure.

    Attributes:
        cls: asyncua's dataclass.
        members: Its fields in their order, without the mask.
        has_mask: Whether a mask of 32 bits comes first, since some fields are optional.
    """

    cls: type
    members: tuple[Member, ...]
    has_mask: bool = False


@cache
def layout_of(cls: type) -> Layout:
    """What a structure is made of.

    Raises:
        TypeError: it is none that can be encoded, as a union or one that names an unknown type.
    """
    if issubclass(cls, ua.UaUnion):
        raise TypeError(f"{cls.__name__} is a union")
    try:
        hints = get_safe_type_hints(cls, {"ua": ua})
    except (AttributeError, NameError) as error:
        raise TypeError(f"{cls.__name__}: {error}") from error
    members: list[Member] = []
    bit = 1
    for field in fields(cls):
        hint = hints[field.name]
        if field.name == MISTAKEN:
            members.append(Member(field.name, Kind("String")))
        elif _is_optional(hint):
            members.append(Member(field.name, _kind(get_args(hint)[0]), bit))
            bit <<= 1
        else:
            members.append(Member(field.name, _kind(hint)))
    return Layout(cls, tuple(members), has_mask=bit > 1)


@cache
def structure_of(identifier: int) -> type | None:
    """The structure whose binary encoding has an id in namespace 0; None for messages and unknown ones."""
    cls: type | None = ua.extension_objects_by_typeid.get(ua.NodeId(identifier, 0))
    return None if cls is None or is_message(cls) or not _is_described(cls) else cls


@cache
def message_of(identifier: int) -> type | None:
    """The request or response whose binary encoding has an id in namespace 0."""
    cls: type | None = ua.extension_objects_by_typeid.get(ua.NodeId(identifier, 0))
    return cls if cls is not None and is_message(cls) else None


def is_message(cls: type) -> bool:
    """Whether a structure is a request or a response."""
    return "RequestHeader" in cls.__annotations__ or "ResponseHeader" in cls.__annotations__


def _is_described(cls: type) -> bool:
    try:
        layout_of(cls)
    except TypeError:
        return False
    return True


def _is_optional(hint: Any) -> bool:
    return get_origin(hint) in {Union, UnionType} and type(None) in get_args(hint)


def _kind(hint: Any) -> Kind:
    if get_origin(hint) is list:
        inner = _kind(get_args(hint)[0])
        return Kind(inner.built_in, inner.cls, is_array=True)
    if get_origin(hint) is type:  # a field that takes subtypes as well
        return Kind("ExtensionObject")
    if not isinstance(hint, type):
        raise TypeError(f"{hint!r} is no type of a field")
    name = _ALIASES.get(hint.__name__, hint.__name__)
    if name in BUILT_IN:
        return Kind(name)
    if issubclass(hint, IntFlag):
        return Kind(hint.datatype() if hasattr(hint, "datatype") else "UInt32", hint)
    if issubclass(hint, Enum):
        return Kind("Int32", hint)
    return Kind("", hint)
