"""Preflight: before anything is judged, is the device there, and is it set up as declared? By reads alone.

Only what would falsify every case stops a run, and then the cause and its remedy are named. What a case
judges anyway is mentioned and left to it: preflight takes no verdict away.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from testbed.testers.modbus.captures import captured
from testbed.testers.modbus.preflight.addresses import edges
from testbed.testers.modbus.preflight.causes import diagnosis
from testbed.testers.modbus.preflight.control import positive_control
from testbed.testers.modbus.preflight.desk import PATIENCE, Desk
from testbed.testers.modbus.preflight.reaching import unreachable
from testbed.testers.modbus.preflight.sessions import connections
from testbed.testers.modbus.preflight.values import known
from testbed.wire.dial import CONNECT_WITHIN, UnreachableError

__all__ = ["Desk", "captured", "examine"]

REPLIES = 10
"""Answers for which preflight may wait as long as the device declares (assumed; most come at once)."""


async def examine(desk: Desk) -> None:
    """Fill the desk with checks, in bounded time."""
    timing = desk.declaration.timing
    within = CONNECT_WITHIN + PATIENCE + desk.search_within + REPLIES * (timing.reply_within + timing.pause)
    try:
        async with asyncio.timeout(within):
            await _examine(desk)
    except TimeoutError:
        if desk.suspected is not None:
            desk.found(desk.suspected)
        desk.passed(
            f"preflight ended after {within:g} s; what is not named here was not tried",
            f"사전 점검을 {within:g}초에 마침; 여기에 없는 항목은 점검하지 않음",
        )
    finally:
        with suppress(TimeoutError):
            await desk.asking.leave()


async def _examine(desk: Desk) -> None:
    try:
        await desk.asking.open()
    except UnreachableError as error:
        desk.found(await unreachable(desk, error))
        return
    try:
        if await positive_control(desk):
            for step in (edges, known, connections):
                if not desk.is_stopped:
                    await step(desk)
    except UnreachableError as error:
        desk.found(desk.suspected or diagnosis("LOST", error=error))
