"""Connections at once: as many as declared must be served, or cases side by side disturb each other."""

from __future__ import annotations

import asyncio

from testbed.model.declaration import Table
from testbed.protocols.modbus import Request
from testbed.testers.modbus.asking import Asking
from testbed.testers.modbus.declared import READS
from testbed.testers.modbus.preflight.causes import diagnosis
from testbed.testers.modbus.preflight.desk import FUNCTIONS, Desk
from testbed.wire.dial import UnreachableError

MOST = 64
"""Connections that are opened at once at most (assumed; a run needs as many only for one case)."""


async def connections(desk: Desk) -> None:
    """Open the declared number of connections and read over each."""
    declared = min(desk.declaration.sessions, MOST)
    probes = [probe for probe in desk.probes if await desk.serves(*probe)]
    if declared == 1 or not probes:
        return
    served = await _served(desk, declared, *probes[0])
    if served == declared:
        desk.passed(f"{declared} connections at once are served", f"동시 연결 {declared}개에 모두 응답함")
        return
    line = f"sessions: {max(1, served)}"
    desk.found(diagnosis("SESSIONS", line, line=line, declared=desk.declaration.sessions, served=served))


async def _served(desk: Desk, declared: int, table: Table, address: int) -> int:
    """Return how many of some connections answer a read while all of them stand.

    They are asked in turn, because a device may limit the requests that wait for an answer over all its
    connections; once one is mute, the rest together, so that nobody waits for each.
    """
    request = READS[FUNCTIONS[table]][1](address, 1)
    crowd = [desk.asking]
    try:
        for number in range(2, declared + 1):
            desk.trying(f"connection {number}")
            asking = Asking(desk.dial, desk.recorder, unit=desk.endpoint.unit)
            try:
                await asking.open()
            except UnreachableError:
                break
            crowd.append(asking)
        served, pause = 0, desk.declaration.timing.pause
        for at, one in enumerate(crowd):
            await asyncio.sleep(pause)
            served += await _answers(one, request, desk.within)
            if served <= at and not pause:
                rest = [_answers(other, request, desk.within) for other in crowd[at + 1 :]]
                return served + sum(await asyncio.gather(*rest))
        return served
    finally:
        await asyncio.gather(*(one.leave() for one in crowd))


async def _answers(asking: Asking, request: Request, within: float) -> bool:
    return asking.is_open and (await asking.read(request, within=within)).is_modbus
