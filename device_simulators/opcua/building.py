"""Making the nodes of a device, each with its mandatory attributes and type (OPC 10000-3 1.05.04, 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncua import ua
from asyncua.ua import AttributeIds, NodeClass, VariantType

from device_simulators.opcua.nodes import Key, Node, key, standard
from device_simulators.opcua.space import Space
from device_simulators.opcua.values import built_in

if TYPE_CHECKING:
    from collections.abc import Sequence

ORGANIZES = standard("Organizes")
HAS_COMPONENT = standard("HasComponent")
HAS_PROPERTY = standard("HasProperty")
HAS_TYPE_DEFINITION = standard("HasTypeDefinition")
HAS_SUBTYPE = standard("HasSubtype")
HAS_MODELLING_RULE = standard("HasModellingRule")
BASE_DATA_VARIABLE = standard("BaseDataVariableType")
PROPERTY = standard("PropertyType")
FOLDER = standard("FolderType")

ACCESS = {
    "none": (0, 0),
    "read-only": (0x01, 0x01),
    "write-only": (0x62, 0x62),
    "read-write": (0x63, 0x63),
    "plain": (0x03, 0x03),
    "user-read-only": (0x63, 0x01),
    "user-write-only": (0x63, 0x62),
}
"""AccessLevel and UserAccessLevel (10000-3, 8.57): reading is bit 0, writing bit 1, status 5, timestamp 6.

