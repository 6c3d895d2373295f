"""Counters against a model: what they hold after any sequence of requests, refusals, clears and restarts.

MODBUS Application Protocol V1.1b3 ("AP"), 6.8 to 6.10. Whether a request to clear is counted itself is not
said, so the first reading behind it may differ by one, and the model goes on from what was read. Refused
requests are of a function that AP 5 gives to nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import strategies as st

from testbed.protocols.modbus import (
    Diagnostics,
    ExceptionCode,
    GetCommEventCounter,
    GetCommEventLog,
    Request,
    SubFunction,
)
from testbed.testers.modbus.declared import READS
from testbed.testers.modbus.diagnosis import CLEAR_LOG, LISTEN_ONLY, UNASSIGNED, ZERO
from testbed.testers.modbus.machines.machine import Machine, initialize, precondition, rule, served
from testbed.testers.modbus.reply import Reaction

RESTARTS = 3
"""Restarts that wake a device at the end (assumed; one is enough for a sound one)."""


@dataclass
class Count:
    """What the model knows of one counter."""

    value: int = 0
    """Its last reading, and what has been counted since."""
    below: int = 0
    above: int = 0
    """By how much the next reading may differ, because it was cleared since the last one."""

    def accepted(self) -> list[bytes]:
        """Return the words that may be read."""
        return [
            (word & 0xFFFF).to_bytes(2)
            for word in range(max(0, self.value - self.below), self.value + self.above + 1)
        ]

    def read(self, word: bytes) -> None:
        """Go on from a reading."""
        self.value, self.below, self.above = int.from_bytes(word), 0, 0


class CommunicationMachine(Machine):
    """Functions 08, 11 and 12 over the counters of events, bus messages and exceptions."""

    def prove(self) -> None:
        """Let each counter count, and be cleared in each way, once; listen once."""
        self.reset()
        self.read(times=3)
        self._prove_counts()
        if self.around.serves("fc08/10"):
            self._clear()
            self._prove_counts()
        if self.around.serves("fc08/01"):
            self._restart()
            self._prove_counts()
        if self._can_listen():
            self._listen(self._harmless)
            self.read(times=1)

    def _prove_counts(self) -> None:
        for _ in range(2):  # what a clearing leaves open is known behind the first
            self._look()
            self.refuse()
            self.read(times=2)

    @initialize()
    def reset(self) -> None:
        """Begin with counters that were cleared; to listen takes time, so a sequence does it once at most."""
        self.may_listen, self.is_muted = True, False
        self.events, self.messages, self.exceptions = Count(), Count(), Count()
        if self.around.serves("fc08/10"):
            self._clear()
        else:
            self._restart()

    @rule(times=st.integers(1, 3))
    def read(self, times: int) -> None:
        """Have a harmless read answered."""
        for _ in range(times):
            self.send(self._harmless, Reaction.NORMAL)
            self._answered()

    @rule()
    def refuse(self) -> None:
        """Have a request refused."""
        self.send(UNASSIGNED, ExceptionCode.ILLEGAL_FUNCTION)
        self.messages.value += 1
        self.exceptions.value += 1

    @served("fc11")
    @rule()
    def count_events(self) -> None:
        """Function 11, which does not count itself (AP 6.9)."""
        self.messages.value += 1
        self._read(GetCommEventCounter(), "0b .. ..", self.events)

    @served("fc08/11")
    @rule()
    def count_messages(self) -> None:
        """Sub-function 11, which counts itself."""
        self._answered()
        self._read(Diagnostics(SubFunction.RETURN_BUS_MESSAGE_COUNT), "08 .. ..", self.messages)

    @served("fc08/13")
    @rule()
    def count_exceptions(self) -> None:
        """Sub-function 13."""
        self._answered()
        self._read(Diagnostics(SubFunction.RETURN_BUS_EXCEPTION_ERROR_COUNT), "08 .. ..", self.exceptions)

    @served("fc12")
    @rule()
    def count_log(self) -> None:
        """Function 12, which tells the counters of events and messages, too (AP 6.10)."""
        self.messages.value += 1
        accepted = [
            f"0c .. .. .. {events.hex(' ')} {messages.hex(' ')} *"
            for events in self.events.accepted()
            for messages in self.messages.accepted()
        ]
        pdu = self.send(GetCommEventLog(), *accepted)
        self.events.read(pdu[4:6])
        self.messages.read(pdu[6:8])
        self.events.value += 1

    @served("fc08/10")
    @rule(refused=st.booleans())
    def clear(self, refused: bool) -> None:  # noqa: FBT001 - drawn by name
        """Sub-function 10, perhaps directly behind a refusal, and what is left then."""
        if refused:
            self.refuse()
        self._clear()
        self._look()

    @served("fc08/01")
    @rule(clear_log=st.booleans(), refused=st.booleans())
    def restart(self, clear_log: bool, refused: bool) -> None:  # noqa: FBT001 - drawn by name
        """Sub-function 01, perhaps directly behind a refusal, and what is left then."""
        if refused:
            self.refuse()
        self._restart(CLEAR_LOG if clear_log else ZERO)
        self._look()

    @precondition(lambda machine: machine.may_listen and machine._can_listen())  # noqa: SLF001 - its own
    @rule()
    def listen(self) -> None:
        """Sub-function 04, and again, and the restart that ends it, all unanswered; and what is left then."""
        self._listen(LISTEN_ONLY)
        self._look()

    def settle(self) -> tuple[Request, ...]:
        """Leave listen-only mode, where a sequence was in it."""
        restart = Diagnostics(SubFunction.RESTART_COMMUNICATIONS_OPTION)
        return (restart,) * RESTARTS if self.is_muted else ()

    @property
    def _counts(self) -> dict[str, Callable[[], None]]:
        return {
            "fc11": self.count_events,
            "fc08/11": self.count_messages,
            "fc08/13": self.count_exceptions,
            "fc12": self.count_log,
        }

    def _can_listen(self) -> bool:
        return self.around.serves("fc08/01") and self.around.serves("fc08/04")

    @property
    def _harmless(self) -> Request:
        function = next(one for one in READS if self.around.serves(one))
        return self.around.declared.edges(function)[0]

    def _listen(self, request: Request) -> None:
        """Be in listen-only mode for one request."""
        self.may_listen, self.is_muted = False, True
        self.send(LISTEN_ONLY, Reaction.SILENCE)
        self.send(request, Reaction.SILENCE)
        self.send(Diagnostics(SubFunction.RESTART_COMMUNICATIONS_OPTION), Reaction.SILENCE)
        self._cleared()

    def _look(self) -> None:
        """Read every counter that is served, or have a read answered."""
        self.read(times=1)
        for function, count in self._counts.items():
            if self.around.serves(function):
                count()

    def _read(self, request: Request, head: str, count: Count) -> None:
        count.read(self.send(request, *(f"{head} {word.hex(' ')}" for word in count.accepted()))[3:5])

    def _clear(self) -> None:
        self.send(Diagnostics(SubFunction.CLEAR_COUNTERS_AND_DIAGNOSTIC_REGISTER), Reaction.NORMAL)
        self._cleared()

    def _restart(self, data: bytes = ZERO) -> None:
        self.send(Diagnostics(SubFunction.RESTART_COMMUNICATIONS_OPTION, data), Reaction.NORMAL)
        self._cleared()

    def _cleared(self) -> None:
        """Count anew: the clearing may be counted itself, or a reading not yet count itself."""
        self.events, self.exceptions = Count(above=1), Count()
        self.messages = Count(below=1, above=1)

    def _answered(self) -> None:
        self.messages.value += 1
        self.events.value += 1
