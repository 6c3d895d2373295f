"""The nodes of the standard, loaded once a process and shared by all devices.

They come from asyncua's generated address space. What its generator leaves out is mended: attributes that a
NodeSet omits because they are false, DataTypes, DataTypeDefinitions, values of instance declarations. What
this server does not support is taken out, so that what it shows is what it serves.
"""

from __future__ import annotations

import gc
from functools import cache, partial
from importlib import import_module
from importlib.resources import files
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import yaml
from asyncua import ua

from device_simulators.opcua.attribute_table import attributes_of
from device_simulators.opcua.definitions import add_definitions
from device_simulators.opcua.nodes import Key, Node, key, standard
from device_simulators.opcua.space import Space
from device_simulators.opcua.values import BASE_DATA_TYPE, default_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_GENERATED = "asyncua.server.standard_address_space.standard_address_space_services"
_PARTS = 25

_INSTANCES = frozenset({int(ua.NodeClass.Object), int(ua.NodeClass.Variable), int(ua.NodeClass.Method)})
_WITH_VALUE = frozenset({int(ua.NodeClass.Variable), int(ua.NodeClass.VariableType)})

HAS_TYPE_DEFINITION = standard("HasTypeDefinition")
HIERARCHICAL = standard("HierarchicalReferences")


class Collector:
    """Takes what asyncua adds to an address space."""

    def __init__(self) -> None:
        self.nodes: list[ua.AddNodesItem] = []
        self.references: list[ua.AddReferencesItem] = []

    def add_nodes(self, items: Iterable[ua.AddNodesItem]) -> None:
        """Take nodes."""
        self.nodes += items

    def add_references(self, items: Iterable[ua.AddReferencesItem]) -> None:
        """Take references."""
        self.references += items

    def clear(self) -> None:
        """Forget them."""
        self.nodes.clear()
        self.references.clear()

    def into(self, space: Space, lost: Callable[[str], object] | None = None) -> None:
        """Add all of them, and the inverse of each reference.

        Args:
            space: where to.
            lost: called with what cannot be added: references from or to what is not there.
        """
        for item in self.nodes:
            space.add(_node(item))
        good = []
        for one in dict.fromkeys(self._all_references()):
            missing = [end for end in one if end not in space]
            if not missing:
                good.append(one)
            elif lost:
                lost(f"the reference from {one[0]} to {one[2]} is left out: there is no {missing[0]}")
        space.refer_all(good)

    def _all_references(self) -> Iterator[tuple[Key, Key, Key]]:
        for item in self.nodes:
            node = key(item.RequestedNewNodeId)
            if not item.ParentNodeId.is_null():
                yield key(item.ParentNodeId), key(item.ReferenceTypeId), node
            if not item.TypeDefinition.is_null():
                yield node, HAS_TYPE_DEFINITION, key(item.TypeDefinition)
        for one in self.references:
            source, target = key(one.SourceNodeId), key(one.TargetNodeId)
            if not one.IsForward:
                source, target = target, source
            yield source, key(one.ReferenceTypeId), target


@cache
def standard_nodes() -> Mapping[Key, Node]:
    """Return the nodes of the standard that this server supports; none of them may be changed."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        nodes = MappingProxyType(_load())
        # They live as long as the process: no collection has to look at them again.
        gc.freeze()
    finally:
        if collecting:
            gc.enable()
    return nodes


def _load() -> Mapping[Key, Node]:
    space = Space()
    _generated().into(space)
    known = yaml.safe_load(files(__package__).joinpath("standard.yaml").read_bytes())
    for name in known["any_type"]:
        space[standard(name)].attributes[int(ua.AttributeIds.DataType)] = ua.NodeId(BASE_DATA_TYPE[1])
    space.remove(_with_contents(space, [standard(name) for name in known["unsupported"]]))
    add_definitions(space)
    for node in (space[one] for one in space):
        if node.node_class in _WITH_VALUE:
            _fill(space, node)
    space[standard("Server")].attributes[int(ua.AttributeIds.EventNotifier)] = 0
    return space.frozen()


def _generated() -> Collector:
    collector = Collector()
    # A NodeSet leaves out what is false, but asyncua's classes take true where nothing is said.
    honest: Any = SimpleNamespace(**vars(ua))
    honest.ReferenceTypeAttributes = partial(ua.ReferenceTypeAttributes, IsAbstract=False, Symmetric=False)
    honest.VariableTypeAttributes = partial(ua.VariableTypeAttributes, IsAbstract=False)
    for number in range(1, _PARTS + 1):
        part: Any = import_module(f"{_GENERATED}_{number}")
        part.ua = honest
        try:
            getattr(part, f"create_standard_address_space_Services_{number}")(collector)
        finally:
            part.ua = ua
    return collector


def _node(item: ua.AddNodesItem) -> Node:
    node = Node(item.RequestedNewNodeId, attributes_of(item))
    value = getattr(item.NodeAttributes, "Value", None)
    if isinstance(value, list):
        value = ua.Variant(value, is_array=True)
    node.value = value
    return node


def _fill(space: Space, node: Node) -> None:
    """A Variable without a value gets the default of its type; a VariableType needs none."""
    if node.value is not None and node.value.VariantType != ua.VariantType.Null:
        return
    if node.node_class == ua.NodeClass.VariableType:
        node.value = None
        return
    rank = node.attributes[int(ua.AttributeIds.ValueRank)]
    node.value = default_value(space, key(node.attributes[int(ua.AttributeIds.DataType)]), rank)


def _with_contents(space: Space, roots: list[Key]) -> set[Key]:
    """Return nodes and the instances that can be reached through them alone."""
    gone = {root for root in roots if root in space}
    waiting = list(gone)
    while waiting:
        for child in space.targets(waiting.pop(), HIERARCHICAL):
            parents = space.targets(child, HIERARCHICAL, forward=False)
            if child not in gone and space[child].node_class in _INSTANCES and gone.issuperset(parents):
                gone.add(child)
                waiting.append(child)
    return gone
