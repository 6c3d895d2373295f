"""What the codec refuses to read, where it says the fault lies, and what it nevertheless can send."""

import pytest

from testbed.protocols import modbus
from testbed.protocols.modbus import (
    DecodeError,
    EncodeError,
    UnknownFunction,
    decode_request,
    decode_response,
)

REQUESTS_REFUSED = {
    "nothing": ("", 0),
    "one byte short": ("03 00 6B 00", 4),
    "one byte in excess": ("03 00 6B 00 03 00", 5),
    "no coils": ("01 00 00 00 00", 3),
    "2001 coils": ("01 00 00 07 D1", 3),
    "2001 inputs": ("02 00 00 07 D1", 3),
    "126 holding registers": ("03 00 00 00 7E", 3),
    "126 input registers": ("04 00 00 00 7E", 3),
    "coil neither on nor off": ("05 00 00 FF 01", 3),
    "word on a bare function": ("07 00", 1),
    "odd query data": ("08 00 00 A5", 3),
    "no query data": ("08 00 00", 3),
    "restart with other data": ("08 00 01 12 34", 3),
    "delimiter with a second character": ("08 00 03 0D 0D", 3),
    "counter with data": ("08 00 0B 00 01", 3),
    "counter with excess": ("08 00 0B 00 00 00", 5),
    "sub-function cut short": ("08 00", 2),
    "no coils to write": ("0F 00 00 00 00 00", 3),
    "1969 coils to write": ("0F 00 00 07 B1 F7" + 247 * " 00", 3),
    "byte count of coils": ("0F 00 00 00 09 01 00", 5),
    "coils cut short": ("0F 00 00 00 09 02 00", 7),
    "no registers to write": ("10 00 00 00 00 00", 3),
    "124 registers to write": ("10 00 00 00 7C F8" + 248 * " 00", 253),
    "byte count of registers": ("10 00 00 00 02 03 00 00 00 00", 5),
    "registers in excess": ("10 00 00 00 01 02 00 00 00", 8),
    "no sub-request": ("14 00", 1),
    "byte count of a reference": ("14 08 06 00 04 00 01 00 02 06", 1),
    "reference cut short": ("14 07 06 00 04 00 01 00", 8),
    "nothing to write to a file": ("15 07 06 00 04 00 07 00 00", 1),
    "record length of more than follows": ("15 09 06 00 04 00 07 00 02 12 34", 7),
    "second sub-request cut short": ("15 0B 06 00 04 00 07 00 01 12 34 06 00", 11),
    "mask cut short": ("16 00 04 00 F2", 5),
    "read 126 and write": ("17 00 00 00 7E 00 00 00 01 02 00 00", 3),
    "read and write none": ("17 00 00 00 01 00 00 00 00 00", 7),
    "read and write 122": ("17 00 00 00 01 00 00 00 7A F4" + 243 * " 00", 7),
    "read and write, byte count": ("17 00 00 00 01 00 00 00 02 02 00 01", 9),
    "no MEI type": ("2B", 1),
    "identification cut short": ("2B 0E 01", 3),
    "identification code 0": ("2B 0E 00 00", 2),
    "identification code 5": ("2B 0E 05 00", 2),
    "254 bytes": ("2B 0D" + 252 * " 00", 253),
}

RESPONSES_REFUSED = {
    "nothing": ("", 0),
    "exception of three bytes": ("83 02 00", 2),
    "exception of one byte": ("83", 1),
    "byte count of more than follows": ("03 04 00 00", 4),
    "byte count of less than follows": ("03 02 00 00 00 00", 4),
    "odd byte count": ("03 03 00 00 00", 1),
    "event log's byte count": ("0C 07 00 00 00 00 00 00", 8),
    "event log without its words": ("0C 00", 2),
    "server id's byte count": ("11 03 01 02", 4),
    "even file response length": ("14 04 02 06 00 00", 2),
    "file response length of more than follows": ("14 04 05 06 00 00", 2),
    "FIFO byte count": ("18 00 06 00 01 00 00", 1),
    "FIFO cut short": ("18 00 04 00 01 00", 6),
    "fewer objects than announced": ("2B 0E 01 01 00 00 02 00 01 41", 10),
    "object longer than the PDU": ("2B 0E 01 01 00 00 01 00 09 41", 7),
    "bytes after the last object": ("2B 0E 01 01 00 00 01 00 01 41 42", 10),
    "254 bytes": ("03 FC" + 252 * " 00", 253),
}

UNKNOWN = {
    "function 0": ("00", 0),
    "reserved function": ("5A 00 00", 0),
    "function 127": ("7F", 0),
    "reserved sub-function": ("08 00 05 00 00", 1),
    "reserved MEI type": ("2B 0C 00", 1),
}


@pytest.mark.parametrize(("pdu", "offset"), REQUESTS_REFUSED.values(), ids=REQUESTS_REFUSED.keys())
def test_request_is_refused_at(pdu, offset):
    with pytest.raises(DecodeError) as refusal:
        decode_request(bytes.fromhex(pdu))

    assert refusal.value.offset == offset
    assert not isinstance(refusal.value, UnknownFunction)


@pytest.mark.parametrize(("pdu", "offset"), RESPONSES_REFUSED.values(), ids=RESPONSES_REFUSED.keys())
def test_response_is_refused_at(pdu, offset):
    with pytest.raises(DecodeError) as refusal:
        decode_response(bytes.fromhex(pdu))

    assert refusal.value.offset == offset
    assert not isinstance(refusal.value, UnknownFunction)


