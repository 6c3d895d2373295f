"""Frames as evidence: decoded, with the guilty bytes marked."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from testbed.model.record import FieldOfFrame, Frame
from testbed.protocols.modbus import dissect
from testbed.wire.recorder import Kind, Packet, Recorder

MOST_FRAMES = 12
"""Frames shown for one case; the capture holds all."""
MOST_BYTES = 300
"""Bytes shown of one frame; a legal ADU has at most 260."""


def evidence(
    recorder: Recorder, cited: Collection[int], guilty: Mapping[int, tuple[int, int]]
) -> tuple[Frame, ...]:
    """Return the cited frames of a case, decoded.

    Args:
        recorder: what the case kept.
        cited: frame numbers; when there are none, the last frames are shown.
        guilty: by frame number, the first guilty byte and the first after it.
    """
    packets = [packet for packet in recorder.packets if packet.kind is not Kind.OPEN]
    shown = [packet for packet in packets if packet.number in cited] or packets
    ends = {packet.connection: packet for packet in reversed(packets) if packet.kind is not Kind.DATA}
    ended = [packet for packet in ends.values() if not packet.sent]  # the device closed first
    asked: dict[bytes, bytes] = {
        packet.data[:2]: packet.data for packet in packets if packet.sent and packet.kind is Kind.DATA
    }
    chosen = sorted(
        {packet.number: packet for packet in (*shown[-MOST_FRAMES:], *ended[-1:])}.values(), key=_number
    )
    return tuple(_frame(packet, guilty.get(packet.number), asked.get(packet.data[:2])) for packet in chosen)


def _number(packet: Packet) -> int:
    return packet.number


def _frame(packet: Packet, guilty: tuple[int, int] | None, asked: bytes | None) -> Frame:
    data = packet.data[:MOST_BYTES]
    fields = dissect(data, response=not packet.sent, request=None if packet.sent else asked) if data else []
    note = packet.comment
    if packet.kind is not Kind.DATA:
        side = "the tester" if packet.sent else "the device"
        note = f"{side} {'reset' if packet.kind is Kind.RST else 'closed'} the connection"
    return Frame(
        number=packet.number,
        at=round(packet.at, 6),
        connection=packet.connection,
        sent=packet.sent,
        hex=data.hex(),
        fields=tuple(
            FieldOfFrame(
                start=one.start,
                end=one.end,
                name=one.name,
                value=one.value,
                guilty=guilty is not None and one.start < guilty[1] and guilty[0] < one.end,
            )
            for one in fields
        ),
        note=note,
    )
