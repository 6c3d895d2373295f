"""The Modbus tester that a case talks through: one connection, strict by default, able to misbehave."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable, Sequence
from typing import Protocol

from testbed.model.base import Text
from testbed.protocols.modbus import (
    Adu,
    DecodeError,
    Framer,
    ReadCoils,
    ReadDiscreteInputs,
    ReadHoldingRegisters,
    ReadInputRegisters,
    ReadWriteMultipleRegisters,
    Request,
    WriteMultipleCoils,
    WriteMultipleRegisters,
    WriteSingleCoil,
    WriteSingleRegister,
    decode_request,
)
from testbed.testers.modbus.reply import Outcome, Reaction, Reply
from testbed.testers.trouble import Unanswered, Undecided
from testbed.wire.connection import Connection, Ended, Received

ON_PURPOSE = "malformed on purpose"
"""What a capture says of a frame that no good client would send."""


class Guard(Protocol):
    """What stands between a case and the device: opens connections, allows or refuses what is sent."""

    random: random.Random

    @property
    def unit(self) -> int:
        """Unit identifier of the device."""

    @property
    def reply_within(self) -> float:
        """Seconds within which the device declares to answer."""

    async def open(self) -> Connection:
        """Open one more connection; UnreachableError where that fails."""

    async def allow(self, data: bytes, behind: bytes) -> None:
        """Wait for the declared pause; raise Unsafe where the declaration does not allow the bytes.

        Args:
            data: what is to be sent.
            behind: the beginning of an ADU that was sent before.
        """

    def probe(self) -> Request:
        """Return a harmless request that the device must answer."""


class Modbus:
    """One client of the device under test; what it gets is judged, unless a name says otherwise."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._connection: Connection | None = None
        self._sent = Framer()
        self._transaction = guard.random.randrange(0x10000)
        self.frames: tuple[int, ...] = ()
        """Frame numbers of the last exchange."""
        self.in_step = True
        """Whether both sides still agree where a frame begins."""

    # Connection

    async def connect(self) -> None:
        """Open the connection; a tester has one at a time."""
        self._connection = await self._guard.open()
        self._sent = Framer()
        self.in_step = True

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()

    def reset(self) -> None:
        """Break the connection with a TCP reset."""
        if self._connection is not None:
            self._connection.reset()

    @property
    def is_open(self) -> bool:
        """Whether neither side has closed."""
        return self._connection is not None and self._connection.ended is None

    @property
    def wire(self) -> Connection:
        """The connection itself."""
        if self._connection is None:
            raise RuntimeError("the tester is not connected")
        return self._connection

    # Well-formed requests, judged: silence or a close raises Unanswered.

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

    async def ask(self, request: Request | bytes, *, transaction: int | None = None) -> Reply:
        """Send one request, well-formed or a raw PDU, and return its answer.

        Raises:
            Unanswered: silence or a close.
        """
        pdu = request if isinstance(request, bytes) else request.encode()
        adu = self.adu(pdu, transaction=transaction)
        await self.send(adu)
        return self._answer(await self._receive(), request if isinstance(request, Request) else None)

    @property
    def harmless(self) -> Request:
        """A read of one value that the device declares to serve."""
        return self._guard.probe()

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

    async def ask_in_pieces(self, request: Request, sizes: Sequence[int], pause: float = 0.0) -> Reply:
        """Send one request in segments of some sizes; what the sizes leave over is the last segment.

        Raises:
            Unanswered: silence or a close.
        """
        data = self.adu(request.encode())
        await self._allow(data)
        number = await self.wire.send_in_pieces(_cut(data, sizes), pause)
        self.frames = (number,)
        return self._answer(await self._receive(), request)

    async def outcome(self, request: Request | bytes) -> Outcome:
        """Send one request or raw PDU and say how it ended; silence and a close are answers too."""
        try:
            return (await self.ask(request)).exception
        except Unanswered:
            return Reaction.SILENCE if self.is_open else Reaction.CLOSED

    async def outcomes(self, requests: Iterable[Request]) -> set[Outcome]:
        """Send requests one after the other and return all the ways in which they ended."""
        return {await self.outcome(request) for request in requests}

    async def beside(self, other: Modbus, mine: Request, theirs: Request) -> tuple[object, object]:
        """Send a request on each of two connections, with one transaction identifier; return both values."""
        transaction = self._guard.random.randrange(0x10000)
        await self.send(self.adu(mine.encode(), transaction=transaction))
        await other.send(other.adu(theirs.encode(), transaction=transaction))
        return (
            self._answer(await self._receive(), mine).values,
            other._answer(await other._receive(), theirs).values,
        )

    async def refused(self, request: Request) -> None:
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

    # Frames that no good client sends.

    def probe(self, *, protocol: int = 0, length: int | None = None) -> bytes:
        """Return the ADU of a harmless read, its header wrong where told so."""
        return self.adu(self.harmless.encode(), protocol=protocol, length=length)

    async def before_the_rest(self, data: bytes, rest: bytes) -> Outcome:
        """Send the beginning of an ADU, say what it was met with, then send its rest and take that answer."""
        await self.send(data)
        received = await self._receive()
        if isinstance(received, Received):
            return Reply(received.data, received.number, received.at).exception
        if received is None:
            await self.send(rest)
            self.in_step = isinstance(await self._receive(), Received)
            return Reaction.SILENCE
        return Reaction.CLOSED

    def adu(
        self,
        pdu: bytes,
        *,
        transaction: int | None = None,
        protocol: int = 0,
        length: int | None = None,
    ) -> bytes:
        """Return an ADU, right unless told otherwise; transaction identifiers count up."""
        if transaction is None:
            self._transaction = (self._transaction + 1) & 0xFFFF
            transaction = self._transaction
        return Adu(transaction, self._guard.unit, pdu, protocol, length).encode()

    async def send(self, data: bytes) -> int:
        """Send bytes in one segment; return the frame number."""
        await self._allow(data)
        number = self.wire.send(data, comment="" if _is_well_formed(data) else ON_PURPOSE)
        self.frames = (number,)
        return number

    async def provoke(self, data: bytes) -> Outcome:
        """Send bytes, then a good request on the same connection, and say what the bytes were met with.

        TCP keeps order: where the good request's answer comes first, the bytes got none.
        """
        return (await self._provoke(data))[0]

    async def recovery(self, data: bytes) -> Outcome:
        """Send bytes, then a good request, and say what the good request was met with."""
        return (await self._provoke(data))[1]

    async def _provoke(self, data: bytes) -> tuple[Outcome, Outcome]:
        sent = await self.send(data)
        probe = self._guard.probe()
        good = self.adu(probe.encode())
        met: Outcome = Reaction.SILENCE
        cited = [sent]
        await self._allow(good)
        cited.append(self.wire.send(good))
        while isinstance(received := await self._receive(), Received):
            reply = Reply(received.data, received.number, received.at)
            cited.append(received.number)
            self.frames = tuple(cited)
            if received.data[:2] == good[:2]:
                return met, reply.exception
            met = reply.exception
        self.frames = tuple(cited)
        if received is None:
            self.wire.recorder.note(
                f"the good request was not answered within {self._guard.reply_within:g} s"
            )
            return met, Reaction.SILENCE
        return Reaction.CLOSED if met is Reaction.SILENCE else met, Reaction.CLOSED

    # Several requests at once.

    async def pipeline(self, requests: Sequence[Request | bytes], sizes: Sequence[int] = ()) -> Replies:
        """Send requests without waiting in between, in one segment or in segments of some sizes.

        Returns the replies in the order of the requests, whatever order they came in.
        """
        adus = [self.adu(one if isinstance(one, bytes) else one.encode()) for one in requests]
        data = b"".join(adus)
        await self._allow(data)
        comment = "" if _is_well_formed(data) else ON_PURPOSE
        cited = [await self.wire.send_in_pieces(_cut(data, sizes), 0.0, comment=comment)]
        found: dict[bytes, Reply] = {}
        asked = {adu[:2]: one for adu, one in zip(adus, requests, strict=True)}
        while len(found) < len(adus):
            received = await self._receive()
            if not isinstance(received, Received):
                break
            cited.append(received.number)
            request = asked.get(received.data[:2])
            reply = Reply(
                received.data, received.number, received.at, None if isinstance(request, bytes) else request
            )
            found.setdefault(received.data[:2], reply)
        self.frames = tuple(cited)
        return Replies(tuple(found.get(adu[:2]) for adu in adus), is_open=self.is_open)

    async def _allow(self, data: bytes) -> None:
        await self._guard.allow(data, self._sent.pending)
        self._sent.feed(data)

    async def _receive(self) -> Received | Ended | None:
        """Wait for a frame; one that does not come, or is not waited for to the end, may still come later."""
        in_step, self.in_step = self.in_step, False
        received = await self.wire.receive(self._guard.reply_within)
        self.in_step = in_step and isinstance(received, Received)
        return received

    def _answer(self, received: Received | Ended | None, request: Request | None) -> Reply:
        if isinstance(received, Received):
            self.frames = (*self.frames, received.number)
            return Reply(received.data, received.number, received.at, request)
        if received is None:
            within = f"{self._guard.reply_within * 1000:g} ms"
            raise Unanswered(Text(en=f"no answer within {within}", ko=f"{within} 이내 응답 없음"))
        raise Unanswered(
            Text(en=f"the connection was {received.value}", ko="연결이 종료됨")
            if received is not Ended.RESET
            else Text(en="the connection was reset", ko="연결이 강제로 끊김")
        )