@pytest.mark.parametrize("decode", [decode_request, decode_response])
@pytest.mark.parametrize(("pdu", "offset"), UNKNOWN.values(), ids=UNKNOWN.keys())
def test_what_is_not_public_is_unknown(decode, pdu, offset):
    with pytest.raises(UnknownFunction) as refusal:
        decode(bytes.fromhex(pdu))

    assert refusal.value.offset == offset


def test_request_with_the_error_bit_is_unknown():
    with pytest.raises(UnknownFunction):
        decode_request(bytes.fromhex("83 00 00 00 01"))


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (modbus.ReadCoils(0, 9), "01 01 00"),
        (modbus.ReadCoils(0, 8), "01 02 00 00"),
        (modbus.ReadHoldingRegisters(0, 2), "03 02 00 00"),
        (modbus.ReadWriteMultipleRegisters(0, 2, 0, (1,)), "17 02 00 00"),
        (modbus.ReadFileRecord((modbus.RecordReference(1, 0, 2),)), "14 04 03 06 00 00"),
        (modbus.ReadHoldingRegisters(0, 1), "04 02 00 00"),
        (modbus.ReadHoldingRegisters(0, 1), "84 02"),
    ],
)
def test_response_to_another_question_is_refused(request_, answer):
    with pytest.raises(DecodeError):
        decode_response(bytes.fromhex(answer), request_)


@pytest.mark.parametrize(
    ("message", "pdu", "offset"),
    [
        (modbus.ReadCoils, b"", 0),
        (modbus.ReadCoils, b"\x02\x00\x00\x00\x01", 0),
        (modbus.ReadDeviceIdentification, b"\x2b\x0d\x01\x00", 1),
        (modbus.ExceptionResponse, b"\x03\x02", 0),
    ],
)
def test_class_refuses_another_class_of_pdu_at(message, pdu, offset):
    with pytest.raises(DecodeError) as refusal:
        message.decode(pdu)

    assert refusal.value.offset == offset


def test_padding_and_echoes_of_a_response_are_shown_not_judged():
    assert decode_response(b"\x01\x01\xfd", modbus.ReadCoils(0, 3)) == modbus.ReadCoilsResponse(
        (True, False, True), padding=0b11111
    )
    assert decode_response(bytes.fromhex("05 00 01 12 34"), modbus.WriteSingleCoil(0, modbus.COIL_ON)) == (
        modbus.WriteSingleCoilResponse(1, 0x1234)
    )


@pytest.mark.parametrize(
    ("pdu", "expected"),
    [
        (modbus.ReadCoils(0xFFFF, 0xFFFF), "01 FF FF FF FF"),
        (modbus.WriteSingleCoil(0, 0x1234), "05 00 00 12 34"),
        (modbus.WriteMultipleCoils(0, (True,), quantity=9, byte_count=3), "0F 00 00 00 09 03 01"),
        (modbus.WriteMultipleCoils(0, (True,), padding=0x7F), "0F 00 00 00 01 01 FF"),
        (modbus.WriteMultipleRegisters(0, (), quantity=0xFFFF), "10 00 00 FF FF 00"),
        (modbus.ReadWriteMultipleRegisters(0, 0, 0, (1,), 2, 7), "17 00 00 00 00 00 00 00 02 07 00 01"),
        (modbus.ReadCoilsResponse((True,), byte_count=9, padding=1), "01 09 03"),
        (modbus.ReadHoldingRegistersResponse((1,), byte_count=3), "03 03 00 01"),
        (modbus.GetCommEventLogResponse(0, 0, 0, b"", byte_count=0), "0C 00 00 00 00 00 00 00"),
        (modbus.ReportServerIdResponse(b"", byte_count=1), "11 01"),
        (modbus.ReadFileRecord((), byte_count=7), "14 07"),
        (modbus.ReadFileRecordResponse((modbus.RecordContent((), 7, 9),)), "14 02 09 07"),
        (modbus.WriteFileRecord((modbus.RecordWrite(1, 2, (), length=3),)), "15 07 06 00 01 00 02 00 03"),
        (modbus.ReadFifoQueueResponse((), fifo_count=32, byte_count=0), "18 00 00 00 20"),
        (
            modbus.ReadDeviceIdentificationResponse(
                9, 9, (modbus.DeviceObject(0, b"", 4),), number_of_objects=3
            ),
            "2B 0E 09 09 00 00 03 00 04",
        ),
        (modbus.ExceptionResponse(3, 0x7F), "83 7F"),
    ],
)
def test_wrong_messages_can_be_sent(pdu, expected):
    assert pdu.encode() == bytes.fromhex(expected)


@pytest.mark.parametrize(
    "pdu",
    [
        modbus.ReadCoils(0x10000, 1),
        modbus.ReadCoils(-1, 1),
        modbus.WriteMultipleRegisters(0, (0x10000,)),
        modbus.WriteMultipleRegisters(0, (0,) * 128),
        modbus.WriteMultipleCoils(0, (True,), padding=0x80),
        modbus.ReportServerIdResponse(bytes(256)),
        modbus.Adu(1, 256, b""),
        modbus.Adu(1, 1, b"", length=0x10000),
    ],
)
def test_what_does_not_fit_its_field_is_refused(pdu):
    with pytest.raises(EncodeError):
        pdu.encode()


def test_bits_beyond_the_data_are_refused():
    assert modbus.unpack_bits(b"\x05", 3) == (True, False, True)
    with pytest.raises(DecodeError):
        modbus.unpack_bits(b"\x05", 9)
