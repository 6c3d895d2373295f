"""A device described in YAML: its namespace, types, variables and methods, and NodeSets that it names.

A file is read once a process into nodes that all devices of that kind share; each lays its own over them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from device_simulators.opcua.device_reader import DeviceReader
from device_simulators.opcua.nodes import Key, Node
from device_simulators.opcua.server_object import NAMESPACE_ZERO
from device_simulators.opcua.space import Space
from device_simulators.opcua.standard import standard_nodes
from testbed.model.opcua.units import mandatory_units, profiles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from device_simulators.opcua.behaviours import Behaviour

DEVICES = Path(__file__).parent / "devices"


@dataclass(frozen=True)
class Blueprint:
    """What all devices of a kind share.

    Args:
        application_uri: of the server.
        namespaces: behind the server's own.
        build: what BuildInfo says.
        profiles: URIs that ServerProfileArray says.
        conformance_units: names that ConformanceUnits says.
        nodes: all nodes, the standard's too; none may be changed.
        behaviours: what the methods do.
    """

    application_uri: str
    namespaces: tuple[str, ...]
    build: Mapping[str, str]
    profiles: tuple[str, ...]
    conformance_units: tuple[str, ...]
    nodes: Mapping[Key, Node]
    behaviours: Mapping[Key, Behaviour]


@cache
def blueprint(name: str) -> Blueprint:
    """Read ``devices/NAME.yaml``, once a process."""
    return read_device(DEVICES / f"{name}.yaml")


def read_device(path: Path) -> Blueprint:
    """Read the YAML of a device; the NodeSets that it names stand beside it.

    Raises:
        ValueError: a NodeSet cannot be read, or needs another one.
    """
    told = yaml.safe_load(path.read_bytes())
    space = Space(standard_nodes())
    namespaces = [NAMESPACE_ZERO, told["application"], told["namespace"]]
    if "nodesets" in told:
        # It takes asyncua's whole server, and a second to fill it: only who names one pays for it.
        from device_simulators.opcua.nodeset import import_nodesets  # noqa: PLC0415

        import_nodesets(space, [path.parent / one for one in told["nodesets"]], namespaces)
    reader = DeviceReader(space, namespaces)
    reader.read(told)
    return Blueprint(
        application_uri=told["application"],
        namespaces=tuple(namespaces[2:]),
        build=told["build"],
        profiles=tuple(profiles()[one].uri for one in told["profiles"]),
        conformance_units=tuple(sorted(mandatory_units(told["profiles"]) | set(told["supports"]))),
        nodes=reader.space.frozen(),
        behaviours=reader.behaviours,
    )
