"""Mutants of RTU framing (MODBUS over Serial Line V1.02, 2.5.1)."""

from typing import ClassVar

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant
from device_simulators.modbus.rtu import ModbusRtuProtocol
from testbed.protocols.modbus import crc16
from testbed.wire.line import Run

SUITE = "modbus_rtu_server"
WHOLE = 8
"""Bytes of a request to read, and of most that write one value."""


@mutant("MB-RTU-CRC", suite=SUITE)
class SendsTheCrcHighByteFirst(Plc):
    """Sends the CRC in the order of all other words."""

    class rtu_class(ModbusRtuProtocol):
        """Framing with a swapped CRC."""

        def envelop(self, unit: int, pdu: bytes) -> bytes:
            """Swap the last two bytes."""
            frame = super().envelop(unit, pdu)
            return frame[:-2] + frame[:-3:-1]


@mutant("MB-RTU-CRC-WRONG", "MB-RTU-CRC-SWAPPED", "MB-SERIAL-COMM-ERROR-COUNT", suite=SUITE)
class NeverLooksAtTheCrc(Plc):
    """Takes a request of the usual size whatever its CRC."""

    class rtu_class(ModbusRtuProtocol):
        """Framing that trusts the line."""

        def crc_is_right(self, frame: bytes) -> bool:
            """Look at the size instead."""
            return len(frame) == WHOLE or super().crc_is_right(frame)


@mutant("MB-RTU-CRC-SWAPPED", suite=SUITE)
class TakesASwappedCrc(Plc):
    """Takes a CRC in either order."""

    class rtu_class(ModbusRtuProtocol):
        """Framing that is too kind."""

        def crc_is_right(self, frame: bytes) -> bool:
            """Try the other order too."""
            return super().crc_is_right(frame) or crc16(frame[:-2] + frame[:-3:-1]) == 0


@mutant("MB-RTU-RECOVERS", "MB-SURVIVES", suite=SUITE)
class DiscardsTheRepetitionToo(Plc):
    """Takes a request for the one that it has just discarded for its CRC, and discards it again."""

    class rtu_class(ModbusRtuProtocol):
        """Framing that remembers what it should forget."""

        discarded = b""

        def frame_received(self, frame: bytes) -> None:
            """Remember what stood before a wrong CRC."""
            is_repeated, self.discarded = frame[:-2] == self.discarded, b""
            if not self.crc_is_right(frame):
                self.discarded = frame[:-2]
            elif is_repeated:
                return
            super().frame_received(frame)


@mutant("MB-RTU-RECOVERS", "MB-SURVIVES", suite=SUITE)
class PutsStumpsInFront(Plc):
    """Leaves three bytes in its buffer, and puts the next request behind them."""

    class rtu_class(ModbusRtuProtocol):
        """Framing that empties its buffer only where it was a frame."""

        def frame_received(self, frame: bytes) -> None:
            """Keep a stump."""
            super().frame_received(frame)
            if len(frame) == 3 and not self.frame:
                self.frame += frame


@mutant("MB-RTU-FRAME-LONG", "MB-SURVIVES", suite=SUITE)
class OverrunsItsBuffer(Plc):
    """Loses the request behind a frame of three hundred bytes."""

    class rtu_class(ModbusRtuProtocol):
        """Framing that has to be set up again."""

        is_overrun = False

        def frame_received(self, frame: bytes) -> None:
            """Be of no use once."""
            was_overrun, self.is_overrun = self.is_overrun, len(frame) >= 300
            if not was_overrun:
                super().frame_received(frame)


@mutant("MB-RTU-FRAME-SHORT", suite=SUITE)
class RefusesStumps(Plc):
    """Answers bytes that are too few for a frame with an exception."""

    class rtu_class(ModbusRtuProtocol):
        """Framing that answers what is no request."""

        def frame_received(self, frame: bytes) -> None:
            """Refuse what begins with this device's address."""
            if len(frame) < 4 and frame[0] == self.server.unit and not self.is_damaged:
                self.send(self.envelop(frame[0], b"\x83\x03"))
            super().frame_received(frame)


@mutant("MB-RTU-FRAME-LONG", suite=SUITE)
class TakesLongFrames(Plc):
    """Serves frames of more than 256 bytes."""

    class rtu_class(ModbusRtuProtocol):
        """Framing with a larger buffer than there can be frames."""

        def length_is_legal(self, length: int) -> bool:
            """Look at the least length alone."""
            return length >= 4


@mutant("MB-RTU-NOISE", suite=SUITE)
class FindsFramesInNoise(Plc):
    """Looks for a frame anywhere in what came between two silences."""

    class rtu_class(ModbusRtuProtocol):
        """Framing that skips bytes until a CRC fits."""

        def frame_received(self, frame: bytes) -> None:
            """Try from every byte on."""
            if not self.is_damaged:
                for start in range(len(frame) - 4):
                    if crc16(frame[start:]) == 0:
                        frame = frame[start:]
                        break
            super().frame_received(frame)


