"""Independent Modbus/TCP servers: the products of others, and our own reference, holding what a test says.

What a client makes of them is judged; where one breaks down or answers wrongly, the case is undecided.
"""

from collections.abc import Mapping

from testbed.testers.modbus_client.servers.libmodbus import Libmodbus
from testbed.testers.modbus_client.servers.libraries import Pymodbus, PyModbusTcp
from testbed.testers.modbus_client.servers.reference import Reference
from testbed.testers.modbus_client.servers.server import Server

SERVERS: Mapping[str, type[Server]] = {one.name: one for one in (Reference, Pymodbus, PyModbusTcp, Libmodbus)}
"""Every independent server, by name."""

__all__ = ["SERVERS", "Server"]
