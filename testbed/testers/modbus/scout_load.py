"""How much a device takes at once: connections, and requests before the first answer."""

from __future__ import annotations

import asyncio

from testbed.protocols.modbus import Request
from testbed.testers.modbus.reply import Reaction, Reply
from testbed.testers.modbus.scout_line import Answer, Reader
from testbed.testers.tap import part
from testbed.wire.connection import Connection
from testbed.wire.dial import UnreachableError

DEPTHS = (2, 4, 8, 16)
"""Requests sent at once, one try after the other; IG 4.4.2.1 lets a server take up to 16."""
READS_BESIDE = 60
"""Reads kept for names, response times and proofs of life beside the two searches (assumed)."""


def reads_needed(connections: int) -> int:
    """Return the reads to keep back for what follows the search for addresses."""
    return 2 * connections + sum(DEPTHS) + READS_BESIDE


async def connections_at_once(reader: Reader, probe: Request, most: int) -> int:
    """Return how many connections answer at once, of some number tried; all but one are closed again.

    They are opened one by one, each proven by a read, until one is refused, mute or closed. Then all are
    asked once more: a device may close the oldest for the newest (IG 4.2.1).
    """
    await reader.ask(probe)
    lines = [await reader.line()]
    try:
        while len(lines) < most:
            try:
                line = await reader.open()
            except UnreachableError:
                break
            lines.append(line)
            if not _is_good(*await reader.exchange([probe], line=line)):
                break
        answered = 0
        for line in lines:
            if line.ended is None:
                answered += _is_good(*await reader.exchange([probe], line=line))
        return max(1, answered)
    finally:
        await _part_all(lines[1:])


async def requests_at_once(reader: Reader, probe: Request) -> int:
    """Return the most reads sent in one segment that were all answered, each with its own transaction."""
    deepest = 1
    for depth in DEPTHS:
        answers = await reader.exchange([probe] * depth)
        if not all(_is_good(answer) for answer in answers):
            await reader.leave()
            break
        deepest = depth
    return deepest


def _is_good(answer: Answer) -> bool:
    return isinstance(answer, Reply) and answer.exception is Reaction.NORMAL


async def _part_all(lines: list[Connection]) -> None:
    """Close connections politely, all at once: each waits for the device's side."""
    await asyncio.gather(*(part(line) for line in lines))
