"""A well-behaved server built from a declaration: what a run is tried on before it meets the device."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from asyncua import ua
from asyncua.ua import VariantType

from device_simulators.opcua.behaviours import Behaviour
from device_simulators.opcua.building import FOLDER, HAS_PROPERTY, Builder
from device_simulators.opcua.device_yaml import Blueprint, blueprint
from device_simulators.opcua.nodes import Key, standard
from device_simulators.opcua.server import Server
from device_simulators.opcua.shapes import sampled
from device_simulators.opcua.space import Space
from device_simulators.opcua.values import sample
from testbed.model.declaration import Declaration
from testbed.model.opcua.node_id import NodeName, node_name
from testbed.model.opcua.nodes import Method, Node
from testbed.wire.simulator import Serve

_ACCESS = {None: "read-only", "read-only": "read-only", "write-only": "write-only"}
_OBJECTS = standard("ObjectsFolder")


def serve_declared(
    declaration: Declaration,
    over: str = "tcp",
    keys: Path | None = None,  # as all simulators
) -> Serve:
    """Start a server with the declared nodes and methods, beside those of the controller."""
    return Server(_plan(declaration)).serve(over, keys)


def _plan(declaration: Declaration) -> Blueprint:
    """Lay the declared nodes over those of the controller."""
    plc = blueprint("plc")
    names = [node_name(one.id) for one in declaration.nodes]
    names += [node_name(text) for one in declaration.methods for text in (one.object, one.method)]
    namespaces = _namespaces(plc, names)
    space = Space(plc.nodes)
    for node in declaration.nodes:
        _variable(space, namespaces, node)
    behaviours: dict[Key, Behaviour] = dict(plc.behaviours)
    for method in declaration.methods:
        at, what = _method(space, namespaces, method)
        behaviours[at] = what
    return replace(plc, namespaces=tuple(namespaces[2:]), nodes=space.frozen(), behaviours=behaviours)


def _namespaces(plc: Blueprint, names: Sequence[NodeName]) -> list[str]:
    """Return a namespace table that has every namespace of a declaration where it names it."""
    table = ["http://opcfoundation.org/UA/", plc.application_uri, *plc.namespaces]
    highest = max((one.namespace for one in names if isinstance(one.namespace, int)), default=0)
    while len(table) <= highest:
        table.append(f"urn:mother-factory:stand-in:{len(table)}")
    for one in names:
        if isinstance(one.namespace, str) and one.namespace not in table:
            table.append(one.namespace)
    return table


def _place(name: NodeName, namespaces: Sequence[str]) -> Key:
    where = name.namespace if isinstance(name.namespace, int) else namespaces.index(name.namespace)
    read: Mapping[str, Any] = {"i": int, "g": UUID, "b": base64.b64decode, "s": str}
    return where, read[name.kind](name.identifier)


def _variable(space: Space, namespaces: Sequence[str], node: Node) -> None:
    place = _place(node_name(node.id), namespaces)
    if place in space:
        return
    kind = VariantType[node.type]
    dimensions = [node.array] if node.array is not None else list(node.matrix or ())
    access = "read-write" if node.scratch else _ACCESS[node.access]
    data_type = standard("BaseDataType" if node.type == "Variant" else _data_type(node.type))
    Builder(space, place[0]).variable(
        _OBJECTS,
        place[1],
        data_type,
        sampled(kind, dimensions),
        access=access,
        dimensions=dimensions,
        name=str(place[1])[:200],
    )


def _data_type(kind: str) -> str:
    return "Structure" if kind == "ExtensionObject" else kind


def _method(space: Space, namespaces: Sequence[str], method: Method) -> tuple[Key, Behaviour]:
    owner, place = (_place(node_name(text), namespaces) for text in (method.object, method.method))
    if owner not in space:
        Builder(space, owner[0]).object(_OBJECTS, owner[1], kind=FOLDER, name=str(owner[1])[:200])
    outputs = method.outputs or ()
    if place not in space:
        builder = Builder(space, place[0])
        builder.method(owner, str(place[1]), executable=method.executable)
        inputs = [next(iter(one)) for one in method.inputs]
        gives = [next(iter(one)) if isinstance(one, dict) else one for one in outputs]
        for name, kinds in (("InputArguments", inputs), ("OutputArguments", gives)):
            if kinds:
                _arguments(builder, place, name, kinds)
    values = [
        next(iter(one.values())) if isinstance(one, dict) else sample(VariantType[one], 0) for one in outputs
    ]
    return place, lambda _device, *_inputs: values


def _arguments(builder: Builder, method: Key, name: str, kinds: Sequence[str]) -> None:
    argued = [
        ua.Argument(
            Name=f"{name[0]}{number}",
            DataType=ua.NodeId(int(ua.VariantType[kind].value), 0),
            ValueRank=ua.ValueRank.Scalar,
            ArrayDimensions=[],
            Description=ua.LocalizedText(),
        )
        for number, kind in enumerate(kinds)
    ]
    builder.variable(
        method,
        f"{method[1]}.{name}",
        standard("Argument"),
        ua.Variant(argued, VariantType.ExtensionObject, is_array=True),
        dimensions=[len(argued)],
        kind=standard("PropertyType"),
        name=ua.QualifiedName(name, 0),
        link=HAS_PROPERTY,
    )
