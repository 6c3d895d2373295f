"""Mutants of ASCII framing (MODBUS over Serial Line V1.02, 2.5.2)."""

from device_simulators.modbus.ascii import CR, ModbusAsciiProtocol
from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant
from testbed.protocols.modbus import lrc
from testbed.wire.line import Run

SUITE = "modbus_ascii_server"
REST = 0.005
"""Seconds of silence, some ten characters, that this device takes for an end (assumed)."""


class OnceAPiece(ModbusAsciiProtocol):
    """Framing that answers once what comes in one piece, so that a fault is one wrong answer and not two."""

    is_served = False

    def run_received(self, run: Run) -> None:
        """Begin with another piece."""
        self.is_served = False
        super().run_received(run)

    def serve(self, unit: int, pdu: bytes) -> None:
        """Serve the first frame."""
        if not self.is_served:
            self.is_served = True
            super().serve(unit, pdu)


@mutant("MB-ASCII-FORM", suite=SUITE)
class AnswersInSmallLetters(Plc):
    """Sends digits as small letters, so that those from A to F are none."""

    class ascii_class(ModbusAsciiProtocol):
        """Framing in lower case."""

        def envelop(self, unit: int, pdu: bytes) -> bytes:
            """Make letters small."""
            return super().envelop(unit, pdu).lower()


@mutant("MB-ASCII-LRC", suite=SUITE)
class SendsTheSumItself(Plc):
    """Sends the sum of all bytes as LRC, not its two's complement."""

    class ascii_class(ModbusAsciiProtocol):
        """Framing with a wrong LRC."""

        def envelop(self, unit: int, pdu: bytes) -> bytes:
            """Take the sum."""
            body = bytes((unit,)) + pdu
            return b":%b%02X\r\n" % (body.hex().upper().encode(), sum(body) & 0xFF)


@mutant("MB-ASCII-LRC-WRONG", "MB-SERIAL-COMM-ERROR-COUNT", suite=SUITE)
class NeverLooksAtTheLrc(Plc):
    """Takes a frame whatever its LRC."""

    class ascii_class(OnceAPiece):
        """Framing that trusts the line."""

        def lrc_is_right(self, body: bytes) -> bool:  # noqa: ARG002 - that is the fault
            """Take everything."""
            return True


@mutant("MB-ASCII-RECOVERS", "MB-SURVIVES", suite=SUITE)
class DiscardsTheRightLrcToo(Plc):
    """Takes a request for the one that it has just discarded for its LRC, and discards it again."""

    class ascii_class(ModbusAsciiProtocol):
        """Framing that remembers what it should forget."""

        discarded = b""

        def lrc_is_right(self, body: bytes) -> bool:
            """Remember what stood before a wrong one."""
            is_repeated, is_right = body[:-1] == self.discarded, super().lrc_is_right(body)
            self.discarded = b"" if is_right else body[:-1]
            return is_right and not is_repeated


@mutant("MB-ASCII-RESTART", suite=SUITE)
class NeverBeginsAnew(Plc):
    """Waits for the end of a frame that was begun, whatever colon comes with its characters."""

    class ascii_class(ModbusAsciiProtocol):
        """Framing that begins once in what comes in one piece."""

        is_first = True

        def run_received(self, run: Run) -> None:
            """Look forward to a colon."""
            self.is_first = True
            super().run_received(run)

        def is_start(self, character: int) -> bool:
            """Begin where nothing has begun, or with the first character."""
            is_first, self.is_first = self.is_first, False
            return (is_first or not self.frame) and super().is_start(character)


@mutant("MB-ASCII-NOISE", suite=SUITE)
class ChokesOnNoise(Plc):
    """Loses a frame that comes right behind characters of no frame."""

    class ascii_class(ModbusAsciiProtocol):
        """Framing that gives up what comes in one piece with noise."""

        is_noisy = False

        def run_received(self, run: Run) -> None:
            """Hope for the best."""
            self.is_noisy = False
            super().run_received(run)

        def is_start(self, character: int) -> bool:
            """Begin only where it was quiet."""
            is_start = super().is_start(character)
            if self.frame:
                return is_start
            self.is_noisy = self.is_noisy or not is_start
            return not self.is_noisy


@mutant("MB-ASCII-END-MISSING", suite=SUITE)
class ServesAtCr(Plc):
    """Serves a frame at its CR and does not wait for LF."""

    class ascii_class(OnceAPiece):
        """Framing that is in a hurry."""

        def is_end(self, frame: bytes) -> bool:
            """Go by CR alone."""
            return frame[-1] == CR

        def frame_received(self, frame: bytes) -> None:
            """Add what is missing."""
            super().frame_received(frame + b"\n")


