"""Mutants of what connections have to bear (Messaging on TCP/IP V1.0b, 4.2, 4.4; RFC 9293, 3.6, 3.9.1)."""

from __future__ import annotations

import asyncio
from typing import cast

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.connections import Together
from device_simulators.modbus.mutants.registry import mutant
from device_simulators.modbus.protocol import ModbusTcpProtocol
from testbed.protocols.modbus import Function

READS = (1, 2, 3, 4)
READ = 5
"""Bytes of the PDU of a read."""


def _now() -> float:
    return asyncio.get_running_loop().time()


@mutant("MB-EXCESS-RECOVERS", "MB-SURVIVES")
class FallsOutOfStepOverTwoBytes(Plc):
    """Answers nothing more on a connection after a read that was two bytes too long."""

    class protocol_class(ModbusTcpProtocol):
        """Framing that knows how long a read is, and leaves the rest in its buffer."""

        lost = False

        def respond(self, transaction: int, protocol: int, unit: int, pdu: bytes) -> bytes:
            """Answer that read, and take what follows for the middle of something else."""
            answer = b"" if self.lost else super().respond(transaction, protocol, unit, pdu)
            self.lost = self.lost or (pdu[0] in READS and len(pdu) == READ + 2)
            return answer


@mutant("MB-EMBEDDED-UNEXECUTED")
class CarriesOutWhatStandsBehind(Plc):
    """Takes the bytes behind a read, inside its length, for another ADU, and carries that out."""

    class protocol_class(ModbusTcpProtocol):
        """Framing that finds the end of a request by its function."""

        def respond(self, transaction: int, protocol: int, unit: int, pdu: bytes) -> bytes:
            """Look for one more request behind the format of a read."""
            embedded = pdu[READ + 7 :]
            if pdu[0] in READS and embedded:
                self.server.answer(embedded)
            return super().respond(transaction, protocol, unit, pdu)


@mutant("MB-STREAM-PAUSED")
class ForgetsHalfARequest(Plc):
    """Forgets the first half of a request when the second one takes longer than a quarter of a second."""

    class protocol_class(ModbusTcpProtocol):
        """Framing with a time between characters, as on a serial line."""

        last = 0.0

        def data_received(self, data: bytes) -> None:
            """Drop what waited too long, and its rest."""
            late = self.pending and _now() - self.last > 0.25
            self.last = _now()
            if late:
                self.pending = b""
            else:
                super().data_received(data)


@mutant("MB-PIPELINE-DECLARED", "MB-PIPELINE-EXCESS")
class HasRoomForFifteen(Plc):
    """Takes ten milliseconds over each answer, and loses what comes while fifteen are waited for."""

    class protocol_class(ModbusTcpProtocol):
        """Framing with a queue that is one too short."""

        queued = 0

        def respond(self, transaction: int, protocol: int, unit: int, pdu: bytes) -> bytes:
            """Answer later, where there is room."""
            if self.queued < 15:
                self.queued += 1
                answer = super().respond(transaction, protocol, unit, pdu)
                asyncio.get_running_loop().call_later(0.01, self._done, answer)
            return b""

        def _done(self, answer: bytes) -> None:
            self.queued -= 1
            self.transport.write(answer)


@mutant("MB-PIPELINE-ORDER")
class ServesReadsFirst(Plc):
    """Carries out the reads of a segment before its writes."""

    class protocol_class(ModbusTcpProtocol):
        """Framing with two queues."""

        def data_received(self, data: bytes) -> None:
            """Turn a write and the read behind it round."""
            if len(data) == 24 and not self.pending and data[7] == Function.WRITE_SINGLE_REGISTER:
                data = data[12:] + data[:12]
            super().data_received(data)


@mutant("MB-CONNECTIONS-POLICY")
class RefusesTheNewest(Plc):
    """Closes the connection that is one too many, though it declares to close the oldest."""

    def make_room(self, line: ModbusTcpProtocol) -> None:
        """Send the new one away."""
        self.part(line)
        line.transport.close()


@mutant("MB-CONNECTIONS-EXCESS")
class ClosesAllForOne(Plc):
    """Closes all connections but the newest when there is one too many."""

    def make_room(self, line: ModbusTcpProtocol) -> None:
        """Send everybody else away."""
        for one in self.visitors:
            if one is not line:
                one.transport.close()
        self.visitors = [line]


@mutant("MB-CONNECTION-IDLE")
class ClosesTooSoon(Plc):
    """Closes a connection that was silent for 1.2 seconds, though it declares to keep it for longer."""

    class protocol_class(ModbusTcpProtocol):
        """Framing with less patience than declared."""

        patience: asyncio.TimerHandle | None = None

        def data_received(self, data: bytes) -> None:
            """Wait again for the next request."""
            if self.patience is not None:
                self.patience.cancel()
            self.patience = asyncio.get_running_loop().call_later(1.2, self.transport.close)
            super().data_received(data)


