"""Polite questions to a device that nobody knows yet: one read at a time, recorded, and never a write.

Cases talk through `Modbus`, which judges. Here nothing is judged: preflight and the drafting of declarations
want to know what is there, whatever it is and however it answers.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from testbed.protocols.modbus import AsciiFrame, Request, RtuFrame
from testbed.testers.modbus.cutter import Buffered
from testbed.testers.modbus.framing import Framing, Mbap
from testbed.testers.modbus.layout import MBAP, RTU, Layout
from testbed.testers.modbus.reply import ERROR_BIT, Instead, Reply
from testbed.testers.modbus.safety import READS, transaction_behind
from testbed.testers.tap import part
from testbed.wire.connection import Connection, Cutter, Ended, Received
from testbed.wire.dial import Dial
from testbed.wire.line_connection import LineConnection
from testbed.wire.monitor import Breach
from testbed.wire.recorder import Recorder

MOST_HEARD = 1 << 16
"""Bytes that are taken from one connection (assumed; an honest device sends some hundred)."""

_PREFIX, _HEADER, _LONGEST = (
    6,
    7,
    260,
)  # bytes before what the length counts; MBAP header; ADU (IG 3.1.3, AP 4.1)
_FIRST_TRANSACTION = 0x5046


@dataclass(frozen=True, slots=True)
class Answer:
    """What a read was met with."""

    raw: bytes = b""
    """The ADU, or whatever bytes came instead; empty when nothing came."""
    ended: Ended | None = None
    """How the connection ended, where it did instead."""
    after: float = 0.0
    """Seconds from the request to the answer."""
    number: int = 0
    """Frame number in the capture."""
    request: Request | None = None
    layout: Layout = MBAP

    @property
    def is_modbus(self) -> bool:
        """Whether a Modbus server sent it, even a faulty one: function echoed, or frame sound."""
        if not self.pdu:
            return False
        echoed = self.request is not None and self.pdu[0] & ~ERROR_BIT == self.request.function
        return echoed or is_sound(self.layout, self.raw)

    @property
    def pdu(self) -> bytes:
        """Function code and data; empty where there are none."""
        return self.layout.pdu(self.raw)

    @property
    def exception(self) -> int | None:
        """The exception code, 0 where it lacks; None where this is no exception response."""
        if not self.is_modbus or not self.pdu[0] & ERROR_BIT:
            return None
        return int.from_bytes(self.pdu[1:2])

    @property
    def is_data(self) -> bool:
        """Whether it is a normal response, whatever data it holds."""
        return self.is_modbus and self.exception is None

    @property
    def values(self) -> tuple[int, ...] | None:
        """Registers, or bits as 0 and 1, as many as were asked for; None where the answer is none of that."""
        if not self.is_data:
            return None
        values = Reply(self.raw, self.number, 0.0, self.request, self.layout).values
        asked = getattr(self.request, "quantity", 0)
        return None if isinstance(values, Instead) or len(values) != asked else tuple(map(int, values))

    @property
    def is_silence(self) -> bool:
        """Whether nothing came and the connection stands."""
        return not self.raw and self.ended is None


class Asking:
    """Asks a device one read after the other over one connection, opened anew where the device ended it.

    Args:
        dial: reaches the device.
        recorder: keeps all that is said.
        unit: unit identifier to ask unless told another.
        pause: seconds that the device wants between two requests.
        framing: of the transport; that of TCP unless told another.
    """

    def __init__(
        self,
        dial: Dial,
        recorder: Recorder,
        *,
        unit: int = 1,
        pause: float = 0.0,
        framing: Framing | None = None,
    ) -> None:
        self.recorder = recorder
        self._dial, self._unit, self._pause = dial, unit, pause
        self._framing = framing or Mbap()
        self._layout = self._framing.layout
        self._ear, self._cutter = _Ear(), self._loose()
        self._connection: Connection | None = None
        self._transaction = _FIRST_TRANSACTION
        self._given_up: set[int] = set()
        """Transaction identifiers of this connection whose answers did not come in time."""
        self._next = 0.0
        self._asked = False

    @property
    def is_open(self) -> bool:
        """Whether the connection stands."""
        return self._connection is not None and self._connection.ended is None

    async def open(self) -> None:
        """Open the connection; UnreachableError where that fails."""
        self._ear, self._cutter = _Ear(), self._loose()
        self._given_up.clear()
        self._asked = False
        kind = Connection if self._layout is MBAP else LineConnection
        connection = kind(self.recorder, self._cutter, self._ear)
        await self._dial(connection)
        self._connection = connection

    def _loose(self) -> Cutter:
        return _LooseCutter() if self._layout is MBAP else self._framing.cutter()

    async def read(self, request: Request, *, within: float, unit: int | None = None) -> Answer:
        """Ask for values and wait for what comes, for some seconds.

        Raises:
            ValueError: the request is no plain read.
            UnreachableError: the connection had ended, and cannot be opened again.
        """
        if request.function not in READS:
            raise ValueError(f"function {request.function} is no plain read")
        self._transaction = transaction_behind(self._transaction)
        adu = self._framing.adu(self._transaction, self._unit if unit is None else unit, request.encode())
        carried = self._framing.on_the_wire(len(adu))
        return await self.say(adu, within=within + carried, request=request)

    async def say(
        self, data: bytes, *, within: float, request: Request | None = None, comment: str = ""
    ) -> Answer:
        """Send bytes that are provably no write, and wait for what comes, for some seconds.

        An answer to an earlier question is not taken for the answer to this one.

        Raises:
            UnreachableError: the connection had ended, and cannot be opened again.
        """
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, self._next - loop.time()))
        if not self.is_open:
            await self.leave()
            await self.open()
        connection = self._connection
        assert connection is not None  # noqa: S101 - opened above
        if self._asked:  # what comes before anything was asked is a greeting, and tells who is there
            while connection.waiting():
                await connection.receive(0)
            self._ear.stump = b""
            self._cutter.drop()
        self._asked = True
        began = loop.time()
        number = connection.send(data, comment=comment)
        received = await self._heard(connection, within)
        self._next = loop.time() + self._pause
        after = loop.time() - began
        if isinstance(received, Received):
            return Answer(received.data, None, after, received.number, request, self._layout)
        if received is None and request is not None and self._layout is MBAP:
            self._given_up.add(int.from_bytes(data[:2]))
        return Answer(self._ear.stump, received, after, number, request, self._layout)

    async def _heard(self, connection: Connection, within: float) -> Received | Ended | None:
        loop = asyncio.get_running_loop()
        until = loop.time() + within
        while True:
            received = await connection.receive(max(0.0, until - loop.time()))
            late = self._layout.transaction(received.data) if isinstance(received, Received) else -1
            if late not in self._given_up:
                return received
            self._given_up.discard(late)

    async def leave(self) -> None:
        """Close, and wait until the device has noticed: it may serve no more connections than this one."""
        if self._connection is not None:
            if self.is_open:
                await part(self._connection)
            self._connection.close()
            self._connection = None


def is_sound(layout: Layout, raw: bytes) -> bool:
    """Say whether a frame is one of Modbus by what does not depend on a request: its header, or its check."""
    if layout is MBAP:
        return raw[2:4] == b"\0\0" and _size(raw) == len(raw)
    return (RtuFrame(raw) if layout is RTU else AsciiFrame(raw)).fault is None


def _size(data: bytes) -> int:
    """Return the size of the ADU that some bytes begin, as its length field has it."""
    return _PREFIX + int.from_bytes(data[4:6])


def _sizes(data: bytes) -> tuple[int, ...]:
    """Return the sizes that the beginning of an ADU gives itself: by its length, and by its byte count."""
    if len(data) <= _HEADER + 1:
        return (_size(data),) if len(data) >= _PREFIX else ()
    function, count = data[_HEADER], data[_HEADER + 1]
    own = _HEADER + 2 + (0 if function & ERROR_BIT else count)
    return (_size(data), own) if function & ~ERROR_BIT in READS else (_size(data),)


class _LooseCutter(Buffered):
    """Cuts ADUs by what they say of their size; what cannot be one is a frame as it comes, up to a bound."""

    def __init__(self) -> None:
        super().__init__()
        self._heard = 0

    def feed(self, data: bytes) -> list[bytes]:
        taken = data[: max(0, MOST_HEARD - self._heard)]
        self._heard += len(taken)
        self._buffer += taken
        frames: list[bytes] = []
        while self._buffer:
            size = len(self._buffer)
            if _may_be_adu(self._buffer):
                whole = [one for one in _sizes(self._buffer) if one <= size]
                if not whole:
                    break
                size = max(whole)
            frames.append(self._buffer[:size])
            self._buffer = self._buffer[size:]
        return frames


def _may_be_adu(data: bytes) -> bool:
    """Say whether bytes may begin an ADU: protocol identifier 0 and a length that is not too long."""
    begins = data[2:4] == bytes(len(data[2:4]))
    return begins and (len(data) < _PREFIX or _PREFIX + 1 < _size(data) <= _LONGEST)


class _Ear:
    """A monitor that judges nothing and keeps what never became a frame."""

    def __init__(self) -> None:
        self.breaches: list[Breach] = []
        self.stump = b""

    def sent(self, connection: int, data: bytes, number: int) -> None:
        """Take no note."""

    def received(self, connection: int, frame: bytes, number: int, *, followed: bool) -> bool:  # noqa: ARG002
        """Let every frame be taken."""
        return False

    def incomplete(self, connection: int, stump: bytes, number: int) -> None:  # noqa: ARG002
        """Keep the bytes: they, too, tell who speaks."""
        self.stump = stump

    def flooded(self, connection: int, number: int) -> None:
        """Judge nothing."""

    def expects(self, connection: int) -> bool:  # noqa: ARG002
        """Wait for the rest of a frame as long as somebody waits."""
        return True

    def forget(self, connection: int) -> None:
        """Judge nothing."""
