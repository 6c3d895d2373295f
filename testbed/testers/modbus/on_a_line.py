"""What a client does on a serial line that no good one would: spoilt checks, foreign addresses, gaps, noise.

MODBUS over Serial Line V1.02 ("SL"). Times are in characters, so that a case reads like the standard.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from testbed.model.base import Text
from testbed.protocols.modbus import AsciiAdu, Diagnostics, Request, RtuAdu, SubFunction, crc16, lrc
from testbed.testers.modbus.connected import ON_PURPOSE, Connected
from testbed.testers.modbus.framing import Serial
from testbed.testers.modbus.layout import RTU
from testbed.testers.modbus.reply import Outcome, Reaction
from testbed.testers.trouble import NotTestable, Unanswered, Undecided
from testbed.wire.connection import Received
from testbed.wire.line_connection import LineConnection

BROADCAST = 0
"""The address that all devices obey and none answers (SL 2.2)."""
_LARGEST_UNIT = 247
ASCII_CR, ASCII_LF = b"\r", b"\n"


@dataclass(frozen=True)
class Times:
    """How a response lay on the line, in characters; what is uncertain is to the device's favour."""

    delay: float
    """From the end of the request to the begin of the response."""
    gap: float
    """The longest silence inside the response."""


class OnALine(Connected):
    """A client on a serial line; nothing of it can be asked of a connection over TCP."""

    @property
    def line(self) -> Serial:
        """The framing of the line, with its rate."""
        framing = self._guard.framing
        if not isinstance(framing, Serial):
            raise Undecided(Text(en="this is no serial line", ko="직렬 회선이 아님"))
        return framing

    # Frames.

    def frame(
        self, request: Request | None = None, *, unit: int | None = None, check_off_by: int = 0
    ) -> bytes:
        """Return a frame; that of a harmless read of this device unless told otherwise.

        Args:
            request: what it asks for.
            unit: another address.
            check_off_by: what is added to its CRC or LRC.
        """
        pdu = (request or self.harmless).encode()
        address = self._guard.unit if unit is None else unit
        body = bytes((address,)) + pdu
        if self.line.layout is RTU:
            return RtuAdu(address, pdu, (crc16(body) + check_off_by) & 0xFFFF).encode()
        return AsciiAdu(address, pdu, (lrc(body) + check_off_by) & 0xFF).encode()

    @property
    def foreign(self) -> int:
        """The address of another device."""
        return self._guard.unit % _LARGEST_UNIT + 1

    def flipped(self, bit: int) -> bytes:
        """Return the frame of a harmless read with one bit turned over; bit 0 is the lowest of all."""
        frame = bytearray(self.frame())
        frame[bit // 8] ^= 1 << bit % 8
        return bytes(frame)

    @property
    def swapped(self) -> bytes:
        """The frame of a harmless read with its CRC high byte first; undecided where both bytes are alike."""
        frame = self.frame()
        if frame[-1] == frame[-2]:
            raise Undecided(Text(en="both bytes of the CRC are alike", ko="CRC의 두 바이트가 같음"))
        return frame[:-2] + frame[:-3:-1]

    @property
    def lower_case(self) -> bytes:
        """A frame with digits A to F written small; that of a harmless read, whose address makes some."""
        frame = self.frame()
        if frame == frame.lower():
            raise Undecided(Text(en="the frame has no digits from A to F", ko="프레임에 A-F 숫자가 없음"))
        return frame.lower()

    def to_all(self, request: Request | bytes) -> bytes:
        """Return the frame of a request to all devices."""
        pdu = request if isinstance(request, bytes) else request.encode()
        return self._guard.framing.adu(0, BROADCAST, pdu)

    @property
    def unit(self) -> int:
        """The address of the device."""
        return self._guard.unit

    @property
    def traffic(self) -> tuple[bytes, bytes]:
        """A request to another device, and that device's response."""
        harmless = self.harmless.encode()
        response = bytes((harmless[0], 2, 0, 0))
        adu = self._guard.framing.adu
        return adu(0, self.foreign, harmless), adu(0, self.foreign, response)

    # Stimuli.

    async def heard(self, *frames: bytes) -> Outcome:
        """Send frames one after the other and return how the last one was met."""
        met: Outcome = Reaction.SILENCE
        cited: tuple[int, ...] = ()
        for frame in frames:
            await self._allow(frame)
            cited = (*cited, self.wire.send(frame, comment=self.comment_on(frame)))
            met = await self._met()
            cited = (*cited, *self.frames)
        self.frames = cited
        return met

    async def next(self, *frames: bytes) -> Outcome:
        """Send frames, and return how a harmless read behind them was met."""
        await self.heard(*frames)
        cited = self.frames
        met = await self.heard(self.frame())
        self.frames = (*cited, *self.frames)
        return met

    async def broadcast(self, request: Request | bytes) -> Outcome:
        """Send a request to all devices, and return how it was met."""
        return await self.heard(self.to_all(request))

    async def spread(self, *pieces: tuple[bytes, float], bad: Iterable[int] = ()) -> Outcome:
        """Send characters with silences between them, and return how they were met.

        Args:
            pieces: characters, and the silence before them, in characters' times.
            bad: places in the last piece of characters whose parity bit is wrong.

        Raises:
            NotTestable: the port does not send characters at times that are known.
        """
        character = self.line.shape.character
        await self._spread([(data, gap * character) for data, gap in pieces], bad)
        return await self._met()

    async def spread_out(self, frame: bytes, at: int, seconds: float) -> Outcome:
        """Send a frame with a pause of some seconds before one of its bytes, and return how it was met."""
        await self._allow(frame)
        self.frames = (await self.wire.send_in_pieces([frame[:at], frame[at:]], seconds),)
        return await self._met()

    async def delimited(self, delimiter: bytes) -> Outcome:
        """Change the delimiter of ASCII frames, send a harmless read that it ends, and change it back.

        Returns how the read was met.
        """
        await self.ask(_delimiter(delimiter))
        end = ASCII_CR + delimiter
        try:
            return await self.heard(AsciiAdu(self.unit, self.harmless.encode(), end=end).encode())
        finally:
            cited = self.frames
            await self.heard(AsciiAdu(self.unit, _delimiter(ASCII_LF).encode(), end=end).encode())
            self.frames = cited

    async def times(self, request: Request) -> Times:
        """Send a request and return how the response lay on the line.

        Raises:
            Unanswered: there is none.
            NotTestable: the port does not tell when characters come.
        """
        line = self._line()
        if line.uncertain is None:
            raise _no_times("when a character comes")
        await self.ask(request)
        character = self.line.shape.character
        runs = [run for run in line.heard if run.ended > line.sent_until]
        if not runs:
            raise Unanswered(Text(en="no characters of a response", ko="응답 문자가 없음"))
        gaps = [after.began - before.ended for before, after in pairwise(runs)]
        return Times(
            delay=round((runs[0].began - line.sent_until + line.uncertain) / character, 3),
            gap=round(max(0.0, *(gap - line.uncertain for gap in gaps), 0.0) / character, 3),
        )

    # Beneath.

    async def _spread(self, pieces: Sequence[tuple[bytes, float]], bad: Iterable[int]) -> None:
        line = self._line()
        if not line.is_exact:
            raise _no_times("when a character leaves")
        data = b"".join(data for data, _ in pieces)
        await self._allow(data)
        rest = line.rest(self.line.shape.t35)
        first, *others = pieces
        number, last = line.send_characters([(first[0], first[1] + rest), *others], bad, comment=ON_PURPOSE)
        self._carried += max(0.0, last.ended - line.now())
        self.frames = (number,)

    async def _met(self) -> Outcome:
        cited = self.frames
        received = await self._receive()
        self.in_step = True
        if not isinstance(received, Received):
            return Reaction.SILENCE if received is None else Reaction.CLOSED
        self.frames = (*cited, received.number) if cited else (received.number,)
        return self.reply(received).exception

    def _line(self) -> LineConnection:
        line = self.wire
        if not isinstance(line, LineConnection):
            raise Undecided(Text(en="this is no serial line", ko="직렬 회선이 아님"))
        return line


def _delimiter(character: bytes) -> Request:
    return Diagnostics(SubFunction.CHANGE_ASCII_INPUT_DELIMITER, character + b"\0")


def _no_times(what: str) -> NotTestable:
    return NotTestable(
        Text(
            en=f"this port does not tell {what}: a pseudo-terminal or a gateway has no times of characters",
            ko="이 포트에서는 문자의 시각을 알 수 없음(의사 터미널 또는 게이트웨이)",
        )
    )
