"""What the codec writes, read by tshark: a dissector by another author, in another language."""

import pytest

from testbed.protocols import modbus
from testbed.protocols.modbus import (
    Adu,
    ExceptionResponse,
    ReadHoldingRegisters,
    ReadHoldingRegistersResponse,
)

DIALOGUE = [
    (
        modbus.ReadCoils(19, 19),
        {"modbus.reference_num": "19", "modbus.bit_cnt": "19"},
        modbus.ReadCoilsResponse(tuple(bit == "1" for bit in "1011001111010110101")),
        {"modbus.byte_cnt": "3", "modbus.bitval": "1 0 1 1 0 0 1 1 1 1 0 1 0 1 1 0 1 0 1"},
    ),
    (
        modbus.ReadDiscreteInputs(196, 3),
        {"modbus.reference_num": "196", "modbus.bit_cnt": "3"},
        modbus.ReadDiscreteInputsResponse((False, True, True)),
        {"modbus.byte_cnt": "1", "modbus.bitval": "0 1 1"},
    ),
    (
        modbus.ReadHoldingRegisters(107, 3),
        {"modbus.reference_num": "107", "modbus.word_cnt": "3"},
        modbus.ReadHoldingRegistersResponse((555, 0, 65535)),
        {"modbus.byte_cnt": "6", "modbus.regval_uint16": "555 0 65535"},
    ),
    (
        modbus.ReadInputRegisters(8, 1),
        {"modbus.reference_num": "8", "modbus.word_cnt": "1"},
        modbus.ReadInputRegistersResponse((10,)),
        {"modbus.byte_cnt": "2", "modbus.regval_uint16": "10"},
    ),
    (
        modbus.WriteSingleCoil(172, modbus.COIL_ON),
        {"modbus.reference_num": "172", "modbus.data": "ff00"},
        modbus.WriteSingleCoilResponse(172, modbus.COIL_ON),
        {"modbus.reference_num": "172", "modbus.data": "ff00"},
    ),
    (
        modbus.WriteSingleRegister(1, 0x1234),
        {"modbus.reference_num": "1", "modbus.data": "1234"},
        modbus.WriteSingleRegisterResponse(1, 0x1234),
        {"modbus.reference_num": "1", "modbus.data": "1234"},
    ),
    (modbus.ReadExceptionStatus(), {}, modbus.ReadExceptionStatusResponse(0x6D), {"modbus.data": "6d"}),
    (
        modbus.Diagnostics(modbus.SubFunction.RETURN_BUS_MESSAGE_COUNT),
        {"modbus.diagnostic_code": "11"},
        modbus.DiagnosticsResponse(modbus.SubFunction.RETURN_BUS_MESSAGE_COUNT, b"\x01\x02"),
        {"modbus.diagnostic_code": "11", "modbus.diagnostic.bus_message_count": "258"},
    ),
    (
        modbus.GetCommEventCounter(),
        {},
        modbus.GetCommEventCounterResponse(status=0xFFFF, event_count=264),
        {"modbus.ev_status": "0xffff", "modbus.ev_count": "264"},
    ),
    (
        modbus.GetCommEventLog(),
        {},
        modbus.GetCommEventLogResponse(status=0, event_count=264, message_count=289, events=b"\x20\x00"),
        {"modbus.byte_cnt": "8", "modbus.ev_count": "264", "modbus.ev_msg_count": "289"},
    ),
    (
        modbus.WriteMultipleCoils(19, tuple(bit == "1" for bit in "1011001110")),
        {"modbus.reference_num": "19", "modbus.bit_cnt": "10", "modbus.byte_cnt": "2", "modbus.data": "cd01"},
        modbus.WriteMultipleCoilsResponse(19, 10),
        {"modbus.reference_num": "19", "modbus.bit_cnt": "10"},
    ),
    (
        modbus.WriteMultipleRegisters(1, (10, 258)),
        {"modbus.word_cnt": "2", "modbus.byte_cnt": "4", "modbus.regval_uint16": "10 258"},
        modbus.WriteMultipleRegistersResponse(1, 2),
        {"modbus.reference_num": "1", "modbus.word_cnt": "2"},
    ),
    (
        modbus.ReportServerId(),
        {},
        modbus.ReportServerIdResponse(b"PX\xff"),
        {"modbus.data": "035058ff"},
    ),
    (
        modbus.ReadFileRecord((modbus.RecordReference(4, 1, 2), modbus.RecordReference(3, 9, 2))),
        {
            "modbus.byte_cnt": "14",
            "modbus.reference_type": "6 6",
            "modbus.reference_num_32": f"{4 << 16 | 1} {3 << 16 | 9}",
            "modbus.word_cnt": "2 2",
        },
        modbus.ReadFileRecordResponse((modbus.RecordContent((1, 2)), modbus.RecordContent((3, 4)))),
        {"modbus.byte_cnt": "12 5 5", "modbus.reference_type": "6 6"},
    ),
    (
        modbus.WriteFileRecord((modbus.RecordWrite(4, 7, (0x06AF, 0x04BE, 0x100D)),)),
        {"modbus.byte_cnt": "13", "modbus.word_cnt": "3", "modbus.data": "06af04be100d"},
        modbus.WriteFileRecordResponse((modbus.RecordWrite(4, 7, (0x06AF, 0x04BE, 0x100D)),)),
        {"modbus.reference_num_32": str(4 << 16 | 7), "modbus.data": "06af04be100d"},
    ),
    (
        modbus.MaskWriteRegister(4, 0x00F2, 0x0025),
        {"modbus.reference_num": "4", "modbus.and_mask": "0x00f2", "modbus.or_mask": "0x0025"},
        modbus.MaskWriteRegisterResponse(4, 0x00F2, 0x0025),
        {"modbus.reference_num": "4", "modbus.and_mask": "0x00f2", "modbus.or_mask": "0x0025"},
    ),
    (
        modbus.ReadWriteMultipleRegisters(3, 2, 14, (255, 1)),
        {
            "modbus.read_reference_num": "3",
            "modbus.read_word_cnt": "2",
            "modbus.write_reference_num": "14",
            "modbus.write_word_cnt": "2",
            "modbus.byte_cnt": "4",
            "modbus.data": "00ff0001",
        },
        modbus.ReadWriteMultipleRegistersResponse((0x00FE, 0x0ACD)),
        {"modbus.byte_cnt": "4", "modbus.data": "00fe0acd"},
    ),
    (
        modbus.ReadFifoQueue(1246),
        {"modbus.reference_num": "1246"},
        modbus.ReadFifoQueueResponse((440, 4740)),
        {"modbus.byte_cnt_16": "6", "modbus.word_cnt": "2", "modbus.data": "01b81284"},
    ),
    (
        modbus.CanopenGeneralReference(b"\x01\x02"),
        {"modbus.mei": "13"},
        modbus.CanopenGeneralReferenceResponse(b"\x03"),
        {"modbus.mei": "13"},
    ),
    (
        modbus.ReadDeviceIdentification(modbus.ReadDeviceIdCode.BASIC),
        {"modbus.mei": "14", "modbus.read_device_id": "1", "modbus.object_id": "0"},
        modbus.ReadDeviceIdentificationResponse(
            1, 0x81, (modbus.DeviceObject(0, b"Example"), modbus.DeviceObject(1, b"PX")), 0xFF, 2
        ),
        {
            "modbus.conformity_level": "0x81",
            "modbus.more_follows": "0xff",
            "modbus.next_object_id": "2",
            "modbus.num_objects": "2",
            "modbus.objects_len": "7 2",
            "modbus.object_str_value": "Example PX",
        },
    ),
]

