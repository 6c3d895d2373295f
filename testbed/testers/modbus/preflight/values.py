"""Known values: what the vendor knows to stand in the device, against what is read."""

from __future__ import annotations

from collections.abc import Mapping

from testbed.model.declaration import Table
from testbed.model.known import ORDERS, KnownValue, Order
from testbed.model.preflight import Diagnosis
from testbed.testers.modbus.preflight.addresses import known_line, off_by_one
from testbed.testers.modbus.preflight.causes import diagnosis
from testbed.testers.modbus.preflight.control import LAST_UNIT, LIKELY_UNITS
from testbed.testers.modbus.preflight.desk import Desk, words

_OTHER: Mapping[str, Table] = {
    "holding_registers": "input_registers",
    "input_registers": "holding_registers",
}
_HOW: Mapping[Order, tuple[str, str]] = {
    "ABCD": ("high word and high byte first", "상위 워드·상위 바이트부터"),
    "CDAB": ("low word first", "하위 워드부터"),
    "BADC": ("low byte first in each register", "레지스터마다 하위 바이트부터"),
    "DCBA": ("low byte first throughout", "전체 하위 바이트부터"),
}


async def known(desk: Desk) -> None:
    """Read every known value, and name what would explain those that are not found."""
    declared = desk.declaration.known()
    if not declared:
        return
    wrong = [one for one in declared if not await _holds(desk, *one)]
    if not wrong:
        desk.passed(
            f"{len(declared)} known values stand as declared: addresses, unit and word order are proven",
            f"알려진 값 {len(declared)}개가 선언한 위치와 형식으로 확인됨(주소, 유닛, 워드 순서 확인)",
        )
        return
    desk.search()
    desk.suspected = await _unexplained(desk, *wrong[0])
    desk.found(
        await _order(desk, wrong)
        or await _shifted(desk)
        or await _unit(desk)
        or await _table(desk)
        or desk.suspected
    )
    desk.suspected = None


async def _holds(
    desk: Desk, one: KnownValue, address: int, order: Order | None = None, *, table: Table | None = None
) -> bool:
    if not 0 <= address <= 0x10000 - one.count:
        return False
    values = (await desk.once(table or one.table, address, one.count)).values
    return values is not None and one.holds(values, order)


async def _order(desk: Desk, wrong: list[tuple[KnownValue, int]]) -> Diagnosis | None:
    """Return that words or bytes lie in another order."""
    for order in ORDERS:
        if not all([await _holds(desk, one, address, order) for one, address in wrong]):
            continue
        concerned = {id(one) for one, _ in wrong}
        changes: list[dict[str, object]] = [
            {"order": order} if id(one) in concerned else {} for one in desk.declaration.known_values
        ]
        first, at = wrong[0]
        found, found_ko = _HOW[order]
        return diagnosis(
            "WORD-ORDER",
            known_line(desk, changes),
            number=desk.declaration.number(first.table, at),
            value=first.value,
            found=found,
            found_ko=found_ko,
            order=order,
            declared=first.order,
            **words(first.table),
        )
    return None


async def _shifted(desk: Desk) -> Diagnosis | None:
    """Return that every known value stands one address away."""
    for shift in (-1, 1):
        if not all([await _holds(desk, one, address + shift) for one, address in desk.declaration.known()]):
            continue
        moved = []
        for table in desk.tables:
            areas = desk.declaration.areas(table)
            ends = {address + shift for area in areas for address in (area.first, area.last)}
            if all([await desk.serves(table, address) for address in sorted(ends)]):
                moved.append(table)
        return await off_by_one(desk, moved, shift, known=True)
    return None


async def _unit(desk: Desk) -> Diagnosis | None:
    """Return that every known value stands in another unit."""
    units = dict.fromkeys((*LIKELY_UNITS, *range(2, LAST_UNIT + 1)))
    silent = 0
    for unit in units:
        if unit == desk.endpoint.unit or not desk.has_time or silent > len(LIKELY_UNITS):
            continue
        for one, address in desk.declaration.known():
            answer = await desk.read(one.table, address, one.count, unit=unit)
            silent += not answer.is_modbus
            if answer.values is None or not one.holds(answer.values):
                break
        else:
            line = desk.connect_line(unit=unit)
            return diagnosis("VALUE-UNIT", line, unit=unit, declared=desk.endpoint.unit)
    return None


async def _table(desk: Desk) -> Diagnosis | None:
    """Return that every known value stands in the other table of registers."""
    declared = desk.declaration.known()
    if not all([await _holds(desk, one, address, table=_OTHER[one.table]) for one, address in declared]):
        return None
    line = known_line(desk, [{"table": _OTHER[one.table]} for one, _ in declared])
    return diagnosis("VALUE-TABLE", line, **words(_OTHER[declared[0][0].table]))


async def _unexplained(desk: Desk, one: KnownValue, address: int) -> Diagnosis:
    values = (await desk.once(one.table, address, one.count)).values
    facts = {"number": desk.declaration.number(one.table, address), **words(one.table)}
    if values is None:
        return diagnosis("VALUE-UNREADABLE", **facts)
    found = {"value": one.value, "found": one.read(values), "type": one.type, "order": one.order}
    return diagnosis("VALUE", **facts, **found)
