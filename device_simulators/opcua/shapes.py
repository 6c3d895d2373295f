"""Values of variables as a device's YAML gives them: sampled, written out, or structures by their fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncua import ua
from asyncua.ua import AttributeIds, VariantType, ua_binary

from device_simulators.opcua.values import sample

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from device_simulators.opcua.nodes import Key
from device_simulators.opcua.space import Space


def sampled(kind: VariantType, dimensions: Sequence[int]) -> ua.Variant:
    """Return a value of samples: a scalar, an array or a matrix."""
    if not dimensions:
        value = sample(kind, 0)
        return value if kind == VariantType.Variant else ua.Variant(value, kind, is_array=False)
    count = 1
    for length in dimensions:
        count *= length
    data: list[Any] = [sample(kind, place) for place in range(count)]
    for length in reversed(dimensions[1:]):
        data = [data[first : first + length] for first in range(0, len(data), length)]
    return ua.Variant(data, kind, list(dimensions) if len(dimensions) > 1 else None, is_array=True)


def written(value: Any, kind: VariantType) -> ua.Variant:
    """Return a value that the YAML writes out; a number may stand for one with a fraction."""
    if kind in (VariantType.Float, VariantType.Double):
        value = [float(one) for one in value] if isinstance(value, list) else float(value)
    return ua.Variant(value, kind, is_array=isinstance(value, list))


def structured(space: Space, data_type: Key, fields: Mapping[str, Any]) -> ua.Variant:
    """Return a structure of scalars in its binary encoding (OPC 10000-6 1.05.04, 5.2.6)."""
    definition = space[data_type].attributes[int(AttributeIds.DataTypeDefinition)]
    body = b"".join(
        ua_binary.pack_uatype(VariantType(field.DataType.Identifier), fields[field.Name])
        for field in definition.Fields
    )
    made = ua.ExtensionObject(definition.DefaultEncodingId, body)
    return ua.Variant(made, VariantType.ExtensionObject, is_array=False)
