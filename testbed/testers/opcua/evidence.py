"""Frames of OPC UA as evidence: decoded, decrypted where they were, with the guilty bytes marked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from testbed.model.record import FieldOfFrame, Frame
from testbed.wire.recorder import Kind, Packet, Recorder

MOST_FRAMES = 12
"""Frames shown for one case; the capture holds all."""
MOST_BYTES = 1024
"""Bytes shown of one frame (assumed; most messages are shorter)."""


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
    chosen = {packet.number: packet for packet in (*shown[-MOST_FRAMES:], *_endings(packets))}
    return tuple(
        _frame(packet, guilty.get(packet.number), recorder.bodies.get(packet.number))
        for packet in sorted(chosen.values(), key=lambda one: one.number)
    )


def _endings(packets: Sequence[Packet]) -> list[Packet]:
    """Return how the device ended a connection, where it was the first to do so."""
    ends = {one.connection: one for one in reversed(packets) if one.kind in {Kind.FIN, Kind.RST}}
    return [packet for packet in ends.values() if not packet.sent][-1:]


def _frame(packet: Packet, guilty: tuple[int, int] | None, body: bytes | None) -> Frame:
    from testbed.protocols.opcua.dissect import dissect  # noqa: PLC0415 - only what is shown needs it

    data = packet.data[:MOST_BYTES]
    note = packet.comment
    if packet.kind in {Kind.FIN, Kind.RST}:
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
            for one in (dissect(packet.data, body) if data else ())
        ),
        note=note,
    )
