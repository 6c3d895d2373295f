"""Reads what a capture would overwrite in a device, and puts it back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from testbed.model.declaration import Declaration
from testbed.protocols.modbus import (
    ReadCoils,
    ReadHoldingRegisters,
    Request,
    WriteMultipleCoils,
    WriteMultipleRegisters,
    WriteSingleCoil,
    WriteSingleRegister,
)
from testbed.testers.modbus.framing import framing_of
from testbed.testers.modbus.replay.hearing import Hearing
from testbed.testers.modbus.replay.pace import Pace
from testbed.testers.modbus.replay.permission import table
from testbed.testers.modbus.reply import Instead, Reply
from testbed.testers.modbus.safety import Write
from testbed.wire.dial import Dial, UnreachableError

_ON = 0xFF00


class Keeper:
    """Reads what a capture would overwrite, and puts it back."""

    def __init__(self, dial: Dial, declaration: Declaration, writes: Sequence[Write], pace: Pace) -> None:
        self._dial, self._declaration, self._pace = dial, declaration, pace
        self._framing = framing_of(declaration.endpoint)
        self._lost: list[str] = []
        self._touched = dict.fromkeys(
            (write.coils, address) for write in writes for address in write.addresses
        )
        self._found: dict[tuple[bool, int], int] = {}

    async def keep(self) -> None:
        """Read what will be written."""
        for coils, address in self._touched:
            if not any(area.holds(address) for area in self._declaration.areas(table(coils=coils))):
                self._lost.append(f"{_name(coils, address)} is not declared: what it held is not known")
            elif (value := await self._value(_read(coils, address))) is None:
                self._lost.append(f"{_name(coils, address)} cannot be read: what it held is not known")
            else:
                self._found[coils, address] = value

    async def restore(self) -> list[str]:
        """Put back what differs; return what could not be put back."""
        found = list(self._found.items())
        for at, ((coils, address), value) in enumerate(found):
            try:
                stands = await self._put_back(coils, address, value)
            except UnreachableError as error:  # then the others cannot be put back either
                self._lost += [f"{_name(*place)} was {value}: {error}" for place, value in found[at:]]
                break
            if not stands:
                self._lost.append(f"{_name(coils, address)} was {value}")
        return self._lost

    async def _put_back(self, coils: bool, address: int, value: int) -> bool:  # noqa: FBT001 - which table
        """Write a value where another one stands; say whether it stands there now."""
        if await self._value(_read(coils, address)) == value:
            return True
        supports = self._declaration.supports
        request: Request
        if coils and "fc05" in supports:
            request = WriteSingleCoil(address, _ON if value else 0)
        elif coils:
            request = WriteMultipleCoils(address, (bool(value),))
        elif "fc06" in supports:
            request = WriteSingleRegister(address, value)
        else:
            request = WriteMultipleRegisters(address, (value,))
        await self._ask(request)
        return await self._value(_read(coils, address)) == value

    async def _value(self, request: Request) -> int | None:
        raw = await self._ask(request)
        values = Reply(raw, 0, 0.0, request, self._framing.layout).values if raw else ()
        return None if isinstance(values, Instead) or len(values) != 1 else int(values[0])

    async def _ask(self, request: Request) -> bytes:
        line = Hearing(self._framing.cutter())
        await self._dial(line)
        if line.transport is None:
            return b""
        await self._pace.keep()
        adu = self._framing.adu(1, self._declaration.endpoint.unit, request.encode())
        line.transport.write(adu)
        within = self._declaration.timing.reply_within + self._framing.on_the_wire(len(adu))
        try:
            async with asyncio.timeout(within):
                while not line.adus and not line.ended:
                    line.news.clear()
                    await line.news.wait()
        except TimeoutError:
            return b""
        finally:
            await line.part()
        return line.adus[0] if line.adus else b""


def _read(coils: bool, address: int) -> Request:  # noqa: FBT001 - which table
    return ReadCoils(address, 1) if coils else ReadHoldingRegisters(address, 1)


def _name(coils: bool, address: int) -> str:  # noqa: FBT001 - which table
    return f"{'coil' if coils else 'holding register'} {address}"
