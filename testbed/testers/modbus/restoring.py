"""Puts scratch values back that a run which was stopped had left changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from testbed.testers.bench import PutBack
from testbed.testers.journal import Leased
from testbed.testers.modbus.scratch import Lease, ScratchCoils
from testbed.testers.trouble import Undecided

if TYPE_CHECKING:
    from testbed.testers.modbus.desk import ModbusCase


async def put_back(desk: ModbusCase, leased: Sequence[Leased], done: PutBack) -> None:
    """Write values back, the latest first, so that what was found first stands in the end."""
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
