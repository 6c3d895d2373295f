"""Mutants of function 08 but for listen-only mode (MODBUS Application Protocol V1.1b3, 6.8)."""

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.diagnostics import EXCEPTION_SENT
from device_simulators.modbus.mutants.registry import mutant
from testbed.protocols.modbus import ExceptionCode, SubFunction

WORDS = (SubFunction.RETURN_DIAGNOSTIC_REGISTER, *range(11, 19))
"""Sub-functions that read a word."""


@mutant("MB-FC08-QUERY-DATA")
class EchoesOneWord(Plc):
    """Returns no more than one word of query data."""

    def return_query_data(self, request: bytes) -> bytes:
        """Cut the echo off."""
        return super().return_query_data(request)[:5]


@mutant("MB-FC08-QUERY-DATA")
class SwapsQueryData(Plc):
    """Returns the first word of query data with its bytes swapped."""

    def return_query_data(self, request: bytes) -> bytes:
        """Take the word for a number of another byte order."""
        return request[:3] + request[4:5] + request[3:4] + request[5:]


@mutant("MB-FC08-QUERY-ODD")
class PadsOddQueryData(Plc):
    """Fills query data of an odd number of bytes up with a zero."""

    def data_is_legal(self, request: bytes, code: int) -> bool:
        """Take query data of any length."""
        return code == SubFunction.RETURN_QUERY_DATA or super().data_is_legal(request, code)

    def return_query_data(self, request: bytes) -> bytes:
        """Return whole words."""
        return request + b"\0" * ((len(request) + 1) % 2)


@mutant("MB-FC08-SUBFUNCTION-ECHO")
class AnswersForSubFunctionZero(Plc):
    """Answers a reading with sub-function 0000."""

    def word(self, request: bytes, number: int) -> bytes:
        """Forget what was asked for."""
        return super().word(request[:1] + b"\0\0", number)


@mutant("MB-FC08-SUBFUNCTION-RESERVED")
class RefusesSubFunctionsAsValue(Plc):
    """Takes a sub-function for a value, and refuses a reserved one with exception 03."""

    def unknown_sub_function(self, request: bytes) -> bytes:
        """Blame the value where the function is at fault."""
        return self.refuse(request, ExceptionCode.ILLEGAL_DATA_VALUE)


@mutant("MB-FC08-LENGTH-SHORT")
class FillsUpSubFunctions(Plc):
    """Takes the bytes that a short request lacks for zeros, and returns query data that nobody sent."""

    def diagnostics(self, request: bytes) -> bytes:
        """Read into a buffer that was cleared before."""
        return super().diagnostics(request.ljust(5, b"\0") if len(request) < 3 else request)


@mutant("MB-FC08-DATA-VALUE")
class IgnoresTheDataField(Plc):
    """Reads a word whatever stands in the data field."""

    def data_is_legal(self, request: bytes, code: int) -> bool:
        """Look at no data that are not used."""
        return code in WORDS or super().data_is_legal(request, code)


@mutant("MB-FC08-BUS-MESSAGES")
class CountsRefusedMessagesTwice(Plc):
    """Counts a message on the bus once more when it is refused."""

    def count_exception(self, code: int) -> None:
        """Take the exception for a message of its own."""
        super().count_exception(code)
        self.counters.bus_messages += 1


@mutant("MB-FC08-SERVER-MESSAGES")
class CountsNoMessageForItself(Plc):
    """Tells that no message was for itself."""

    def return_server_message_count(self, request: bytes) -> bytes:
        """Return a counter that nobody moves."""
        return self.word(request, 0)


@mutant("MB-FC08-COMMUNICATION-ERRORS")
class TakesExceptionsForBusErrors(Plc):
    """Counts an exception among the errors on the bus."""

    def count_exception(self, code: int) -> None:
        """Count it in two places."""
        super().count_exception(code)
        self.counters.bus_errors += 1


@mutant("MB-FC08-EXCEPTIONS")
class CountsEveryRequestAsException(Plc):
    """Returns the number of all messages as that of its exceptions."""

    def return_bus_exception_error_count(self, request: bytes) -> bytes:
        """Return the wrong counter."""
        return self.word(request, self.counters.server_messages)


@mutant("MB-FC08-NO-RESPONSES")
class TakesRefusalsForNoResponse(Plc):
    """Counts a request that it refuses as one that it does not answer."""

    def count_exception(self, code: int) -> None:
        """Count it in two places."""
        super().count_exception(code)
        self.counters.no_responses += 1


