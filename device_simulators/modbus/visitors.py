"""Who is connected to a device over TCP, and who has to go where one more comes than it has room for.

MODBUS Messaging on TCP/IP Implementation Guide V1.0b ("IG"), 4.2.1.2.
"""

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from device_simulators.modbus.protocol import ModbusTcpProtocol


class Visitors:
    """The open connections of a device; one that limits their number knows them all."""

    most_connections: ClassVar[int] = 0
    """Connections that may be open at once; 0 for any number."""

    visitors: "list[ModbusTcpProtocol]"
    """The open connections, in the order of their coming."""

    def welcome(self, line: "ModbusTcpProtocol") -> None:
        """Take note of a new connection; beyond the limit it takes the place of another one."""
        if self.most_connections:
            self.visitors.append(line)
            if len(self.visitors) > self.most_connections:
                self.make_room(line)

    def make_room(self, line: "ModbusTcpProtocol") -> None:  # noqa: ARG002 - for a mutant that sends the new one away
        """Close the connection that was unused for longest (IG 4.2.1.2)."""
        oldest = min(self.visitors, key=lambda one: one.used)
        self.visitors.remove(oldest)
        oldest.transport.close()

    def part(self, line: "ModbusTcpProtocol") -> None:
        """Take note that a connection is gone."""
        if line in self.visitors:
            self.visitors.remove(line)
