"""What RTU and ASCII servers have in common: addresses, broadcast, and who may be heard on a serial line.

MODBUS over Serial Line V1.02 ("SL" below). As with the rules of the PDU, each rule is one small method that
a mutant overrides. The protocols run on an in-process line, where each character has its time
(`testbed.wire.line`), and on anything else that behaves like an asyncio transport, where only bytes come.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from testbed.wire.line import EXACT, LineProtocol, LineTransport, Run

if TYPE_CHECKING:
    from device_simulators.modbus.server import ModbusServer

BROADCAST = 0
"""The address that all devices obey and none answers (SL 2.1, 2.2)."""


class ModbusSerialProtocol(LineProtocol):
    """One device on a serial line.

    Args:
        server: the rules and the data.
    """

    transport: asyncio.Transport
    """The line; known from ``connection_made`` on."""
    loop: asyncio.AbstractEventLoop

    def __init__(self, server: ModbusServer) -> None:
        self.server = server
        self.line: LineTransport | None = None
        """The line where it tells the time of each character."""

    # Rules

    def is_own(self, run: Run) -> bool:
        """What a device hears of its own sending on two wires is no request (SL 3.3.2)."""
        return run.own

    def is_broadcast(self, unit: int) -> bool:
        """Address 0 means every device (SL 2.2)."""
        return unit == BROADCAST

    def is_addressed(self, unit: int) -> bool:
        """A device has one address from 1 to 247 and ignores all others (SL 2.2, 2.4.1)."""
        return unit == self.server.unit

    def respond(self, unit: int, pdu: bytes) -> bytes:
        """Answer a sound frame with a PDU; an empty one means silence.

        A broadcast is executed, and nobody answers it (SL 2.1); what is for others is counted and no more.
        """
        if self.is_broadcast(unit):
            self.server.broadcast(pdu)
            return b""
        if self.is_addressed(unit):
            return self.server.answer(pdu)
        self.server.overhear()
        return b""

    def envelop(self, unit: int, pdu: bytes) -> bytes:
        """Put an answer into a frame with the device's own address (SL 2.2)."""
        raise NotImplementedError

    def send(self, frame: bytes) -> None:
        """Send a frame as one stream of characters (SL 2.5.1.1)."""
        self.transport.write(frame)

    # Line

    def serve(self, unit: int, pdu: bytes) -> None:
        """Serve a sound frame."""
        answer = self.respond(unit, pdu)
        if answer:
            self.send(self.envelop(unit, answer))

    def run_received(self, run: Run) -> None:
        """Take characters that are not the device's own."""
        raise NotImplementedError

    def characters_received(self, run: Run) -> None:
        """Take characters from a line."""
        if not self.is_own(run):
            self.run_received(run)

    def data_received(self, data: bytes) -> None:
        """Take bytes from what shows no times, such as a pseudo-terminal."""
        now = self.loop.time()
        self.run_received(Run(data, now, now))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = cast("asyncio.Transport", transport)
        self.line = transport if isinstance(transport, LineTransport) else None
        self.loop = asyncio.get_running_loop()


def exceeds(seconds: float, limit: float) -> bool:
    """Say whether a silence is longer than a limit."""
    return seconds > limit + EXACT
