"""Mutants of the MBAP header (MODBUS Messaging on TCP/IP Implementation Guide V1.0b, 3.1.3 and 4.4.2)."""

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant
from device_simulators.modbus.protocol import ModbusTcpProtocol
from testbed.protocols.modbus import Adu


@mutant("MB-MBAP-TRANSACTION-ECHO")
class CountsTransactionsItself(Plc):
    """Answers with the next transaction identifier instead of the one that was asked with."""

    class protocol_class(ModbusTcpProtocol):
        """Framing with a wrong transaction identifier."""

        def envelop(self, transaction: int, unit: int, pdu: bytes) -> bytes:
            """Add one."""
            return super().envelop((transaction + 1) & 0xFFFF, unit, pdu)


@mutant("MB-MBAP-PROTOCOL-ZERO")
class AnswersWithProtocolOne(Plc):
    """Answers with protocol identifier 1."""

    class protocol_class(ModbusTcpProtocol):
        """Framing with a wrong protocol identifier."""

        def envelop(self, transaction: int, unit: int, pdu: bytes) -> bytes:
            """Name another protocol."""
            return Adu(transaction, unit, pdu, protocol=1).encode()


@mutant("MB-MBAP-LENGTH")
class CountsOneByteTooFew(Plc):
    """Leaves the unit identifier out of the length field."""

    class protocol_class(ModbusTcpProtocol):
        """Framing with too small a length."""

        def envelop(self, transaction: int, unit: int, pdu: bytes) -> bytes:
            """Count the PDU alone."""
            return Adu(transaction, unit, pdu, length=len(pdu)).encode()


@mutant("MB-MBAP-LENGTH")
class CountsOneByteTooMany(Plc):
    """Announces a byte that never comes."""

    class protocol_class(ModbusTcpProtocol):
        """Framing with too large a length."""

        def envelop(self, transaction: int, unit: int, pdu: bytes) -> bytes:
            """Count one byte more."""
            return Adu(transaction, unit, pdu, length=len(pdu) + 2).encode()


@mutant("MB-MBAP-UNIT-ECHO")
class AnswersWithUnitZero(Plc):
    """Answers with unit identifier 0, whatever it was asked with."""

    class protocol_class(ModbusTcpProtocol):
        """Framing with a wrong unit identifier."""

        def envelop(self, transaction: int, unit: int, pdu: bytes) -> bytes:  # noqa: ARG002 - that is the fault
            """Forget the unit."""
            return super().envelop(transaction, 0, pdu)


@mutant("MB-ONE-ANSWER")
class AnswersTwice(Plc):
    """Sends every answer twice."""

    class protocol_class(ModbusTcpProtocol):
        """Framing that repeats itself."""

        def envelop(self, transaction: int, unit: int, pdu: bytes) -> bytes:
            """Double the answer."""
            return 2 * super().envelop(transaction, unit, pdu)


@mutant("MB-MBAP-PROTOCOL-DISCARDED")
class IgnoresTheProtocol(Plc):
    """Never looks at the protocol identifier."""

    class protocol_class(ModbusTcpProtocol):
        """Framing without that check."""

        def is_modbus(self, protocol: int) -> bool:  # noqa: ARG002 - that is the fault
            """Take everything for Modbus."""
            return True


@mutant("MB-MBAP-PROTOCOL-RECOVERS")
class FallsSilentAfterAForeignProtocol(Plc):
    """Answers nothing more on a connection after a request of another protocol."""

    class protocol_class(ModbusTcpProtocol):
        """Framing that sulks."""

        sulks = False

        def respond(self, transaction: int, protocol: int, unit: int, pdu: bytes) -> bytes:
            """Discard one request, and all that follow."""
            self.sulks = self.sulks or protocol in {0x0001, 0x0100, 0xFFFF}
            return b"" if self.sulks else super().respond(transaction, protocol, unit, pdu)


