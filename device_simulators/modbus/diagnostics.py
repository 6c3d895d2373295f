"""What a Modbus server tells of itself: functions 07, 08, 11, 12 and 17, and the counters behind them.

MODBUS Application Protocol V1.1b3, 6.7 to 6.10 and 6.13 ("AP" below); MODBUS over Serial Line V1.02,
Appendix A ("SL"). AP has these functions for serial lines; a device may serve them over TCP as well, where
each ADU is one message. Each rule is a small method for a mutant to break.

**What a framing tells the server.** Each is one call for one frame; the server counts, logs and keeps its
listen-only mode by itself:

- ``answer(pdu)``: a good frame for this device. An empty answer means silence; so it is in listen-only mode.
- ``broadcast(pdu)``: a good frame for all (address 0). It is carried out and never answered.
- ``overhear()``: a good frame for another device on the same line.
- ``misheard(overrun=False)``: a frame with a wrong checksum or parity, of fewer than 3 bytes, or with
  characters lost.

An ASCII framing takes ``counters.ascii_delimiter`` as the last character of a frame. A gateway calls the
server of the unit that is meant; units that share a line overhear each other.
"""

from collections.abc import Callable, Mapping
from struct import Struct
from typing import Any, ClassVar

from device_simulators.modbus.counters import (
    BROADCAST,
    COMMUNICATION_ERROR,
    ENTERED_LISTEN_ONLY,
    LISTENING,
    OVERRUN,
    RECEIVED,
    RESTARTED,
    SENT,
    SENT_EXCEPTION,
    Counters,
)
from device_simulators.modbus.rules import Rules
from testbed.protocols.modbus import ExceptionCode, Function
from testbed.protocols.modbus.serial_line import SubFunction

ILLEGAL_FUNCTION = int(ExceptionCode.ILLEGAL_FUNCTION)
ILLEGAL_DATA_VALUE = int(ExceptionCode.ILLEGAL_DATA_VALUE)
BUSY = int(ExceptionCode.SERVER_DEVICE_BUSY)
NEGATIVE_ACKNOWLEDGE = 7
"""Exception code of SL, Appendix A, that AP 7 has no more."""

OVERRUN_FLAG, EXCEPTION_SENT = 1, 2
"""Bits of the diagnostic register: what happened since it was cleared (our own choice)."""

RUNNING = b"\xff"
"""The run indicator of a device that is on (AP 6.13)."""
NOT_BUSY = 0
"""The status of functions 11 and 12; FFFF would say that an earlier request still goes on (AP 6.9)."""

_ERROR, _ERROR_BIT = b"\x80", 0x80
_RESTART, _CLEAR = b"\x08\x00\x01", b"\x08\x00\x0a"
_CLEAR_LOG = b"\xff\x00"
_FIXED = 5
"""Bytes of a request of function 08 but for query data: function, sub-function, one word."""

_words = Struct(">HH").pack
_log = Struct(">HHH").pack

_SELF_REGARDING = frozenset(
    {Function.DIAGNOSTICS, Function.GET_COMM_EVENT_COUNTER, Function.GET_COMM_EVENT_LOG}
)
"""Functions that look at the counters, and so at their own request too."""


