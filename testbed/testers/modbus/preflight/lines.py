"""A serial line on which nobody answers: another rate, parity or framing, or a port that fails."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress

from testbed.model.connect import Endpoint, Over, Parity
from testbed.model.preflight import Diagnosis
from testbed.testers.modbus.asking import Asking
from testbed.testers.modbus.declared import READS
from testbed.testers.modbus.framing import framing_of
from testbed.testers.modbus.preflight.causes import diagnosis
from testbed.testers.modbus.preflight.desk import FUNCTIONS, Desk
from testbed.wire.dial import UnreachableError
from testbed.wire.serial_format import SerialFormat

USUAL: tuple[tuple[int, Parity], ...] = (
    (9600, "none"),
    (9600, "even"),
    (19200, "even"),
    (19200, "none"),
    (115200, "none"),
    (38400, "none"),
    (57600, "none"),
    (38400, "even"),
    (115200, "even"),
    (4800, "none"),
)
"""Settings that are tried, the likeliest first (assumed; SL 3.2 has 19200 and even as its default)."""
MODES: dict[Over, Over] = {"rtu": "ascii", "ascii": "rtu"}
LISTEN_WITHIN = 0.4
"""Seconds that each setting is given (assumed; a device answers in some ten milliseconds)."""
_SUITES = {"rtu": "modbus-rtu-server@1", "ascii": "modbus-ascii-server@1"}


def no_port(desk: Desk, error: UnreachableError) -> Diagnosis:
    """Name why a serial port cannot be used."""
    return diagnosis("SERIAL-PORT", error=error, port=desk.endpoint.name)


def silent(desk: Desk) -> Diagnosis:
    """Name what is known where nobody answers on a line."""
    here = desk.endpoint
    return diagnosis("SILENT-LINE", port=here.name, unit=here.unit, setting=SerialFormat.of(here))


async def other_setting(desk: Desk) -> Diagnosis | None:
    """Look for the device at other settings of its port; None where it answers at none of them."""
    if desk.elsewhere is None or not desk.endpoint.name:
        return None
    with suppress(UnreachableError):
        await desk.asking.leave()  # a port is opened for one program and one setting
    here = desk.endpoint
    for there in _others(here):
        if not desk.has_time:
            return None
        desk.trying(f"{there.over.upper()} at {SerialFormat.of(there)}")
        if await _answers(desk, there):
            lines = [f"connect: {there}"]
            if there.over != here.over:
                lines.append(f"profile: {_SUITES[there.over]}")
            return diagnosis(
                "LINE",
                *lines,
                port=here.name,
                here=f"{here.over.upper()} at {SerialFormat.of(here)}",
                there=f"{there.over.upper()} at {SerialFormat.of(there)}",
            )
    return None


def _others(here: Endpoint) -> Iterator[Endpoint]:
    """Return other settings of a port: rate and parity, then the other framing."""
    for mode in (here.over, MODES[here.over]):
        for baud, parity in ((here.baud, here.parity), *USUAL):
            there = here.model_copy(update={"over": mode, "baud": baud, "parity": parity, "stop": 1})
            if there != here:
                yield there


async def _answers(desk: Desk, there: Endpoint) -> bool:
    """Say whether the device answers a read at some setting of its port."""
    assert desk.elsewhere is not None  # noqa: S101 - the caller has seen to it
    table, address = next(iter(desk.probes), ("holding_registers", 0))
    asking = Asking(desk.elsewhere(there), desk.recorder, unit=there.unit, framing=framing_of(there))
    with suppress(UnreachableError, TimeoutError):
        async with asyncio.timeout(2 * LISTEN_WITHIN + framing_of(there).on_the_wire(8)):
            await asking.open()
            try:
                answer = await asking.read(READS[FUNCTIONS[table]][1](address, 1), within=LISTEN_WITHIN)
            finally:
                await asking.leave()
            return answer.is_modbus
    return False
