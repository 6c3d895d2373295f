"""Lets hypothesis drive a machine against the device, and looks for the shortest sequence that fails.

What failed is kept frame by frame as it was sent, so that an intermittent fault, which no second try shows,
is not lost. When the requests for shrinking are used up, the shortest sequence so far stands.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from hypothesis import find
from hypothesis.stateful import run_state_machine_as_test

from testbed.model.base import Text
from testbed.testers.chance import bounded, drawn_from
from testbed.testers.modbus.machines.machine import Around, Attempt, Call, Contradiction, Exchange, Machine
from testbed.testers.modbus.reply import Reaction
from testbed.testers.shrinking import fewest, simplest
from testbed.testers.trouble import Unanswered, Undecided
from testbed.testers.turns import Job, Stopped, by_turns

if TYPE_CHECKING:
    from testbed.testers.modbus.tester import Modbus

TRIES = 3
"""Sequences of rules that are tried (assumed; with `STEPS`, as many requests as twenty cases send)."""
STEPS = 24
"""Rules of one sequence (assumed; a fault that takes more of them in a row is rare)."""
MOST_REQUESTS = 200
"""Requests in which a failing sequence is shrunk (assumed; one of a dozen rules takes a hundred)."""
SHRINK_WITHIN = 20.0
"""Seconds in which it is shrunk (assumed, a third of what a case may take)."""


_DRAWN: dict[tuple[object, ...], tuple[tuple[Call, ...], ...]] = {}
"""What was drawn where nothing failed: a ledger drives one machine with one seed hundreds of times, and
drawing takes longer than asking. Until a device fails, the same seed draws the same."""


class _Enough(BaseException):
    """The requests or the time for shrinking are used up."""


@dataclass
class _Driven:
    """One machine at one device."""

    machine: type[Machine]
    around: Around
    modbus: Modbus
    have_done: Callable[[Job], Any]
    now: Callable[[], float]
    _running: Machine | None = field(default=None, init=False)
    _shortest: Attempt | None = field(default=None, init=False)
    _until: float = field(default=0.0, init=False)
    _left: int = field(default=MOST_REQUESTS, init=False)

    def run(self, seed: str) -> Attempt | None:
        """Let hypothesis drive; return the shortest attempt that failed.

        Raises:
            Undecided: a function does by itself what it should not.
        """
        self._prove()
        known = (self.machine, seed, self.around.served)
        try:
            if known in _DRAWN:
                self._drive(_DRAWN[known])
            else:
                _DRAWN[known] = self._draw(seed)
        except Contradiction:
            self._keep()
        if self._shortest is not None:
            self._until = self.now() + SHRINK_WITHIN
            self._shrink(self._shortest.calls, seed)
        return self._shortest

    def _draw(self, seed: str) -> tuple[tuple[Call, ...], ...]:
        """Let hypothesis draw and drive; return what it drew where nothing failed."""
        made: list[Machine] = []

        def fresh() -> Machine:
            made.append(self._fresh())
            return made[-1]

        with drawn_from(seed):
            run_state_machine_as_test(cast("type[Machine]", fresh), settings=bounded(TRIES, STEPS))
        return tuple(tuple(machine.attempt.calls) for machine in made)

    def _drive(self, drawn: Sequence[Sequence[Call]]) -> None:
        for calls in drawn:
            machine = self._fresh()
            try:
                machine.again(calls)
            finally:
                machine.teardown()

    def _prove(self) -> None:
        machine = self._fresh()
        try:
            machine.prove()
        except Contradiction:
            last = machine.attempt.exchanges[-1].pdu.hex(" ")
            raise Undecided(
                Text(
                    en=f"set-up: {last} was not met as it should", ko=f"준비 단계: {last}에 대한 응답이 다름"
                )
            ) from None
        finally:
            machine.teardown()

    def _shrink(self, calls: Sequence[Call], seed: str) -> None:
        try:
            first = [call for call in calls if call.initial]
            rest = fewest(
                [call for call in calls if not call.initial], lambda some: self._fails([*first, *some])
            )
            with drawn_from(seed):
                simplest(rest, self._simpler, lambda some: self._fails([*first, *some]))
        except (_Enough, Stopped):
            return  # what was found stands

    def _simpler(self, call: Call) -> Iterator[Call]:
        """Yield the rule with one argument replaced by the simplest that its strategy has."""
        for name, strategy in self.machine.strategies(call).items():
            value = find(strategy, lambda _: True, settings=bounded(100))
            if value != call.arguments[name]:
                yield replace(call, arguments={**call.arguments, name: value})

    def _fails(self, calls: Sequence[Call]) -> bool:
        machine = self._fresh()
        try:
            machine.again(calls)
        except Contradiction:
            self._keep()
            return True
        finally:
            machine.teardown()
        return False

    def _keep(self) -> None:
        if self._running is not None:
            self._shortest = self._running.attempt

    def _fresh(self) -> Machine:
        self._running = self.machine(self.around, self._exchange)
        return self._running

    def _exchange(self, pdu: bytes, accepted: tuple[str, ...]) -> Exchange:
        if accepted and self._shortest is not None:
            self._left -= 1
            if self._left < 0 or self.now() > self._until:
                raise _Enough
        done: Exchange = self.have_done(lambda: exchange(self.modbus, pdu, accepted))
        return done


async def exchange(modbus: Modbus, pdu: bytes, accepted: tuple[str, ...]) -> Exchange:
    """Send a PDU on an open connection, and say what it was met with; silence and a close are answers too."""
    if not modbus.is_open:
        await modbus.connect()
    try:
        reply = await modbus.ask(pdu)
    except Unanswered:
        outcome = Reaction.SILENCE if modbus.is_open else Reaction.CLOSED
        await modbus.diagnosis.settle(pdu)
        return Exchange(pdu, accepted, outcome, None, modbus.frames)
    await modbus.diagnosis.settle(pdu)
    return Exchange(pdu, accepted, reply.exception, reply, modbus.frames)


async def drive(machine: type[Machine], around: Around, modbus: Modbus, seed: str) -> Attempt | None:
    """Drive a machine against the device; return the shortest sequence that failed.

    Raises:
        Trouble: whatever keeps the tester from talking to the device.
    """
    now = asyncio.get_running_loop().time

    def program(have_done: Callable[[Job], Any]) -> Attempt | None:
        return _Driven(machine, around, modbus, have_done, now).run(seed)

    return await by_turns(program)