What is ``plain`` takes a value, but neither status nor timestamp with it.
"""


class Builder:
    """Adds nodes of one namespace to an address space.

    Args:
        space: where to.
        namespace: index of the namespace.
    """

    def __init__(self, space: Space, namespace: int) -> None:
        self.space = space
        self.namespace = namespace

    def node(
        self, identifier: str, node_class: NodeClass, name: str | ua.QualifiedName = "", **more: Any
    ) -> Node:
        """Add a node; its name is the last part of its identifier, where no other is given."""
        called = name or identifier.rpartition(".")[2]
        if isinstance(called, str):
            called = ua.QualifiedName(called, self.namespace)
        node_id = ua.NodeId(identifier, self.namespace)
        attributes: dict[int, Any] = {
            int(AttributeIds.NodeId): node_id,
            int(AttributeIds.NodeClass): int(node_class),
            int(AttributeIds.BrowseName): called,
            int(AttributeIds.DisplayName): ua.LocalizedText(called.Name, "en"),
            int(AttributeIds.WriteMask): 0,
            int(AttributeIds.UserWriteMask): 0,
        }
        attributes |= {int(AttributeIds[attribute]): value for attribute, value in more.items()}
        return self.space.add(Node(node_id, attributes))

    def object(
        self,
        parent: Key,
        identifier: str,
        *,
        kind: Key = FOLDER,
        name: str | ua.QualifiedName = "",
        link: Key = ORGANIZES,
    ) -> Key:
        """Add an Object below another one."""
        node = key(self.node(identifier, NodeClass.Object, name, EventNotifier=0).node_id)
        self.space.refer(parent, link, node)
        self.space.refer(node, HAS_TYPE_DEFINITION, kind)
        return node

    def variable(  # noqa: PLR0913 - what a Variable is made of
        self,
        parent: Key,
        identifier: str,
        data_type: Key,
        value: ua.Variant,
        *,
        access: str = "read-only",
        dimensions: Sequence[int] = (),
        kind: Key = BASE_DATA_VARIABLE,
        name: str | ua.QualifiedName = "",
        link: Key = HAS_COMPONENT,
    ) -> Key:
        """Add a Variable below another node; ``dimensions`` are its greatest lengths, none for a scalar."""
        level, user_level = ACCESS[access]
        more: dict[str, Any] = {"ArrayDimensions": list(dimensions)} if dimensions else {}
        node = self.node(
            identifier,
            NodeClass.Variable,
            name,
            DataType=self.space[data_type].node_id,
            ValueRank=len(dimensions) or ua.ValueRank.Scalar,
            AccessLevel=level,
            UserAccessLevel=user_level,
            Historizing=False,
            AccessLevelEx=level,
            **more,
        )
        node.value = value
        self.space.refer(parent, link, key(node.node_id))
        self.space.refer(key(node.node_id), HAS_TYPE_DEFINITION, kind)
        return key(node.node_id)

    def property(self, parent: Key, name: str, data_type: Key, value: Any) -> Key:
        """Add a property with a name of the standard."""
        kind = built_in(self.space, data_type)
        is_array = isinstance(value, list)
        return self.variable(
            parent,
            f"{parent[1]}.{name}",
            data_type,
            ua.Variant(value, kind, is_array=is_array),
            dimensions=[len(value)] if isinstance(value, list) else (),
            kind=PROPERTY,
            name=ua.QualifiedName(name, 0),
            link=HAS_PROPERTY,
        )

    def enumeration(self, identifier: str, names: Sequence[str]) -> Key:
        """Add an enumeration, numbered from 0, with EnumStrings (10000-3, 5.8.3, 8.40)."""
        fields = [
            ua.EnumField(
                Value=number,
                DisplayName=ua.LocalizedText(name, "en"),
                Description=ua.LocalizedText(),
                Name=name,
            )
            for number, name in enumerate(names)
        ]
        node = self._data_type(standard("Enumeration"), identifier, ua.EnumDefinition(Fields=fields))
        texts = [ua.LocalizedText(name, "en") for name in names]
        self.property(node, "EnumStrings", standard("LocalizedText"), texts)
        return node

    def structure(self, identifier: str, fields: Sequence[tuple[str, VariantType]]) -> Key:
        """Add a structure of scalars with its binary encoding (10000-3, 5.8.2 to 5.8.4, 8.48)."""
        encoding = self.node(
            f"{identifier}.DefaultBinary",
            NodeClass.Object,
            ua.QualifiedName("Default Binary", 0),
            EventNotifier=0,
        )
        definition = ua.StructureDefinition(
            DefaultEncodingId=encoding.node_id,
            BaseDataType=ua.NodeId(ua.ObjectIds.Structure),
            StructureType=ua.StructureType.Structure,
            Fields=[
                ua.StructureField(
                    Name=name,
                    Description=ua.LocalizedText(),
                    DataType=ua.NodeId(int(kind)),
                    ValueRank=ua.ValueRank.Scalar,
                    ArrayDimensions=[],
                    MaxStringLength=0,
                    IsOptional=False,
                )
                for name, kind in fields
            ],
        )
        node = self._data_type(standard("Structure"), identifier, definition)
        self.space.refer(key(encoding.node_id), HAS_TYPE_DEFINITION, standard("DataTypeEncodingType"))
        self.space.refer(node, standard("HasEncoding"), key(encoding.node_id))
        return node

    def _data_type(self, parent: Key, identifier: str, definition: Any) -> Key:
        node = self.node(identifier, NodeClass.DataType, IsAbstract=False, DataTypeDefinition=definition)
        self.space.refer(parent, HAS_SUBTYPE, key(node.node_id))
        return key(node.node_id)

    def object_type(self, identifier: str) -> Key:
        """Add a type of objects."""
        node = key(self.node(identifier, NodeClass.ObjectType, IsAbstract=False).node_id)
        self.space.refer(standard("BaseObjectType"), HAS_SUBTYPE, node)
        return node

    def method(
        self, parent: Key, identifier: str, *, executable: bool = True, user_executable: bool = True
    ) -> Key:
        """Add a Method to an Object or ObjectType."""
        node = key(
            self.node(
                identifier, NodeClass.Method, Executable=executable, UserExecutable=user_executable
            ).node_id
        )
        self.space.refer(parent, HAS_COMPONENT, node)
        return node

    def mandatory(self, node: Key) -> None:
        """Say that every instance of a type has this node (10000-3, 6.4.4)."""
        self.space.refer(node, HAS_MODELLING_RULE, standard("ModellingRule_Mandatory"))
