"""Puts values of scratch nodes back that a run which was stopped had left changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from testbed.testers.bench import PutBack
from testbed.testers.journal import Leased
from testbed.testers.opcua.scratch import write_back
from testbed.testers.trouble import Undecided

if TYPE_CHECKING:
    from testbed.testers.opcua.desk import UaCase


async def put_back(desk: UaCase, leased: Sequence[Leased], done: PutBack) -> None:
    """Write values back, the latest first, so that what was found first stands in the end."""
    try:
        client = desk.another()
        await desk.begin(client)
        for one in reversed(leased):
            node, raw = desk.bench.declared.node(one.node), bytes(one.values)
            desk.permission.leased = {node}
            trouble = await write_back(client, node, raw)
            if trouble is None:
                done.restored.append(f"node {one.node}")
                done.entries.append(one.number)
            else:
                done.not_restored.append(f"node {one.node} was {raw.hex(' ')}: {trouble.en}")
    except Undecided as trouble:  # the device does not answer even a read
        done.not_restored += [
            f"node {one.node} was {bytes(one.values).hex(' ')}: {trouble.said.en}" for one in leased
        ]
    finally:
        await desk.conclude()
