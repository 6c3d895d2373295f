"""An OPC UA server, written to the standard: every rule is a method that a mutant overrides.

The rules stand in one file a service set: transport, channels, discovery, identities, sessions, dispatch.
There is no second, faster way around these methods, so that a mutant of one bites wherever it counts.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import ClassVar

from asyncua import ua

from device_simulators.opcua.channels import random_start
from device_simulators.opcua.connection import ServerConnection
from device_simulators.opcua.dispatch import Dispatch
from testbed.wire.simulator import Serve


class Server(Dispatch):
    """A server with all connections, channels and sessions that it has."""

    protocol_class: ClassVar[type[ServerConnection]] = ServerConnection
    """What cuts the stream of a connection."""

    def __init__(self, application_uri: str) -> None:
        self.application_uri = application_uri
        self.lines = {}
        self.channels = {}
        self.sessions = {}
        self.last_channel = random_start()
        self.last_token = random_start()
        self.counters = ua.ServerDiagnosticsSummaryDataType()

    def serve(self, over: str = "tcp", keys: Path | None = None) -> Serve:  # noqa: ARG002 - as all simulators
        """Return what makes the protocol of one connection."""
        return partial(self.protocol_class, self)
