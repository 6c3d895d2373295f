"""Reads what a capture would overwrite in a device, and puts it back."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from testbed.model.declaration import Declaration
from testbed.protocols.modbus import (
    ReadCoils,
    ReadFileRecord,
    ReadHoldingRegisters,
    RecordReference,
    RecordWrite,
    Request,
    WriteFileRecord,
    WriteMultipleCoils,
    WriteMultipleRegisters,
    WriteSingleCoil,
    WriteSingleRegister,
)
from testbed.testers.modbus.framing import framing_of
from testbed.testers.modbus.replay.hearing import Hearing
from testbed.testers.modbus.replay.pace import Pace
from testbed.testers.modbus.replay.permission import areas_of
from testbed.testers.modbus.reply import Instead, Reply
from testbed.testers.modbus.safety import Write
from testbed.wire.dial import Dial, UnreachableError

_ON = 0xFF00


@dataclass(frozen=True, slots=True)
class _Place:
    """One value: its table as a case leases it, its file where it is a record, its address."""

    table: str
    file: int
    address: int

    def __str__(self) -> str:
        if self.file:
            return f"file {self.file}, record {self.address}"
        return f"{'coil' if self.table == 'coils' else 'holding register'} {self.address}"

    @property
    def read(self) -> Request:
        """The request that reads it."""
        if self.file:
            return ReadFileRecord((RecordReference(self.file, self.address, 1),))
        if self.table == "coils":
            return ReadCoils(self.address, 1)
        return ReadHoldingRegisters(self.address, 1)

    def write(self, value: int, supports: Collection[str]) -> Request:
        """Return a request that writes it, by a function that is declared."""
        if self.file:
            return WriteFileRecord((RecordWrite(self.file, self.address, (value,)),))
        if self.table == "coils":
            if "fc05" in supports:
                return WriteSingleCoil(self.address, _ON if value else 0)
            return WriteMultipleCoils(self.address, (bool(value),))
        if "fc06" in supports:
            return WriteSingleRegister(self.address, value)
        return WriteMultipleRegisters(self.address, (value,))


class Keeper:
    """Reads what a capture would overwrite, and puts it back."""

    def __init__(self, dial: Dial, declaration: Declaration, writes: Sequence[Write], pace: Pace) -> None:
        self._dial, self._declaration, self._pace = dial, declaration, pace
        self._framing = framing_of(declaration.endpoint)
        self._lost: list[str] = []
        self._touched = dict.fromkeys(
            _Place(write.table, write.file, address) for write in writes for address in write.addresses
        )
        self._found: dict[_Place, int] = {}

    async def keep(self) -> None:
        """Read what will be written."""
        for place in self._touched:
            if not any(
                area.holds(place.address) for area in areas_of(self._declaration, place.table, place.file)
            ):
                self._lost.append(f"{place} is not declared: what it held is not known")
            elif (value := await self._value(place)) is None:
                self._lost.append(f"{place} cannot be read: what it held is not known")
            else:
                self._found[place] = value

    async def restore(self) -> list[str]:
        """Put back what differs; return what could not be put back."""
        found = list(self._found.items())
        for at, (place, value) in enumerate(found):
            try:
                stands = await self._put_back(place, value)
            except UnreachableError as error:  # then the others cannot be put back either
                self._lost += [f"{one} was {held}: {error}" for one, held in found[at:]]
                break
            if not stands:
                self._lost.append(f"{place} was {value}")
        return self._lost

    async def _put_back(self, place: _Place, value: int) -> bool:
        """Write a value where another one stands; say whether it stands there now."""
        if await self._value(place) == value:
            return True
        await self._ask(place.write(value, self._declaration.supports))
        return await self._value(place) == value

    async def _value(self, place: _Place) -> int | None:
        request = place.read
        raw = await self._ask(request)
        if not raw:
            return None
        reply = Reply(raw, 0, 0.0, request, self._framing.layout)
        values = reply.values
        if place.file:
            values = reply.records if isinstance(reply.records, Instead) else sum(reply.records, ())
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