class Diagnostics(Rules):
    """The functions that look at communication itself, over the counters of the device."""

    SUB_FUNCTIONS: ClassVar[Mapping[int, str]] = {code.value: code.name.lower() for code in SubFunction}
    """The method that answers each sub-function of function 08."""

    sub_functions: ClassVar[frozenset[int]] = frozenset(SUB_FUNCTIONS)
    """The sub-functions that this device serves; every other one is refused."""

    server_id: ClassVar[bytes] = b"\x01"
    """What the device calls itself in function 17; its length is the device's own (AP 6.13)."""

    additional_data: ClassVar[bytes] = b""
    """What stands behind the run indicator in function 17."""

    exception_status: ClassVar[int] = 0
    """The eight outputs that function 07 reads (AP 6.7)."""

    _counters: Counters
    _ordinary: int = 0
    """Good exchanges that the counters do not know yet: to count them one by one costs every answer time."""
    _handlers: list[Callable[[Any, bytes], bytes]]
    """Who answers each function code; set by the server, as the counters are."""

    @property
    def counters(self) -> Counters:
        """What the device counts and logs, every exchange so far among it."""
        if self._ordinary:
            self._counters.take(self._ordinary)
            self._ordinary = 0
        return self._counters

    # What a framing tells

    def answer(self, request: bytes) -> bytes:
        """Answer a request PDU for this device (at least one byte); an empty answer means silence."""
        if request[0] in _SELF_REGARDING or self._counters.listen_only:
            return self.answer_closely(request)
        answer = self._handlers[request[0]](self, request)
        if answer and answer[0] < _ERROR_BIT:
            self._ordinary += 1
        else:
            self.receive()
            self.finish(request, answer, answer)
        return answer

    def answer_closely(self, request: bytes) -> bytes:
        """Answer a request that looks at the counters itself, or that comes in listen-only mode."""
        if self.counters.listen_only:
            self.counters.bus_messages += 1
            return self.listen(request)
        self.receive()
        answer = self._handlers[request[0]](self, request)
        self.finish(request, answer, answer)
        return answer

    def receive(self) -> None:
        """Count and log a message for this device."""
        counters = self.counters
        counters.bus_messages += 1
        counters.server_messages += 1
        counters.log.appendleft(RECEIVED)

    def broadcast(self, request: bytes) -> None:
        """Carry out a request PDU for all devices; nobody answers it (SL 2.1)."""
        counters = self.counters
        counters.bus_messages += 1
        if counters.listen_only:
            self.listen(request, BROADCAST)
            return
        counters.server_messages += 1
        counters.log.appendleft(RECEIVED | BROADCAST)
        self.finish(request, self._handlers[request[0]](self, request), b"")

    def overhear(self) -> None:
        """Take note of a good frame for another device."""
        self.counters.bus_messages += 1

    def misheard(self, *, overrun: bool = False) -> None:
        """Take note of a frame that cannot be read; with an overrun, characters of it were lost."""
        counters = self.counters
        counters.bus_errors += 1
        event = RECEIVED | COMMUNICATION_ERROR | self._mode
        if overrun:
            counters.overruns += 1
            counters.diagnostic_register |= OVERRUN_FLAG
            event |= OVERRUN
        counters.log.appendleft(event)

    # Accounts

    def finish(self, request: bytes, outcome: bytes, answer: bytes) -> None:
        """Count and log the end of a request, and do what is done behind its answer.

        Args:
            request: the PDU.
            outcome: what its function came to, normal or an exception.
            answer: what is sent of that; empty where nothing is.
        """
        counters = self.counters
        counters.no_responses += not answer
        if outcome[:1] >= _ERROR:
            code = outcome[1]
            self.count_exception(code)
            counters.log.appendleft(SENT | (SENT_EXCEPTION.get(code, 0) if answer else 0))
            return
        counters.events += self.is_event(request)
        counters.log.appendleft(SENT | self._mode)
        if self.is_restart(request):
            self.restart(request)
        elif request[:3] == _CLEAR:
            self.clear_counters()

    def count_exception(self, code: int) -> None:
        """Count an exception, found or sent (SL, Appendix A: CPT3, CPT6, CPT7)."""
        counters = self.counters
        counters.exceptions += 1
        counters.naks += code == NEGATIVE_ACKNOWLEDGE
        counters.busy += code == BUSY
        counters.diagnostic_register |= EXCEPTION_SENT

    def is_event(self, request: bytes) -> bool:
        """Say whether the event counter counts a good request: all but its own fetching (AP 6.9)."""
        return request[0] != Function.GET_COMM_EVENT_COUNTER

    def is_restart(self, request: bytes) -> bool:
        """Say whether a request is one to restart communications (AP 6.8.1, 01)."""
        return request[:3] == _RESTART

    @property
    def _mode(self) -> int:
        return LISTENING if self.counters.listen_only else 0

    # Modes

    def listen(self, request: bytes, how: int = 0) -> bytes:
        """Take note of a request in listen-only mode; nothing but a restart is carried out (AP 6.8.1, 04)."""
        counters = self.counters
        counters.log.appendleft(RECEIVED | LISTENING | how)
        counters.no_responses += 1
        counters.log.appendleft(SENT | LISTENING)
        if self.is_restart(request) and self.data_is_legal(request, 1):
            self.restart(request)
        return b""

    def enter_listen_only(self) -> None:
        """Fall silent until a restart (AP 6.8.1, 04)."""
        self.counters.listen_only = True
        self.counters.log.appendleft(ENTERED_LISTEN_ONLY)

    def clear_counters(self) -> None:
        """Begin to count anew (AP 6.8.1, 10)."""
        self.counters.clear()

    def restart(self, request: bytes) -> None:
        """Begin anew: counters cleared, listening ended, the log cleared where asked (AP 6.8.1, 01)."""
        counters = self.counters
        if request[3:] == _CLEAR_LOG:
            counters.log.clear()
        self.clear_counters()
        counters.listen_only = False
        counters.log.appendleft(RESTARTED)

    # Functions

    def read_exception_status(self, request: bytes) -> bytes:
        """Function 07 (AP 6.7, Fig. 17)."""
        if not self.length_is_right(request, 1):
            return self.refuse(request, ILLEGAL_DATA_VALUE)
        return bytes((request[0], self.exception_status))

    def diagnostics(self, request: bytes) -> bytes:
        """Function 08 (AP 6.8, Fig. 18)."""
        if len(request) < 3:  # noqa: PLR2004 - function and sub-function
            return self.refuse(request, ILLEGAL_DATA_VALUE)
        code = int.from_bytes(request[1:3])
        if code not in self.sub_functions:
            return self.unknown_sub_function(request)
        if not self.data_is_legal(request, code):
            return self.refuse(request, ILLEGAL_DATA_VALUE)
        answer: bytes = getattr(self, self.SUB_FUNCTIONS[code])(request)
        return answer

    def get_comm_event_counter(self, request: bytes) -> bytes:
        """Function 11 (AP 6.9, Fig. 19)."""
        if not self.length_is_right(request, 1):
            return self.refuse(request, ILLEGAL_DATA_VALUE)
        return request + _words(self.status(request), self.counters.events & 0xFFFF)

    def get_comm_event_log(self, request: bytes) -> bytes:
        """Function 12 (AP 6.10, Fig. 20)."""
        if not self.length_is_right(request, 1):
            return self.refuse(request, ILLEGAL_DATA_VALUE)
        counters = self.counters
        head = _log(self.status(request), counters.events & 0xFFFF, counters.bus_messages & 0xFFFF)
        return self.values(request, head + self.events())

    def report_server_id(self, request: bytes) -> bytes:
        """Function 17 (AP 6.13, Fig. 23)."""
        if not self.length_is_right(request, 1):
            return self.refuse(request, ILLEGAL_DATA_VALUE)
        return self.values(request, self.server_id + self.run_indicator() + self.additional_data)

    # Rules

    def unknown_sub_function(self, request: bytes) -> bytes:
        """Answer a sub-function that this device does not serve (AP Fig. 18, exception 01)."""
        return self.refuse(request, ILLEGAL_FUNCTION)

    def data_is_legal(self, request: bytes, code: int) -> bool:
        """The data field is what AP 6.8.1 lists: words to be echoed, an option, a character, or 0000."""
        data = request[3:]
        if code == SubFunction.RETURN_QUERY_DATA:
            return len(data) > 0 and len(data) % 2 == 0
        if not self.length_is_right(request, _FIXED):
            return False
        if code == SubFunction.RESTART_COMMUNICATIONS_OPTION:
            return data in (b"\0\0", _CLEAR_LOG)
        if code == SubFunction.CHANGE_ASCII_INPUT_DELIMITER:
            return data[1] == 0
        return data == b"\0\0"

    def status(self, request: bytes) -> int:  # noqa: ARG002
        """Return the status word: 0 or, while an earlier request still goes on, FFFF (AP 6.9, 6.10)."""
        return NOT_BUSY

    def events(self) -> bytes:
        """Return the log, the newest event first (AP 6.10)."""
        return bytes(self.counters.log)

    def run_indicator(self) -> bytes:
        """Return FF for on or 00 for off (AP 6.13)."""
        return RUNNING

    def word(self, request: bytes, number: int) -> bytes:
        """Answer with the sub-function and a word; a counter goes on from 65535 to 0 (AP 6.8.1)."""
        return request[:3] + (number & 0xFFFF).to_bytes(2)

    # Sub-functions of function 08 (AP 6.8.1)

    def return_query_data(self, request: bytes) -> bytes:
        """Sub-function 00: what was asked comes back."""
        return self.echo(request)

    def restart_communications_option(self, request: bytes) -> bytes:
        """Sub-function 01: answered first, carried out then."""
        return self.echo(request)

    def return_diagnostic_register(self, request: bytes) -> bytes:
        """Sub-function 02."""
        return self.word(request, self.counters.diagnostic_register)

    def change_ascii_input_delimiter(self, request: bytes) -> bytes:
        """Sub-function 03: another character than line feed ends an ASCII frame from now on."""
        self.counters.ascii_delimiter = request[3]
        return self.echo(request)

    def force_listen_only_mode(self, request: bytes) -> bytes:  # noqa: ARG002
        """Sub-function 04: not answered."""
        self.enter_listen_only()
        return b""

    def clear_counters_and_diagnostic_register(self, request: bytes) -> bytes:
        """Sub-function 10: answered first, carried out then."""
        return self.echo(request)

    def return_bus_message_count(self, request: bytes) -> bytes:
        """Sub-function 11: CPT1, this request among them."""
        return self.word(request, self.counters.bus_messages)

    def return_bus_communication_error_count(self, request: bytes) -> bytes:
        """Sub-function 12: CPT2."""
        return self.word(request, self.counters.bus_errors)

    def return_bus_exception_error_count(self, request: bytes) -> bytes:
        """Sub-function 13: CPT3."""
        return self.word(request, self.counters.exceptions)

    def return_server_message_count(self, request: bytes) -> bytes:
        """Sub-function 14: CPT4, this request among them."""
        return self.word(request, self.counters.server_messages)

    def return_server_no_response_count(self, request: bytes) -> bytes:
        """Sub-function 15: CPT5."""
        return self.word(request, self.counters.no_responses)

    def return_server_nak_count(self, request: bytes) -> bytes:
        """Sub-function 16: CPT6."""
        return self.word(request, self.counters.naks)

    def return_server_busy_count(self, request: bytes) -> bytes:
        """Sub-function 17: CPT7."""
        return self.word(request, self.counters.busy)

    def return_bus_character_overrun_count(self, request: bytes) -> bytes:
        """Sub-function 18: CPT8."""
        return self.word(request, self.counters.overruns)

    def clear_overrun_counter_and_flag(self, request: bytes) -> bytes:
        """Sub-function 20: CPT8 and its bit of the diagnostic register."""
        self.counters.overruns = 0
        self.counters.diagnostic_register &= ~OVERRUN_FLAG
        return self.echo(request)
