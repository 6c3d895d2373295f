"""Captures: what a recorder kept, as a pcapng file with synthetic Ethernet, IP and TCP headers.

No root and no capture library: the bytes are the tester's own, the headers are made up around them. A serial
line is an interface of its own kind, whose packets are the characters themselves (`testbed.wire.rtac`).
Format: draft-ietf-opsawg-pcapng, little endian, times in microseconds.
"""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from testbed.wire import rtac
from testbed.wire.recorder import Kind, Packet, Peers, Recorder

_FIN, _SYN, _RST, _PSH, _ACK = 0x01, 0x02, 0x04, 0x08, 0x10
_TESTER_MAC = bytes.fromhex("020000000001")  # locally administered, so nobody's
_DEVICE_MAC = bytes.fromhex("020000000002")
_OPT_COMMENT, _OPT_NAME, _OPT_DESCRIPTION = 1, 2, 3
_ETHERNET = 1
_TLS_KEY_LOG = 0x544C534B
_OPCUA_KEY_LOG = 0x55414B4C
_IPV4 = 4
NO_ADU = "TLS, no ADU inside"
"""What a capture says of records that carry a handshake, an alert, or a farewell."""
_CHUNK = 60_000
"""Bytes of one synthetic segment at most: an IP packet's length has 16 bits."""


@dataclass(slots=True)
class _Side:
    address: bytes
    port: int
    mac: bytes
    sequence: int = 0


@dataclass(slots=True)
class _Stream:
    """Sequence numbers of one connection."""

    tester: _Side
    device: _Side
    version: int
    identification: int = field(default=0)

    def frame(self, flags: int, *, sent: bool, data: bytes = b"") -> bytes:
        source, target = (self.tester, self.device) if sent else (self.device, self.tester)
        acknowledged = target.sequence if flags & _ACK else 0
        head = struct.pack(
            ">HHIIBBHHH",
            source.port,
            target.port,
            source.sequence & 0xFFFFFFFF,
            acknowledged & 0xFFFFFFFF,
            5 << 4,
            flags,
            0xFFFF,
            0,
            0,
        )
        source.sequence += len(data) + bool(flags & (_SYN | _FIN))
        pseudo = source.address + target.address
        tail = struct.pack(">BBH", 0, 6, len(head) + len(data))
        checksum = _checksum(pseudo + tail + head + data)
        segment = head[:16] + struct.pack(">H", checksum) + head[18:] + data
        return target.mac + source.mac + self._packet(source.address, target.address, segment)

    def _packet(self, source: bytes, target: bytes, segment: bytes) -> bytes:
        if self.version != _IPV4:
            return (
                b"\x86\xdd" + struct.pack(">IHBB", 6 << 28, len(segment), 6, 64) + source + target + segment
            )
        self.identification = (self.identification + 1) & 0xFFFF
        head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(segment), self.identification, 0x4000, 64, 6, 0)
        checksum = _checksum(head + source + target)
        return b"\x08\x00" + head[:10] + struct.pack(">H", checksum) + source + target + segment


def capture(
    recorder: Recorder, *, comment: str, epoch: float, remark: Callable[[Packet], str] | None = None
) -> bytes:
    """Return a recorder's packets as the bytes of a pcapng file.

    Args:
        recorder: what one case kept.
        comment: of the whole capture: the case and what it found.
        epoch: POSIX time at which the case began, in seconds.
        remark: says what a packet holds where no dissector does; it stands behind the packet's own comment.
    """
    blocks = [_block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1), {_OPT_COMMENT: comment})]
    interfaces: dict[bytes, int] = {}
    for peers in recorder.connections:
        interfaces.setdefault(_interface(peers), len(interfaces))
    blocks += interfaces or [_interface(None)]
    sides = [(interfaces[_interface(peers)], _stream(peers)) for peers in recorder.connections]
    for kind, lines in ((_TLS_KEY_LOG, recorder.secrets), (_OPCUA_KEY_LOG, recorder.channel_keys)):
        if lines:
            blocks.append(_secrets(kind, "".join(f"{line}\n" for line in lines).encode()))
    for packet in recorder.packets:
        micros = int((epoch + packet.at) * 1_000_000)
        interface, stream = sides[packet.connection]
        frames = [_on_line(packet, micros)] if stream is None else list(_frames(stream, packet))
        for frame in frames:
            head = struct.pack("<IIIII", interface, micros >> 32, micros & 0xFFFFFFFF, len(frame), len(frame))
            said = {_OPT_COMMENT: _said(packet, remark)} if frame is frames[-1] else {}
            blocks.append(_block(6, head + frame + bytes(-len(frame) % 4), said))
    return b"".join(blocks)


