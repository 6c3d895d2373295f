"""Mutants for the interoperability suite: right with a tester, wrong with a client that comes after it.

A tester begins a connection with a control exchange. An independent client begins with what it wants, and its
transaction identifiers begin low, so that both show what depends on the connection.
"""

import asyncio
from typing import ClassVar, cast

from device_simulators.modbus.datastore import Bits, Registers
from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant
from device_simulators.modbus.protocol import ModbusTcpProtocol
from device_simulators.modbus.server import ModbusServer
from testbed.protocols.modbus import ExceptionCode, Function

SUITE = "interop_modbus"


class _OwnImage(ModbusTcpProtocol):
    """Gives each connection a controller of its own, as it was when it was switched on."""

    table: ClassVar[str]

    def __init__(self, server: ModbusServer) -> None:
        super().__init__(server)
        self._own = getattr(Plc(), self.table)

    def respond(self, transaction: int, protocol: int, unit: int, pdu: bytes) -> bytes:
        """Answer from the connection's own table."""
        shared = getattr(self.server, self.table)
        setattr(self.server, self.table, self._own)
        try:
            return super().respond(transaction, protocol, unit, pdu)
        finally:
            setattr(self.server, self.table, shared)


class _OwnCoils(_OwnImage):
    table = "coils"


class _OwnRegisters(_OwnImage):
    table = "holding_registers"


@mutant("IOP-MB-COILS-TO-CLIENT", "IOP-MB-WRITE-SINGLE-COIL", "IOP-MB-WRITE-MULTIPLE-COILS", suite=SUITE)
class KeepsCoilsPerConnection(Plc):
    """Keeps the coils of each connection apart, so that nobody sees what another wrote."""

    protocol_class = _OwnCoils


@mutant(
    "IOP-MB-REGISTERS-TO-CLIENT",
    "IOP-MB-WRITE-SINGLE-REGISTER",
    "IOP-MB-WRITE-MULTIPLE-REGISTERS",
    suite=SUITE,
)
class KeepsRegistersPerConnection(Plc):
    """Keeps the holding registers of each connection apart, so that nobody sees what another wrote."""

    protocol_class = _OwnRegisters


class _BadBeginning(ModbusTcpProtocol):
    """Serves the first request of a connection from tables that are not filled yet."""

    function: ClassVar[Function]

    def __init__(self, server: ModbusServer) -> None:
        super().__init__(server)
        self._is_first = True

    def respond(self, transaction: int, protocol: int, unit: int, pdu: bytes) -> bytes:
        """Answer the first request of one function from a controller that knows nothing."""
        is_first, self._is_first = self._is_first, False
        if is_first and pdu[0] == self.function:
            return self.envelop(transaction, unit, _Blank().answer(pdu))
        return super().respond(transaction, protocol, unit, pdu)


class _Blank(Plc):
    """The controller before its tables are filled: every value 0, and what is written is lost."""

    def __init__(self) -> None:
        super().__init__()
        self.coils = Bits([(0, [False] * 2048), (4096, [False] * 2048)])
        self.discrete_inputs = Bits([(0, [False] * 2048)])
        self.holding_registers = Registers([(0, [0] * 200), (400, [0] * 256)])
        self.input_registers = Registers([(0, [0] * 200)])


def _badly_beginning(function: Function) -> type[ModbusTcpProtocol]:
    """Return the protocol that begins badly with one function."""
    return type(f"_BadBeginning{function:02}", (_BadBeginning,), {"function": function})


@mutant("IOP-MB-READ-COILS", "IOP-MB-COILS-TO-CLIENT", suite=SUITE)
class SendsBlankCoilsFirst(Plc):
    """Answers a connection's first request with coils that are all off."""

    protocol_class = _badly_beginning(Function.READ_COILS)


@mutant("IOP-MB-READ-DISCRETE-INPUTS", suite=SUITE)
class SendsBlankDiscreteInputsFirst(Plc):
    """Answers a connection's first request with discrete inputs that are all off."""

    protocol_class = _badly_beginning(Function.READ_DISCRETE_INPUTS)


@mutant("IOP-MB-READ-HOLDING-REGISTERS", "IOP-MB-REGISTERS-TO-CLIENT", suite=SUITE)
class SendsBlankHoldingRegistersFirst(Plc):
    """Answers a connection's first request with holding registers that are all 0."""

    protocol_class = _badly_beginning(Function.READ_HOLDING_REGISTERS)