HEADER = ["mbtcp.trans_id", "mbtcp.prot_id", "mbtcp.len", "mbtcp.unit_id", "modbus.func_code"]


def header(transaction, pdu):
    numbers = transaction, 0, len(pdu.encode()) + 1, 17, pdu.function
    return dict(zip(HEADER, map(str, numbers), strict=True))


def test_every_function_as_tshark_reads_it(tshark):
    shown = sorted({field for _, asked, _, answered in DIALOGUE for field in asked | answered})
    packets, expected = [], []
    for transaction, (request, asked, response, answered) in enumerate(DIALOGUE):
        packets.append((False, Adu(transaction, 17, request.encode()).encode()))
        expected.append(header(transaction, request) | asked)
        packets.append((True, Adu(transaction, 17, response.encode()).encode()))
        paired = {"modbus.request_frame": str(len(packets) - 1), "_ws.malformed": ""}
        expected.append(header(transaction, response) | answered | paired)

    rows = tshark(packets, [*HEADER, *shown, "modbus.request_frame", "_ws.malformed"])

    assert len(rows) == len(expected)
    for row, fields in zip(rows, expected, strict=True):
        assert {name: row[name] for name in fields} == fields


def test_the_dialogue_shows_every_public_function():
    assert {request.function for request, *_ in DIALOGUE} == set(modbus.Function)


@pytest.mark.parametrize("code", modbus.ExceptionCode)
def test_exception_as_tshark_reads_it(tshark, code):
    request, response = ReadHoldingRegisters(0xFFFF, 2), ExceptionResponse(3, code)
    packets = [(False, Adu(1, 1, request.encode()).encode()), (True, Adu(1, 1, response.encode()).encode())]
    rows = tshark(packets, ["modbus.func_code", "modbus.exception_code", "mbtcp.len"])

    assert rows[1] == {"modbus.func_code": "3", "modbus.exception_code": str(int(code)), "mbtcp.len": "3"}


def test_registers_of_every_quantity_as_tshark_reads_them(tshark):
    packets, expected = [], []
    for quantity in range(1, 126):
        values = tuple(quantity * 521 + place * 7919 & 0xFFFF for place in range(quantity))
        response = ReadHoldingRegistersResponse(values)
        packets.append((False, Adu(quantity, 1, ReadHoldingRegisters(0, quantity).encode()).encode()))
        packets.append((True, Adu(quantity, 1, response.encode()).encode()))
        expected.append(" ".join(map(str, values)))

    rows = tshark(packets, ["modbus.regval_uint16"])

    assert [row["modbus.regval_uint16"] for row in rows[1::2]] == expected


def test_tshark_can_say_no(tshark):
    """An oracle that never objects would prove nothing: a byte count lies, and objects do not come."""
    question = Adu(1, 1, ReadHoldingRegisters(0, 2).encode()).encode()
    lying = ReadHoldingRegistersResponse((1, 2), byte_count=6).encode()
    short = modbus.ReadDeviceIdentificationResponse(1, 1, (), number_of_objects=2).encode()
    packets = [(False, question), (True, Adu(1, 1, lying).encode()), (True, Adu(2, 1, short).encode())]
    rows = tshark(packets, ["modbus.regval_uint16", "_ws.malformed"])

    assert rows[1] == {"modbus.regval_uint16": "", "_ws.malformed": ""}  # data, not registers
    assert "Malformed" in rows[2]["_ws.malformed"]
    for refused in (lying, short):
        with pytest.raises(modbus.DecodeError):
            modbus.decode_response(refused)
