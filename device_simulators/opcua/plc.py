"""The simulated controller."""

from __future__ import annotations

from device_simulators.opcua.nodes import Space
from device_simulators.opcua.server import Server
from device_simulators.opcua.server_object import bind_server_object
from device_simulators.opcua.standard import standard_nodes


class Plc(Server):
    """A controller with nodes of every type."""

    namespaces = ("https://example.org/mother-factory/plc",)

    def __init__(self) -> None:
        space = Space(standard_nodes())
        bind_server_object(space)
        super().__init__("urn:mother-factory:sim-plc", space)