@mutant("IOP-MB-READ-INPUT-REGISTERS", suite=SUITE)
class SendsBlankInputRegistersFirst(Plc):
    """Answers a connection's first request with input registers that are all 0."""

    protocol_class = _badly_beginning(Function.READ_INPUT_REGISTERS)


@mutant("IOP-MB-WRITE-SINGLE-COIL", suite=SUITE)
class LosesFirstCoil(Plc):
    """Confirms a coil written by a connection's first request, and forgets it."""

    protocol_class = _badly_beginning(Function.WRITE_SINGLE_COIL)


@mutant("IOP-MB-WRITE-SINGLE-REGISTER", suite=SUITE)
class LosesFirstRegister(Plc):
    """Confirms a register written by a connection's first request, and forgets it."""

    protocol_class = _badly_beginning(Function.WRITE_SINGLE_REGISTER)


@mutant("IOP-MB-WRITE-MULTIPLE-COILS", suite=SUITE)
class LosesFirstCoils(Plc):
    """Confirms coils written by a connection's first request, and forgets them."""

    protocol_class = _badly_beginning(Function.WRITE_MULTIPLE_COILS)


@mutant("IOP-MB-WRITE-MULTIPLE-REGISTERS", suite=SUITE)
class LosesFirstRegisters(Plc):
    """Confirms registers written by a connection's first request, and forgets them."""

    protocol_class = _badly_beginning(Function.WRITE_MULTIPLE_REGISTERS)


class _RefusesLowTransactions(ModbusTcpProtocol):
    """Takes low transaction identifiers for old ones."""

    def respond(self, transaction: int, protocol: int, unit: int, pdu: bytes) -> bytes:
        """Refuse what has a transaction identifier of one byte."""
        if transaction <= 0xFF:
            return self.envelop(
                transaction, unit, self.server.refuse(pdu, ExceptionCode.SERVER_DEVICE_FAILURE)
            )
        return super().respond(transaction, protocol, unit, pdu)


@mutant(
    "IOP-MB-READ-COILS",
    "IOP-MB-COILS-TO-CLIENT",
    "IOP-MB-READ-DISCRETE-INPUTS",
    "IOP-MB-READ-HOLDING-REGISTERS",
    "IOP-MB-REGISTERS-TO-CLIENT",
    "IOP-MB-READ-INPUT-REGISTERS",
    "IOP-MB-WRITE-SINGLE-COIL",
    "IOP-MB-WRITE-SINGLE-REGISTER",
    "IOP-MB-WRITE-MULTIPLE-COILS",
    "IOP-MB-WRITE-MULTIPLE-REGISTERS",
    suite=SUITE,
)
class RefusesLowTransactions(Plc):
    """Refuses transaction identifiers below 256, with which most clients begin a connection."""

    protocol_class = _RefusesLowTransactions


class _AnswersTwice(ModbusTcpProtocol):
    """Sends the first answer of a connection twice."""

    def __init__(self, server: ModbusServer) -> None:
        super().__init__(server)
        self._times = 2

    def respond(self, transaction: int, protocol: int, unit: int, pdu: bytes) -> bytes:
        """Answer the first request of input registers twice."""
        answer = super().respond(transaction, protocol, unit, pdu)
        times, self._times = self._times, 1
        return answer * times if pdu[0] == Function.READ_INPUT_REGISTERS else answer


@mutant("IOP-MB-INVARIANTS", suite=SUITE)
class AnswersFirstTwice(Plc):
    """Sends the answer to a connection's first request twice, when input registers were asked for."""

    protocol_class = _AnswersTwice


class _ServesOneClient(ModbusTcpProtocol):
    """Serves nobody any more once a client has read discrete inputs."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Hang up on everybody who comes later."""
        super().connection_made(transport)
        self._is_first = True
        if cast("HangsUpAfterClient", self.server).is_spent:
            transport.close()

    def respond(self, transaction: int, protocol: int, unit: int, pdu: bytes) -> bytes:
        """Answer, and remember a client that began with function 02."""
        if self._is_first and pdu[0] == Function.READ_DISCRETE_INPUTS:
            cast("HangsUpAfterClient", self.server).is_spent = True
        self._is_first = False
        return super().respond(transaction, protocol, unit, pdu)


@mutant("IOP-MB-INVARIANTS", suite=SUITE)
class HangsUpAfterClient(Plc):
    """Hangs up on everybody after a client whose first request was for discrete inputs."""

    protocol_class = _ServesOneClient

    def __init__(self) -> None:
        super().__init__()
        self.is_spent = False
