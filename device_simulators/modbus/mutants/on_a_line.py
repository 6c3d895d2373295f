"""Mutants of what all devices on a serial line have in common (MODBUS over Serial Line V1.02, 2.1 to 2.4, A).

They break it in RTU framing; ASCII has the same rules.
"""

from typing import ClassVar

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant
from device_simulators.modbus.rtu import ModbusRtuProtocol
from device_simulators.modbus.serial import BROADCAST
from testbed.protocols.modbus import Function

SUITE = "modbus_rtu_server"


@mutant("MB-SERIAL-ADDRESS-ECHO", suite=SUITE)
class AnswersFromAddressZero(Plc):
    """Answers with address 0 instead of its own."""

    class rtu_class(ModbusRtuProtocol):
        """Framing with a wrong address."""

        def envelop(self, unit: int, pdu: bytes) -> bytes:  # noqa: ARG002 - that is the fault
            """Answer as if for all."""
            return super().envelop(BROADCAST, pdu)


@mutant("MB-SERIAL-ADDRESS-OTHER", suite=SUITE)
class AnswersForItsNeighbour(Plc):
    """Answers requests for the next address too, in that device's place."""

    class rtu_class(ModbusRtuProtocol):
        """Framing that speaks for two."""

        def respond(self, unit: int, pdu: bytes) -> bytes:
            """Refuse what another device is asked."""
            answer = super().respond(unit, pdu)
            return self.server.refuse(pdu, 4) if unit == self.server.unit + 1 else answer


@mutant("MB-SERIAL-ADDRESS-RESERVED", suite=SUITE)
class AnswersReservedAddresses(Plc):
    """Answers requests for the addresses that the standard reserves."""

    class rtu_class(ModbusRtuProtocol):
        """Framing that takes them for its own."""

        def is_addressed(self, unit: int) -> bool:
            """Take 248 to 255 for this device."""
            return unit >= 248 or super().is_addressed(unit)


@mutant("MB-SERIAL-OTHERS-TRAFFIC", suite=SUITE)
class LosesItsTurnBehindOthers(Plc):
    """Takes a request like the one that another device was asked just before for a part of that exchange."""

    class rtu_class(ModbusRtuProtocol):
        """Framing that waits for one frame too many."""

        overheard = b""

        def respond(self, unit: int, pdu: bytes) -> bytes:
            """Keep the functions that others spoke of last; lose the same one behind two frames."""
            function = pdu[:1]
            if not self.is_broadcast(unit) and not self.is_addressed(unit):
                self.overheard = self.overheard[-1:] + function
            elif self.overheard == 2 * function:
                self.overheard = b""
                return b""
            else:
                self.overheard = b""
            return super().respond(unit, pdu)


@mutant("MB-SERIAL-BROADCAST-SILENT", suite=SUITE)
class AnswersBroadcasts(Plc):
    """Refuses broadcasts aloud."""

    class rtu_class(ModbusRtuProtocol):
        """Framing that answers what nobody must."""

        def respond(self, unit: int, pdu: bytes) -> bytes:
            """Carry it out, and answer."""
            answer = super().respond(unit, pdu)
            return self.server.refuse(pdu, 1) if self.is_broadcast(unit) else answer


@mutant("MB-SERIAL-BROADCAST-EXECUTED", suite=SUITE)
class IgnoresBroadcastWrites(Plc):
    """Counts a broadcast write and does not carry it out."""

    HARMLESS: ClassVar[bytes] = bytes((Function.READ_HOLDING_REGISTERS, 0, 0, 0, 1))

    def broadcast(self, request: bytes) -> None:
        """Read something instead."""
        super().broadcast(self.HARMLESS if request[0] == Function.WRITE_SINGLE_REGISTER else request)


@mutant("MB-SERIAL-BUS-MESSAGE-COUNT", suite=SUITE)
class CountsItsOwnMessagesAlone(Plc):
    """Leaves messages for other devices out of the bus message count."""

    def overhear(self) -> None:
        """Take no note."""


@mutant("MB-SERIAL-COMM-ERROR-COUNT", suite=SUITE)
class CountsNoErrorsOfTheLine(Plc):
    """Never counts a frame that it could not read."""

    def misheard(self, *, overrun: bool = False) -> None:
        """Take no note."""


@mutant("MB-SERIAL-EXCEPTION-COUNT", suite=SUITE)
class ForgetsErrorsOfBroadcasts(Plc):
    """Counts an exception only where it is sent."""

    def broadcast(self, request: bytes) -> None:
        """Put the counter back."""
        before = self.counters.exceptions
        super().broadcast(request)
        self.counters.exceptions = before


@mutant("MB-SERIAL-SERVER-MESSAGE-COUNT", suite=SUITE)
class CountsMessagesOfOthersAsItsOwn(Plc):
    """Counts messages for other devices among its own."""

    def overhear(self) -> None:
        """Count one too many."""
        super().overhear()
        self.counters.server_messages += 1


@mutant("MB-SERIAL-SERVER-MESSAGE-COUNT", suite=SUITE)
class CountsNoBroadcastAmongItsMessages(Plc):
    """Leaves broadcasts out of the server message count."""

    def broadcast(self, request: bytes) -> None:
        """Put the counter back."""
        super().broadcast(request)
        self.counters.server_messages -= 1


@mutant("MB-SERIAL-NO-RESPONSE-COUNT", suite=SUITE)
class CountsNoBroadcastAsUnanswered(Plc):
    """Leaves broadcasts out of the no-response count."""

    def broadcast(self, request: bytes) -> None:
        """Put the counter back."""
        super().broadcast(request)
        self.counters.no_responses -= 1
