"""MODBUS Application Protocol V1.1b3, 6: the worked example of each public function, typed from the text.

6.13 and 6.20 work no example; theirs are ours. In 6.21 the length of the second object is ours too: the one
printed does not count the characters beside it.
"""

import pytest

from testbed.protocols import modbus
from testbed.protocols.modbus import ExceptionResponse, decode_request, decode_response

EXAMPLES = {
    "6.1 Read Coils": (
        modbus.ReadCoils(19, 19),
        "01 00 13 00 13",
        modbus.ReadCoilsResponse(tuple(bit == "1" for bit in "1011001111010110101")),
        "01 03 CD 6B 05",
    ),
    "6.2 Read Discrete Inputs": (
        modbus.ReadDiscreteInputs(196, 22),
        "02 00 C4 00 16",
        modbus.ReadDiscreteInputsResponse(tuple(bit == "1" for bit in "0011010111011011101011")),
        "02 03 AC DB 35",
    ),
    "6.3 Read Holding Registers": (
        modbus.ReadHoldingRegisters(107, 3),
        "03 00 6B 00 03",
        modbus.ReadHoldingRegistersResponse((555, 0, 100)),
        "03 06 02 2B 00 00 00 64",
    ),
    "6.4 Read Input Registers": (
        modbus.ReadInputRegisters(8, 1),
        "04 00 08 00 01",
        modbus.ReadInputRegistersResponse((10,)),
        "04 02 00 0A",
    ),
    "6.5 Write Single Coil": (
        modbus.WriteSingleCoil(172, modbus.COIL_ON),
        "05 00 AC FF 00",
        modbus.WriteSingleCoilResponse(172, modbus.COIL_ON),
        "05 00 AC FF 00",
    ),
    "6.6 Write Single Register": (
        modbus.WriteSingleRegister(1, 3),
        "06 00 01 00 03",
        modbus.WriteSingleRegisterResponse(1, 3),
        "06 00 01 00 03",
    ),
    "6.7 Read Exception Status": (
        modbus.ReadExceptionStatus(),
        "07",
        modbus.ReadExceptionStatusResponse(0x6D),
        "07 6D",
    ),
    "6.8 Diagnostics": (
        modbus.Diagnostics(modbus.SubFunction.RETURN_QUERY_DATA, b"\xa5\x37"),
        "08 00 00 A5 37",
        modbus.DiagnosticsResponse(modbus.SubFunction.RETURN_QUERY_DATA, b"\xa5\x37"),
        "08 00 00 A5 37",
    ),
    "6.9 Get Comm Event Counter": (
        modbus.GetCommEventCounter(),
        "0B",
        modbus.GetCommEventCounterResponse(status=0xFFFF, event_count=264),
        "0B FF FF 01 08",
    ),
    "6.10 Get Comm Event Log": (
        modbus.GetCommEventLog(),
        "0C",
        modbus.GetCommEventLogResponse(status=0, event_count=264, message_count=289, events=b"\x20\x00"),
        "0C 08 00 00 01 08 01 21 20 00",
    ),
    "6.11 Write Multiple Coils": (
        modbus.WriteMultipleCoils(19, tuple(bit == "1" for bit in "1011001110")),
        "0F 00 13 00 0A 02 CD 01",
        modbus.WriteMultipleCoilsResponse(19, 10),
        "0F 00 13 00 0A",
    ),
    "6.12 Write Multiple Registers": (
        modbus.WriteMultipleRegisters(1, (0x000A, 0x0102)),
        "10 00 01 00 02 04 00 0A 01 02",
        modbus.WriteMultipleRegistersResponse(1, 2),
        "10 00 01 00 02",
    ),
    "6.13 Report Server ID": (
        modbus.ReportServerId(),
        "11",
        modbus.ReportServerIdResponse(b"PX-200\xff"),
        "11 07 50 58 2D 32 30 30 FF",
    ),
    "6.14 Read File Record": (
        modbus.ReadFileRecord((modbus.RecordReference(4, 1, 2), modbus.RecordReference(3, 9, 2))),
        "14 0E 06 00 04 00 01 00 02 06 00 03 00 09 00 02",
        modbus.ReadFileRecordResponse(
            (modbus.RecordContent((0x0DFE, 0x0020)), modbus.RecordContent((0x33CD, 0x0040)))
        ),
        "14 0C 05 06 0D FE 00 20 05 06 33 CD 00 40",
    ),
    "6.15 Write File Record": (
        modbus.WriteFileRecord((modbus.RecordWrite(4, 7, (0x06AF, 0x04BE, 0x100D)),)),
        "15 0D 06 00 04 00 07 00 03 06 AF 04 BE 10 0D",
        modbus.WriteFileRecordResponse((modbus.RecordWrite(4, 7, (0x06AF, 0x04BE, 0x100D)),)),
        "15 0D 06 00 04 00 07 00 03 06 AF 04 BE 10 0D",
    ),
    "6.16 Mask Write Register": (
        modbus.MaskWriteRegister(4, 0x00F2, 0x0025),
        "16 00 04 00 F2 00 25",
        modbus.MaskWriteRegisterResponse(4, 0x00F2, 0x0025),
        "16 00 04 00 F2 00 25",
    ),
    "6.17 Read/Write Multiple Registers": (
        modbus.ReadWriteMultipleRegisters(3, 6, 14, (255, 255, 255)),
        "17 00 03 00 06 00 0E 00 03 06 00 FF 00 FF 00 FF",
        modbus.ReadWriteMultipleRegistersResponse((0x00FE, 0x0ACD, 1, 3, 0x000D, 0x00FF)),
        "17 0C 00 FE 0A CD 00 01 00 03 00 0D 00 FF",
    ),
    "6.18 Read FIFO Queue": (
        modbus.ReadFifoQueue(0x04DE),
        "18 04 DE",
        modbus.ReadFifoQueueResponse((440, 4740)),
        "18 00 06 00 02 01 B8 12 84",
    ),
    "6.20 CANopen General Reference": (
        modbus.CanopenGeneralReference(b"\x01\x02"),
        "2B 0D 01 02",
        modbus.CanopenGeneralReferenceResponse(b"\x03"),
        "2B 0D 03",
    ),
    "6.21 Read Device Identification": (
        modbus.ReadDeviceIdentification(modbus.ReadDeviceIdCode.BASIC, 0),
        "2B 0E 01 00",
        modbus.ReadDeviceIdentificationResponse(
            code=modbus.ReadDeviceIdCode.BASIC,
            conformity=1,
            objects=(
                modbus.DeviceObject(0, b"Company identification"),
                modbus.DeviceObject(1, b"Product code XX"),
                modbus.DeviceObject(2, b"V2.11"),
            ),
        ),
        (
            "2B 0E 01 01 00 00 03"
            " 00 16 43 6F 6D 70 61 6E 79 20 69 64 65 6E 74 69 66 69 63 61 74 69 6F 6E"
            " 01 0F 50 72 6F 64 75 63 74 20 63 6F 64 65 20 58 58"
            " 02 05 56 32 2E 31 31"
        ),
    ),
}