@mutant("MB-ASCII-END-MISSING", suite=SUITE)
class EndsFramesBySilence(Plc):
    """Serves a frame whose LRC fits without waiting for its end, as soon as nothing more comes."""

    class ascii_class(OnceAPiece):
        """Framing with a time-out of its own."""

        def run_received(self, run: Run) -> None:
            """Wait for more."""
            super().run_received(run)
            self.loop.call_later(REST, self.give_up, self.ended)

        def give_up(self, ended: float) -> None:
            """Serve what is there, where nothing came since."""
            digits = bytes(self.frame[1:]).rstrip(b"\r") if self.ended == ended else b""
            body = self.bytes_of(digits) if self.digits_are_legal(digits) else b""
            if len(body) > 2 and self.lrc_is_right(body):
                self.frame.clear()
                self.serve(body[0], body[1:-1])


@mutant("MB-ASCII-DIGITS-ODD", suite=SUITE)
class AddsAMissingDigit(Plc):
    """Takes a frame that lacks the last digit of its LRC."""

    class ascii_class(OnceAPiece):
        """Framing that compares what there is."""

        def bytes_of(self, digits: bytes) -> bytes:
            """Put the right LRC in the place of half of one."""
            if len(digits) % 2 == 0:
                return super().bytes_of(digits)
            body = bytes.fromhex(digits[:-1].decode())
            return body + bytes((lrc(body),))


@mutant("MB-ASCII-DIGITS-STRANGE", suite=SUITE)
class ReadsGAsZero(Plc):
    """Reads the letter behind F as 0, which its table holds for what is no digit."""

    class ascii_class(OnceAPiece):
        """Framing that looks up one letter too many."""

        def digits_are_legal(self, digits: bytes) -> bool:
            """Take G for a digit."""
            return super().digits_are_legal(digits.replace(b"G", b"0"))

        def bytes_of(self, digits: bytes) -> bytes:
            """Put 0 in its place."""
            return super().bytes_of(digits.replace(b"G", b"0"))


@mutant("MB-ASCII-LOWER-CASE", suite=SUITE)
class TakesSmallLetters(Plc):
    """Takes digits in lower case."""

    class ascii_class(OnceAPiece):
        """Framing that is too kind."""

        def digits_are_legal(self, digits: bytes) -> bool:
            """Make letters large first."""
            return super().digits_are_legal(digits.upper())


@mutant("MB-ASCII-FRAME-LONG", suite=SUITE)
class TakesLongAsciiFrames(Plc):
    """Serves frames of more than 513 characters."""

    class ascii_class(OnceAPiece):
        """Framing with a larger buffer than there can be frames."""

        def length_is_legal(self, length: int) -> bool:  # noqa: ARG002 - that is the fault
            """Take every length."""
            return True


@mutant("MB-ASCII-FRAME-LONG", "MB-SURVIVES", suite=SUITE)
class OverrunsItsLine(Plc):
    """Loses the request behind a frame of more than 513 characters."""

    class ascii_class(ModbusAsciiProtocol):
        """Framing that has to be set up again."""

        is_overrun = False

        def frame_received(self, frame: bytes) -> None:
            """Be of no use once."""
            was_overrun, self.is_overrun = self.is_overrun, not self.length_is_legal(len(frame))
            if not was_overrun:
                super().frame_received(frame)


@mutant("MB-ASCII-GAP-TOLERATED", suite=SUITE)
class HasNoPatience(Plc):
    """Gives a frame up after half a second of silence."""

    class ascii_class(ModbusAsciiProtocol):
        """Framing with too short a time-out."""

        def damages(self, gap: float) -> bool:
            """Wait for half a second."""
            return super().damages(2 * gap)


@mutant("MB-ASCII-GAP-ENDS", suite=SUITE)
class WaitsForEver(Plc):
    """Waits for the rest of a frame without end."""

    class ascii_class(ModbusAsciiProtocol):
        """Framing without a time-out."""

        def damages(self, gap: float) -> bool:  # noqa: ARG002 - that is the fault
            """Take every gap."""
            return False


@mutant("MB-ASCII-DELIMITER", suite=SUITE)
class KeepsItsDelimiter(Plc):
    """Answers a change of the delimiter and goes on with LF."""

    class ascii_class(ModbusAsciiProtocol):
        """Framing that knows LF alone."""

        def is_end(self, frame: bytes) -> bool:
            """Look for CR and LF."""
            return frame[-2:] == b"\r\n"
