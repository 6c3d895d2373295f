"""Mutants of connections and survival (MODBUS Messaging on TCP/IP V1.0b, 4.2)."""

from __future__ import annotations

import asyncio
from typing import cast

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant
from device_simulators.modbus.protocol import ModbusTcpProtocol


class Together(Plc):
    """A controller that knows all its connections."""

    def __init__(self) -> None:
        super().__init__()
        self.connections: list[ModbusTcpProtocol] = []

    class protocol_class(ModbusTcpProtocol):
        """Framing that joins and leaves the others."""

        @property
        def device(self) -> Together:
            """The device, with its connections."""
            return cast("Together", self.server)

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            """Join."""
            super().connection_made(transport)
            self.device.connections.append(self)

        def connection_lost(self, exc: Exception | None) -> None:
            """Leave."""
            super().connection_lost(exc)
            self.device.connections.remove(self)


@mutant("MB-CONNECTIONS-DECLARED")
class ServesEightConnections(Together):
    """Closes a ninth connection at once, though it declares sixteen."""

    class protocol_class(Together.protocol_class):
        """Framing with a limit."""

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            """Refuse one connection too many."""
            super().connection_made(transport)
            if len(self.device.connections) > 8:
                self.transport.close()


@mutant("MB-CONNECTION-STUCK", "MB-CONNECTION-UNREAD")
class ServesOneRequestAtATime(Together):
    """Ignores every connection while another one has sent half a request."""

    class protocol_class(Together.protocol_class):
        """Framing that waits for somebody else."""

        def data_received(self, data: bytes) -> None:
            """Drop what comes while another connection is not done."""
            others = (other for other in self.device.connections if other is not self)
            if not any(other.pending and not other.transport.is_closing() for other in others):
                super().data_received(data)


@mutant("MB-CONNECTIONS-SEPARATE", crosses=True)
class SharesOneBuffer(Plc):
    """Keeps the request of all connections in one buffer, so that the last one is answered to all."""

    def __init__(self) -> None:
        super().__init__()
        self.buffer = b""

    class protocol_class(ModbusTcpProtocol):
        """Framing that answers a little later than it reads."""

        def data_received(self, data: bytes) -> None:
            """Keep a read of holding registers in the buffer that everybody uses."""
            if len(data) == 12 and data[7] == 3 and data[2:6] == b"\0\0\0\6" and not self.pending:
                cast("SharesOneBuffer", self.server).buffer = data[7:]
                asyncio.get_running_loop().call_soon(self._answer, data[:7])
            else:
                super().data_received(data)

        def _answer(self, header: bytes) -> None:
            super().data_received(header + cast("SharesOneBuffer", self.server).buffer)


@mutant("MB-CONNECTION-KEPT", "MB-CONNECTION-IDLE")
class ClosesIdleConnections(Plc):
    """Closes a connection that was silent for three quarters of a second."""

    class protocol_class(ModbusTcpProtocol):
        """Framing with a short patience."""

        patience: asyncio.TimerHandle | None = None

        def data_received(self, data: bytes) -> None:
            """Wait again for the next request."""
            if self.patience is not None:
                self.patience.cancel()
            self.patience = asyncio.get_running_loop().call_later(0.75, self.transport.close)
            super().data_received(data)


@mutant("MB-RESET-SERVED")
class MournsAReset(Plc):
    """Closes the first connection after one that was reset."""

    def __init__(self) -> None:
        super().__init__()
        self.mourns = False

    class protocol_class(ModbusTcpProtocol):
        """Framing that keeps the state of a dead connection."""

        def connection_lost(self, exc: Exception | None) -> None:
            """Notice a reset."""
            cast("MournsAReset", self.server).mourns |= exc is not None
            super().connection_lost(exc)

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            """Refuse one connection after it."""
            super().connection_made(transport)
            device = cast("MournsAReset", self.server)
            if device.mourns:
                device.mourns = False
                self.transport.close()


@mutant("MB-SURVIVES")
class HangsOnALegacyFunction(Plc):
    """Answers nothing any more after function code 90."""

    hung = False

    def answer(self, request: bytes) -> bytes:
        """Hang for good."""
        self.hung = self.hung or request[0] == 90
        return b"" if self.hung else super().answer(request)


@mutant("MB-SURVIVES")
class DiesOfAWrongLength(Plc):
    """Stops with all its connections at a length field of 65535, and accepts none any more."""

    dead = False

    class protocol_class(ModbusTcpProtocol):
        """Framing that crashes."""

        def data_received(self, data: bytes) -> None:
            """Crash on one header."""
            if data[4:6] == b"\xff\xff":
                cast("DiesOfAWrongLength", self.server).dead = True
                self.transport.abort()
            else:
                super().data_received(data)

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            """Accept nobody after the crash."""
            super().connection_made(transport)
            if cast("DiesOfAWrongLength", self.server).dead:
                self.transport.abort()
