"""The rules of the reference server, against the worked examples and limits of the Application Protocol."""

from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_simulators.modbus.datastore import Bits, Registers
from device_simulators.modbus.devices import IoBlock, Plc, Transmitter
from device_simulators.modbus.server import ModbusServer
from testbed.protocols.modbus import (
    DecodeError,
    ExceptionCode,
    ExceptionResponse,
    UnknownFunction,
    decode_request,
    decode_response,
)


def ask(server, request):
    return server.answer(bytes.fromhex(request)).hex(" ")


@pytest.fixture
def ap():
    """A device that holds what the worked examples of AP 6 read."""

    def bits(text):
        return [bit == "1" for bit in text.replace(" ", "")[::-1]]

    return ModbusServer(
        coils=Bits([(0x13, bits("101 01101011 11001101")), (0xAC, [False])]),
        discrete_inputs=Bits([(0xC4, bits("110101 11011011 10101100"))]),
        holding_registers=Registers(
            [
                (0x01, [0, 0]),
                (0x03, [0x00FE, 0x0ACD, 0x0001, 0x0003, 0x000D, 0x00FF]),
                (0x0E, [0, 0, 0]),
                (0x6B, [0x022B, 0x0000, 0x0064]),
            ]
        ),
        input_registers=Registers([(0x08, [0x000A])]),
    )


@pytest.mark.parametrize(
    ("request_pdu", "response_pdu"),
    [
        ("01 00 13 00 13", "01 03 cd 6b 05"),  # 6.1
        ("02 00 c4 00 16", "02 03 ac db 35"),  # 6.2
        ("03 00 6b 00 03", "03 06 02 2b 00 00 00 64"),  # 6.3
        ("04 00 08 00 01", "04 02 00 0a"),  # 6.4
        ("05 00 ac ff 00", "05 00 ac ff 00"),  # 6.5
        ("06 00 01 00 03", "06 00 01 00 03"),  # 6.6
        ("0f 00 13 00 0a 02 cd 01", "0f 00 13 00 0a"),  # 6.11
        ("10 00 01 00 02 04 00 0a 01 02", "10 00 01 00 02"),  # 6.12
        ("16 00 04 00 f2 00 25", "16 00 04 00 f2 00 25"),  # 6.16
        (
            "17 00 03 00 06 00 0e 00 03 06 00 ff 00 ff 00 ff",  # 6.17
            "17 0c 00 fe 0a cd 00 01 00 03 00 0d 00 ff",
        ),
    ],
)
def test_worked_examples(ap, request_pdu, response_pdu):
    assert ask(ap, request_pdu) == response_pdu


def test_what_the_worked_examples_write_is_there_afterwards(ap):
    ap.holding_registers[4] = 0x12
    for request in (
        "05 00 ac ff 00",
        "06 00 08 00 03",
        "0f 00 13 00 0a 02 32 02",
        "10 00 01 00 02 04 00 0a 01 02",
        "16 00 04 00 f2 00 25",
        "17 00 03 00 06 00 0e 00 03 06 00 ff 00 fe 00 fd",
    ):
        ask(ap, request)

    assert ask(ap, "01 00 ac 00 01") == "01 01 01"
    assert ask(ap, "03 00 08 00 01") == "03 02 00 03"
    assert ask(ap, "01 00 13 00 13") == "01 03 32 6a 05"  # the nine coils behind the ten stay
    assert ask(ap, "03 00 01 00 02") == "03 04 00 0a 01 02"
    assert ask(ap, "03 00 04 00 01") == "03 02 00 17"
    assert ask(ap, "03 00 0e 00 03") == "03 06 00 ff 00 fe 00 fd"


READS = {"01": 2000, "02": 2000, "03": 125, "04": 125}


@pytest.mark.parametrize(("function", "maximum"), READS.items())
class TestReads:
    def test_longest(self, function, maximum):
        answer = Plc().answer(bytes.fromhex(f"{function} 0000 {maximum:04x}"))
        assert answer[:2].hex() == f"{function}fa"
        assert len(answer) == 252

    @pytest.mark.parametrize("excess", [1, 2, 3, 0x7FFF])
    def test_too_many(self, function, maximum, excess):
        assert ask(Plc(), f"{function} 0000 {maximum + excess:04x}") == f"8{function[1]} 03"

    @pytest.mark.parametrize(
        ("tail", "code"),
        [
            ("0000 0000", 3),  # none
            ("0000 ffff", 3),
            ("ffff 0000", 3),  # none, and from nowhere: quantity is looked at first
            ("0000 00", 3),  # short
            ("", 3),
            ("0000 0001 dead", 3),  # long
            ("ffff 0001", 2),  # not there
            ("ffff 0002", 2),  # and not around the corner
        ],
    )
    def test_refused(self, function, maximum, tail, code):
        assert maximum > 1
        assert ask(Plc(), f"{function} {tail}") == f"8{function[1]} 0{code}"

    def test_up_to_the_end_of_an_area(self, function, maximum):
        end = 2048 if maximum == 2000 else 200
        assert ask(Plc(), f"{function} {end - 1:04x} 0001").startswith(function)
        assert ask(Plc(), f"{function} {end - 1:04x} 0002") == f"8{function[1]} 02"
        assert ask(Plc(), f"{function} {end:04x} 0001") == f"8{function[1]} 02"


