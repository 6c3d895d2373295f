"""Which attributes the nodes of each class have, and their types (OPC 10000-3 1.05.04, 5; 10000-4, 7.24)."""

from __future__ import annotations

from typing import Any

from asyncua import ua
from asyncua.ua import AttributeIds, NodeClass, VariantType

TYPES: dict[int, VariantType] = {
    AttributeIds.NodeId: VariantType.NodeId,
    AttributeIds.NodeClass: VariantType.Int32,
    AttributeIds.BrowseName: VariantType.QualifiedName,
    AttributeIds.DisplayName: VariantType.LocalizedText,
    AttributeIds.Description: VariantType.LocalizedText,
    AttributeIds.WriteMask: VariantType.UInt32,
    AttributeIds.UserWriteMask: VariantType.UInt32,
    AttributeIds.IsAbstract: VariantType.Boolean,
    AttributeIds.Symmetric: VariantType.Boolean,
    AttributeIds.InverseName: VariantType.LocalizedText,
    AttributeIds.ContainsNoLoops: VariantType.Boolean,
    AttributeIds.EventNotifier: VariantType.Byte,
    AttributeIds.DataType: VariantType.NodeId,
    AttributeIds.ValueRank: VariantType.Int32,
    AttributeIds.ArrayDimensions: VariantType.UInt32,
    AttributeIds.AccessLevel: VariantType.Byte,
    AttributeIds.UserAccessLevel: VariantType.Byte,
    AttributeIds.MinimumSamplingInterval: VariantType.Double,
    AttributeIds.Historizing: VariantType.Boolean,
    AttributeIds.Executable: VariantType.Boolean,
    AttributeIds.UserExecutable: VariantType.Boolean,
    AttributeIds.DataTypeDefinition: VariantType.ExtensionObject,
    AttributeIds.AccessLevelEx: VariantType.UInt32,
    AttributeIds.RolePermissions: VariantType.ExtensionObject,
    AttributeIds.UserRolePermissions: VariantType.ExtensionObject,
}
"""Type of each attribute but the Value."""

WRITE_BITS: dict[int, int] = {
    AttributeIds.AccessLevel: 0,
    AttributeIds.ArrayDimensions: 1,
    AttributeIds.BrowseName: 2,
    AttributeIds.ContainsNoLoops: 3,
    AttributeIds.DataType: 4,
    AttributeIds.Description: 5,
    AttributeIds.DisplayName: 6,
    AttributeIds.EventNotifier: 7,
    AttributeIds.Executable: 8,
    AttributeIds.Historizing: 9,
    AttributeIds.InverseName: 10,
    AttributeIds.IsAbstract: 11,
    AttributeIds.MinimumSamplingInterval: 12,
    AttributeIds.NodeClass: 13,
    AttributeIds.NodeId: 14,
    AttributeIds.Symmetric: 15,
    AttributeIds.UserAccessLevel: 16,
    AttributeIds.UserExecutable: 17,
    AttributeIds.UserWriteMask: 18,
    AttributeIds.ValueRank: 19,
    AttributeIds.WriteMask: 20,
    AttributeIds.DataTypeDefinition: 22,
    AttributeIds.AccessLevelEx: 25,
}
"""The bit of WriteMask that lets an attribute be written (10000-3, 8.60)."""

_TYPE_SHAPE = (AttributeIds.DataType, AttributeIds.ValueRank, AttributeIds.ArrayDimensions)

_OF_CLASS: dict[int, tuple[AttributeIds, ...]] = {
    NodeClass.Object: (AttributeIds.EventNotifier,),
    NodeClass.Variable: (
        *_TYPE_SHAPE,
        AttributeIds.AccessLevel,
        AttributeIds.UserAccessLevel,
        AttributeIds.Historizing,
    ),
    NodeClass.Method: (AttributeIds.Executable, AttributeIds.UserExecutable),
    NodeClass.ObjectType: (AttributeIds.IsAbstract,),
    NodeClass.VariableType: (*_TYPE_SHAPE, AttributeIds.IsAbstract),
    NodeClass.ReferenceType: (AttributeIds.IsAbstract, AttributeIds.Symmetric, AttributeIds.InverseName),
    NodeClass.DataType: (AttributeIds.IsAbstract, AttributeIds.DataTypeDefinition),
    NodeClass.View: (AttributeIds.ContainsNoLoops, AttributeIds.EventNotifier),
}

_OPTIONAL = frozenset(
    {
        AttributeIds.Description,
        AttributeIds.InverseName,
        AttributeIds.ArrayDimensions,
        AttributeIds.DataTypeDefinition,
    }
)
"""Attributes that a node need not have: one without content is left out."""


def attributes_of(item: ua.AddNodesItem) -> dict[int, Any]:
    """Return the attributes of a node that is to be added, by id; the Value is not among them."""
    given = item.NodeAttributes
    node_class = NodeClass(item.NodeClass)
    found: dict[int, Any] = {
        int(AttributeIds.NodeId): item.RequestedNewNodeId,
        int(AttributeIds.NodeClass): int(node_class),
        int(AttributeIds.BrowseName): item.BrowseName,
        int(AttributeIds.DisplayName): given.DisplayName,
        int(AttributeIds.WriteMask): given.WriteMask,
        int(AttributeIds.UserWriteMask): given.UserWriteMask,
    }
    for attribute in (AttributeIds.Description, *_OF_CLASS[node_class]):
        value = getattr(given, attribute.name)
        if attribute not in _OPTIONAL or _has_content(value):
            found[int(attribute)] = value
    return found


def _has_content(value: Any) -> bool:
    return value.Text is not None if isinstance(value, ua.LocalizedText) else bool(value)
