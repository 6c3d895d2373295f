"""From the YAML of a device to nodes: types, variables and methods below the Objects folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncua import ua
from asyncua.ua import VariantType

from device_simulators.opcua.access import FULL_ARRAY_ONLY
from device_simulators.opcua.analog import add_analog
from device_simulators.opcua.behaviours import BEHAVIOURS, Behaviour
from device_simulators.opcua.building import HAS_COMPONENT, Builder
from device_simulators.opcua.metadata import add_namespace
from device_simulators.opcua.modbus_bindings import bind_table
from device_simulators.opcua.nodes import Key, Node, key, standard
from device_simulators.opcua.server_values import bind_server_object
from device_simulators.opcua.shapes import sampled, structured, written
from device_simulators.opcua.space import Space
from device_simulators.opcua.users import role_permissions
from device_simulators.opcua.values import built_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAMESPACE = 2
"""Index of a device's namespace: 0 is the standard's, 1 the application's own."""

OBJECTS = standard("ObjectsFolder")

EVERY_TYPE = [kind for kind in VariantType if kind != VariantType.Null]
"""The 25 built-in types (OPC 10000-6, 5.1.2)."""


class DeviceReader:
    """Turns the YAML of a device into nodes.

    Args:
        space: has the standard's nodes, and those of the NodeSets that the device names.
        namespaces: the NamespaceArray.
    """

    def __init__(self, space: Space, namespaces: Sequence[str]) -> None:
        self.space = space
        self.namespaces = namespaces
        self.builder = Builder(space, NAMESPACE)
        self.behaviours: dict[Key, Behaviour] = {}
        self.types: dict[str, Key] = {}

    def read(self, told: Mapping[str, Any]) -> None:
        """Add all that a device's YAML tells of."""
        bind_server_object(self.space)
        for index, uri in enumerate(self.namespaces):
            if self.space.child(standard("Server_Namespaces"), uri, index) is None:
                add_namespace(Builder(self.space, index), uri)
        for one in told.get("enumerations", ()):
            self.types[one["name"]] = self.builder.enumeration(one["name"], one["strings"])
        for one in told.get("structures", ()):
            fields = [(name, VariantType[kind]) for name, kind in one["fields"].items()]
            self.types[one["name"]] = self.builder.structure(one["name"], fields)
        for one in told.get("object_types", ()):
            kind = self.types[one["name"]] = self.builder.object_type(one["name"])
            for method in one["methods"]:
                self.builder.mandatory(self.method(kind, method))
        self.children(OBJECTS, told["nodes"])

    def children(self, parent: Key, told: Sequence[Mapping[str, Any]]) -> None:
        """Add folders, objects and variables below a node."""
        for one in told:
            if "folder" in one:
                folder = self.builder.object(parent, one["folder"])
                self.children(folder, one.get("nodes", ()))
                if "every_type" in one:
                    self.every_type(folder, one["folder"], one["every_type"])
                for number in range(1, one.get("children", 0) + 1):
                    value = ua.Variant(number, VariantType.Int32)
                    self.builder.variable(folder, f"{one['folder']}.{number}", standard("Int32"), value)
                self.deepen(folder, one["folder"], one.get("levels", 0))
            elif "object" in one:
                kind = self.type_called(one.get("type", "BaseObjectType"))
                node = self.builder.object(parent, one["object"], kind=kind)
                for method in one.get("methods", ()):
                    self.method(node, method)
            else:
                self.variable(parent, one)

    def deepen(self, parent: Key, name: str, levels: int) -> None:
        """Folders in folders, with a variable at the bottom."""
        for number in range(1, levels + 1):
            parent = self.builder.object(
                parent, f"{name}.{number}", link=HAS_COMPONENT, kind=standard("BaseObjectType")
            )
        if levels:
            self.builder.variable(
                parent, f"{name}.Value", standard("Int32"), ua.Variant(levels, VariantType.Int32)
            )

    def every_type(self, parent: Key, prefix: str, told: Mapping[str, Any]) -> None:
        """Add a scalar, an array and a matrix of every built-in type."""
        for kind in EVERY_TYPE:
            for suffix, dimensions in (("", []), ("Array", [told["array"]]), ("Matrix", told["matrix"])):
                self.builder.variable(
                    parent,
                    f"{prefix}.{kind.name}{suffix}",
                    (0, int(kind)),
                    sampled(kind, dimensions),
                    access=told["access"],
                    dimensions=dimensions,
                )

    def variable(self, parent: Key, told: Mapping[str, Any]) -> None:
        """Add a variable, with what hangs on it."""
        data_type = self.type_called(told["type"])
        dimensions = told.get("dimensions", [])
        kind = built_in(self.space, data_type) or VariantType.Double
        if isinstance(told.get("value"), dict):
            value = structured(self.space, data_type, told["value"])
        elif "value" in told:
            value = written(told["value"], VariantType[told["value_type"]] if "value_type" in told else kind)
        else:
            value = sampled(kind, dimensions)
        node = self.builder.variable(
            parent,
            told["variable"],
            data_type,
            value,
            access=told.get("access", "read-only"),
            dimensions=[0] * len(dimensions) if told.get("any_length") else dimensions,
            kind=self.type_called(told.get("type_definition", "BaseDataVariableType")),
        )
        self.decorate(node, told, kind)

    def decorate(self, node: Key, told: Mapping[str, Any], kind: VariantType) -> None:
        """Bind a variable to a table; add properties, masks and bits of AccessLevelEx."""
        mine = self.space.own(node)
        if "modbus" in told:
            mine.binding = bind_table(**told["modbus"], kind=kind, is_array=bool(told.get("dimensions")))
        if told.get("full_array_only"):
            mine.attributes[int(ua.AttributeIds.AccessLevelEx)] |= FULL_ARRAY_ONLY
        if "write_mask" in told:
            mine.attributes[int(ua.AttributeIds.WriteMask)] = told["write_mask"]
            mine.attributes[int(ua.AttributeIds.UserWriteMask)] = told["write_mask"]
        self.grant(mine, told)
        add_analog(self.builder, node, told)

    def grant(self, node: Node, told: Mapping[str, Any]) -> None:
        """Let roles do with a node what is told of them, and nothing else."""
        if "roles" in told:
            granted = role_permissions(told["roles"])
            node.attributes[int(ua.AttributeIds.RolePermissions)] = granted
            node.attributes[int(ua.AttributeIds.UserRolePermissions)] = granted

    def type_called(self, name: str) -> Key:
        """Return a DataType by its name, in the YAML or in the standard, or by its node id."""
        if ";" in name:
            uri, _, rest = name.removeprefix("nsu=").partition(";")
            return key(ua.NodeId.from_string(f"ns={self.namespaces.index(uri)};{rest}"))
        return self.types.get(name) or standard(name)

    def method(self, parent: Key, told: Mapping[str, Any]) -> Key:
        """Add a method with its arguments and what it does."""
        node = self.builder.method(
            parent,
            told["method"],
            executable=told.get("executable", True),
            user_executable=told.get("user_executable", True),
        )
        self.grant(self.space.own(node), told)
        for name, side in (("InputArguments", "inputs"), ("OutputArguments", "outputs")):
            if side in told:
                arguments = [self.argument(argument, kind) for argument, kind in told[side].items()]
                self.builder.property(node, name, standard("Argument"), arguments)
        self.behaviours[node] = BEHAVIOURS[told["does"]]
        return node

    def argument(self, name: str, kind: str) -> ua.Argument:
        """Describe an argument; brackets behind its type make it an array."""
        is_array = kind.endswith("[]")
        return ua.Argument(
            Name=name,
            DataType=self.space[self.type_called(kind.removesuffix("[]"))].node_id,
            ValueRank=ua.ValueRank.OneDimension if is_array else ua.ValueRank.Scalar,
            ArrayDimensions=[0] if is_array else [],
            Description=ua.LocalizedText(),
        )
