"""Properties: what is encoded decodes to itself, and no bytes whatever bring the codec down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.protocols import modbus
from testbed.protocols.modbus import Adu, DecodeError, Framer, decode_request, decode_response, dissect

byte = st.integers(0, 0xFF)
word = st.integers(0, 0xFFFF)


def words(most, least=1):
    return st.lists(word, min_size=least, max_size=most).map(tuple)


def bits(most, least=1):
    return st.lists(st.booleans(), min_size=least, max_size=most).map(tuple)


whole_bytes = st.binary(max_size=250).map(lambda data: modbus.unpack_bits(data, 8 * len(data)))
even_octets = words(125).map(lambda values: b"".join(value.to_bytes(2, "big") for value in values))
counters = sorted(set(modbus.SubFunction) - {0, 1, 3})
references = st.builds(modbus.RecordReference, word, word, word, byte)
record_writes = st.lists(st.builds(modbus.RecordWrite, word, word, words(15), byte), min_size=1, max_size=6)
record_contents = st.lists(st.builds(modbus.RecordContent, words(15, 0), byte), max_size=7)
objects = st.lists(st.builds(modbus.DeviceObject, byte, st.binary(max_size=30)), max_size=7)

requests = st.one_of(
    st.builds(modbus.ReadCoils, word, st.integers(1, 2000)),
    st.builds(modbus.ReadDiscreteInputs, word, st.integers(1, 2000)),
    st.builds(modbus.ReadHoldingRegisters, word, st.integers(1, 125)),
    st.builds(modbus.ReadInputRegisters, word, st.integers(1, 125)),
    st.builds(modbus.WriteSingleCoil, word, st.sampled_from((modbus.COIL_ON, modbus.COIL_OFF))),
    st.builds(modbus.WriteSingleRegister, word, word),
    st.builds(modbus.WriteMultipleCoils, word, bits(1968)),
    st.builds(modbus.WriteMultipleRegisters, word, words(123)),
    st.builds(modbus.MaskWriteRegister, word, word, word),
    st.builds(modbus.ReadWriteMultipleRegisters, word, st.integers(1, 125), word, words(121)),
    st.builds(modbus.ReadExceptionStatus),
    st.builds(modbus.Diagnostics, st.just(0), even_octets),
    st.builds(modbus.Diagnostics, st.just(1), st.sampled_from((b"\x00\x00", b"\xff\x00"))),
    st.builds(modbus.Diagnostics, st.just(3), byte.map(lambda value: bytes((value, 0)))),
    st.builds(modbus.Diagnostics, st.sampled_from(counters)),
    st.builds(modbus.GetCommEventCounter),
    st.builds(modbus.GetCommEventLog),
    st.builds(modbus.ReportServerId),
    st.builds(modbus.ReadFileRecord, st.lists(references, min_size=1, max_size=35).map(tuple)),
    st.builds(modbus.WriteFileRecord, record_writes.map(tuple)),
    st.builds(modbus.ReadFifoQueue, word),
    st.builds(modbus.CanopenGeneralReference, st.binary(max_size=251)),
    st.builds(modbus.ReadDeviceIdentification, st.integers(1, 4), byte),
)

responses = st.one_of(
    st.builds(modbus.ReadCoilsResponse, whole_bytes),
    st.builds(modbus.ReadDiscreteInputsResponse, whole_bytes),
    st.builds(modbus.ReadHoldingRegistersResponse, words(125, 0)),
    st.builds(modbus.ReadInputRegistersResponse, words(125, 0)),
    st.builds(modbus.WriteSingleCoilResponse, word, word),
    st.builds(modbus.WriteSingleRegisterResponse, word, word),
    st.builds(modbus.WriteMultipleCoilsResponse, word, word),
    st.builds(modbus.WriteMultipleRegistersResponse, word, word),
    st.builds(modbus.MaskWriteRegisterResponse, word, word, word),
    st.builds(modbus.ReadWriteMultipleRegistersResponse, words(125, 0)),
    st.builds(modbus.ReadExceptionStatusResponse, byte),
    st.builds(modbus.DiagnosticsResponse, st.just(0), st.binary(max_size=250)),
    st.builds(modbus.DiagnosticsResponse, st.sampled_from(counters), st.binary(min_size=2, max_size=2)),
    st.builds(modbus.GetCommEventCounterResponse, word, word),
    st.builds(modbus.GetCommEventLogResponse, word, word, word, st.binary(max_size=64)),
    st.builds(modbus.ReportServerIdResponse, st.binary(max_size=251)),
    st.builds(modbus.ReadFileRecordResponse, record_contents.map(tuple)),
    st.builds(modbus.WriteFileRecordResponse, record_writes.map(tuple)),
    st.builds(modbus.ReadFifoQueueResponse, words(31, 0)),
    st.builds(modbus.CanopenGeneralReferenceResponse, st.binary(max_size=251)),
    st.builds(modbus.ReadDeviceIdentificationResponse, byte, byte, objects.map(tuple), byte, byte),
    st.builds(modbus.ExceptionResponse, st.integers(0, 127), byte),
)


@st.composite
def hostile_pdus(draw):
    """A right PDU with a few bytes set, cut off or added; or no PDU at all."""
    pdu = bytearray(draw(st.one_of(requests, responses)).encode())
    for _ in range(draw(st.integers(0, 3))):
        pdu[draw(st.integers(0, len(pdu) - 1))] = draw(byte)
    return bytes(pdu[: draw(st.integers(0, len(pdu)))]) + draw(st.binary(max_size=4))


hostile = st.one_of(hostile_pdus(), st.binary(max_size=300))


@given(requests)
def test_request_round_trip(request_):
    assert decode_request(request_.encode()) == request_


@given(responses)
def test_response_round_trip(response):
    assert decode_response(response.encode()) == response


@given(bits(2000), st.sampled_from((modbus.ReadCoils, modbus.ReadDiscreteInputs)), st.data())
def test_bits_read_round_trip_with_their_padding(values, read, data):
    answer = {1: modbus.ReadCoilsResponse, 2: modbus.ReadDiscreteInputsResponse}[read.function]
    response = answer(values, padding=data.draw(st.integers(0, (1 << -len(values) % 8) - 1)))

    assert decode_response(response.encode(), read(0, len(values))) == response


@given(bits(2100, 0))
def test_packed_bits_round_trip_lowest_first(values):
    packed = modbus.pack_bits(values)

    assert modbus.unpack_bits(packed, len(values)) == values
    assert int.from_bytes(packed, "little") == sum(1 << place for place, bit in enumerate(values) if bit)


@pytest.mark.parametrize("decode", [decode_request, decode_response])
@given(pdu=hostile)
def test_decoding_raises_nothing_else_and_what_it_accepts_it_reproduces(decode, pdu):
    try:
        message = decode(pdu)
    except DecodeError as refusal:
        assert 0 <= refusal.offset <= len(pdu)  # noqa: PT017 -- most inputs are refused, some are not
    else:
        assert message.encode() == pdu


@given(hostile, requests)
def test_decoding_an_answer_to_a_known_request_raises_nothing_else(pdu, request_):
    try:
        message = decode_response(pdu, request_)
    except DecodeError as refusal:
        assert 0 <= refusal.offset <= len(pdu)  # noqa: PT017 -- as above
    else:
        assert message.encode() == pdu


@given(st.one_of(requests, responses), hostile)
def test_each_class_refuses_what_is_not_its_own(message, pdu):
    try:
        other = type(message).decode(pdu)
    except DecodeError as refusal:
        assert 0 <= refusal.offset <= len(pdu)  # noqa: PT017 -- as above
    else:
        assert other.encode() == pdu
        assert other.function == message.function or type(other) is modbus.ExceptionResponse


adus = st.one_of(
    st.binary(max_size=300),
    st.builds(Adu, word, byte, hostile, word, st.one_of(st.none(), word)).map(Adu.encode),
)


@given(adus, st.booleans(), st.one_of(st.none(), adus))
def test_dissection_covers_every_byte_once_in_order(adu, response, request_):
    fields = dissect(adu, response=response, request=request_)
    ends = [0, *(field.end for field in fields)]

    assert [field.start for field in fields] == ends[:-1]
    assert ends[-1] == len(adu)
    assert all(field.start < field.end and field.name and field.value for field in fields)
    assert "undecoded bytes" not in {field.name for field in fields[:-1]}


@given(word, byte, requests, responses)
def test_dissection_names_every_byte_of_what_decodes(transaction, unit, request_, response):
    asked = dissect(Adu(transaction, unit, request_.encode()).encode(), response=False)
    answered = dissect(Adu(transaction, unit, response.encode()).encode(), response=True)

    assert "undecoded bytes" not in {field.name for field in asked + answered}


@given(st.lists(adus, max_size=5).map(b"".join), st.lists(st.integers(0, 40), max_size=30))
def test_framer_loses_nothing_however_the_stream_is_cut(stream, cuts):
    framer = Framer()
    frames = []
    rest = stream
    for cut in cuts:
        frames += framer.feed(rest[:cut])
        rest = rest[cut:]
    frames += framer.feed(rest)

    assert frames == Framer().feed(stream)
    assert b"".join(frame.raw for frame in frames) + framer.pending == stream
    assert all(stream[frame.offset :].startswith(frame.raw) for frame in frames)
    assert all(len(frame.raw) == 6 + frame.length for frame in frames)
    assert framer.expected is None or len(framer.pending) < framer.expected


@given(st.lists(st.builds(Adu, word, byte, st.binary(max_size=260), word), max_size=8))
def test_framer_gives_back_the_adus_sent(sent):
    frames = Framer().feed(b"".join(adu.encode() for adu in sent))

    assert [Adu(frame.transaction, frame.unit, frame.pdu, frame.protocol) for frame in frames] == sent
