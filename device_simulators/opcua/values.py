"""Values of the built-in types: defaults for what has none, and samples that tell places apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from asyncua import ua
from asyncua.ua import VariantType

from device_simulators.opcua.nodes import Key, key, standard
from device_simulators.opcua.space import Space

if TYPE_CHECKING:
    from collections.abc import Callable

BASE_DATA_TYPE = standard("BaseDataType")
STRUCTURE = standard("Structure")
ENUMERATION = standard("Enumeration")

STRUCTURES: dict[Key, type[Any]] = {
    key(made.data_type): made for made in ua.typeid_by_extension_objects if hasattr(made, "data_type")
}
"""asyncua's classes of the standard's structures, by their DataType."""

_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_SAMPLED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

_DEFAULTS: dict[VariantType, Any] = {
    VariantType.Boolean: False,
    VariantType.Float: 0.0,
    VariantType.Double: 0.0,
    VariantType.String: None,
    VariantType.DateTime: _EPOCH,
    VariantType.Guid: UUID(int=0),
    VariantType.ByteString: None,
    VariantType.XmlElement: ua.XmlElement(""),
    VariantType.NodeId: ua.NodeId(),
    VariantType.ExpandedNodeId: ua.ExpandedNodeId(),
    VariantType.StatusCode: ua.StatusCode(0),
    VariantType.QualifiedName: ua.QualifiedName("", 0),
    VariantType.LocalizedText: ua.LocalizedText(),
    VariantType.DataValue: ua.DataValue(),
    VariantType.DiagnosticInfo: ua.DiagnosticInfo(),
}

_MISREAD = standard("SessionSecurityDiagnosticsDataType")
"""A structure that asyncua's clients cannot read: they get none where nobody gave a value."""

_ABSTRACT = {
    standard("Number"): VariantType.Double,
    standard("Integer"): VariantType.Int32,
    standard("UInteger"): VariantType.UInt32,
}
"""What stands for an abstract numeric type where some value is needed."""

_SAMPLES: dict[VariantType, Callable[[int], Any]] = {
    VariantType.Boolean: lambda place: place.bit_count() % 2 == 1,
    VariantType.SByte: lambda place: place - 100,
    VariantType.Byte: lambda place: place + 100,
    VariantType.Int16: lambda place: place - 10_000,
    VariantType.UInt16: lambda place: place + 50_000,
    VariantType.Int32: lambda place: place - 1_000_000,
    VariantType.UInt32: lambda place: place + 3_000_000_000,
    VariantType.Int64: lambda place: place - 5_000_000_000,
    VariantType.UInt64: lambda place: place + 10_000_000_000_000_000_000,
    VariantType.Float: lambda place: place + 0.5,
    VariantType.Double: lambda place: place + 0.125,
    VariantType.String: lambda place: f"hello {place}",
    VariantType.DateTime: lambda place: _SAMPLED + timedelta(minutes=place),
    VariantType.Guid: lambda place: UUID(int=(0x72962B91_FA75_4AE6_8D28_B404DC7DAF63 + place)),
    VariantType.ByteString: lambda place: b"bytes %d" % place,
    VariantType.XmlElement: lambda place: ua.XmlElement(f"<place>{place}</place>"),
    VariantType.NodeId: lambda place: ua.NodeId(f"Node.{place}", 2),
    VariantType.ExpandedNodeId: lambda place: ua.ExpandedNodeId(f"Node.{place}", 2),
    VariantType.StatusCode: lambda place: ua.StatusCode((0, 0x40000000, 0x80000000)[place % 3]),
    VariantType.QualifiedName: lambda place: ua.QualifiedName(f"Name {place}", 2),
    VariantType.LocalizedText: lambda place: ua.LocalizedText(f"text {place}", "en"),
    VariantType.ExtensionObject: lambda place: ua.Range(Low=float(-place), High=float(place + 1)),
    VariantType.DataValue: lambda place: ua.DataValue(ua.Variant(place, VariantType.Int32)),
    VariantType.Variant: lambda place: ua.Variant(place, VariantType.Int32),
    VariantType.DiagnosticInfo: lambda place: ua.DiagnosticInfo(AdditionalInfo=f"info {place}"),
}


def built_in(space: Space, data_type: Key) -> VariantType | None:
    """Return the built-in type that holds values of a DataType (10000-3, 5.8.3; 10000-6, 5.1.2).

    Returns:
        ``VariantType.Variant`` for BaseDataType, which is any; None for what is abstract between two.
    """
    seen: Key | None = data_type
    while seen is not None:
        if seen == ENUMERATION:
            return VariantType.Int32
        if seen[0] == 0 and 0 < seen[1] <= VariantType.DiagnosticInfo:
            return VariantType(seen[1])
        seen = space.supertype(seen) if seen not in _ABSTRACT else None
    return None


def default_value(space: Space, data_type: Key, rank: int) -> ua.Variant:
    """Return the value of a Variable that nobody gave one: zero, empty or null, of the right type."""
    kind = built_in(space, data_type) or _ABSTRACT.get(data_type)
    if kind is None or (kind == VariantType.Variant and rank < 1):
        return ua.Variant()
    if rank >= 1:
        return ua.Variant([], kind, [0] * rank if rank > 1 else None, is_array=True)
    if kind == VariantType.ExtensionObject:
        return ua.Variant(_default_structure(space, data_type), kind)
    return ua.Variant(_DEFAULTS.get(kind, 0), kind)


def _default_structure(space: Space, data_type: Key) -> Any:
    is_abstract = space[data_type].attributes[int(ua.AttributeIds.IsAbstract)]
    made = None if is_abstract or data_type == _MISREAD else STRUCTURES.get(data_type)
    return None if made is None else made()


def sample(kind: VariantType, place: int) -> Any:
    """Return a value of a built-in type; those of different places differ, but for Boolean and StatusCode."""
    return _SAMPLES[kind](place)
