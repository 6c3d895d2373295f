"""What `testbed fuzz` does: one campaign against one device, and what is told of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from testbed.commands.console import patience
from testbed.model.budget import Budget
from testbed.model.saved_case import SavedCase
from testbed.plugin.setup import Setup
from testbed.testers.modbus.bench import ModbusBench
from testbed.testers.modbus.fuzz import saved
from testbed.testers.modbus.fuzz.campaign import Campaign, Found
from testbed.wire.clock import VirtualClockLoop
from testbed.wire.recorder import Recorder


@dataclass(frozen=True)
class Fired:
    """What came of a campaign."""

    found: Found | None
    case: SavedCase | None
    sent: int
    left_out: int
    """Frames that the declaration does not allow, and were not sent."""
    seconds: float
    not_restored: tuple[str, ...]
    isolated: bool

    def as_data(self, seed: int, path: Path | None) -> dict[str, object]:
        """Return it for programs."""
        failure = self.found.failure if self.found else None
        return {
            "seed": seed,
            "sent": self.sent,
            "left_out": self.left_out,
            "seconds": round(self.seconds, 3),
            "failed": failure.kind if failure else None,
            "expected": failure.expected.en if failure else None,
            "received": failure.received.en if failure else None,
            "frames": [step.send for step in self.case.steps] if self.case else [],
            "case": str(path) if path else None,
            "not_restored": self.not_restored,
        }

    def lines(self, seed: int, path: Path | None, declaration: Path) -> Iterator[str]:
        """Yield it for a reader."""
        rate = self.sent / max(self.seconds, 1e-9)
        yield f"{self.sent} frames in {self.seconds:.1f} s, {rate:.0f} a second, seed {seed}"
        if not self.isolated:
            yield "only reads and writes to scratch areas: the device is not declared `isolated: true`"
        elif self.left_out:
            yield f"left out: {self.left_out}, sound writes to other than scratch areas, and restarts"
        yield from (f"not restored: {one}" for one in self.not_restored)
        if self.found is None or self.case is None:
            yield "nothing failed"
            return
        for step in self.case.steps:
            yield f"→ {step.send}{'' if step.whole else '  (PDU)'}"
        yield f"expected: {self.found.failure.expected.en}"
        yield f"received: {self.found.failure.received.en}"
        if not self.found.is_back:
            yield "the device did not come back within a quarter of a minute"
        yield f"again: testbed replay {path} --against {declaration}"


def fire(setup: Setup, budget: Budget) -> Fired:
    """Run one campaign; a simulated device is reached on a virtual clock.

    Raises:
        UnreachableError: the device cannot be reached.
        Undecided: it does not answer a good request, or a set-up failed.
    """

    async def session() -> Fired:
        async with AsyncExitStack() as stack:
            declaration, dial = await setup.connect()(stack)
            return await _campaign(ModbusBench(declaration, dial, setup.seed), budget)

    with asyncio.Runner(loop_factory=VirtualClockLoop if setup.simulator is not None else None) as runner:
        return runner.run(session())


async def _campaign(bench: ModbusBench, budget: Budget) -> Fired:
    desk = bench.case("testbed fuzz", (), "", Recorder(asyncio.get_running_loop().time))
    began = time.monotonic()
    try:
        await desk.prepare(("modbus", "fuzz"))
        with patience("fuzzing") as said:
            campaign = Campaign(desk, str(bench.seed), budget, progress=_told(said))
            found = await campaign.run()
    finally:
        await desk.conclude()
    return Fired(
        found,
        None if found is None else saved(found, desk).model_copy(update={"seed": bench.seed}),
        campaign.session.sent,
        campaign.session.skipped,
        time.monotonic() - began,
        tuple(desk.not_restored),
        bench.declaration.isolated,
    )


def _told(said: Callable[[str], None]) -> Callable[[int], None]:
    return lambda sent: said(f"{sent} frames")


def written(result: Fired, folder: Path) -> Path | None:
    """Write the saved case, where something failed, and return its path.

    Raises:
        OSError: it cannot be written.
    """
    if result.case is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    number, path = 1, folder / f"fuzz-{result.case.seed}.yaml"
    while path.exists():
        number += 1
        path = folder / f"fuzz-{result.case.seed}-{number}.yaml"
    path.write_text(result.case.written(), encoding="utf-8")
    return path