@mutant("MB-FC08-NAKS")
class TakesExceptionsForNaks(Plc):
    """Counts every exception as a negative acknowledge."""

    def return_server_nak_count(self, request: bytes) -> bytes:
        """Return the wrong counter."""
        return self.word(request, self.counters.exceptions)


@mutant("MB-FC08-BUSY")
class TakesExceptionsForBusy(Plc):
    """Counts every exception as busy."""

    def return_server_busy_count(self, request: bytes) -> bytes:
        """Return the wrong counter."""
        return self.word(request, self.counters.exceptions)


@mutant("MB-FC08-OVERRUNS")
class CountsOverrunsByMessages(Plc):
    """Counts an overrun with every message."""

    def return_bus_character_overrun_count(self, request: bytes) -> bytes:
        """Return the wrong counter."""
        return self.word(request, self.counters.bus_messages)


@mutant("MB-FC08-CLEAR-ECHO")
class ConfirmsClearingByOne(Plc):
    """Confirms that the counters are cleared with data 0001."""

    def clear_counters_and_diagnostic_register(self, request: bytes) -> bytes:
        """Answer with a word of success."""
        return request[:3] + b"\0\1"


@mutant("MB-FC08-CLEAR-COUNTERS", "MB-FC08-RESTART-COUNTERS")
class KeepsItsExceptionCount(Plc):
    """Clears all counters but that of its exceptions."""

    def clear_counters(self) -> None:
        """Keep one of them."""
        kept = self.counters.exceptions
        super().clear_counters()
        self.counters.exceptions = kept


@mutant("MB-FC08-CLEAR-REGISTER")
class KeepsItsDiagnosticRegister(Plc):
    """Clears counters, and leaves the diagnostic register as it is."""

    def clear_counters(self) -> None:
        """Remember that an exception was sent."""
        super().clear_counters()
        self.counters.diagnostic_register = EXCEPTION_SENT


@mutant("MB-FC08-CLEAR-OVERRUN")
class ReturnsTheOverrunsThatItClears(Plc):
    """Answers a request to clear the overrun counter with one more than was cleared."""

    def clear_overrun_counter_and_flag(self, request: bytes) -> bytes:
        """Answer with the next number."""
        return self.word(super().clear_overrun_counter_and_flag(request), self.counters.overruns + 1)


@mutant("MB-FC08-RESTART-ECHO")
class ConfirmsRestartsWithoutTheirOption(Plc):
    """Confirms every restart with data 0001."""

    def restart_communications_option(self, request: bytes) -> bytes:
        """Answer with a word of success."""
        return request[:3] + b"\0\1"


@mutant("MB-FC08-RESTART-COUNTERS", "MB-FC11-RESTARTED")
class CountsOnBehindARestart(Plc):
    """Restarts its line and leaves all counters as they are."""

    def restart(self, request: bytes) -> None:
        """Keep the numbers, and lose nothing else."""
        counters = self.counters
        kept = {
            name: getattr(counters, name)
            for name in ("bus_messages", "exceptions", "server_messages", "events")
        }
        super().restart(request)
        for name, number in kept.items():
            setattr(counters, name, number)


@mutant("MB-FC08-RESTART-VALUE")
class RestartsForAnyValue(Plc):
    """Restarts whatever the data say."""

    def data_is_legal(self, request: bytes, code: int) -> bool:
        """Take every option for the usual one."""
        option = code == SubFunction.RESTART_COMMUNICATIONS_OPTION and len(request) == 5
        return option or super().data_is_legal(request, code)


@mutant("MB-FC08-DELIMITER-ECHO")
class SwapsTheDelimiter(Plc):
    """Confirms a delimiter in the wrong byte."""

    def change_ascii_input_delimiter(self, request: bytes) -> bytes:
        """Answer with the character as a number."""
        answer = super().change_ascii_input_delimiter(request)
        return self.word(answer, answer[3])


@mutant("MB-FC08-DELIMITER-VALUE")
class TakesAnyDelimiter(Plc):
    """Takes a delimiter of two characters, and uses the first."""

    def data_is_legal(self, request: bytes, code: int) -> bool:
        """Look at one byte only."""
        return code == SubFunction.CHANGE_ASCII_INPUT_DELIMITER or super().data_is_legal(request, code)
