"""Independent Modbus/TCP clients: programs of others, run as their users run them, never retrying.

What a client says against the device is a finding; where it breaks down itself the case is undecided.
"""

from collections.abc import Mapping

from testbed.testers.modbus.peers.client import Client, Place, Values
from testbed.testers.modbus.peers.libraries import Pymodbus, PyModbusTcp
from testbed.testers.modbus.peers.mbpoll import Mbpoll

CLIENTS: Mapping[str, type[Client]] = {one.name: one for one in (Pymodbus, PyModbusTcp, Mbpoll)}
"""Every independent client, by name."""

__all__ = ["CLIENTS", "Client", "Mbpoll", "Place", "PyModbusTcp", "Pymodbus", "Values"]
