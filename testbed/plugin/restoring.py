"""Puts back what a run that was stopped had left changed, before it goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Protocol

from testbed.plugin.setup import Setup
from testbed.testers.modbus.bench import ModbusBench
from testbed.testers.modbus.desk import ModbusCase
from testbed.testers.modbus.scratch import Lease, ScratchCoils
from testbed.testers.trouble import Undecided
from testbed.wire.recorder import Recorder


class Leased(Protocol):
    """Values as a journal keeps them."""

    @property
    def number(self) -> int:
        """The number of the entry."""

    @property
    def table(self) -> str:
        """`registers`, `coils` or `files`."""

    @property
    def file(self) -> int:
        """The file whose records they are; 0 where it is a table."""

    @property
    def first(self) -> int:
        """Address of the first value, or its record."""

    @property
    def values(self) -> tuple[int, ...]:
        """As they were found."""

    @property
    def single(self) -> bool:
        """Whether the device takes one value a request only."""


@dataclass
class PutBack:
    """What became of the values."""

    restored: list[str] = field(default_factory=list)
    not_restored: list[str] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)
    """Numbers of the entries that were put back."""


def put_back(setup: Setup, leased: Sequence[Leased]) -> PutBack:
    """Write values back into the device, the latest first, so that what was found first stands in the end.

    A device that is simulated in this process keeps nothing from one process to the next.
    """
    done = PutBack()
    if leased and setup.simulator is None:
        asyncio.run(_put_back(setup, leased, done))
    else:
        done.entries += [one.number for one in leased]
    return done


async def _put_back(setup: Setup, leased: Sequence[Leased], done: PutBack) -> None:
    async with AsyncExitStack() as stack:
        declaration, dial = await setup.connect()(stack)
        recorder = Recorder(asyncio.get_running_loop().time)
        desk = ModbusBench(declaration, dial, setup.seed).case("(resumed)", (), "", recorder)
        try:
            await desk.prepare(("modbus",))
            for one in reversed(leased):
                await _put_one_back(desk, one, done)
        except Undecided as trouble:  # the device does not answer even a read
            done.not_restored += [f"{_lost(one)}: {trouble.said.en}" for one in leased]
        finally:
            await desk.conclude()


async def _put_one_back(desk: ModbusCase, one: Leased, done: PutBack) -> None:
    desk.leases[one.table] = lease = Lease(one.first, len(one.values), one.file)
    try:
        scratch = desk.scratch(one.table, lease, single=one.single)
        if isinstance(scratch, ScratchCoils):
            await scratch.set(*map(bool, one.values))
        else:
            await scratch.set(*one.values)
    except Undecided as trouble:
        done.not_restored.append(f"{_lost(one)}: {trouble.said.en}")
    else:
        done.restored.append(_said(one))
        done.entries.append(one.number)
    finally:
        del desk.leases[one.table]


def _said(one: Leased) -> str:
    tables = {"registers": "holding registers", "files": f"file {one.file}, records"}
    return f"{tables.get(one.table, one.table)} {one.first} to {one.first + len(one.values) - 1}"


def _lost(one: Leased) -> str:
    """Say what stood there: the journal goes with the end of the run, and nothing else would know it."""
    return f"{_said(one)} were {' '.join(map(str, one.values))}"
