"""The Modbus tester that a case talks through: the functions by name, and how a request ended."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from testbed.model.base import Text
from testbed.protocols.modbus import (
    MaskWriteRegister,
    ReadCoils,
    ReadDeviceIdentification,
    ReadDiscreteInputs,
    ReadFifoQueue,
    ReadFileRecord,
    ReadHoldingRegisters,
    ReadInputRegisters,
    ReadWriteMultipleRegisters,
    RecordReference,
    RecordWrite,
    Request,
    WriteFileRecord,
    WriteMultipleCoils,
    WriteMultipleRegisters,
    WriteSingleCoil,
    WriteSingleRegister,
)
from testbed.testers.modbus.behind import Behind
from testbed.testers.modbus.diagnosis import Diagnosis
from testbed.testers.modbus.identified import MOST_PARTS, Identified, read
from testbed.testers.modbus.lasting import Lasting
from testbed.testers.modbus.on_a_line import OnALine
from testbed.testers.modbus.reply import Instead, Outcome, Reaction, Reply
from testbed.testers.trouble import Unanswered, Undecided


class Modbus(Lasting, OnALine, Behind):
    """One client of the device under test; what it gets is judged, unless a name says otherwise."""

    async def read_coils(self, address: int, quantity: int) -> Reply:
        """Send function 01."""
        return await self.ask(ReadCoils(address, quantity))

    async def read_discrete_inputs(self, address: int, quantity: int) -> Reply:
        """Send function 02."""
        return await self.ask(ReadDiscreteInputs(address, quantity))

    async def read_holding_registers(self, address: int, quantity: int) -> Reply:
        """Send function 03."""
        return await self.ask(ReadHoldingRegisters(address, quantity))

    async def read_input_registers(self, address: int, quantity: int) -> Reply:
        """Send function 04."""
        return await self.ask(ReadInputRegisters(address, quantity))

    async def write_single_coil(self, address: int, value: int) -> Reply:
        """Send function 05; the value is the raw word, FF00 or 0000 where it is legal."""
        return await self.ask(WriteSingleCoil(address, value))

    async def write_single_register(self, address: int, value: int) -> Reply:
        """Send function 06."""
        return await self.ask(WriteSingleRegister(address, value))

    async def write_multiple_coils(
        self,
        address: int,
        values: Sequence[bool],
        *,
        quantity: int | None = None,
        byte_count: int | None = None,
    ) -> Reply:
        """Send function 15; quantity and byte count may lie."""
        return await self.ask(WriteMultipleCoils(address, tuple(values), quantity, byte_count))

    async def write_multiple_registers(
        self,
        address: int,
        values: Sequence[int],
        *,
        quantity: int | None = None,
        byte_count: int | None = None,
    ) -> Reply:
        """Send function 16; quantity and byte count may lie."""
        return await self.ask(WriteMultipleRegisters(address, tuple(values), quantity, byte_count))

    async def read_write_multiple_registers(  # noqa: PLR0913 - the fields of the request
        self,
        read_address: int,
        read_quantity: int,
        write_address: int,
        values: Sequence[int],
        *,
        write_quantity: int | None = None,
        byte_count: int | None = None,
    ) -> Reply:
        """Send function 23; quantities and byte count may lie."""
        return await self.ask(
            ReadWriteMultipleRegisters(
                read_address, read_quantity, write_address, tuple(values), write_quantity, byte_count
            )
        )

    async def mask_write_register(self, address: int, and_mask: int, or_mask: int) -> Reply:
        """Send function 22."""
        return await self.ask(MaskWriteRegister(address, and_mask, or_mask))

    async def read_file_record(self, *groups: RecordReference, byte_count: int | None = None) -> Reply:
        """Send function 20; the byte count may lie."""
        return await self.ask(ReadFileRecord(groups, byte_count))

    async def write_file_record(self, *groups: RecordWrite, byte_count: int | None = None) -> Reply:
        """Send function 21; lengths and the byte count may lie."""
        return await self.ask(WriteFileRecord(groups, byte_count))

    async def read_fifo_queue(self, pointer: int) -> Reply:
        """Send function 24."""
        return await self.ask(ReadFifoQueue(pointer))

    async def read_device_identification(self, code: int, object_id: int = 0) -> Identified:
        """Send function 43/14 once, whatever follows."""
        return Identified((await self.ask(ReadDeviceIdentification(code, object_id)),))

    async def identify(self, code: int, object_id: int = 0) -> Identified:
        """Send function 43/14 until nothing follows, or what follows was asked for before."""
        replies: list[Reply] = []
        frames: tuple[int, ...] = ()
        asked: list[int] = []
        following: int | None = object_id
        while following is not None and following not in asked and len(asked) < MOST_PARTS:
            replies.append(await self.ask(ReadDeviceIdentification(code, following)))
            frames += self.frames
            asked.append(following)
            part = read(replies[-1])
            following = None if isinstance(part, Instead) or not part.more_follows else part.following
        self.frames = frames
        return Identified(tuple(replies), ends=following is None)

    @property
    def diagnosis(self) -> Diagnosis:
        """Stimuli around functions 08, 11 and 12."""
        return Diagnosis(self, self._guard)

    async def ping(self, *, transaction: int | None = None) -> Reply:
        """Send a harmless read.

        Raises:
            Unanswered: silence or a close.
        """
        return await self.ask(self.harmless, transaction=transaction)

    async def wait(self, seconds: float) -> None:
        """Send nothing for a while."""
        self.wire.recorder.note(f"waits {seconds:g} s")
        await asyncio.sleep(seconds)

    async def outcome(self, request: Request | bytes) -> Outcome:
        """Send one request or raw PDU and say how it ended; silence and a close are answers too."""
        return await self.ended(self.ask(request))

    async def outcomes(self, requests: Iterable[Request]) -> set[Outcome]:
        """Send requests one after the other and return all the ways in which they ended."""
        return {await self.outcome(request) for request in requests}

    async def each(self, requests: Iterable[Request]) -> list[Outcome]:
        """Send requests one after the other and return how each ended."""
        return [await self.outcome(request) for request in requests]

    async def refused(self, request: Request | bytes) -> None:
        """Send, as set-up, a request that the device must refuse; undecided where it does not.

        What a refused request leaves behind can be judged only where it was refused.
        """
        try:
            reply = await self.ask(request)
        except Unanswered as trouble:
            said = trouble.said
            raise Undecided(Text(en=f"set-up: {said.en}", ko=f"준비 단계: {said.ko}")) from trouble
        if reply.exception is Reaction.NORMAL:
            raise Undecided(
                Text(
                    en="set-up: the device did not refuse the request", ko="준비 단계의 요청이 거부되지 않음"
                )
            )
