"""An OPC UA server, written to the standard: every rule is a method that a mutant overrides.

The rules stand in one file a service set: transport, channels, discovery, identities, sessions, dispatch, and
those of the address space. There is no second, faster way around these methods, so that a mutant of one bites
wherever it counts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar

from asyncua import ua

from device_simulators.opcua.attributes import Attributes
from device_simulators.opcua.audit import AUDIT_MAX
from device_simulators.opcua.channel_rules import NONCES_KEPT
from device_simulators.opcua.channels import random_start
from device_simulators.opcua.connection import ServerConnection
from device_simulators.opcua.device_yaml import Blueprint
from device_simulators.opcua.dispatch import Dispatch
from device_simulators.opcua.methods import Methods
from device_simulators.opcua.server_object import ServerObject
from device_simulators.opcua.space import Space
from device_simulators.opcua.views import Views
from testbed.wire.simulator import Serve


class Server(Dispatch, Attributes, Views, Methods, ServerObject):
    """A server with all connections, channels and sessions that it has.

    Args:
        plan: what the device shares with all others of its kind; its own nodes lie over those.
    """

    SERVICES: ClassVar[Mapping[type, str]] = MappingProxyType(
        {
            ua.ReadRequest: "read",
            ua.WriteRequest: "write",
            ua.BrowseRequest: "browse",
            ua.BrowseNextRequest: "browse_next",
            ua.TranslateBrowsePathsToNodeIdsRequest: "translate",
            ua.RegisterNodesRequest: "register_nodes",
            ua.UnregisterNodesRequest: "unregister_nodes",
            ua.CallRequest: "call",
            ua.CancelRequest: "cancel",
        }
    )

    protocol_class: ClassVar[type[ServerConnection]] = ServerConnection
    """What cuts the stream of a connection."""

    def __init__(self, plan: Blueprint) -> None:
        self.application_uri = plan.application_uri
        self.namespaces = plan.namespaces
        self.build = plan.build
        self.profiles = plan.profiles
        self.conformance_units = plan.conformance_units
        self.behaviours = plan.behaviours
        self.space = Space(plan.nodes)
        self.seen = {}
        self.started = datetime.now(UTC)
        self.lines = {}
        self.channels = {}
        self.sessions = {}
        self.last_channel = random_start()
        self.last_token = random_start()
        self.nonces = deque(maxlen=NONCES_KEPT)
        self.audit = deque(maxlen=AUDIT_MAX)
        self.keys = None
        self.failures = {}
        self.counters = ua.ServerDiagnosticsSummaryDataType()

    def serve(self, over: str = "tcp", keys: Path | None = None) -> Serve:  # noqa: ARG002 - as all simulators
        """Return what makes the protocol of one connection; `keys` is a folder of `testbed keys opcua`."""
        self.keys = keys or self.keys
        if keys is not None:
            _ = self.trust  # made before anybody waits for it
        return partial(self.protocol_class, self)
