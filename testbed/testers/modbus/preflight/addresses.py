"""Declared addresses against those that answer: off by one, entity numbers, another table, too many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from testbed.model.declaration import Area, Table, contiguous
from testbed.model.preflight import Diagnosis
from testbed.protocols.modbus import ExceptionCode
from testbed.testers.modbus.preflight.causes import diagnosis, mentioned
from testbed.testers.modbus.preflight.desk import FUNCTIONS, NOT_THERE, Desk, words

MOST_RUNS = 16
"""Runs of addresses that are looked at (assumed; two reads each)."""

_SISTERS: dict[Table, Table] = {
    "holding_registers": "input_registers",
    "input_registers": "holding_registers",
    "coils": "discrete_inputs",
    "discrete_inputs": "coils",
}
_WRITES: dict[Table, set[str]] = {
    "holding_registers": {"fc06", "fc16", "fc22", "fc23"},
    "coils": {"fc05", "fc15"},
}
Runs = Sequence[tuple[Table, Area]]


async def edges(desk: Desk) -> None:
    """Read the first and last address of every declared run, and name what stands elsewhere than declared."""
    runs = [(table, run) for table in desk.tables for run in contiguous(desk.declaration.areas(table))][
        :MOST_RUNS
    ]
    wrong = [(table, run) for table, run in runs if not await _at(desk, table, run)]
    if not wrong:
        count = sum(min(2, run.count) for _, run in runs)
        desk.passed(
            f"{count} addresses at the edges of the declared areas answer",
            f"선언된 영역의 양끝 주소 {count}개가 응답함",
        )
        return
    desk.search()
    tables = {table for table, _ in wrong}
    concerned = [(table, run) for table, run in runs if table in tables]
    moved = await _misses_addresses(desk, wrong) and (
        await _numbering(desk, runs) or await _off_by_one(desk, concerned)
    )
    if moved:
        desk.found(moved)
        return
    for table in dict.fromkeys(table for table, _ in wrong):
        await _table(desk, table, [run for one, run in runs if one == table])


async def _at(desk: Desk, table: Table, run: Area, shift: int = 0) -> bool:
    """Say whether both edges of a run answer, moved by some addresses."""
    return all([await desk.serves(table, address + shift) for address in (run.first, run.last)])


async def _misses_addresses(desk: Desk, wrong: Runs) -> bool:
    """Say whether it is addresses that the device refuses, and not functions."""
    for table, run in wrong:
        for address in (run.first, run.last):
            answer = await desk.once(table, address)
            if not answer.is_data and answer.exception not in NOT_THERE:
                return False
    return True


async def _numbering(desk: Desk, runs: Runs) -> Diagnosis | None:
    """Return that entity numbers such as 40001 were declared as addresses of the PDU."""
    if desk.declaration.numbering == "entity" or not any(table != "coils" for table, _ in runs):
        return None
    entity = desk.declaration.model_copy(update={"numbering": "entity"})
    try:
        meant = [(table, run) for table in desk.tables for run in contiguous(entity.areas(table))][:MOST_RUNS]
        entity.known()
    except ValueError:
        return None
    if not all([await _at(desk, table, run) for table, run in meant]):
        return None
    first = desk.declaration.number(*next(iter(desk.probes)))
    return diagnosis("NUMBERING", "numbering: entity", declared=first, served=meant[0][1].first)


async def _off_by_one(desk: Desk, runs: Runs) -> Diagnosis | None:
    """Return that all areas of some tables stand one address lower or higher than declared."""
    for shift in (-1, 1):
        if all([await _stands(desk, table, run, shift) for table, run in runs]):
            return await off_by_one(desk, {table for table, _ in runs}, shift, known=None)
    return None


async def _stands(desk: Desk, table: Table, run: Area, shift: int) -> bool:
    """Say whether a run begins and ends exactly one address away from where it was declared.

    The edge that it would leave behind must be refused, and the address beyond the other one too: else the
    device may serve more, and the declared length may be what is wrong.
    """
    left, new = (run.last, run.first - 1) if shift < 0 else (run.first, run.last + 1)
    return (
        await _at(desk, table, run, shift)
        and await desk.serves(table, new)
        and not await desk.serves(table, left)
        and not await desk.serves(table, new + shift)
    )


async def off_by_one(desk: Desk, tables: Iterable[Table], shift: int, *, known: bool | None) -> Diagnosis:
    """Return that everything in some tables stands one address away, with the lines that say so.

    Args:
        desk: the device.
        tables: whose areas move.
        shift: -1 or 1.
        known: whether the known values move too; None where they have to be read first.
    """
    if known is None:
        known = await _known_move(desk, shift)
    lines = [_moved(desk, table, shift) for table in sorted(tables)]
    if known:
        lines.append(known_line(desk, [{"at": one.at + shift} for one in desk.declaration.known_values]))
    return diagnosis("ONE-TOO-HIGH" if shift < 0 else "ONE-TOO-LOW", *lines)


def _moved(desk: Desk, table: Table, shift: int) -> str:
    areas = desk.declaration.areas(table)
    return desk.areas_line(table, [one.model_copy(update={"first": one.first + shift}) for one in areas])


async def _known_move(desk: Desk, shift: int) -> bool:
    """Say whether there are known values, and all of them stand where the shift says."""
    for one, address in desk.declaration.known():
        values = (
            (await desk.once(one.table, address + shift, one.count)).values if address + shift >= 0 else None
        )
        if values is None or not one.holds(values):
            return False
    return bool(desk.declaration.known_values)


def known_line(desk: Desk, changes: Sequence[dict[str, object]]) -> str:
    """Return the line of a declaration that gives the known values, some of their fields changed."""
    said = []
    for one, change in zip(desk.declaration.known_values, changes, strict=True):
        fields = one.model_dump(exclude_defaults=True) | change
        said.append("{ " + ", ".join(f"{name}: {_plain(value)}" for name, value in fields.items()) + " }")
    return f"known_values: [{', '.join(said)}]"


def _plain(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.17g}"  # noqa: PLR2004 - digits


async def _table(desk: Desk, table: Table, runs: Sequence[Area]) -> None:
    """Name what is wrong with one table whose addresses did not move as a whole."""
    if not any([await desk.serves(table, one) for run in runs for one in (run.first, run.last)]):
        alone = not any([await desk.serves(other, first) for other, first in desk.probes])
        code = (await desk.once(table, runs[0].first)).exception or 0
        sister = await _sister(desk, table, runs, alone=alone)
        desk.found(sister or _refused(desk, table, code, alone=alone))
        return
    spans: list[tuple[int, int]] = []
    for run in runs:
        first, last = await desk.serves(table, run.first), await desk.serves(table, run.last)
        if first and not last:
            spans.append((run.first, await _frontier(desk, table, run.first, run.last)))
        elif last and not first:
            spans.append((await _frontier(desk, table, run.last, run.first), run.last))
        elif first and last:
            spans.append((run.first, run.last))
    desk.found(_shorter(desk, table, spans))


async def _frontier(desk: Desk, table: Table, good: int, bad: int) -> int:
    """Return the address farthest from a good one towards a refused one that still answers, by bisection."""
    while abs(bad - good) > 1 and desk.has_time:
        middle = (good + bad) // 2
        if await desk.serves(table, middle):
            good = middle
        else:
            bad = middle
    return good


def _shorter(desk: Desk, table: Table, spans: Sequence[tuple[int, int]]) -> Diagnosis:
    areas = []
    for area in desk.declaration.areas(table):
        for low, high in spans:
            first, last = max(area.first, low), min(area.last, high)
            if first <= last:
                areas.append(area.model_copy(update={"first": first, "count": last - first + 1}))
    line = desk.areas_line(table, areas)
    served = ", ".join(
        f"{desk.declaration.number(table, a)} to {desk.declaration.number(table, b)}" for a, b in spans
    )
    return diagnosis("AREA", line, served=served, served_ko=served.replace(" to ", "~"), **words(table))


async def _sister(desk: Desk, table: Table, runs: Sequence[Area], *, alone: bool) -> Diagnosis | None:
    """Return that the addresses belong to the other table of the same kind; None where they do not."""
    sister = _SISTERS[table]
    if FUNCTIONS[sister] in desk.declaration.supports:
        return None
    if not all([await _at(desk, sister, run) for run in runs]):
        return None
    left = {FUNCTIONS[table]} | _WRITES.get(table, set())
    supports = [FUNCTIONS[sister], *(one for one in desk.declaration.supports if one not in left)]
    areas = [one.model_copy(update={"scratch": False}) for one in desk.declaration.areas(table)]
    lines = [
        f"supports: [{', '.join(dict.fromkeys(supports))}]",
        f"{table}: []",
        desk.areas_line(sister, areas),
    ]
    found = diagnosis("TABLE", *lines, **words(table), **words(sister, "other"))
    return found if alone else mentioned(found)


def _refused(desk: Desk, table: Table, code: int, *, alone: bool) -> Diagnosis:
    if code == ExceptionCode.ILLEGAL_FUNCTION:
        return diagnosis("FUNCTION", function=FUNCTIONS[table])
    if code == ExceptionCode.SERVER_DEVICE_FAILURE:
        found = diagnosis("FAILING", **words(table))
        return found if alone else mentioned(found)
    return diagnosis("ADDRESSES", where=desk.endpoint, **words(table))