@pytest.mark.parametrize("quantity", [1, 7, 8, 9, 15, 16, 17])
def test_bits_behind_the_quantity_are_zero(quantity):
    server = ModbusServer(coils=Bits([(0, [True] * 32)]))
    answer = server.answer(bytes.fromhex(f"01 0003 {quantity:04x}"))

    assert answer[1] == len(answer) - 2 == -(-quantity // 8)
    assert int.from_bytes(answer[2:], "little") == (1 << quantity) - 1


@pytest.mark.parametrize("value", ["0001", "00ff", "ff01", "ffff", "0100", "1234"])
def test_coil_takes_two_values_only(value):
    plc = Plc()

    assert ask(plc, f"05 1001 {value}") == "85 03"
    assert ask(plc, f"05 ffff {value}") == "85 03"  # the value is looked at before the address
    assert ask(plc, "01 1000 0010") == ask(Plc(), "01 1000 0010")


def test_coil_is_written_alone():
    server = ModbusServer(coils=Bits([(0, [False] * 32)]))
    ask(server, "05 000b ff00")
    assert ask(server, "01 0000 0020") == "01 04 00 08 00 00"
    ask(server, "05 000b 0000")
    assert ask(server, "01 0000 0020") == "01 04 00 00 00 00"


@pytest.mark.parametrize("value", ["0000", "7fff", "8000", "ffff"])
def test_register_takes_every_value(value):
    plc = Plc()
    assert ask(plc, f"06 0190 {value}") == bytes.fromhex(f"06 0190 {value}").hex(" ")
    assert ask(plc, "03 0190 0001") == bytes.fromhex(f"03 02 {value}").hex(" ")


WRITES_REFUSED = [
    # function 05, 06
    ("05 ffff ff00", 2),
    ("05 1000 ff", 3),
    ("06 ffff 0001", 2),
    ("06 00c8 0001", 2),  # 200: the first address behind the area
    ("06 0320 0001", 2),  # 800: read-only
    ("06 0190 00", 3),
    # function 15, from the first scratch coil at 4096
    ("0f 1000 07b1 f7" + 247 * "ff", 3),
    ("0f 1000 0000 00", 3),
    ("0f 1000 000a 01 ff", 3),
    ("0f 1000 0008 02 ff00", 3),
    ("0f 1000 000a 02 ff", 3),
    ("0f 1000 000a 02 ffffff", 3),
    ("0f 1000 000a", 3),
    ("0f 17ff 0002 01 03", 2),
    ("0f ffff 0002 01 03", 2),
    ("0f ffff 0000 00", 3),
    # function 16, from the first scratch register at 400
    ("10 0190 007c f8" + 248 * "ff", 3),
    ("10 0190 0000 00", 3),
    ("10 0190 0002 02 00010002", 3),
    ("10 0190 0001 04 00010002", 3),
    ("10 0190 0001 03 000102", 3),
    ("10 0190 0002 04 0001", 3),
    ("10 0190 0002", 3),
    ("10 028f 0002 04 beefbeef", 2),
    ("10 ffff 0002 04 beefbeef", 2),
    ("10 ffff 0000 00", 3),
    ("10 032e 0002 04 beefbeef", 2),
    # function 22
    ("16 ffff ffff 0000", 2),
    ("16 032f ffff 0000", 2),
    ("16 0190 00f2", 3),
    ("16 0190 00f2 0025 00", 3),
    # function 23
    ("17 0190 007e 0190 0001 02 0000", 3),
    ("17 0190 0000 0190 0001 02 0000", 3),
    ("17 0190 0001 0190 007a f4" + 244 * "ff", 3),
    ("17 0190 0001 0190 0000 00", 3),
    ("17 0190 0001 0190 0002 02 0001", 3),
    ("17 0190 0001 0190 0002 04 0001", 3),
    ("17 0190 0001 0190", 3),
    ("17 ffff 0001 0190 0001 02 beef", 2),
    ("17 0190 0001 ffff 0001 02 beef", 2),
    ("17 0190 0001 0320 0001 02 beef", 2),
    ("17 028f 0002 0190 0001 02 beef", 2),
    ("17 0190 0001 028f 0002 04 beefbeef", 2),
]


@pytest.mark.parametrize(("request_pdu", "code"), WRITES_REFUSED)
def test_refused_writes_write_nothing(request_pdu, code):
    plc, untouched = Plc(), Plc()

    function = int(request_pdu[:2], 16)
    assert plc.answer(bytes.fromhex(request_pdu)) == bytes((function | 0x80, code))
    assert plc.holding_registers.read(0, 65536) == untouched.holding_registers.read(0, 65536)
    assert plc.coils.read(0, 65536) == untouched.coils.read(0, 65536)


def test_longest_writes():
    plc = Plc()
    assert ask(plc, "0f 1000 07b0 f6" + 246 * "a5") == "0f 10 00 07 b0"
    assert plc.answer(bytes.fromhex("01 1000 07b0"))[2:] == 246 * b"\xa5"
    assert ask(plc, "10 0190 007b f6" + 246 * "5a") == "10 01 90 00 7b"
    assert plc.answer(bytes.fromhex("03 0190 007b"))[2:] == 246 * b"\x5a"
    assert plc.answer(bytes.fromhex("17 0190 007d 0190 0079 f2" + 242 * "c3"))[:4].hex() == "17fac3c3"


def test_bits_behind_the_quantity_are_not_written():
    server = ModbusServer(coils=Bits([(0, [False] * 16)]))
    assert ask(server, "0f 0002 0003 01 ff") == "0f 00 02 00 03"
    assert ask(server, "01 0000 0010") == "01 02 1c 00"


@pytest.mark.parametrize(
    ("masks", "value"),
    [("00f2 0025", "0017"), ("ffff 0000", "0012"), ("0000 a5a5", "a5a5"), ("ffff ffff", "0012")],
)
def test_mask_write(masks, value):
    plc = Plc()
    ask(plc, "06 0190 0012")
    ask(plc, f"16 0190 {masks}")
    assert ask(plc, "03 0190 0001") == bytes.fromhex(f"03 02 {value}").hex(" ")


def test_read_only_registers_are_read_all_the_same():
    assert ask(Plc(), "03 0320 0002") == "03 04 03 20 03 21"
    assert ask(Plc(), "17 0320 0001 0190 0001 02 5a5a") == "17 02 03 20"


def test_a_read_only_coil_is_no_address_for_a_write():
    server = ModbusServer(coils=Bits([(0, [False] * 4)], read_only=[(4, [False] * 4)]))
    assert ask(server, "0f 0000 0005 01 1f") == "8f 02"
    assert ask(server, "05 0004 ff00") == "85 02"
    assert ask(server, "01 0000 0008") == "01 01 00"
    assert ask(server, "05 0003 ff00") == "05 00 03 ff 00"


def test_read_write_writes_first():
    assert ask(Plc(), "17 0190 0001 0190 0001 02 5a5a") == "17 02 5a 5a"


@pytest.mark.parametrize("device", [Plc, Transmitter, IoBlock])
def test_every_other_function_is_refused_with_01(device):
    server = device()
    for function in set(range(256)) - device.functions:
        for tail in (b"", b"\0\0\0\0", b"\0" * 20):
            assert server.answer(bytes((function,)) + tail) == bytes((function | 0x80, 1))


@given(
    st.one_of(
        st.binary(min_size=1, max_size=253),
        st.builds(
            lambda function, tail: bytes((function, *tail)),
            st.sampled_from(sorted(Plc.functions)),
            st.binary(max_size=20).map(lambda tail: b"\0" + tail),
        ),
    )
)
def test_agrees_with_the_codec_about_every_pdu(request_pdu):
    """Two readings of the standard, the codec's and the server's, are the same."""
    answer = Plc().answer(request_pdu)

    if request_pdu[0] not in Plc.functions:
        assert answer == bytes((request_pdu[0] | 0x80, ExceptionCode.ILLEGAL_FUNCTION))
        return
    try:
        request = decode_request(request_pdu)
    except UnknownFunction:  # a sub-function or MEI type that is not public
        assert answer == bytes((request_pdu[0] | 0x80, ExceptionCode.ILLEGAL_FUNCTION))
        return
    except DecodeError:
        assert answer == bytes((request_pdu[0] | 0x80, ExceptionCode.ILLEGAL_DATA_VALUE))
        return
    response = decode_response(answer, request)
    if isinstance(response, ExceptionResponse):
        assert response.code == ExceptionCode.ILLEGAL_DATA_ADDRESS


def test_a_function_can_be_added():
    class Diagnosed(Plc):
        HANDLERS: ClassVar = {**Plc.HANDLERS, 0x41: "read_temperature"}
        functions = Plc.functions | {0x41}

        def read_temperature(self, request):
            if not self.length_is_right(request, 1):
                return self.refuse(request, ExceptionCode.ILLEGAL_DATA_VALUE)
            return bytes((request[0], 0x6D))

    assert ask(Diagnosed(), "41") == "41 6d"
    assert ask(Diagnosed(), "41 00") == "c1 03"
    assert ask(Plc(), "41") == "c1 01"


def test_a_rule_is_broken_by_one_override():
    class AcceptsQuantityZero(Plc):
        def quantity_is_legal(self, request, quantity, maximum):
            return quantity == 0 or super().quantity_is_legal(request, quantity, maximum)

    class Reads126(Plc):
        READ_HOLDING_REGISTERS_MAX = 126

    assert ask(AcceptsQuantityZero(), "03 0000 0000") == "03 00"
    assert len(Reads126().answer(bytes.fromhex("03 0000 007e"))) == 254
    assert ask(Reads126(), "04 0000 007e") == "84 03"