class Replies:
    """The replies to pipelined requests, in the order of the requests; None where one is missing."""

    def __init__(self, replies: tuple[Reply | None, ...], *, is_open: bool) -> None:
        self._replies = replies
        self._missing = Reaction.SILENCE if is_open else Reaction.CLOSED

    @property
    def values(self) -> list[object]:
        """The values of each reply."""
        return [self._missing if reply is None else reply.values for reply in self._replies]

    @property
    def outcomes(self) -> list[Outcome]:
        """How each request ended."""
        return [self._missing if reply is None else reply.exception for reply in self._replies]


def _cut(data: bytes, sizes: Sequence[int]) -> list[bytes]:
    pieces, rest = [], data
    for size in sizes:
        pieces.append(rest[:size])
        rest = rest[size:]
    return [piece for piece in (*pieces, rest) if piece]


def _is_well_formed(data: bytes) -> bool:
    """Say whether bytes are whole ADUs that a good client could have sent."""
    while data:
        length = int.from_bytes(data[4:6])
        pdu = data[7 : 6 + length]
        if data[2:4] != b"\0\0" or len(data) < 6 + length or length < 2:  # noqa: PLR2004 - of the header
            return False
        try:
            decode_request(pdu)
        except DecodeError:
            return False
        data = data[6 + length :]
    return True