@mutant("MB-CONNECTION-UNREAD")
class WaitsForWhoeverDoesNotRead(Together):
    """Ignores every connection while another one does not take its answers."""

    class protocol_class(Together.protocol_class):
        """Framing that waits for somebody else to read."""

        full = False

        def pause_writing(self) -> None:
            """Notice that this one does not read."""
            self.full = True
            super().pause_writing()

        def resume_writing(self) -> None:
            """Notice that it reads again."""
            self.full = False
            super().resume_writing()

        def data_received(self, data: bytes) -> None:
            """Drop what comes while another connection is full."""
            others = (other for other in self.device.connections if other is not self)
            if not any(cast("WaitsForWhoeverDoesNotRead.protocol_class", other).full for other in others):
                super().data_received(data)


@mutant("MB-HALF-OPEN-SERVED", crosses=True)
class KeepsThePlaceOfWhoVanished(Together):
    """Refuses a new connection while another one has been silent for more than 0.4 seconds."""

    class protocol_class(Together.protocol_class):
        """Framing that believes a client to be there as long as nobody says the contrary."""

        last = 0.0

        def data_received(self, data: bytes) -> None:
            """Note when it spoke last."""
            self.last = _now()
            super().data_received(data)

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            """Refuse whoever comes beside one that is silent."""
            self.last = _now()
            super().connection_made(transport)
            others = [other for other in self.device.connections if not other.transport.is_closing()]
            lasts = [cast("KeepsThePlaceOfWhoVanished.protocol_class", other).last for other in others]
            if any(_now() - last > 0.4 for last in lasts):
                self.transport.close()


@mutant("MB-HALF-CLOSE")
class WaitsBehindAHalfClose(Plc):
    """Takes a millisecond over each answer, and forgets it when the client closed its half meanwhile."""

    class protocol_class(ModbusTcpProtocol):
        """Framing that takes half a close for none, and forgets what it owes."""

        owed = 0
        forgot = False

        def respond(self, transaction: int, protocol: int, unit: int, pdu: bytes) -> bytes:
            """Answer a little later."""
            self.owed += 1
            answer = super().respond(transaction, protocol, unit, pdu)
            asyncio.get_running_loop().call_later(0.001, self._late, answer)
            return b""

        def _late(self, answer: bytes) -> None:
            self.owed -= 1
            if not self.forgot:
                self.transport.write(answer)

        def eof_received(self) -> bool:
            """Keep the connection for ten seconds where an answer is still owed."""
            self.forgot = self.owed > 0
            if self.forgot:
                asyncio.get_running_loop().call_later(10.0, self.transport.close)
            return self.forgot or super().eof_received()


class _Leaky(Plc):
    """A controller that loses the place of each connection that ended early, until one stays longer."""

    def __init__(self) -> None:
        super().__init__()
        self.lost = 0

    class protocol_class(ModbusTcpProtocol):
        """Framing that forgets to clear up."""

        room = 0
        asks = 0
        asked = 0
        was_refused = False

        def data_received(self, data: bytes) -> None:
            """Count requests."""
            self.asked += 1
            super().data_received(data)

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            """Refuse one connection when all places are lost."""
            super().connection_made(transport)
            device = cast("_Leaky", self.server)
            if device.lost >= self.room:
                device.lost, self.was_refused = -1, True
                self.transport.close()

        def connection_lost(self, exc: Exception | None) -> None:
            """Lose the place of one that came and went."""
            device = cast("_Leaky", self.server)
            if not self.was_refused:
                device.lost = device.lost + 1 if self.asked == self.asks else 0
            super().connection_lost(exc)


@mutant("MB-CHURN")
class LosesPlacesOfShortConnections(_Leaky):
    """Takes no connection after 500 in a row that asked one thing only."""

    class protocol_class(_Leaky.protocol_class):
        """Framing that forgets connections of one request."""

        room, asks = 500, 1


@mutant("MB-CHURN")
class LosesPlacesOfSilentConnections(_Leaky):
    """Takes no connection after 100 in a row that asked nothing."""

    class protocol_class(_Leaky.protocol_class):
        """Framing that forgets connections without a request."""

        room, asks = 100, 0


@mutant("MB-UNIT-ANY")
class AnswersUnitOneOnly(Plc):
    """Ignores every unit identifier but 1, though it declares to answer any."""

    class protocol_class(ModbusTcpProtocol):
        """Framing that looks at the unit."""

        def respond(self, transaction: int, protocol: int, unit: int, pdu: bytes) -> bytes:
            """Answer only to unit 1."""
            return super().respond(transaction, protocol, unit, pdu) if unit == 1 else b""


@mutant("MB-REPLY-TIME")
class SlowsDown(Plc):
    """Answers later than declared from the seventieth read of a connection to the eightieth."""

    class protocol_class(ModbusTcpProtocol):
        """Framing that tires."""

        asked = 0

        def data_received(self, data: bytes) -> None:
            """Take a read that comes alone six tenths of a second later when tired."""
            is_read = len(data) == READ + 7 and data[7] in READS
            self.asked += is_read
            if 70 <= self.asked <= 80 and is_read:
                asyncio.get_running_loop().call_later(0.6, super().data_received, data)
            else:
                super().data_received(data)
