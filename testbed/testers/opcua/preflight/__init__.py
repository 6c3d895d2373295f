"""Preflight: before anything is judged, is the server there, and is it set up as declared? By reads alone.

Only what would falsify every case stops a run, and then the cause and its remedy are named. What a case
judges anyway is mentioned and left to it: preflight takes no verdict away.
"""

from __future__ import annotations

import asyncio

from testbed.testers.opcua.captures import captured
from testbed.testers.opcua.preflight.causes import diagnosis
from testbed.testers.opcua.preflight.desk import Desk
from testbed.testers.opcua.preflight.endpoints import discover
from testbed.testers.opcua.preflight.entering import enter, sessions
from testbed.testers.opcua.preflight.nodes import namespaces, nodes
from testbed.testers.opcua.preflight.reaching import lost, unreachable
from testbed.testers.opcua.preflight.trusting import trusted
from testbed.testers.trouble import Unanswered
from testbed.wire.dial import CONNECT_WITHIN, UnreachableError

__all__ = ["Desk", "captured", "examine"]

EXCHANGES = 60
"""Answers for which preflight may wait as long as the server declares (assumed; most come at once)."""


async def examine(desk: Desk) -> None:
    """Fill the desk with checks, in bounded time."""
    timing = desk.declaration.timing
    within = CONNECT_WITHIN + desk.search_within + EXCHANGES * (timing.reply_within + timing.pause)
    try:
        async with asyncio.timeout(within):
            await _examine(desk)
    except TimeoutError:
        if desk.client is None:
            desk.found(diagnosis("ENDLESS", within=within))
            return
        desk.passed(
            f"preflight ended after {within:g} s; what is not named here was not tried",
            f"사전 점검을 {within:g}초에 마침; 여기에 없는 항목은 점검하지 않음",
        )
    finally:
        await desk.leave()


async def _examine(desk: Desk) -> None:
    """Take each step while nothing was found that would falsify every case."""
    try:
        for step in (discover, enter, trusted, namespaces, nodes, sessions):
            if not desk.is_stopped:
                await step(desk)
    except UnreachableError as error:
        desk.found(await unreachable(desk, error))
    except Unanswered as error:
        desk.found(lost(desk, error.said))
