"""Independent OPC UA clients: products of others, each run as its users run it, never retrying.

What a client says against the server is a finding; where it breaks down itself the case is undecided.
"""

from collections.abc import Mapping

from testbed.testers.opcua.peers.asyncua import Asyncua
from testbed.testers.opcua.peers.client import Client, Place
from testbed.testers.opcua.peers.node_opcua import NodeOpcua

CLIENTS: Mapping[str, type[Client]] = {client.name: client for client in (Asyncua, NodeOpcua)}
"""By the names of the products."""

__all__ = ["CLIENTS", "Asyncua", "Client", "NodeOpcua", "Place"]
