"""The end of a case: does the device still answer, are its values as they were, has it let go?"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from testbed.model.base import Text
from testbed.testers.modbus.scratch import Scratch
from testbed.testers.modbus.tester import Modbus
from testbed.testers.tap import RELEASE_WITHIN, part
from testbed.testers.trouble import Unanswered, Undecided
from testbed.wire.connection import Connection
from testbed.wire.dial import UnreachableError

if TYPE_CHECKING:
    from testbed.testers.modbus.desk import ModbusCase

MOST_SAID = 16
"""Values of one area that are written out where they could not be restored; the capture holds all."""
_LEAST_PATIENCE = RELEASE_WITHIN / 64


class Patience:
    """How long to wait until the device has let go of a connection: it may serve no more than it declares.

    Where it did not close its side, half as long the next time; where it did, as long as ever.
    """

    def __init__(self) -> None:
        self._within = RELEASE_WITHIN

    async def part(self, connection: Connection) -> None:
        """Close a connection and wait until the device has, as long as that is worth it."""
        released = await part(connection, self._within)
        self._within = RELEASE_WITHIN if released else max(self._within / 2, _LEAST_PATIENCE)


@dataclass(frozen=True)
class Found:
    """A leased scratch area, and what stood in it before the case."""

    scratch: Scratch[int] | Scratch[bool]
    values: tuple[int, ...]
    entry: int
    """Its number in the journal, where one is kept."""

    def __str__(self) -> str:
        values = " ".join(str(int(value)) for value in self.values[:MOST_SAID])
        more = f" and {len(self.values) - MOST_SAID} more" if len(self.values) > MOST_SAID else ""
        return f"{self.scratch.table} {self.scratch.first} to {self.scratch.last} were {values}{more}"


class Conclusion:
    """What is done after one case, whatever became of it."""

    def __init__(self, desk: ModbusCase) -> None:
        self._desk = desk

    async def come_to(self) -> Text | None:
        """Prove that the device still answers, give back what was leased as it was found, close.

        Returns what is wrong when the device did not survive.
        """
        desk = self._desk
        try:
            for tap in desk.taps:
                await tap.close()
            await self._wake()
            trouble = await self._still_answers()
            if trouble is None or desk.testers[0].is_open:
                await self._restore()
            else:
                for found in desk.found:
                    self._not_restored(found, trouble)
        finally:
            for table, lease in desk.leases.items():
                desk.bench.pools[table].give_back(lease)
            for tester in desk.testers:
                await self._leave(tester)
        return trouble

    async def _wake(self) -> None:
        """Bring a device back that the case has sent into listen-only mode, if it is there still."""
        desk = self._desk
        if desk.permission.muted and desk.testers and desk.testers[0].is_open:
            first = desk.testers[0]
            frames = first.frames
            try:
                await first.diagnosis.wake()
            except Undecided as trouble:
                desk.recorder.note(f"in vain: {trouble}")
            first.frames = frames

    async def _leave(self, tester: Modbus) -> None:
        if tester.is_open:
            await self._desk.part(tester.wire)
        tester.close()

    async def _still_answers(self) -> Text | None:
        """Say what is wrong where the device answers no more; one that never did has not stopped."""
        if not self._desk.testers or not self._desk.bench.met:
            return None
        first, hung = self._desk.testers[0], None
        for tester in self._desk.testers[1:]:
            await self._leave(tester)
        if first.is_open and first.in_step:
            hung = await self._alive(first)
            if hung is None:
                return None
        await self._leave(first)
        try:
            await first.connect()
        except UnreachableError as error:
            return Text(en=f"after the case: {error}", ko=f"케이스 이후: {error}")
        trouble = await self._alive(first)
        return trouble or hung

    async def _alive(self, modbus: Modbus) -> Text | None:
        frames, probe = modbus.frames, self._desk.probe()
        try:
            await modbus.ask(probe)
        except Unanswered as trouble:
            return Text(en=f"after the case: {trouble.said.en}", ko=f"케이스 이후: {trouble.said.ko}")
        finally:
            modbus.frames = frames
        self._desk.recorder.note("control exchange after the case answered")
        return None

    async def _restore(self) -> None:
        self._desk.permission.restoring = True
        for found in self._desk.found:
            try:
                await found.scratch.restore(found.values)  # type: ignore[arg-type]  # the table decides the kind
            except Undecided as trouble:
                self._not_restored(found, trouble.said)
            else:
                await self._journalled(found)

    async def _journalled(self, found: Found) -> None:
        """Have the journal forget an area whose values stand as they were found."""
        if self._desk.bench.journal is not None:
            restored = self._desk.bench.journal.restored
            await asyncio.get_running_loop().run_in_executor(None, restored, found.entry)

    def _not_restored(self, found: Found, why: Text) -> None:
        """Say which values stand otherwise than they were found, where anything was written at all."""
        if any(write.startswith("writes") for write in self._desk.permission.writes):
            said = f"{found}: {why.en}"
            self._desk.not_restored.append(said)
            self._desk.recorder.note(f"not restored: {said}")
