"""Mutants of ASCII framing (MODBUS over Serial Line V1.02, 2.5.2)."""

from device_simulators.modbus.ascii import CR, ModbusAsciiProtocol
from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant

SUITE = "modbus_ascii_server"


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

    class ascii_class(ModbusAsciiProtocol):
        """Framing that trusts the line."""

        def lrc_is_right(self, body: bytes) -> bool:  # noqa: ARG002 - that is the fault
            """Take everything."""
            return True


@mutant("MB-ASCII-RECOVERS", "MB-SURVIVES", suite=SUITE)
class LosesTheFrameBehindABadLrc(Plc):
    """Discards the next request too where an LRC was wrong."""

    class ascii_class(ModbusAsciiProtocol):
        """Framing that takes its time to recover."""

        discards_next = False

        def lrc_is_right(self, body: bytes) -> bool:
            """Remember a wrong one."""
            before, self.discards_next = self.discards_next, not super().lrc_is_right(body)
            return not before and not self.discards_next


@mutant("MB-ASCII-RESTART", suite=SUITE)
class NeverBeginsAnew(Plc):
    """Waits for the end of a frame that was begun, whatever colon comes."""

    class ascii_class(ModbusAsciiProtocol):
        """Framing that begins when it is idle alone."""

        def is_start(self, character: int) -> bool:
            """Begin only where nothing has begun."""
            return not self.frame and super().is_start(character)


@mutant("MB-ASCII-NOISE", suite=SUITE)
class ChokesOnNoise(Plc):
    """Takes what comes before a colon for the beginning of a frame."""

    class ascii_class(ModbusAsciiProtocol):
        """Framing that begins with whatever comes first."""

        def is_start(self, character: int) -> bool:
            """Begin with anything; a colon begins anew only behind digits."""
            if not self.frame:
                return True
            return self.frame[:1] == b":" and super().is_start(character)


@mutant("MB-ASCII-END-MISSING", suite=SUITE)
class ServesAtCr(Plc):
    """Serves a frame at its CR and does not wait for LF."""

    class ascii_class(ModbusAsciiProtocol):
        """Framing that is in a hurry."""

        def is_end(self, frame: bytes) -> bool:
            """Go by CR alone."""
            return frame[-1] == CR

        def frame_received(self, frame: bytes) -> None:
            """Add what is missing."""
            super().frame_received(frame + b"\n")


@mutant("MB-ASCII-DIGITS-ODD", suite=SUITE)
class DropsAnOddDigit(Plc):
    """Passes over a digit that is left over."""

    class ascii_class(ModbusAsciiProtocol):
        """Framing that counts bytes and not digits."""

        def bytes_of(self, digits: bytes) -> bytes:
            """Leave the last digit out where their number is odd."""
            return super().bytes_of(digits[: len(digits) // 2 * 2])


@mutant("MB-ASCII-DIGITS-STRANGE", suite=SUITE)
class ReadsStrangeDigitsAsZero(Plc):
    """Reads a character that is no digit as 0."""

    class ascii_class(ModbusAsciiProtocol):
        """Framing that never doubts a digit."""

        def digits_are_legal(self, digits: bytes) -> bool:  # noqa: ARG002 - that is the fault
            """Take everything."""
            return True

        def bytes_of(self, digits: bytes) -> bytes:
            """Put 0 in the place of what is none, small letters among them."""
            known = bytes(digit if digit in b"0123456789ABCDEF" else ord("0") for digit in digits)
            return super().bytes_of(known)


@mutant("MB-ASCII-LOWER-CASE", suite=SUITE)
class TakesSmallLetters(Plc):
    """Takes digits in lower case."""

    class ascii_class(ModbusAsciiProtocol):
        """Framing that is too kind."""

        def digits_are_legal(self, digits: bytes) -> bool:
            """Make letters large first."""
            return super().digits_are_legal(digits.upper())


@mutant("MB-ASCII-FRAME-LONG", suite=SUITE)
class TakesLongAsciiFrames(Plc):
    """Serves frames of more than 513 characters."""

    class ascii_class(ModbusAsciiProtocol):
        """Framing with a larger buffer than there can be frames."""

        def length_is_legal(self, length: int) -> bool:  # noqa: ARG002 - that is the fault
            """Take every length."""
            return True


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
