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

    Each is proven by a read before the next is opened: a device may take connections one by one. Then all are
    asked again in turn, because it may have dropped the oldest for the newest (IG 4.2.1).
    """
    request = READS[FUNCTIONS[table]][1](address, 1)
    pause, crowd = desk.declaration.timing.pause, [desk.asking]
    try:
        for number in range(2, declared + 1):
            desk.trying(f"connection {number}")
            asking = Asking(
                desk.dial, desk.recorder, unit=desk.endpoint.unit, pause=pause, framing=desk.framing
            )
            try:
                await asking.open()
            except UnreachableError:
                break
            crowd.append(asking)
            await asyncio.sleep(pause)
            if not await _answers(asking, request, desk.within):
                break
        served = 0
        for one in crowd:
            await asyncio.sleep(pause)
            served += await _answers(one, request, desk.within)
        return served
    finally:
        await asyncio.gather(*(one.leave() for one in crowd))


async def _answers(asking: Asking, request: Request, within: float) -> bool:
    """Say whether a connection answers a read; one whose answer got lost is asked once more."""
    for _ in range(2):
        if not asking.is_open:
            return False
        answer = await asking.read(request, within=within)
        if answer.is_modbus or not answer.is_silence:
            return answer.is_modbus
    return False
