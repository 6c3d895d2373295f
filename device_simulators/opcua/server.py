"""An OPC UA server, written to the standard: every rule is a method that a mutant overrides.

The rules stand in one file a service set: transport, channels, discovery, identities, sessions, dispatch, and
those of the address space. There is no second, faster way around these methods, so that a mutant of one bites
wherever it counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar

from asyncua import ua

from device_simulators.opcua.channels import random_start
from device_simulators.opcua.connection import ServerConnection
from device_simulators.opcua.dispatch import Dispatch
from device_simulators.opcua.methods import Methods
from device_simulators.opcua.nodes import Space
from device_simulators.opcua.reading import Reading
from device_simulators.opcua.server_object import ServerObject
from device_simulators.opcua.views import Views
from device_simulators.opcua.writing import Writing
from testbed.wire.simulator import Serve


class Server(Dispatch, Reading, Writing, Views, Methods, ServerObject):
    """A server with all connections, channels and sessions that it has.

    Args:
        application_uri: names this application everywhere.
        space: its nodes.
    """

    SERVICES: ClassVar[Mapping[type, str]] = MappingProxyType(
        {
            ua.ReadRequest: "read",
            ua.WriteRequest: "write",
            ua.CallRequest: "call",
            ua.BrowseRequest: "browse",
            ua.BrowseNextRequest: "browse_next",
            ua.TranslateBrowsePathsToNodeIdsRequest: "translate",
            ua.RegisterNodesRequest: "register_nodes",
            ua.UnregisterNodesRequest: "unregister_nodes",
            ua.CancelRequest: "cancel",
        }
    )

    protocol_class: ClassVar[type[ServerConnection]] = ServerConnection
    """What cuts the stream of a connection."""

    def __init__(self, application_uri: str, space: Space) -> None:
        self.application_uri = application_uri
        self.space = space
        self.started = datetime.now(UTC)
        self.lines = {}
        self.channels = {}
        self.sessions = {}
        self.last_channel = random_start()
        self.last_token = random_start()
        self.counters = ua.ServerDiagnosticsSummaryDataType()

    def serve(self, over: str = "tcp", keys: Path | None = None) -> Serve:  # noqa: ARG002 - as all simulators
        """Return what makes the protocol of one connection."""
        return partial(self.protocol_class, self)
