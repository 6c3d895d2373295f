"""One connection of a Modbus tester: it sends exactly what it is told, and nothing is retried or repaired."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Sequence
from typing import Protocol

from testbed.model.base import Text
from testbed.protocols.modbus import Adu, Request
from testbed.testers.modbus.framing import Framing
from testbed.testers.modbus.layout import MBAP
from testbed.testers.modbus.reply import Outcome, Reaction, Reply
from testbed.testers.modbus.safety import Spoken, transaction_behind
from testbed.testers.trouble import Unanswered
from testbed.wire.connection import Connection, Ended, Received

ON_PURPOSE = "malformed on purpose"
"""What a capture says of a frame that no good client would send."""

_ENDED = {
    Ended.CLOSED: Text(en="the connection was closed", ko="연결이 종료됨"),
    Ended.RESET: Text(en="the connection was reset", ko="연결이 강제로 끊김"),
    Ended.FLOODED: Text(
        en="the device flooded the connection with what nobody asked for",
        ko="기기가 요청하지 않은 데이터를 끝없이 보냄",
    ),
}


class Guard(Protocol):
    """What stands between a case and the device: opens connections, allows or refuses what is sent."""

    random: random.Random

    @property
    def framing(self) -> Framing:
        """The transport's way with PDUs."""

    @property
    def unit(self) -> int:
        """Unit identifier of the device."""

    @property
    def isolated(self) -> bool:
        """Whether the device is declared to have nothing real behind it."""

    @property
    def reply_within(self) -> float:
        """Seconds within which the device declares to answer."""

    @property
    def transactions(self) -> int:
        """Requests that the device declares to accept before the first answer."""

    @property
    def restart_within(self) -> float:
        """Seconds within which the device declares to take requests again behind a restart."""

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


class Connected:
    """A client with one connection at a time."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._connection: Connection | None = None
        self._sent = Spoken()
        self._transaction = guard.random.randrange(0x10000)
        self.frames: tuple[int, ...] = ()
        """Frame numbers of the last exchange."""
        self.in_step = True
        """Whether both sides still agree where a frame begins."""
        self._carried = 0.0
        """Seconds that the last bytes and the longest answer to them take on the line."""

    async def connect(self) -> None:
        """Open the connection; a tester has one at a time."""
        self.adopt(await self._guard.open())

    def adopt(self, connection: Connection) -> None:
        """Take a connection that was opened in another way."""
        self._connection = connection
        self._sent = Spoken()
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

    @property
    def harmless(self) -> Request:
        """A read of one value that the device declares to serve."""
        return self._guard.probe()

    async def ask(self, request: Request | bytes, *, transaction: int | None = None) -> Reply:
        """Send one request, well-formed or a raw PDU, and return its answer.

        Raises:
            Unanswered: silence or a close.
        """
        pdu = request if isinstance(request, bytes) else request.encode()
        adu = self.adu(pdu, transaction=transaction)
        await self.send(adu)
        return await self.answer(request if isinstance(request, Request) else None)

    async def ask_in_pieces(self, request: Request, sizes: Sequence[int], pause: float = 0.0) -> Reply:
        """Send one request in segments of some sizes; what the sizes leave over is the last segment.

        Raises:
            Unanswered: silence or a close.
        """
        data = self.adu(request.encode())
        await self._allow(data)
        number = await self.wire.send_in_pieces(cut(data, sizes), pause)
        self.frames = (number,)
        return await self.answer(request)

    def adu(
        self,
        pdu: bytes,
        *,
        transaction: int | None = None,
        protocol: int = 0,
        length: int | None = None,
    ) -> bytes:
        """Return an ADU, right unless told otherwise; transaction identifiers count up.

        A header that is wrong on purpose belongs to TCP; a serial line has none.
        """
        if transaction is None:
            transaction = self.next_transaction()
        if protocol or length is not None:
            return Adu(transaction, self._guard.unit, pdu, protocol, length).encode()
        return self._guard.framing.adu(transaction, self._guard.unit, pdu)

    def next_transaction(self) -> int:
        """Count up; a device with something real behind it gets no identifier that it could carry out."""
        isolated, last = self._guard.isolated, self._transaction
        self._transaction = (last + 1) & 0xFFFF if isolated else transaction_behind(last)
        return self._transaction

    async def send(self, data: bytes) -> int:
        """Send bytes in one segment; return the frame number."""
        await self._allow(data)
        number = self.wire.send(data, comment=self.comment_on(data))
        self.frames = (number,)
        return number

    def comment_on(self, data: bytes) -> str:
        """Return what the capture says of bytes that are sent."""
        return "" if self._guard.framing.is_well_formed(data) else ON_PURPOSE

    async def _allow(self, data: bytes) -> None:
        await self._guard.allow(data, self._sent.pending)
        self._carried = self._guard.framing.on_the_wire(len(data))
        if self._guard.framing.layout is MBAP:
            self._sent.feed(data)

    async def _receive(self) -> Received | Ended | None:
        """Wait for a frame; one that does not come, or is not waited for to the end, may still come later."""
        in_step, self.in_step = self.in_step, False
        received = await self.wire.receive(self._guard.reply_within + self._carried)
        self.in_step = in_step and isinstance(received, Received)
        return received

    def reply(self, received: Received, request: Request | None = None) -> Reply:
        """Return a frame as a case reads it."""
        layout = self._guard.framing.layout
        return Reply(received.data, received.number, received.at, request, layout)

    async def ended(self, answer: Awaitable[Reply]) -> Outcome:
        """Wait for an answer and say how it ended; silence and a close are answers too."""
        try:
            return (await answer).exception
        except Unanswered:
            return Reaction.SILENCE if self.is_open else Reaction.CLOSED

    async def answer(self, request: Request | None) -> Reply:
        """Wait for the answer to a request, or to bytes that were none.

        Raises:
            Unanswered: silence or a close.
        """
        received = await self._receive()
        if isinstance(received, Received):
            self.frames = (*self.frames, received.number)
            return self.reply(received, request)
        if received is None:
            within = f"{self._guard.reply_within * 1000:g} ms"
            raise Unanswered(Text(en=f"no answer within {within}", ko=f"{within} 이내 응답 없음"))
        raise Unanswered(_ENDED[received])


def cut(data: bytes, sizes: Sequence[int]) -> list[bytes]:
    """Return bytes in pieces of some sizes; what the sizes leave over is the last piece."""
    pieces, rest = [], data
    for size in sizes:
        pieces.append(rest[:size])
        rest = rest[size:]
    return [piece for piece in (*pieces, rest) if piece]
