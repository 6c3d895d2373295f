"""Mutants of streams and transactions (RFC 9293, 3.9.1; Messaging on TCP/IP V1.0b, 4.4.2)."""

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant
from device_simulators.modbus.protocol import ModbusTcpProtocol
from testbed.protocols.modbus import Framer


@mutant("MB-STREAM-SEGMENTED", "MB-STREAM-PAUSED")
class TakesASegmentForARequest(Plc):
    """Throws away a segment that ends before its first request does."""

    class protocol_class(ModbusTcpProtocol):
        """Framing that expects a whole request at once."""

        def data_received(self, data: bytes) -> None:
            """Drop an incomplete beginning, and what would have completed it."""
            if len(data) < 6 or len(data) < 6 + int.from_bytes(data[4:6]) <= 260:
                if self.pending:
                    super().data_received(data)
                return
            super().data_received(data)


@mutant("MB-STREAM-STRADDLED")
class DropsTheRestOfASegment(Plc):
    """Throws away the beginning of a request that comes behind a whole one."""

    class protocol_class(ModbusTcpProtocol):
        """Framing that empties its buffer after each answer."""

        def data_received(self, data: bytes) -> None:
            """Forget what is left over."""
            framer = Framer()
            whole = framer.feed(self.pending + data)
            super().data_received(data)
            if whole and framer.pending:
                self.pending = b""


class _Burst(ModbusTcpProtocol):
    """Framing that treats several requests in one segment otherwise than one."""

    def data_received(self, data: bytes) -> None:
        """Hand a segment of several whole requests over to `several`."""
        framer = Framer()
        frames = framer.feed(data)
        if len(frames) > 1 and not framer.pending and not self.pending:
            data = b"".join(self.several([frame.raw for frame in frames]))
        super().data_received(data)

    def several(self, adus: list[bytes]) -> list[bytes]:
        """Return what the device makes of several requests."""
        return adus


@mutant("MB-STREAM-COALESCED", "MB-PIPELINE-ORDER")
class AnswersOneOfTwo(Plc):
    """Answers only the first of two requests in one segment."""

    class protocol_class(_Burst):
        """Framing that loses one."""

        def several(self, adus: list[bytes]) -> list[bytes]:
            """Drop the second of two."""
            return adus[:1] if len(adus) == 2 else adus


@mutant("MB-PIPELINE-DECLARED")
class LosesTheSixteenth(Plc):
    """Loses the sixteenth request of a burst, though it declares sixteen transactions."""

    class protocol_class(_Burst):
        """Framing with one buffer too few."""

        def several(self, adus: list[bytes]) -> list[bytes]:
            """Drop the sixteenth."""
            return adus[:15] + adus[16:]


@mutant("MB-PIPELINE-EXCESS")
class LosesWhatIsTooMuch(Plc):
    """Loses requests beyond the sixteenth instead of refusing them with exception 06."""

    class protocol_class(_Burst):
        """Framing that overflows silently."""

        def several(self, adus: list[bytes]) -> list[bytes]:
            """Drop all from the seventeenth on."""
            return adus[:16]


@mutant("MB-PIPELINE-MATCH", "MB-FUNCTION-ECHO")
class AnswersLastInFirstOut(Plc):
    """Gives the answers of a burst to the wrong requests."""

    class protocol_class(_Burst):
        """Framing that mixes its transactions up."""

        def several(self, adus: list[bytes]) -> list[bytes]:
            """Swap the headers, first with last."""
            return [head[:7] + adu[7:] for head, adu in zip(reversed(adus), adus, strict=True)]


@mutant("MB-PIPELINE-ERROR")
class GivesUpAfterAnError(Plc):
    """Answers nothing behind a refused request in the same segment."""

    class protocol_class(_Burst):
        """Framing that empties its buffer on an error."""

        def several(self, adus: list[bytes]) -> list[bytes]:
            """Drop what follows a refused request."""
            for at, adu in enumerate(adus):
                if adu[7:] and self.server.answer(adu[7:])[:1] >= b"\x80":
                    return adus[: at + 1]
            return adus