@mutant("MB-MBAP-LENGTH-TINY")
class AnswersEmptyRequests(Plc):
    """Refuses a request without a PDU with an exception instead of discarding it."""

    class protocol_class(ModbusTcpProtocol):
        """Framing that answers what is no request."""

        def data_received(self, data: bytes) -> None:
            """Answer a bare header."""
            if not self.pending and len(data) in {6, 7} and int.from_bytes(data[4:6]) < 2:
                self.transport.write(self.envelop(int.from_bytes(data[:2]), 0, b"\x80\x03"))
            super().data_received(data)


class _TakesAReadForWhole(ModbusTcpProtocol):
    """Framing that knows where a read request ends and does not ask its length field, within limits."""

    shortest, longest = 6, 6

    def data_received(self, data: bytes) -> None:
        """Put the length right that the client got wrong."""
        length = int.from_bytes(data[4:6])
        is_read = data[7:8] in {b"\1", b"\2", b"\3", b"\4"}
        if len(data) == 12 and is_read and self.shortest <= length <= self.longest:
            data = data[:4] + b"\0\6" + data[6:]
        super().data_received(data)


@mutant("MB-MBAP-LENGTH-OVER")
class IgnoresLargeLengths(Plc):
    """Answers a read whose length field is above the limit as if it were right."""

    class protocol_class(_TakesAReadForWhole):
        """Framing that does not ask a large length field."""

        shortest, longest = 255, 0xFFFF


@mutant("MB-MBAP-LENGTH-SHORT")
class IgnoresSmallLengths(Plc):
    """Answers a read whose length field cuts it short as if it were whole."""

    class protocol_class(_TakesAReadForWhole):
        """Framing that does not ask a small length field."""

        shortest, longest = 3, 5


@mutant("MB-MBAP-LENGTH-SHORT")
class ReadsPastTheLength(Plc):
    """Answers a read that its length field cuts short, then refuses the bytes behind that length as well."""

    class protocol_class(_TakesAReadForWhole):
        """Framing that reads on behind the frame, and goes on behind its length."""

        shortest, longest = 3, 5

        def data_received(self, data: bytes) -> None:
            """Take what the length field leaves out for a request of its own."""
            super().data_received(data)
            length = int.from_bytes(data[4:6])
            if len(data) == 12 and self.shortest <= length <= self.longest:
                self.transport.write(self.envelop(int.from_bytes(data[-2:]), data[6], b"\x80\x03"))


@mutant("MB-MBAP-LENGTH-WAITS")
class DoesNotWaitForTheRest(Plc):
    """Answers a read before all bytes that its length field announces have come."""

    class protocol_class(_TakesAReadForWhole):
        """Framing that does not wait."""

        shortest, longest = 7, 254


def _is_garbage(data: bytes) -> bool:
    """Say whether a chunk is none of the requests that differ from a good one in one field alone."""
    return (data[2:4] != b"\0\0" and len(data) > 12) or (data[:2] == b"\1\3" and len(data) == 8)


@mutant("MB-GARBAGE-UNANSWERED")
class AnswersGarbage(Plc):
    """Answers bytes that are no request with an exception before it closes."""

    class protocol_class(ModbusTcpProtocol):
        """Framing that answers whatever comes."""

        def data_received(self, data: bytes) -> None:
            """Take a foreign beginning for a header."""
            if not self.pending and _is_garbage(data):
                self.transport.write(
                    self.envelop(int.from_bytes(data[:2]), data[6], bytes([data[7] | 0x80, 1]))
                )
            super().data_received(data)


@mutant("MB-GARBAGE-RECOVERS")
class WaitsForTheRestOfGarbage(Plc):
    """Waits for ever for the rest that the length field of garbage announces."""

    class protocol_class(ModbusTcpProtocol):
        """Framing that believes any length."""

        waits = False

        def data_received(self, data: bytes) -> None:
            """Swallow what follows garbage."""
            self.waits = self.waits or (not self.pending and _is_garbage(data))
            if not self.waits:
                super().data_received(data)
