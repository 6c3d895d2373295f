"""Strategies of hypothesis for what the fuzzer sends: valid, nearly valid, and random.

Nearly valid is where servers go wrong: a request with one field off, cut short, or with bytes behind it
(MODBUS Application Protocol V1.1b3, 6), and on TCP a header that lies about it (Messaging on TCP/IP V1.0b,
3.1.3). Valid writes go to leased values alone; whatever else would write is malformed, and is sent only where
nothing real hangs on the device.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from testbed.model.declaration import Area
from testbed.protocols.modbus import (
    MAX_PDU,
    Adu,
    AsciiAdu,
    MaskWriteRegister,
    ReadWriteMultipleRegisters,
    Request,
    RtuAdu,
    WriteMultipleCoils,
    WriteMultipleRegisters,
    WriteSingleCoil,
    WriteSingleRegister,
)
from testbed.testers.modbus.declared import READS
from testbed.testers.modbus.fuzz.shot import Shot
from testbed.testers.modbus.layout import MBAP, RTU

_MOST_BITS, _MOST_WORDS = 2000, 125  # AP 6.1, 6.3
_GARBAGE = 300
"""Bytes of random data (assumed; more than an ADU of 260, fewer than a segment)."""
_BYTES = st.integers(0, 0xFF)
_WORDS = st.integers(0, 0xFFFF)
_LIMITS = st.sampled_from([0x0079, 0x007A, 0x007B, 0x007C, 0x007D, 0x007E, 0x07B0, 0x07B1, 0x07D0, 0x07D1])
"""The greatest quantities of the functions, and one more (AP 6)."""


@dataclass(frozen=True)
class Surface:
    """What of a device may be fuzzed: the areas to read, the values to write, the way to frame."""

    reads: tuple[tuple[str, tuple[Area, ...]], ...]
    """Each declared read function, and its areas."""
    register: int | None
    """The register that may be written."""
    coil: int | None
    """The coil that may be written."""
    functions: tuple[int, ...]
    """The declared functions."""
    unit: int
    framing: str
    """Name of the layout of its frames."""


def valid(surface: Surface) -> SearchStrategy[bytes]:
    """Return PDUs that a sound device carries out."""
    choices = [_reads(function, areas) for function, areas in surface.reads if areas]
    if surface.register is not None:
        choices += _register_writes(surface.register)
    if surface.coil is not None:
        choices += _coil_writes(surface.coil)
    return st.one_of(choices)


def nearly_valid(surface: Surface) -> SearchStrategy[bytes]:
    """Return PDUs with one thing wrong."""
    bases = st.one_of(valid(surface), _layouts(surface.functions))
    return st.one_of(
        st.builds(lambda pdu, size: pdu[: max(1, len(pdu) - size)], bases, st.integers(1, 6)),
        st.builds(lambda pdu, rest: (pdu + rest)[:MAX_PDU], bases, st.binary(min_size=1, max_size=MAX_PDU)),
        st.builds(_with_byte, bases, st.integers(0, 12), _BYTES),
        st.builds(_with_word, bases, st.sampled_from([1, 3, 5, 7]), st.one_of(_WORDS, _LIMITS)),
        st.builds(_counted, st.sampled_from(_COUNTED), _BYTES),
    )


def pdus(surface: Surface) -> SearchStrategy[bytes]:
    """Return PDUs of every kind, half of them nearly valid."""
    near = nearly_valid(surface)
    return st.one_of(valid(surface), near, near, st.binary(min_size=1, max_size=MAX_PDU))


def shots(surface: Surface) -> SearchStrategy[Shot]:
    """Return what is sent: mostly PDUs in right frames, else frames that are none."""
    framed = st.builds(Shot, pdus(surface), st.just(True))  # noqa: FBT003 - of a strategy
    if surface.framing != MBAP.name:
        return st.one_of(framed, framed, framed, damaged(surface), _noise())
    return st.one_of(framed, framed, framed, headers(surface), segments(surface), _noise())


def corners(surface: Surface) -> tuple[Shot, ...]:
    """Return what is always fired first: each function bare and full to the brim, and wild byte counts."""
    codes = (*surface.functions, 0x00, 0x80, 0xFF)
    full = [bytes((code,)) + fill * (MAX_PDU - 1) for code in codes for fill in (b"\x00", b"\xff")]
    counted = [_counted(one, byte) for one in _COUNTED for byte in (0x00, 0x01, 0x7F, 0xFF)]
    return tuple(Shot(pdu, is_pdu=True) for pdu in (*(bytes((code,)) for code in codes), *counted, *full))


def headers(surface: Surface) -> SearchStrategy[Shot]:
    """Return ADUs of TCP whose header is off in one field."""
    pdu = pdus(surface)
    unit = st.just(surface.unit)
    lengths = st.sampled_from([0, 1, 2, 254, 255, 256, 0xFFFF]) | st.integers(0, 300)
    adus = st.one_of(
        st.builds(Adu, _WORDS, unit, pdu, _WORDS.filter(bool)),
        st.builds(Adu, _WORDS, unit, pdu, st.just(0), lengths),
        st.builds(Adu, _WORDS, _BYTES, pdu),
    )
    return adus.map(lambda adu: Shot(adu.encode(), is_pdu=False))


def damaged(surface: Surface) -> SearchStrategy[Shot]:
    """Return frames of a serial line with one bit turned, or cut short: their check does not hold."""
    adu = RtuAdu if surface.framing == RTU.name else AsciiAdu
    frames = st.builds(adu, st.just(surface.unit), pdus(surface))
    return st.builds(_turned, frames, st.integers(0, 0xFFFF), st.integers(0, 7)) | st.builds(
        lambda frame, size: Shot(frame.encode()[: -1 - size], is_pdu=False), frames, st.integers(0, 3)
    )


def _turned(adu: RtuAdu | AsciiAdu, at: int, bit: int) -> Shot:
    frame = bytearray(adu.encode())
    frame[at % len(frame)] ^= 1 << bit
    return Shot(bytes(frame), is_pdu=False)


def segments(surface: Surface) -> SearchStrategy[Shot]:
    """Return one to three right ADUs, joined, cut anywhere, sometimes ended early."""
    unit = st.just(surface.unit)
    adus = st.lists(st.builds(Adu, _WORDS, unit, pdus(surface)), min_size=1, max_size=3)
    cuts = st.lists(st.integers(1, 40), max_size=4).map(tuple)
    return st.builds(_stream, adus, cuts, st.integers(0, 3))


def _stream(adus: Sequence[Adu], sizes: tuple[int, ...], missing: int) -> Shot:
    data = b"".join(adu.encode() for adu in adus)
    return Shot(data[: len(data) - missing], is_pdu=False, sizes=sizes)


def _noise() -> SearchStrategy[Shot]:
    return st.builds(Shot, st.binary(min_size=1, max_size=_GARBAGE), st.just(False))  # noqa: FBT003


def _reads(function: str, areas: tuple[Area, ...]) -> SearchStrategy[bytes]:
    most = _MOST_BITS if function in {"fc01", "fc02"} else _MOST_WORDS

    def read(area: Area, offset: int, quantity: int) -> bytes:
        first = offset % area.count
        return READS[function][1](area.first + first, min(1 + quantity, area.count - first, most)).encode()

    return st.builds(read, st.sampled_from(areas), st.integers(0, 0xFFFF), st.integers(0, most - 1))


def _register_writes(at: int) -> list[SearchStrategy[bytes]]:
    words = st.integers(0, 0xFFFF)
    writes: list[SearchStrategy[Request]] = [
        st.builds(WriteSingleRegister, st.just(at), words),
        st.builds(WriteMultipleRegisters, st.just(at), words.map(lambda value: (value,))),
        st.builds(MaskWriteRegister, st.just(at), words, words),
        st.builds(lambda value: ReadWriteMultipleRegisters(at, 1, at, (value,)), words),
    ]
    return [write.map(lambda request: request.encode()) for write in writes]


def _coil_writes(at: int) -> list[SearchStrategy[bytes]]:
    writes: list[SearchStrategy[Request]] = [
        st.builds(WriteSingleCoil, st.just(at), st.sampled_from([0x0000, 0xFF00])),
        st.builds(WriteMultipleCoils, st.just(at), st.booleans().map(lambda value: (value,))),
    ]
    return [write.map(lambda request: request.encode()) for write in writes]


def _layouts(functions: Sequence[int]) -> SearchStrategy[bytes]:
    """Return a function code, declared or not, with words behind it: a shape that many functions share."""
    codes = st.sampled_from(functions or (0x03,)) | st.integers(0, 0xFF)
    words = st.lists(_WORDS, max_size=6).map(lambda some: b"".join(word.to_bytes(2) for word in some))
    return st.builds(lambda code, rest: bytes((code,)) + rest, codes, words)


def _with_byte(pdu: bytes, at: int, byte: int) -> bytes:
    place = at % len(pdu)
    return pdu[:place] + bytes((byte,)) + pdu[place + 1 :]


def _with_word(pdu: bytes, at: int, word: int) -> bytes:
    return pdu[:at] + word.to_bytes(2) + pdu[at + 2 :] if len(pdu) > at + 1 else pdu + word.to_bytes(2)


_COUNTED = (
    (WriteMultipleCoils(0, (True,)).encode(), 5),
    (WriteMultipleRegisters(0, (0,)).encode(), 5),
    (ReadWriteMultipleRegisters(0, 1, 0, (0,)).encode(), 9),
)
"""Requests with a byte count, and where it stands (AP 6.11, 6.12, 6.17)."""


def _counted(counted: tuple[bytes, int], byte: int) -> bytes:
    """Put another byte count into a request."""
    pdu, place = counted
    return pdu[:place] + bytes((byte,)) + pdu[place + 1 :]
