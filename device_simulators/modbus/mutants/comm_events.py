"""Mutants of functions 11 and 12 (MODBUS Application Protocol V1.1b3, 6.9, 6.10)."""

from collections import deque

from device_simulators.modbus.counters import ENTERED_LISTEN_ONLY, RESTARTED
from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant
from testbed.protocols.modbus import Function


def is_refusal(answer: bytes) -> bool:
    """Say whether an answer is an exception response."""
    return answer[0] >= 0x80


@mutant("MB-FC11-STATUS")
class TellsTheCounterThatItIsReady(Plc):
    """Tells by the status of function 11 that it is ready, with 0001."""

    def status(self, request: bytes) -> int:
        """Return a truth value."""
        return 1 if request[0] == Function.GET_COMM_EVENT_COUNTER else super().status(request)


@mutant("MB-FC11-COUNTS", "MB-FC12-EVENT-COUNT")
class CountsHowOftenItsCounterIsFetched(Plc):
    """Counts the fetching of its event counter as an event."""

    def is_event(self, request: bytes) -> bool:  # noqa: ARG002 - part of the interface
        """Make no exception."""
        return True


@mutant("MB-FC11-COUNTS")
class CountsRefusalsAsEvents(Plc):
    """Counts a request that it refused as one that it carried out."""

    def count_exception(self, code: int) -> None:
        """Count it in two places."""
        super().count_exception(code)
        self.counters.events += 1


@mutant("MB-FC11-COUNTS", "MB-FC12-EVENT-COUNT")
class CountsNoEvents(Plc):
    """Tells by function 11 that nothing ever happened."""

    def get_comm_event_counter(self, request: bytes) -> bytes:
        """Return a counter that nobody moves."""
        answer = super().get_comm_event_counter(request)
        return answer if is_refusal(answer) else answer[:3] + b"\0\0"


@mutant("MB-FC11-CLEARED", "MB-FC11-RESTARTED")
class KeepsItsEventCount(Plc):
    """Clears all counters but that of its events."""

    def clear_counters(self) -> None:
        """Keep one of them."""
        kept = self.counters.events
        super().clear_counters()
        self.counters.events = kept


@mutant("MB-FC12-BYTE-COUNT")
class CountsEventsOnly(Plc):
    """Leaves the three words out of the byte count of its log."""

    def get_comm_event_log(self, request: bytes) -> bytes:
        """Count six bytes less than follow."""
        answer = super().get_comm_event_log(request)
        return answer if is_refusal(answer) else answer[:1] + bytes((answer[1] - 6,)) + answer[2:]


@mutant("MB-FC12-STATUS")
class TellsTheLogThatItIsReady(Plc):
    """Tells by the status of function 12 that it is ready, with 0001."""

    def status(self, request: bytes) -> int:
        """Return a truth value."""
        return 1 if request[0] == Function.GET_COMM_EVENT_LOG else super().status(request)


@mutant("MB-FC12-EVENT-COUNT")
class CountsTheLogBeforeItIsRead(Plc):
    """Returns, with its log, an event count in which this request is already one."""

    def get_comm_event_log(self, request: bytes) -> bytes:
        """Count first."""
        answer = super().get_comm_event_log(request)
        count = (self.counters.events + 1 & 0xFFFF).to_bytes(2)
        return answer if is_refusal(answer) else answer[:4] + count + answer[6:]


@mutant("MB-FC12-MESSAGE-COUNT")
class TellsEventsForMessages(Plc):
    """Returns the event count in place of the message count."""

    def get_comm_event_log(self, request: bytes) -> bytes:
        """Write one word twice."""
        answer = super().get_comm_event_log(request)
        return answer if is_refusal(answer) else answer[:6] + answer[4:6] + answer[8:]


@mutant("MB-FC12-EVENT-TYPES")
class LogsFunctionCodes(Plc):
    """Logs the function code of each request in front of its answer."""

    def finish(self, request: bytes, outcome: bytes, answer: bytes) -> None:
        """Leave a byte that is no event."""
        self.counters.log.appendleft(request[0])
        super().finish(request, outcome, answer)


@mutant("MB-FC12-EXCEPTION-EVENT", "MB-FC12-LOG-KEPT")
class LogsRefusalsAsAnswers(Plc):
    """Logs an exception as it logs a normal answer."""

    def events(self) -> bytes:
        """Tell no exception."""
        return super().events().replace(b"\x41", b"\x40")


@mutant("MB-FC12-NEWEST-FIRST", "MB-FC12-RESTART-EVENT")
class TellsTheOldestEventFirst(Plc):
    """Returns the events in the order in which they happened."""

    def events(self) -> bytes:
        """Turn the log around."""
        return super().events()[::-1]


@mutant("MB-FC12-OLDEST-FLUSHED", "MB-FC12-BYTE-COUNT")
class RemembersTooMuch(Plc):
    """Keeps two hundred events."""

    def __init__(self) -> None:
        super().__init__()
        self.counters.log = deque(maxlen=200)


@mutant("MB-FC12-RESTART-EVENT")
class LogsNoRestart(Plc):
    """Logs nothing when communications restart."""

    def events(self) -> bytes:
        """Tell no restart."""
        return super().events().replace(bytes((RESTARTED,)), b"")


@mutant("MB-FC12-LOG-KEPT", "MB-FC12-LISTEN-ONLY-EVENT")
class ClearsItsLogAtEveryRestart(Plc):
    """Clears the event log whatever option the restart has."""

    def restart(self, request: bytes) -> None:
        """Start with everything anew."""
        super().restart(request[:3] + b"\xff\x00")


@mutant("MB-FC12-LOG-CLEARED")
class KeepsItsLogAtEveryRestart(Plc):
    """Keeps the event log whatever option the restart has."""

    def restart(self, request: bytes) -> None:
        """Take no notice of the option."""
        super().restart(request[:3] + b"\x00\x00")


@mutant("MB-FC12-LISTEN-ONLY-EVENT")
class LogsNoListenOnlyMode(Plc):
    """Logs nothing when it enters listen-only mode."""

    def events(self) -> bytes:
        """Tell nothing of it."""
        return super().events().replace(bytes((ENTERED_LISTEN_ONLY,)), b"")


@mutant("MB-COMMUNICATION-CONSISTENT")
class KeepsEventsBehindRefusals(Plc):
    """Keeps its event count where counters are cleared directly behind a refused request."""

    refused_last = False

    def finish(self, request: bytes, outcome: bytes, answer: bytes) -> None:
        """Take the clearing for the end of the error alone."""
        kept, behind = self.counters.events, self.refused_last
        super().finish(request, outcome, answer)
        self.refused_last = is_refusal(outcome) if outcome else False
        if behind and request[:3] in (b"\x08\x00\x0a", b"\x08\x00\x01"):
            self.counters.events = kept

    def answer(self, request: bytes) -> bytes:
        """Forget a refusal once something was carried out."""
        answer = super().answer(request)
        self.refused_last &= bool(answer) and is_refusal(answer)
        return answer
