"""Rule-based machines: models of a device's state that hypothesis drives, by name.

A case asks for one by its name and asserts that the device agrees:

    @alone
    @verifies("MB-REGISTERS-MACHINE")
    async def test_registers_machine(machine, registers):
        outcome = await machine("registers", registers)

        assert outcome.agrees

The same seed and case send the same frames. A sequence that fails is shrunk, kept as a case file, and sent
again by `testbed replay FILE --against DECLARATION`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from testbed.model.base import Text
from testbed.model.saved_case import SILENCE, SavedCase, SavedStep
from testbed.protocols.modbus import ExceptionCode
from testbed.testers.answer import Agreement
from testbed.testers.modbus.reply import ERROR_BIT, OtherException, Outcome
from testbed.testers.words import words

if TYPE_CHECKING:
    from testbed.testers.modbus.desk import ModbusCase
    from testbed.testers.modbus.machines.machine import Attempt, Exchange, Leased, Machine

MACHINES: Mapping[str, str] = {
    "registers": "registers.RegistersMachine",
    "files": "files.FilesMachine",
    "communication": "communication.CommunicationMachine",
}
"""Each machine by name: module and class; imported when a case wants it, because hypothesis is large."""


def find(name: str) -> type[Machine]:
    """Return a machine by its name."""
    module, _, machine = MACHINES[name].partition(".")
    found: type[Machine] = getattr(import_module(f"{__name__}.{module}"), machine)
    return found


async def run_machine(desk: ModbusCase, name: str, *scratch: Leased) -> Agreement:
    """Drive a machine against the device of a case, keep what failed, and say whether they agree.

    Args:
        desk: the case.
        name: of the machine.
        scratch: the leased values that it may write.
    """
    from testbed.testers.modbus.machines.drive import drive  # noqa: PLC0415 - loads hypothesis
    from testbed.testers.modbus.machines.machine import Around  # noqa: PLC0415

    modbus = desk.testers[0]
    seed = str(desk.random.getrandbits(64))
    around = Around(desk.bench.declaration, scratch, frozenset(desk.bench.refused))
    failed = await drive(find(name), around, modbus, seed)
    if failed is None:
        modbus.frames = ()
        return Agreement()
    modbus.frames = tuple(number for one in failed.exchanges for number in one.frames)
    agreement = _disagreement(failed.exchanges[-1])
    desk.saved = _saved(desk, failed, agreement)
    desk.recorder.note(f"the machine {name} and the device disagree after {len(failed.exchanges)} requests:")
    for one in failed.exchanges:
        desk.recorder.note(f"→ {one.pdu.hex(' ')}  ← {_met(one)}")
    return agreement


async def resend_steps(case: SavedCase, desk: ModbusCase) -> Agreement:
    """Send the steps of a saved case until one is met otherwise than it accepts."""
    from testbed.testers.modbus.machines.drive import exchange  # noqa: PLC0415 - loads hypothesis

    modbus = desk.testers[0]
    agreement = Agreement()
    for step in case.steps:
        done = await exchange(modbus, bytes.fromhex(step.send), step.expect)
        if not done.agrees:
            agreement = _disagreement(done)
            break
    for pdu in case.afterwards:
        await exchange(modbus, bytes.fromhex(pdu), ())
    return agreement


def _met(one: Exchange) -> str:
    return one.reply.pdu.hex(" ") if one.reply else str(one.outcome)


def _disagreement(last: Exchange) -> Agreement:
    said = [_said(one) for one in last.accepted]
    expected = Text(en=" or ".join(one.en for one in said), ko=" 또는 ".join(one.ko for one in said))
    if last.reply is None:
        return Agreement(expected, words(last.outcome), is_absence=True)
    received = words(last.reply.pdu if not last.reply.function & ERROR_BIT else last.reply.exception)
    return Agreement(expected, received, (last.reply.number, *last.reply.span("echo")))


def _said(pattern: str) -> Text:
    if pattern == SILENCE:
        return Text(en="no answer", ko="응답 없음")
    digits = pattern.split()
    if len(digits) == 2 and "." not in pattern and int(digits[0], 16) & ERROR_BIT:  # noqa: PLR2004 - an exception
        return words(_exception(int(digits[1], 16)))
    return Text(en=pattern.upper(), ko=pattern.upper())


def _exception(code: int) -> Outcome:
    return ExceptionCode(code) if code in set(ExceptionCode) else OtherException(code)


def _saved(desk: ModbusCase, failed: Attempt, agreement: Agreement) -> SavedCase:
    return SavedCase(
        judged_by="answers",
        leases={table: lease.count for table, lease in desk.leases.items()},
        expected=agreement.expected,
        received=agreement.received,
        steps=tuple(SavedStep(send=one.pdu.hex(" "), expect=one.accepted) for one in failed.exchanges),
        afterwards=tuple(pdu.hex(" ") for pdu in failed.afterwards),
    )
