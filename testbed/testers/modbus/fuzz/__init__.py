"""Fuzzing: what no case thought of, judged by the invariants, by the layout of responses, and by survival.

A case asks for one of the two:

    @alone
    @verifies("MB-FUZZ-SURVIVES")
    async def test_survives(fuzz):
        outcome = await fuzz.survival()

        assert outcome.agrees

What cannot be seen from outside is not judged: whether the device's memory stays bounded shows only in that
it still answers. What fails is made smaller, kept as a case file, and sent again by `testbed replay`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from testbed.model.saved_case import MOST_STEPS, SavedCase, SavedStep
from testbed.testers.answer import Agreement
from testbed.testers.modbus.fuzz.shot import MALFORMED, SILENCE, Shot

if TYPE_CHECKING:
    from testbed.testers.modbus.desk import ModbusCase
    from testbed.testers.modbus.fuzz.campaign import Found


class Fuzzing:
    """The fuzzer as a case has it."""

    def __init__(self, desk: ModbusCase) -> None:
        self._desk = desk

    async def survival(self) -> Agreement:
        """Fire shots; the device agrees where it stays alive."""
        return await self._run((MALFORMED,))

    async def answers(self) -> Agreement:
        """Fire shots; the device agrees where each answer to a malformed request is itself well-formed."""
        return await self._run((SILENCE,))

    async def _run(self, ignored: tuple[str, ...]) -> Agreement:
        from testbed.testers.modbus.fuzz.campaign import Campaign  # noqa: PLC0415 - loads hypothesis

        desk = self._desk
        seed = str(desk.random.getrandbits(64))
        campaign = Campaign(desk, seed, desk.bench.fuzz_budget)
        written = len(desk.permission.writes)
        try:
            found = await campaign.run(ignored)
        finally:
            desk.permission.summarise(written)
            session = campaign.session
            desk.recorder.note(f"{session.sent} shots fired, {session.skipped} not allowed and left out")
        if found is None:
            desk.testers[0].frames = ()
            return Agreement()
        desk.testers[0].frames = found.frames
        desk.saved = saved(found, desk) if found.shots else None  # a connection may be lost before any shot
        failure = found.failure
        return Agreement(
            failure.expected, failure.received, failure.guilty, is_absence=failure.kind == SILENCE
        )


def saved(found: Found, desk: ModbusCase) -> SavedCase:
    """Return what failed as a case that can be kept and sent again."""
    return SavedCase(
        judged_by="fuzzer",
        over=desk.bench.declaration.endpoint.over,
        leases={table: lease.count for table, lease in desk.leases.items()},
        expected=found.failure.expected,
        received=found.failure.received,
        steps=tuple(
            SavedStep(send=shot.data.hex(" "), whole=not shot.is_pdu, sizes=shot.sizes)
            for shot in found.shots[-MOST_STEPS:]
        ),
    )


def shots_of(case: SavedCase) -> tuple[Shot, ...]:
    """Return the shots of a saved case."""
    return tuple(Shot(bytes.fromhex(step.send), not step.whole, step.sizes) for step in case.steps)
