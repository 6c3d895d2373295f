"""DataTypeDefinitions of the standard's structures and enumerations (OPC 10000-3 1.05.04, 5.8.3, 8.48).

asyncua's nodes have none; they are told from its generated classes, whose fields are the same.
"""

from __future__ import annotations

import dataclasses
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from asyncua import ua

from device_simulators.opcua.nodes import Node, key, standard
from device_simulators.opcua.space import Space
from device_simulators.opcua.values import ENUMERATION, STRUCTURE, STRUCTURES

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFINITION = int(ua.AttributeIds.DataTypeDefinition)

HAS_ENCODING = standard("HasEncoding")

_LIST = "list["


def add_definitions(space: Space) -> None:
    """Give every structure and enumeration of which asyncua has a class its DataTypeDefinition."""
    for data_type in space.subtypes(STRUCTURE):
        node = space[data_type]
        made = STRUCTURES.get(data_type)
        if made is not None:
            node.attributes[DEFINITION] = structure_definition(space, node, made)
    for data_type in space.subtypes(ENUMERATION):
        node = space[data_type]
        made = getattr(ua, node.name.Name, None)
        if isinstance(made, type) and issubclass(made, IntEnum):
            node.attributes[DEFINITION] = enum_definition(made)


def structure_definition(space: Space, node: Node, made: type[Any]) -> ua.StructureDefinition:
    """Describe a structure: its encoding, its base and all of its fields."""
    encodings = space.targets(key(node.node_id), HAS_ENCODING)
    binary = next((one for one in encodings if space[one].name.Name == "Default Binary"), None)
    base = space.supertype(key(node.node_id))
    return ua.StructureDefinition(
        DefaultEncodingId=ua.NodeId() if binary is None else space[binary].node_id,
        BaseDataType=ua.NodeId() if base is None else space[base].node_id,
        StructureType=ua.StructureType.Structure,
        Fields=[_field(field.name, kind, is_list=is_list) for field, kind, is_list in _fields(made)],
    )


def _fields(made: type[Any]) -> Iterator[tuple[dataclasses.Field[Any], str, bool]]:
    """Yield all fields; those of the class into which asyncua folds a service's parameters are unfolded."""
    for field in dataclasses.fields(made):
        # One structure has a String of this name, which asyncua takes for the mask of optional fields.
        told: Any = "String" if field.name == "Encoding" else field.type
        kind = (told.__name__ if isinstance(told, type) else str(told)).strip("'").split("|", 1)[0].strip()
        is_list = kind.startswith(_LIST)
        kind = kind.removeprefix(_LIST).removeprefix("type[").rstrip("]").removeprefix("ua.")
        kind = _SPELT.get(kind, kind)
        if hasattr(ua.ObjectIds, kind):
            yield field, kind, is_list
        else:
            yield from _fields(getattr(ua, kind))


def _field(name: str, kind: str, *, is_list: bool) -> ua.StructureField:
    return ua.StructureField(
        Name=name,
        Description=ua.LocalizedText(),
        DataType=ua.NodeId(getattr(ua.ObjectIds, kind)),
        ValueRank=ua.ValueRank.OneDimension if is_list else ua.ValueRank.Scalar,
        ArrayDimensions=[],
        MaxStringLength=0,
        IsOptional=False,
    )


_SPELT = {"Variant": "BaseDataType", "ExtensionObject": "Structure", "CharArray": "String"}
"""Where a class is called otherwise than the DataType."""


def enum_definition(made: Any) -> ua.EnumDefinition:
    """Describe an enumeration: its numbers and their names."""
    return ua.EnumDefinition(
        Fields=[
            ua.EnumField(
                Value=int(member),
                DisplayName=ua.LocalizedText(name),
                Description=ua.LocalizedText(),
                Name=name,
            )
            for name, member in made.__members__.items()
        ]
    )
