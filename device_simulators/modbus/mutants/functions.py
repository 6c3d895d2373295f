"""Mutants of function codes and exceptions (MODBUS Application Protocol V1.1b3, 4.1, 5, 7)."""

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant
from device_simulators.modbus.protocol import ModbusTcpProtocol
from testbed.protocols.modbus import ExceptionCode, Function

USER_DEFINED = (*range(65, 73), *range(100, 111))  # AP 5
RESERVED = (9, 10, 13, 14, 41, 42, 90, 91, 125, 126, 127)  # AP Annex A


def _refusing(function: Function) -> type[Plc]:
    """Return a device that claims a function and does not serve it."""
    served = Plc.functions - {function}
    name = f"RefusesFunction{function:02}"
    return type(
        name, (Plc,), {"__doc__": f"Refuses function {function:02}, which it declares.", "functions": served}
    )


for _function in sorted(Plc.functions):
    mutant("MB-DECLARED-SERVED")(_refusing(Function(_function)))


@mutant("MB-FUNCTION-UNASSIGNED", "MB-FUNCTION-SWEEP")
class RefusesUnassignedFunctionsAsValue(Plc):
    """Refuses unassigned function codes with exception 03 instead of 01."""

    def unknown_function(self, request: bytes) -> bytes:
        """Blame the value where the function is at fault."""
        if request[0] in {0, *Function, *USER_DEFINED, *RESERVED} or request[0] & 0x80:
            return super().unknown_function(request)
        return self.refuse(request, ExceptionCode.ILLEGAL_DATA_VALUE)


@mutant("MB-FUNCTION-RESERVED", "MB-FUNCTION-SWEEP")
class IgnoresReservedFunctions(Plc):
    """Does not answer function codes that are reserved for legacy products."""

    def unknown_function(self, request: bytes) -> bytes:
        """Fall silent instead of refusing."""
        return b"" if request[0] in RESERVED else super().unknown_function(request)


@mutant("MB-FUNCTION-USER-DEFINED", "MB-FUNCTION-SWEEP")
class EchoesUserDefinedFunctions(Plc):
    """Echoes a user-defined function that it never declared."""

    def unknown_function(self, request: bytes) -> bytes:
        """Answer normally instead of refusing."""
        return request if request[0] in USER_DEFINED else super().unknown_function(request)


@mutant("MB-FUNCTION-ZERO")
class AnswersFunctionZero(Plc):
    """Answers function code 0 with an echo instead of refusing it."""

    def unknown_function(self, request: bytes) -> bytes:
        """Answer normally instead of refusing."""
        return request if request[0] == 0 else super().unknown_function(request)


@mutant("MB-FUNCTION-WITHOUT-DATA", "MB-DECLARED-SERVED")
class WaitsForData(Plc):
    """Takes a request that is a function code alone for the beginning of one, and does not answer it."""

    def answer(self, request: bytes) -> bytes:
        """Answer only what has data behind its function code."""
        return super().answer(request) if len(request) > 1 else b""


@mutant("MB-FUNCTION-HIGH-BIT")
class MasksTheFunctionCode(Plc):
    """Drops the highest bit of a function code, and carries the request out."""

    def unknown_function(self, request: bytes) -> bytes:
        """Serve the function that is left without the bit."""
        if request[0] & 0x80:
            return self.answer(bytes([request[0] & 0x7F]) + request[1:])
        return super().unknown_function(request)


@mutant("MB-FUNCTION-RECOVERS")
class LosesStepAfterAnUnknownFunction(Plc):
    """Answers nothing more on a connection after an unknown function that had data behind it."""

    class protocol_class(ModbusTcpProtocol):
        """Framing that does not know where such a request ends."""

        lost = False

        def respond(self, transaction: int, protocol: int, unit: int, pdu: bytes) -> bytes:
            """Refuse one such request, and ignore all that follow."""
            if self.lost:
                return b""
            self.lost = pdu[0] in USER_DEFINED and len(pdu) > 5
            return super().respond(transaction, protocol, unit, pdu)


@mutant("MB-FUNCTION-ECHO")
class AnswersInputRegistersAsHolding(Plc):
    """Answers function 04 with function code 03."""

    def read_input_registers(self, request: bytes) -> bytes:
        """Put the wrong function code in front of the right data."""
        answer = super().read_input_registers(request)
        return bytes([answer[0] & 0x80 | Function.READ_HOLDING_REGISTERS]) + answer[1:]


@mutant("MB-EXCEPTION-CODE")
class RefusesInputsWithItsOwnCode(Plc):
    """Refuses what concerns discrete inputs with code 12, which no standard defines."""

    def refuse(self, request: bytes, code: int) -> bytes:
        """Take a number from the vendor's own list."""
        return super().refuse(request, 12 if request[0] == Function.READ_DISCRETE_INPUTS else code)


@mutant("MB-EXCEPTION-SIZE")
class SendsLongExceptions(Plc):
    """Sends a third byte in exception responses."""

    def refuse(self, request: bytes, code: int) -> bytes:
        """Append a byte."""
        return super().refuse(request, code) + b"\0"


@mutant("MB-ADU-SIZE")
class PadsLongAnswers(Plc):
    """Pads an answer of 125 holding registers beyond the longest ADU."""

    def values(self, request: bytes, data: bytes | bytearray) -> bytes:
        """Append what no ADU has room for."""
        answer = super().values(request, data)
        return answer + bytes(2) if len(data) == 250 else answer  # 125 registers or 2000 bits
