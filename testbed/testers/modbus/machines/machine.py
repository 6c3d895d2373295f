"""What a rule-based machine is written on: it sends frames to the device and says what its model accepts.

A machine is a `RuleBasedStateMachine` of hypothesis, its rules marked by `rule`, `initialize`, `precondition`
and `served` of this module. Its `@initialize` rule, by custom called `reset`, sends what brings the device
into a known state; each further rule sends a frame or two:

    class CounterMachine(Machine):
        @initialize()
        def reset(self) -> None:
            self.send(Diagnostics(SubFunction.CLEAR_COUNTERS, 0), "08 00 0a 00 00")
            self.messages = 0

        @rule()
        def count(self) -> None:
            self.messages += 1
            self.send(Diagnostics(SubFunction.BUS_MESSAGE_COUNT, 0), DiagnosticsResponse(11, self.messages))

Hypothesis decides which rules run, in which order and with which arguments, out of the seed of the run. Where
an answer is not among those that are accepted, the shortest sequence of rules is sought that still shows it:
so a rule takes plain values only, no bundle and no `st.data()`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Protocol, TypeVar

from hypothesis import stateful
from hypothesis.strategies import SearchStrategy

from testbed.model.declaration import Declaration
from testbed.model.saved_case import SILENCE, fits
from testbed.protocols.modbus import ExceptionCode, NormalResponse, Request
from testbed.testers.modbus.declared import Declared
from testbed.testers.modbus.reply import ERROR_BIT, Outcome, Reaction, Reply

Accepted = NormalResponse | ExceptionCode | Reaction | bytes | str
"""An acceptable answer: a response or its PDU, an exception, silence, or a pattern as a saved case has it."""


_HOLDS, _ARGUMENTS = "__holds__", "__arguments__"


class Leased(Protocol):
    """Values that the case may write, from the first to the last."""

    first: int
    count: int


@dataclass(frozen=True)
class Around:
    """What a machine may know of the device: what its vendor declares, and which values it may write."""

    declaration: Declaration
    scratch: Sequence[Leased] = ()
    """The scratch values that the case hands over: its fixtures `registers`, `coils`, `files`."""
    refused: frozenset[str] = frozenset()
    """Declared functions that the device was found not to serve."""

    @property
    def declared(self) -> Declared:
        """The tables and limits."""
        return Declared(self.declaration)

    @property
    def served(self) -> frozenset[str]:
        """The functions that are declared, and not found to be refused."""
        return frozenset(self.declaration.supports) - self.refused

    def serves(self, function: str) -> bool:
        """Say whether a function is declared, and not found to be refused."""
        return function in self.served


@dataclass(frozen=True)
class Exchange:
    """One request of a try, and what it was met with."""

    pdu: bytes
    accepted: tuple[str, ...]
    """Patterns of which the answer has to fit one."""
    outcome: Outcome
    reply: Reply | None
    frames: tuple[int, ...]
    """Frame numbers in the capture."""

    @property
    def agrees(self) -> bool:
        """Whether the answer is an acceptable one."""
        return any(fits(one, self.reply.pdu if self.reply else None) for one in self.accepted)


@dataclass(frozen=True)
class Call:
    """A rule that ran, by its name and arguments."""

    rule: str
    arguments: Mapping[str, Any]
    initial: bool = False


@dataclass
class Attempt:
    """One sequence of rules, and what was sent for it."""

    calls: list[Call] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    afterwards: list[bytes] = field(default_factory=list)


class Contradiction(BaseException):
    """The device answered otherwise than the model accepts; hypothesis lets it pass."""


Rule = TypeVar("Rule", bound=Callable[..., Any])


def rule(**arguments: SearchStrategy[Any]) -> Callable[[Rule], Rule]:
    """Mark a rule: hypothesis draws its arguments."""
    mark: Any = stateful.rule  # which overloads its keywords
    return _noted(mark(**arguments), arguments, initial=False)


def initialize(**arguments: SearchStrategy[Any]) -> Callable[[Rule], Rule]:
    """Mark a rule that runs once, before all others."""
    mark: Any = stateful.initialize
    return _noted(mark(**arguments), arguments, initial=True)


def precondition(holds: Callable[[Any], bool]) -> Callable[[Rule], Rule]:
    """Let a rule run only where something holds of the machine."""

    def mark(function: Rule) -> Rule:
        marked = stateful.precondition(holds)(function)
        setattr(marked, _HOLDS, (*getattr(function, _HOLDS, ()), holds))
        return marked

    return mark


def served(function: str) -> Callable[[Rule], Rule]:
    """Let a rule run only where its function is declared."""
    return precondition(lambda machine: machine.around.serves(function))


def _noted(
    mark: Any, arguments: Mapping[str, SearchStrategy[Any]], *, initial: bool
) -> Callable[[Rule], Rule]:
    def noted(function: Rule) -> Rule:
        @wraps(function)
        def run(self: Machine, **values: Any) -> object:
            self.attempt.calls.append(Call(function.__name__, values, initial))
            return function(self, **values)

        marked: Rule = mark(run)
        setattr(marked, _HOLDS, getattr(function, _HOLDS, ()))
        setattr(marked, _ARGUMENTS, arguments)
        return marked

    return noted


class Machine(stateful.RuleBasedStateMachine):
    """A model of some of a device's state; made anew for each sequence of rules.

    Args:
        around: what is known of the device.
        exchange: sends a PDU and returns what it was met with.
    """

    def __init__(self, around: Around, exchange: Callable[[bytes, tuple[str, ...]], Exchange]) -> None:
        super().__init__()
        self.around = around
        self.attempt = Attempt()
        self._exchange = exchange

    def prove(self) -> None:
        """Show once, before any rule runs, that each function does alone what it should.

        What one function does wrong by itself is the matter of its own requirements, and no device is charged
        with it twice: where the model is contradicted here, nothing is judged.
        """

    def send(self, request: Request | bytes, *accepted: Accepted) -> bytes:
        """Send a request and hold its answer against what the model accepts.

        Args:
            request: well-formed, or a raw PDU.
            accepted: any one of these is right.

        Returns the response PDU, empty where silence was right.
        """
        pdu = request if isinstance(request, bytes) else request.encode()
        done = self._exchange(pdu, tuple(_pattern(pdu, one) for one in accepted))
        self.attempt.exchanges.append(done)
        if not done.agrees:
            raise Contradiction
        return done.reply.pdu if done.reply else b""

    def settle(self) -> tuple[Request | bytes, ...]:
        """Return what brings the device back into its ordinary state; how it answers is not judged."""
        return ()

    def again(self, calls: Sequence[Call]) -> None:
        """Run some rules once more, those whose preconditions hold."""
        for call in calls:
            run = getattr(self, call.rule)
            if all(holds(self) for holds in getattr(run, _HOLDS)):
                run(**call.arguments)

    @classmethod
    def strategies(cls, call: Call) -> Mapping[str, SearchStrategy[Any]]:
        """Return what the arguments of a rule are drawn from."""
        found: Mapping[str, SearchStrategy[Any]] = getattr(getattr(cls, call.rule), _ARGUMENTS)
        return found

    def teardown(self) -> None:
        """Bring the device back into its ordinary state, where anything was sent."""
        if self.attempt.exchanges:
            for request in self.settle():
                pdu = request if isinstance(request, bytes) else request.encode()
                self.attempt.afterwards.append(pdu)
                self._exchange(pdu, ())


def _pattern(request: bytes, accepted: Accepted) -> str:
    match accepted:
        case Reaction.SILENCE:
            return SILENCE
        case Reaction.NORMAL:
            return f"{request[0]:02x} *"
        case ExceptionCode():
            return bytes((request[0] | ERROR_BIT, accepted)).hex(" ")
        case bytes():
            return accepted.hex(" ")
        case NormalResponse():
            return accepted.encode().hex(" ")
        case str():
            return accepted
        case _:
            raise ValueError(f"{accepted} cannot be accepted of a request")
