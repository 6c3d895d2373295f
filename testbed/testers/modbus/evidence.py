"""Frames as evidence: decoded, with the guilty bytes marked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from testbed.model.record import FieldOfFrame, Frame
from testbed.protocols.modbus import dissect, dissect_ascii, dissect_rtu
from testbed.protocols.tls.dissect import dissect_tls
from testbed.testers.modbus.layout import ASCII, MBAP, RTU, Layout
from testbed.wire.recorder import Kind, Packet, Recorder

MOST_FRAMES = 12
"""Frames shown for one case; the capture holds all."""
MOST_BYTES = 300
"""Bytes shown of one frame; a legal ADU has at most 260. In ASCII framing each is two characters."""

_JOINED = "decrypted from the records of an earlier frame"

_DISSECT = {MBAP: dissect, RTU: dissect_rtu, ASCII: dissect_ascii}


def evidence(
    recorder: Recorder,
    cited: Collection[int],
    guilty: Mapping[int, tuple[int, int]],
    layout: Layout = MBAP,
    *,
    answers: bool = False,
) -> tuple[Frame, ...]:
    """Return the cited frames of a case, decoded.

    Args:
        recorder: what the case kept.
        cited: frame numbers; when there are none, the last frames are shown.
        guilty: by frame number, the first guilty byte and the first after it.
        layout: how ADUs are laid out on the device's transport.
        answers: whether the tester is the server, and the device asks.
    """
    packets = [packet for packet in recorder.packets if packet.kind is not Kind.OPEN]
    shown = [packet for packet in packets if packet.number in cited] or packets
    ends = {one.connection: one for one in reversed(packets) if one.kind in {Kind.FIN, Kind.RST}}
    ended = [packet for packet in ends.values() if not packet.sent]  # the device closed first
    asked = _asked(packets, layout, answers=answers)
    chosen = sorted(
        {packet.number: packet for packet in (*shown[-MOST_FRAMES:], *ended[-1:])}.values(), key=_number
    )
    return tuple(
        _frame(
            packet,
            guilty.get(packet.number),
            asked.get(packet.number),
            layout,
            response=packet.sent is answers,
        )
        for packet in chosen
    )


def _asked(packets: Sequence[Packet], layout: Layout, *, answers: bool) -> dict[int, bytes]:
    """Return, by the number of each frame that answers, what it answers, as far as that can be known.

    Over TCP the transaction identifier tells; on a line there is one request at a time.
    """
    sent: dict[bytes | int, bytes] = {}
    found = {}
    for packet in packets:
        key = packet.data[:2] if layout is MBAP else packet.connection
        if packet.sent is not answers and packet.kind is Kind.DATA:
            sent[key] = packet.data
        elif key in sent:
            found[packet.number] = sent[key]
    return found


def _number(packet: Packet) -> int:
    return packet.number


def _frame(
    packet: Packet, guilty: tuple[int, int] | None, asked: bytes | None, layout: Layout, *, response: bool
) -> Frame:
    data = packet.data[: MOST_BYTES * layout.width]
    if packet.kind is Kind.TLS:
        fields = [one for one in dissect_tls(packet.data) if one.start < len(data)]
    else:
        fields = _DISSECT[layout](data, response=response, request=asked) if data else []
    note = packet.comment
    if packet.records is not None:
        said = f"decrypted from {len(packet.records)} bytes of TLS" if packet.records else _JOINED
        note = f"{note}; {said}" if note else said
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
            for one in fields
        ),
        note=note,
    )
