"""A device that cannot be reached: its name, its host, its port."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from testbed.model.connect import MODBUS_PORT
from testbed.model.preflight import Diagnosis
from testbed.testers.causes import on_the_way
from testbed.testers.modbus.asking import Asking
from testbed.testers.modbus.declared import READS
from testbed.testers.modbus.preflight.causes import diagnosis
from testbed.testers.modbus.preflight.desk import FUNCTIONS, Desk
from testbed.testers.modbus.preflight.lines import no_port
from testbed.wire.dial import UnreachableError
from testbed.wire.secure_dial import NoSessionError

OTHER_PORTS = (MODBUS_PORT,)
"""Ports at which Modbus is looked for where the declared one does not speak it (IG 4.2.1.2)."""
ELSEWHERE_WITHIN = 2.0
"""Seconds for such a look (assumed)."""


async def unreachable(desk: Desk, error: UnreachableError) -> Diagnosis:
    """Name why no connection could be made."""
    if desk.endpoint.scheme == "serial":
        return no_port(desk, error)
    facts = {
        "error": str(error),
        "where": f"{desk.endpoint.host}:{desk.endpoint.port}",
        "host": desk.endpoint.host,
        "port": desk.endpoint.port,
    }
    if isinstance(error, NoSessionError):
        return diagnosis("NO-SESSION", **facts)
    name = on_the_way(error)
    if name in {"NO-HOST", "NAME"}:
        return diagnosis(name, **facts)
    if (port := await other_port(desk)) is not None:
        return diagnosis("PORT", desk.connect_line(port=port), other=port, **facts)
    return diagnosis(name, **facts)


async def other_port(desk: Desk) -> int | None:
    """Return another port of the same host that answers a read as Modbus does."""
    if desk.elsewhere is None:
        return None
    table, address = next(iter(desk.probes), ("holding_registers", 0))
    for port in OTHER_PORTS:
        if port == desk.endpoint.port:
            continue
        desk.trying(f"port {port}")
        there = desk.endpoint.model_copy(update={"port": port})
        asking = Asking(desk.elsewhere(there), desk.recorder, unit=there.unit)
        with suppress(UnreachableError, TimeoutError):
            async with asyncio.timeout(ELSEWHERE_WITHIN):
                await asking.open()
                request = READS[FUNCTIONS[table]][1](address, 1)
                answer = await asking.read(request, within=ELSEWHERE_WITHIN / 2)
                await asking.leave()
                if answer.is_modbus:
                    return port
    return None
