"""File records, FIFO queues and identification of the reference controller, against the examples of AP 6."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_simulators.modbus.datastore import Registers
from device_simulators.modbus.devices import Plc
from device_simulators.modbus.identification import Identity
from device_simulators.modbus.server import ModbusServer
from testbed.protocols.modbus import (
    DecodeError,
    ExceptionResponse,
    ReadDeviceIdentification,
    decode_request,
    decode_response,
)

FUNCTIONS = [20, 21, 24, 43]


def ask(server, request):
    return server.answer(bytes.fromhex(request)).hex(" ")


@pytest.fixture
def ap():
    """A device that holds what the worked examples of AP 6.14 to 6.21 read."""
    server = ModbusServer()
    server.files = {3: Registers([(9, [0x33CD, 0x0040])]), 4: Registers([(1, [0x0DFE, 0x0020, *[0] * 7])])}
    server.fifos = {0x04DE: (0x01B8, 0x1284)}
    objects = {0: b"Company identification", 1: b"Product code XX", 2: b"V2.11"}
    server.identity = Identity(1, objects)
    return server


@pytest.mark.parametrize(
    ("request_pdu", "response_pdu"),
    [
        (
            "14 0e 06 0004 0001 0002 06 0003 0009 0002",  # 6.14
            "14 0c 05 06 0d fe 00 20 05 06 33 cd 00 40",
        ),
        (
            "15 0d 06 0004 0007 0003 06af 04be 100d",  # 6.15
            "15 0d 06 00 04 00 07 00 03 06 af 04 be 10 0d",
        ),
        ("18 04de", "18 00 06 00 02 01 b8 12 84"),  # 6.18
        (
            "2b 0e 01 00",  # 6.21
            "2b 0e 01 01 00 00 03 "
            + (b"\x00\x16Company identification" + b"\x01\x0fProduct code XX" + b"\x02\x05V2.11").hex(" "),
        ),
    ],
)
def test_worked_examples(ap, request_pdu, response_pdu):
    assert ask(ap, request_pdu) == response_pdu


def test_what_the_worked_example_writes_is_there_afterwards(ap):
    ask(ap, "15 0d 06 0004 0007 0003 06af 04be 100d")

    assert ask(ap, "14 07 06 0004 0007 0003") == "14 08 07 06 06 af 04 be 10 0d"


@pytest.mark.parametrize(
    ("request_pdu", "code"),
    [
        ("14", 3),
        ("14 00", 3),  # no group
        ("14 06 06 0004 0001 00", 3),
        ("14 08 06 0004 0001 0002 06", 3),  # no whole groups
        ("14 07 06 0004 0001", 3),  # short
        ("14 07 05 0004 0001 0002", 2),
        ("14 07 06 0000 0001 0002", 2),
        ("14 07 06 0005 0001 0002", 2),  # no such file
        ("14 07 06 0004 2710 0001", 2),
        ("14 07 06 0004 270f 0002", 2),
        ("14 07 06 0004 00ff 0002", 2),  # past the end of the file
        ("14 07 06 0004 0001 0000", 2),  # nothing
        ("14 07 06 0004 0000 007d", 3),  # longer than a PDU
        ("15", 3),
        ("15 07 06 0004 0007 0000", 3),
        ("15 09 06 0004 0007 0002 1234", 3),
        ("15 0b 06 0004 0007 0001 1234 5678", 3),
        ("15 09 07 0004 0007 0001 1234", 2),
        ("18 0000", 2),
        ("18 050a", 3),  # more than 31
        ("18 04", 3),
        ("2b", 3),
        ("2b 0e", 3),
        ("2b 0e 00 00", 3),
        ("2b 0e 05 00", 3),
        ("2b 0e 04 7f", 2),
        ("2b 0d 00 00", 1),
        ("2b 0f 00 00", 1),
    ],
)
def test_refused(request_pdu, code):
    assert ask(Plc(), request_pdu) == f"{int(request_pdu[:2], 16) | 0x80:02x} 0{code}"


def test_nothing_is_written_where_one_group_is_wrong():
    plc = Plc()

    assert ask(plc, "15 12 06 0004 0000 0001 1111 06 0000 0000 0001 2222") == "95 02"
    assert ask(plc, "14 07 06 0004 0000 0001") == "14 04 03 06 0f a0"


def test_an_object_alone_only_where_the_conformity_says_so(ap):
    assert ask(ap, "2b 0e 04 02") == "ab 03"
    ap.identity = Identity(0x81, ap.identity.objects)

    assert ask(ap, "2b 0e 04 02") == "2b 0e 04 81 00 00 01 02 05 56 32 2e 31 31"


def test_more_is_asked_for_than_there_is(ap):
    assert ask(ap, "2b 0e 03 00") == ask(ap, "2b 0e 01 00").replace("2b 0e 01", "2b 0e 03", 1)


@pytest.mark.parametrize(("code", "answers"), [(1, 1), (2, 1), (3, 3)])
def test_a_long_identification_takes_several_answers_and_tells_all(code, answers):
    plc, told, following, count = Plc(), {}, 0, 0
    while following is not None:
        request = ReadDeviceIdentification(code, following)
        response = decode_response(plc.answer(request.encode()), request)
        told |= {one.object_id: one.value for one in response.objects}
        following = response.next_object_id if response.more_follows else None
        count += 1

    assert count == answers
    assert told == {
        one: value for one, value in plc.identity.objects.items() if one <= {1: 2, 2: 0x7F, 3: 0xFF}[code]
    }


PLC = Plc()


@given(st.sampled_from(FUNCTIONS), st.binary(max_size=252))
def test_any_request_is_answered_as_the_codec_reads_it(function, data):
    request = bytes([function]) + data
    answer = PLC.answer(request)

    assert len(answer) <= 253
    try:
        decoded = decode_request(request)
    except DecodeError:
        assert isinstance(decode_response(answer), ExceptionResponse)
    else:
        decode_response(answer, decoded)
