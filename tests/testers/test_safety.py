"""The guard of live equipment: no write passes for anything else, however it is wrapped or cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.protocols.modbus import (
    Adu,
    Framer,
    MaskWriteRegister,
    ReadCoils,
    ReadHoldingRegisters,
    ReadWriteMultipleRegisters,
    WriteMultipleCoils,
    WriteMultipleRegisters,
    WriteSingleCoil,
    WriteSingleRegister,
)
from testbed.testers.modbus.safety import Spoken, Write, transaction_behind, writes_of, writes_of_frame

words = st.integers(0, 0xFFFF)


@st.composite
def writes(draw):
    """Make a sound write; return its PDU and the table and addresses that it writes."""
    count = draw(st.integers(1, 20))
    first = draw(st.integers(0, 0x10000 - count))
    values = tuple(draw(st.lists(words, min_size=count, max_size=count)))
    bits = tuple(bool(value & 1) for value in values)
    many = {
        "coils": WriteMultipleCoils(first, bits),
        "registers": WriteMultipleRegisters(first, values),
        "both": ReadWriteMultipleRegisters(draw(words), 1, first, values),
    }
    one = {
        "coil": WriteSingleCoil(first, draw(st.sampled_from([0, 0xFF00]))),
        "register": WriteSingleRegister(first, draw(words)),
        "mask": MaskWriteRegister(first, draw(words), draw(words)),
    }
    kind = draw(st.sampled_from([*many, *one]))
    request = (many | one)[kind]
    return request.encode(), Write(kind.startswith("coil"), first, count if kind in many else 1)


def adu(draw, pdu):
    return Adu(draw(words), draw(st.integers(0, 255)), pdu).encode()


@st.composite
def streams(draw):
    """Make one write among reads, as ADUs in one segment; return the bytes and the write."""
    before = [ReadHoldingRegisters(draw(words), 1).encode() for _ in range(draw(st.integers(0, 2)))]
    after = [ReadCoils(draw(words), 1).encode() for _ in range(draw(st.integers(0, 2)))]
    pdu, write = draw(writes())
    return b"".join(adu(draw, one) for one in (*before, pdu, *after)), write


@given(streams())
def test_a_sound_write_is_reported_as_what_it_is(stream):
    data, write = stream
    assert writes_of(data) == [write]


@given(streams(), st.binary(min_size=1, max_size=300))
def test_a_write_with_anything_behind_it_is_never_harmless(stream, rest):
    data, write = stream
    found = writes_of(data + rest)
    assert found is None or write in found


@given(st.data())
def test_a_write_in_segments_is_reported(data):
    stream, write = data.draw(streams())
    cuts = sorted(data.draw(st.sets(st.integers(1, len(stream) - 1), max_size=6)))
    sent, found = Framer(), []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        piece = stream[start:end]
        writes_now = writes_of(piece, sent.pending)
        if writes_now is None:
            return
        found += writes_now
        sent.feed(piece)
    assert write in found


@given(st.binary(min_size=1, max_size=8), writes(), st.data())
def test_a_write_behind_garbage_is_never_harmless(garbage, written, data):
    found = writes_of(garbage + adu(data.draw, written[0]))
    assert found is None or found


@given(st.binary(max_size=400), st.binary(max_size=400))
def test_any_bytes_are_judged(data, behind):
    for found in (writes_of(data), writes_of(data, behind)):
        assert found is None or all(len(write.addresses) >= 1 for write in found)


KNOWN = {1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 15, 16, 17, 20, 21, 22, 23, 24, 43}
OBSERVING = {0, 2, *range(11, 19)}


@given(st.sampled_from(sorted(set(range(256)) - KNOWN)), st.binary(max_size=250))
def test_other_functions_are_never_harmless(code, data):
    assert writes_of(Adu(1, 1, bytes([code]) + data).encode()) is None


@given(st.sampled_from([7, 11, 12, 17]), st.binary(max_size=4))
def test_what_asks_for_the_state_of_communication_is_harmless(code, data):
    assert writes_of(Adu(1, 1, bytes([code]) + data).encode()) == []


@given(st.sampled_from(sorted(OBSERVING)), st.binary(min_size=1, max_size=2))
def test_diagnostics_that_change_nothing_are_harmless(code, data):
    assert writes_of(Adu(1, 1, b"\x08" + code.to_bytes(2) + data).encode()) == []


@given(words.filter(lambda code: code not in OBSERVING), st.binary(max_size=2))
def test_other_diagnostics_are_never_harmless(code, data):
    assert writes_of(Adu(1, 1, b"\x08" + code.to_bytes(2) + data).encode()) is None


@pytest.mark.parametrize("pdu", ["08", "0800"])
def test_a_truncated_sub_function_is_not_harmless(pdu):
    assert writes_of(Adu(1, 1, bytes.fromhex(pdu)).encode()) is None


@given(st.integers(1, 4), words, st.integers(1, 100), words, st.integers(0, 255))
def test_reads_are_harmless(code, first, quantity, transaction, unit):
    pdu = bytes([code]) + first.to_bytes(2) + quantity.to_bytes(2)
    assert writes_of(Adu(transaction, unit, pdu).encode()) == []


@pytest.mark.parametrize(
    "data",
    [
        Adu(1, 1, bytes.fromhex("0300000001"), protocol=1).encode(),
        *(
            Adu(1, 1, bytes.fromhex("0300000001"), length=length).encode()
            for length in (2, 3, 5, 255, 0xFFFF)
        ),
        Adu(1, 1, bytes.fromhex("0300000001")).encode()[:8],
        bytes.fromhex("0001 0000 0000"),
        bytes.fromhex("0001 0000 0001 01"),
    ],
    ids=bytes.hex,
)
def test_a_malformed_read_is_harmless_as_long_as_no_write_fits_into_it(data):
    assert writes_of(data) == []


@pytest.mark.parametrize(
    "data",
    [
        Adu(1, 1, bytes.fromhex("0600000001"), protocol=1).encode(),
        Adu(1, 1, bytes.fromhex("0600000001"), length=0xFFFF).encode(),
        Adu(1, 1, bytes.fromhex("0600000001"), length=3).encode(),
        Adu(1, 1, bytes.fromhex("0600000001")).encode()[:8],
        Adu(1, 1, bytes.fromhex("0500001234")).encode(),
        b"\0" + Adu(1, 1, bytes.fromhex("0600000001")).encode(),
        bytes([0xAA]) * 64,
    ],
    ids=bytes.hex,
)
def test_a_malformed_write_is_not(data):
    assert writes_of(data) is None


@given(
    writes(), st.sampled_from([0, 1, 2, 3, 7, 254, 255, 0xFFFF]), st.sampled_from([0, 1, 0xFFFF]), st.data()
)
def test_a_malformed_write_in_pieces_is_not_harmless_either(written, length, protocol, data):
    pdu, write = written
    whole = Adu(1, 1, pdu, protocol=protocol, length=length).encode()
    cuts = sorted(data.draw(st.sets(st.integers(1, len(whole) - 1), min_size=1, max_size=4)))
    sent, found = Spoken(), []
    for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        found.append(writes_of(whole[start:end], sent.pending))
        sent.feed(whole[start:end])
    assert None in found or [write] in found


@pytest.mark.parametrize(("sizes", "length"), [((12, 4), 10), ((8, 4), 6), ((6, 6), 6), ((3, 4, 5), 6)])
def test_a_read_in_pieces_is_harmless(sizes, length):
    stream, sent = Adu(1, 1, bytes.fromhex("0300000001"), length=length).encode() + bytes(4), Spoken()
    for size in sizes:
        piece, stream = stream[:size], stream[size:]
        assert writes_of(piece, sent.pending) == []
        sent.feed(piece)


@pytest.mark.parametrize("sound", [True, False])
@given(st.sampled_from([1, 2, 3, 4, 7, 11, 12, 17, 20, 24]), st.binary(max_size=4))
def test_a_short_frame_that_begins_as_a_read_is_harmless(sound, code, data):
    assert writes_of_frame(bytes([code]) + data, is_sound=sound) == []


@pytest.mark.parametrize("sound", [True, False])
@given(st.sampled_from([5, 6, 15, 16, 21, 22, 23, *sorted(set(range(256)) - KNOWN)]), st.binary(max_size=3))
def test_a_short_frame_that_begins_otherwise_is_not(sound, code, data):
    assert writes_of_frame(bytes([code]) + data, is_sound=sound) is None


@pytest.mark.parametrize("pdu", ["08 0001 0000", "08 0004 0000", "08 000A 0000", "08 00", "2B 0D 01 00"])
@pytest.mark.parametrize("sound", [True, False])
def test_a_frame_that_changes_the_device_is_not(sound, pdu):
    assert writes_of_frame(bytes.fromhex(pdu), is_sound=sound) is None


def test_a_long_frame_may_hold_a_write_behind_its_read():
    assert writes_of_frame(bytes.fromhex("03 0000 0001 01 06 0000 0001"), is_sound=False) is None
    assert writes_of_frame(bytes.fromhex("03 0000 0001 01 06 0000 0001"), is_sound=True) is None


WRITING = {5, 6, 15, 16, 21, 22, 23}


def test_transactions_go_round_without_a_function_that_writes():
    met, at = [], 0xFFFF
    for _ in range((256 - len(WRITING)) ** 2):
        at = transaction_behind(at)
        met.append(at)

    assert met == [one for one in range(0x10000) if not WRITING.intersection(one.to_bytes(2))]
    assert transaction_behind(at) == 0


def test_a_write_says_what_it_writes():
    assert str(Write(coils=True, first=7, count=3)) == "writes coils 7 to 9"
    assert str(Write(coils=False, first=400, count=1)) == "writes holding registers 400 to 400"


@given(coils=st.booleans(), first=st.integers(0, 0xFFFF), count=st.integers(1, 2000))
def test_what_a_record_says_of_a_write_can_be_read_again(coils, first, count):
    write = Write(coils=coils, first=first, count=min(count, 0x10000 - first))
    assert Write.of(str(write)) == write


@pytest.mark.parametrize("said", ["", "writes coils 2 to 1", "writes coils 1 to 65536", "reads coils 1 to 2"])
def test_what_is_no_write_is_not_taken_for_one(said):
    assert Write.of(said) is None