def _interface(peers: Peers | None) -> bytes:
    """Return the block of an interface: one for all of TCP, one for each serial port."""
    if peers is None or not peers.line:
        return _block(1, struct.pack("<HHI", _ETHERNET, 0, 0), {})
    said = {_OPT_NAME: peers.device[0], _OPT_DESCRIPTION: f"serial line, {peers.line}"}
    return _block(1, struct.pack("<HHI", rtac.LINK, 0, 0), said)


def _on_line(packet: Packet, micros: int) -> bytes:
    if packet.kind is Kind.DATA:
        return rtac.characters(micros, packet.data[:_CHUNK], sent=packet.sent)
    return rtac.status(micros, is_open=packet.kind is Kind.OPEN)


def _frames(stream: _Stream, packet: Packet) -> Iterator[bytes]:
    match packet.kind:
        case Kind.OPEN:
            yield stream.frame(_SYN, sent=packet.sent)
            yield stream.frame(_SYN | _ACK, sent=not packet.sent)
            yield stream.frame(_ACK, sent=packet.sent)
        case Kind.FIN:
            yield stream.frame(_FIN | _ACK, sent=packet.sent)
        case Kind.RST:
            yield stream.frame(_RST | _ACK, sent=packet.sent)
        case Kind.DATA | Kind.TLS:
            # One frame, so that numbers stay what the recorder said; longer data are cut, and said to be.
            yield stream.frame(_PSH | _ACK, sent=packet.sent, data=_on_the_wire(packet)[:_CHUNK])


def _on_the_wire(packet: Packet) -> bytes:
    return packet.data if packet.records is None else packet.records


def _said(packet: Packet, remark: Callable[[Packet], str] | None) -> str:
    said = [packet.comment, remark(packet) if remark else ""]
    if packet.records is not None:
        where = "" if packet.records else ", from the records before"
        said.append(f"decrypted{where}: {packet.data[:_CHUNK].hex()}")
    if packet.kind is Kind.TLS:
        said.append(NO_ADU)
    if (size := len(_on_the_wire(packet))) > _CHUNK:
        said.append(f"the first {_CHUNK} of {size} bytes")
    return "; ".join(filter(None, said))


def _stream(peers: Peers) -> _Stream | None:
    if peers.line:
        return None
    tester, device = (
        ipaddress.ip_address(peer[0].partition("%")[0]) for peer in (peers.tester, peers.device)
    )
    return _Stream(
        _Side(tester.packed, peers.tester[1], _TESTER_MAC),
        _Side(device.packed, peers.device[1], _DEVICE_MAC),
        device.version,
    )


def _secrets(kind: int, log: bytes) -> bytes:
    """Return a Decryption Secrets Block with a key log (pcapng, 4.7)."""
    return _block(10, struct.pack("<II", kind, len(log)) + log + bytes(-len(log) % 4), {})


def _block(kind: int, body: bytes, said: dict[int, str]) -> bytes:
    options = b""
    for code, words in said.items():
        if words:
            text = words.encode(errors="replace")[:0xFFFF].decode(errors="ignore").encode()
            options += struct.pack("<HH", code, len(text)) + text + bytes(-len(text) % 4)
    options += bytes(4) if options else b""
    length = 12 + len(body) + len(options)
    return struct.pack("<II", kind, length) + body + options + struct.pack("<I", length)


def _checksum(data: bytes) -> int:
    """Return the Internet checksum (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return int(~total & 0xFFFF)
