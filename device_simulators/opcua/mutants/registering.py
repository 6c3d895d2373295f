"""Controllers that go wrong in RegisterNodes and UnregisterNodes (OPC 10000-4 1.05.04, 5.9.5, 5.9.6)."""

from __future__ import annotations

from typing import Any

from asyncua import ua

from device_simulators.opcua.errors import Refused
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua.status import status


@mutant("UA-REGISTER-USABLE", "UA-REGISTER-RESULTS-ORDER")
class RegistersAliases(Plc):
    """Returns short ids for registered nodes that no service knows."""

    def registered(self, session: Any, node: ua.NodeId) -> ua.NodeId:  # noqa: ARG002 - as the rule
        """Return an id of its own."""
        return ua.NodeId(4_000_000_000, 1)


@mutant("UA-REGISTER-RESULTS-ORDER")
class ReversesRegistrations(Plc):
    """Returns the ids of registered nodes in reverse order."""

    def register_nodes(self, session: Any, request: ua.RegisterNodesRequest) -> ua.RegisterNodesResponse:
        """Reverse the ids."""
        response = super().register_nodes(session, request)
        response.Parameters.RegisteredNodeIds.reverse()
        return response


@mutant("UA-UNREGISTER-REGISTERED")
class RefusesUnregistering(Plc):
    """Refuses to unregister what it has registered."""

    def unregister_nodes(
        self, session: Any, request: ua.UnregisterNodesRequest
    ) -> ua.UnregisterNodesResponse:
        """Refuse whatever there is to do."""
        super().unregister_nodes(session, request)
        raise Refused(status.BadServiceUnsupported)