@mutant("MB-RTU-NOISE", "MB-SURVIVES", suite=SUITE)
class DiscardsTheRequestBehindNoise(Plc):
    """Takes a request for the one that noise has just spoilt, and discards it too."""

    class rtu_class(ModbusRtuProtocol):
        """Framing that remembers what it should forget."""

        spoilt = b""

        def frame_received(self, frame: bytes) -> None:
            """Remember what stood behind the first byte."""
            is_repeated, self.spoilt = frame == self.spoilt, frame[1:]
            if not is_repeated:
                super().frame_received(frame)


@mutant("MB-RTU-GAP-TOLERATED", suite=SUITE)
class ToleratesNoGap(Plc):
    """Discards a frame whose characters do not follow each other at once."""

    class rtu_class(ModbusRtuProtocol):
        """Framing without t1.5."""

        def silence_within(self) -> float:
            """Allow a tenth of it."""
            return super().silence_within() / 10


@mutant("MB-RTU-GAP-SPOILS", suite=SUITE)
class ToleratesEveryShortGap(Plc):
    """Looks for t3.5 and never for t1.5, as many do."""

    class rtu_class(ModbusRtuProtocol):
        """Framing with one timer alone."""

        def silence_within(self) -> float:
            """Allow whatever does not end the frame."""
            return self.silence_between()


@mutant("MB-RTU-GAP-ENDS", suite=SUITE)
class PutsHalvesTogether(Plc):
    """Waits for the rest of a frame for a second, however silent the line is."""

    class rtu_class(ModbusRtuProtocol):
        """Framing that goes by size and CRC."""

        def damages(self, run: Run, gap: float) -> bool:
            """Take a long silence for none."""
            return super().damages(run, 0.0 if gap > self.silence_between() else gap)

        def frame_received(self, frame: bytes) -> None:
            """Put a first half in front of what follows within a second."""
            now = self.loop.time()
            kept, at = getattr(self, "kept", (b"", 0.0))
            whole = kept + frame if now - at <= 1 else frame
            self.kept = (frame, now)
            super().frame_received(whole if crc16(whole) == 0 else frame)


@mutant("MB-RTU-BACK-TO-BACK", suite=SUITE)
class LosesHurriedRequests(Plc):
    """Loses a request that comes 3.5 characters behind its answer, the sixteenth time in a row."""

    class rtu_class(ModbusRtuProtocol):
        """Framing that needs a rest."""

        MOST: ClassVar[int] = 16
        hurried = 0
        before = b""

        def serve(self, unit: int, pdu: bytes) -> None:
            """Count how often the same is asked without a rest."""
            again = pdu == self.before == b"\x03\0\0\0\1"
            self.hurried = self.hurried + 1 if again and self.is_hurried(pdu) else 0
            self.before = pdu
            if self.hurried < self.MOST:
                super().serve(unit, pdu)
            else:
                self.hurried = 0

        def is_hurried(self, pdu: bytes) -> bool:
            """Say whether a request came within four characters behind the answer before."""
            if self.line is None:
                return False
            character = self.line.line.shape.character
            began = self.ended - (len(pdu) + 3) * character
            return began - self.line.drained_at < 4 * character


@mutant("MB-RTU-RESPONSE-DELAY", suite=SUITE)
class AnswersTooEarly(Plc):
    """Answers two characters behind a request."""

    class rtu_class(ModbusRtuProtocol):
        """Framing with too short a t3.5."""

        def silence_between(self) -> float:
            """End a frame early."""
            return super().silence_between() * 2 / 3.5


@mutant("MB-RTU-RESPONSE-CONTINUOUS", suite=SUITE)
class StuttersInItsAnswers(Plc):
    """Pauses two characters in the middle of each answer."""

    class rtu_class(ModbusRtuProtocol):
        """Framing that is interrupted while it sends."""

        def send(self, frame: bytes) -> None:
            """Send two halves."""
            if self.line is None:
                super().send(frame)
            else:
                self.line.send(frame[:3])
                self.line.send(frame[3:], gap=2 * self.line.line.shape.character)


@mutant("MB-RTU-PARITY", suite=SUITE)
class NeverLooksAtParity(Plc):
    """Takes every character, whatever its parity."""

    class rtu_class(ModbusRtuProtocol):
        """Framing that trusts its CRC alone."""

        def damages(self, run: Run, gap: float) -> bool:
            """Look at the gap alone."""
            return super().damages(Run(run.data, run.began, run.ended), gap)
