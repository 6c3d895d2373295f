"""What asyncua's NodeSet importer asks of a server, answered by its own address space without a server.

Everything that the importer adds is noted on the way, so that it can be put into one of our address spaces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncua import Node, ua
from asyncua.common.shortcuts import Shortcuts
from asyncua.server.address_space import AddressSpace, AttributeService, NodeManagementService, ViewService
from asyncua.server.standard_address_space.standard_address_space import fill_address_space

from device_simulators.opcua.standard import Collector

if TYPE_CHECKING:
    from collections.abc import Sequence


class ImportSession:
    """A session that nobody opened: asyncua's services over asyncua's standard nodes.

    Args:
        namespaces: the array so far; imported ones are added to it.
    """

    def __init__(self, namespaces: list[str]) -> None:
        space = AddressSpace()
        self._attributes = AttributeService(space)
        self._views = ViewService(space)
        self._management = NodeManagementService(space)
        fill_address_space(self._management)
        self.namespaces = namespaces
        self.added = Collector()
        self.refused: list[tuple[Any, ua.StatusCode]] = []
        """What asyncua's address space did not take, and why."""
        self.nodes = Shortcuts(self)
        self.iserver = self
        self.isession = self

    def get_node(self, node: Any) -> Node:
        """Return asyncua's view of a node."""
        return Node(self, getattr(node, "nodeid", node))

    async def get_namespace_array(self) -> list[str]:
        """Return the namespaces so far."""
        return self.namespaces

    async def register_namespace(self, uri: str) -> int:
        """Add a namespace and return its index."""
        if uri not in self.namespaces:
            self.namespaces.append(uri)
        return self.namespaces.index(uri)

    async def add_nodes(self, items: Sequence[ua.AddNodesItem]) -> list[ua.AddNodesResult]:
        """Add nodes, and note which."""
        results = self._management.add_nodes(list(items))
        for item, result in zip(items, results, strict=True):
            if result.StatusCode.is_good():
                self.added.add_nodes([item])
            else:
                self.refused.append((item.RequestedNewNodeId, result.StatusCode))
        return list(results)

    async def add_references(self, items: Sequence[ua.AddReferencesItem]) -> list[ua.StatusCode]:
        """Add references, and note all: one whose target comes later is good in the end."""
        self.added.add_references(items)
        return list(self._management.add_references(list(items)))

    async def read(self, parameters: ua.ReadParameters) -> list[ua.DataValue]:
        """Read attributes."""
        return list(self._attributes.read(parameters))

    async def browse(self, parameters: ua.BrowseParameters) -> list[ua.BrowseResult]:
        """Browse nodes."""
        return list(self._views.browse(parameters))

    async def translate_browsepaths_to_nodeids(
        self, paths: Sequence[ua.BrowsePath]
    ) -> list[ua.BrowsePathResult]:
        """Follow paths."""
        return list(self._views.translate_browsepaths_to_nodeids(list(paths)))