each_example = pytest.mark.parametrize(
    ("request_", "request_hex", "response", "response_hex"), EXAMPLES.values(), ids=EXAMPLES.keys()
)


@each_example
def test_request(request_, request_hex, response, response_hex):  # noqa: ARG001
    assert request_.encode() == bytes.fromhex(request_hex)
    assert decode_request(bytes.fromhex(request_hex)) == request_


@each_example
def test_response(request_, request_hex, response, response_hex):  # noqa: ARG001
    assert response.encode() == bytes.fromhex(response_hex)
    assert decode_response(bytes.fromhex(response_hex), request_) == response


@each_example
def test_exception(request_, request_hex, response, response_hex):
    function = bytes.fromhex(request_hex)[0]
    refusal = ExceptionResponse(function, modbus.ExceptionCode.ILLEGAL_DATA_ADDRESS)

    assert request_.function == response.function == function == bytes.fromhex(response_hex)[0]
    assert refusal.encode() == bytes((function + 0x80, 2))
    assert decode_response(refusal.encode(), request_) == decode_response(refusal.encode()) == refusal


@each_example
def test_every_byte_of_an_example_has_a_name(request_, request_hex, response, response_hex):  # noqa: ARG001
    question = modbus.Adu(1, 1, bytes.fromhex(request_hex)).encode()
    answer = modbus.Adu(1, 1, bytes.fromhex(response_hex)).encode()
    asked = modbus.dissect(question, response=False)
    answered = modbus.dissect(answer, response=True, request=question)

    assert "undecoded bytes" not in {field.name for field in asked + answered}


def test_the_examples_show_every_public_function():
    assert {request.function for request, *_ in EXAMPLES.values()} == set(modbus.Function)


def test_exception_example_of_clause_7():
    """A coil is asked for that the server does not have."""
    question = decode_request(bytes.fromhex("01 04 A1 00 01"))

    assert question == modbus.ReadCoils(1185, 1)
    assert decode_response(bytes.fromhex("81 02"), question) == ExceptionResponse(1, 2)


def test_identification_in_two_transactions_of_clause_6_21():
    first = decode_response(bytes.fromhex("2B 0E 01 01 FF 02 01 00 03") + b"Any")
    second = decode_response(bytes.fromhex("2B 0E 01 01 00 00 01 02 05") + b"V2.11")

    assert (first.more_follows, first.next_object_id) == (0xFF, 2)
    assert (second.more_follows, second.next_object_id) == (0, 0)
    assert first.objects + second.objects == (
        modbus.DeviceObject(0, b"Any"),
        modbus.DeviceObject(2, b"V2.11"),
    )
