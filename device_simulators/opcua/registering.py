"""RegisterNodes and UnregisterNodes (OPC 10000-4 1.05.04, 5.9.5, 5.9.6).

This server needs no shorter ids: a registered node keeps its own.
"""

from __future__ import annotations

from typing import Any, ClassVar

from asyncua import ua

from device_simulators.opcua.operations import Operations
from device_simulators.opcua.space import Space


class Registering(Operations):
    """The rules of both services, each a method of its own."""

    MAX_NODES_PER_REGISTER: ClassVar[int] = 250

    space: Space

    def register_nodes(self, session: Any, request: ua.RegisterNodesRequest) -> ua.RegisterNodesResponse:
        """Answer a RegisterNodes request."""
        nodes = request.Parameters.NodesToRegister
        self.check_operations("register_nodes", nodes, self.MAX_NODES_PER_REGISTER)
        response = ua.RegisterNodesResponse()
        response.Parameters.RegisteredNodeIds = [self.registered(session, node) for node in nodes]
        return response

    def registered(self, session: Any, node: ua.NodeId) -> ua.NodeId:  # noqa: ARG002 - for a mutant
        """Return the id under which a node can be used; whether it exists is not asked (5.9.5.2)."""
        return node

    def unregister_nodes(
        self,
        session: Any,  # noqa: ARG002 - as all services
        request: ua.UnregisterNodesRequest,
    ) -> ua.UnregisterNodesResponse:
        """Answer an UnregisterNodes request; ids that were never registered are ignored (5.9.6.2)."""
        nodes = request.Parameters.NodesToUnregister
        self.check_operations("unregister_nodes", nodes, self.MAX_NODES_PER_REGISTER)
        return ua.UnregisterNodesResponse()
