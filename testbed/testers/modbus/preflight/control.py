"""The positive control: one declared read must be answered; where it is not, the cause is searched."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable
from contextlib import suppress

from testbed.model.connect import MODBUS_PORT
from testbed.model.declaration import Table
from testbed.model.preflight import Diagnosis
from testbed.protocols.modbus import ExceptionCode
from testbed.testers.modbus.asking import Answer
from testbed.testers.modbus.preflight.causes import diagnosis, mentioned
from testbed.testers.modbus.preflight.desk import (
    BUSY,
    GATEWAY,
    NAMES,
    PATIENCE,
    Desk,
)
from testbed.testers.modbus.preflight.lines import other_setting, silent
from testbed.testers.modbus.preflight.strangers import hung_up, make_speak, stranger
from testbed.testers.strangers import registered
from testbed.wire.connection import Ended
from testbed.wire.dial import UnreachableError

LIKELY_UNITS = (1, 255, 0)
"""Units that are tried first: 1 by habit, 255 and 0 for a device directly on TCP (IG 4.4.1.2)."""
LAST_UNIT = 247
"""The last individual address on a serial line (MODBUS over Serial Line V1.02, 2.2)."""
TIMES = 3
"""How often lateness or refusals for being busy must show: what rests on time must show 3 of 3."""
_BUSY_PAUSE = 0.3
"""Seconds between these (assumed)."""
_MARGIN = 1.25
"""By how much the declared time should exceed the slowest answer seen (assumed)."""


async def positive_control(desk: Desk) -> bool:
    """Make sure that a declared read is answered at all; say whether further checks make sense."""
    probes = list(desk.probes)
    if not probes:
        desk.found(diagnosis("NO-READ"))
        return False
    answer = Answer()
    for table, address in probes:
        answer = await desk.read(table, address, within=desk.within + PATIENCE)
        if not answer.raw and answer.ended is not Ended.FLOODED:
            answer = await _once_more(desk, table, address, answer)
        if answer.is_data:
            await _in_time(desk, table, address, answer)
            desk.passed(
                f"unit {desk.endpoint.unit} answers a read of {NAMES[table].en} {address}",
                f"유닛 {desk.endpoint.unit}이(가) {NAMES[table].ko} {address} 읽기에 응답함",
            )
            return True
        if not answer.is_modbus or answer.exception in GATEWAY:
            break
    table, address = probes[0]
    found = await _why(desk, table, address, answer)
    if found is None:
        return answer.is_modbus  # refused addresses have causes of their own; faulty frames are judged later
    desk.found(found)
    return False


async def _once_more(desk: Desk, table: Table, address: int, first: Answer) -> Answer:
    """Ask again over a fresh connection: one answer that got lost is no reason to look for another unit."""
    desk.recorder.note("no answer; asked once more before a cause is searched")
    with suppress(UnreachableError):
        await desk.anew()
        return await desk.read(table, address)
    return first


async def _why(desk: Desk, table: Table, address: int, answer: Answer) -> Diagnosis | None:
    """Return why no declared read was answered; None where the device answers, whatever it is."""
    desk.search()
    if answer.is_modbus:
        if answer.exception in GATEWAY:
            return await _behind_gateway(desk, table, address, answer.exception or 0)
        return await _busy(desk, table, address) if answer.exception in BUSY else None
    desk.suspected = _silent(desk)
    if answer.raw:
        shown = answer.raw[:16].hex(" ")
        known = await (other_setting(desk) if desk.endpoint.is_timed else stranger(desk, answer))
        return known or diagnosis("UNREADABLE", shown=shown)
    if answer.ended is Ended.FLOODED:
        return diagnosis("FLOODS", port=desk.endpoint.port)
    return await (_mute(desk, table, address) if answer.is_silence else hung_up(desk))


async def _mute(desk: Desk, table: Table, address: int) -> Diagnosis | None:
    """Return why nothing came: another unit, another setting or protocol, or nobody knows."""
    if desk.endpoint.is_serial:
        likely: Iterable[int] = LIKELY_UNITS[:1]
        speak = other_setting if desk.endpoint.is_timed else _nothing
    else:
        likely, speak = LIKELY_UNITS, make_speak
    if (unit := await _other_unit(desk, table, address, likely)) is not None:
        return _unit(desk, unit)
    if (found := await speak(desk)) is not None:
        return found
    with suppress(UnreachableError):
        await desk.anew()
        if (unit := await _other_unit(desk, table, address, range(2, LAST_UNIT + 1))) is not None:
            return _unit(desk, unit)
    return desk.suspected


def _silent(desk: Desk) -> Diagnosis:
    """Return what is suspected as long as no better cause is found."""
    here = desk.endpoint
    if here.is_timed:
        return silent(desk)
    return diagnosis("SILENT", port=here.port, unit=here.unit, registered=registered(here.port, MODBUS_PORT))


async def _nothing(_: Desk) -> None:
    """Find nothing: what is said to a port of TCP might be a write in another framing."""


async def _other_unit(desk: Desk, table: Table, address: int, units: Iterable[int]) -> int | None:
    """Return a unit other than the declared one that answers, as far as time allows."""
    for unit in units:
        if unit == desk.endpoint.unit:
            continue
        if not desk.has_time:
            return None
        with suppress(UnreachableError):
            answer = await desk.read(table, address, unit=unit)
            if answer.is_modbus and answer.exception not in GATEWAY:
                return unit
    return None


def _unit(desk: Desk, unit: int) -> Diagnosis:
    return diagnosis("UNIT", desk.connect_line(unit=unit), declared=desk.endpoint.unit, unit=unit)


async def _behind_gateway(desk: Desk, table: Table, address: int, code: int) -> Diagnosis:
    unit = await _other_unit(desk, table, address, (*LIKELY_UNITS, *range(2, LAST_UNIT + 1)))
    if unit is not None:
        return _unit(desk, unit)
    return diagnosis("GATEWAY", unit=desk.endpoint.unit, code=code)


async def _busy(desk: Desk, table: Table, address: int) -> Diagnosis | None:
    """Return that the device always says it is busy or failed; None once it does not."""
    for _ in range(TIMES - 1):
        await asyncio.sleep(_BUSY_PAUSE)
        answer = await desk.read(table, address)
        if answer.exception not in BUSY:
            return None
    code = ExceptionCode(answer.exception or 0)
    return diagnosis("BUSY", code=int(code), title=code.title, times=TIMES)


async def _in_time(desk: Desk, table: Table, address: int, first: Answer) -> None:
    """Compare the time to an answer with the declared one; lateness must show three times."""
    slowest, late = first.after, 1
    if first.after <= desk.within:
        return
    for _ in range(TIMES - 1):
        answer = await desk.read(table, address, within=desk.within + PATIENCE)
        late += answer.after > desk.within
        slowest = max(slowest, answer.after)
    timing = desk.declaration.timing
    pause = f", pause: {timing.pause * 1000:g} ms" if timing.pause else ""
    line = f"timing: {{ reply_within: {_round(slowest * _MARGIN)}{pause} }}"
    facts = {"slowest": slowest * 1000, "late": late, "times": TIMES, "declared": desk.within * 1000}
    found = diagnosis("REPLY-WITHIN", line, **facts)
    desk.found(found if late == TIMES else mentioned(found))


def _round(seconds: float) -> str:
    """Return the next larger time of the series 1, 2, 5, as a declaration writes it."""
    power = 10.0 ** math.floor(math.log10(seconds))
    longer = next(step * power for step in (1, 2, 5, 10) if step * power >= seconds)
    return f"{longer:g} s" if longer >= 1 else f"{longer * 1000:g} ms"
