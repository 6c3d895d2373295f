"""Framings: a case talks in PDUs; what stands around them is the transport's."""

import asyncio

import pytest

from testbed.model.connect import endpoint
from testbed.testers.modbus.cutter import AsciiCutter, RtuCutter
from testbed.testers.modbus.framing import Mbap, framing_of
from testbed.testers.modbus.invariants import ADU_SIZE, EXCEPTION_SIZE, FUNCTION, ONE_ANSWER
from testbed.testers.modbus.layout import ASCII, MBAP, RTU
from testbed.testers.modbus.serial_invariants import ADDRESS, CRC, FORM, LRC, SerialMonitor
from testbed.wire.clock import VirtualClockLoop
from testbed.wire.line_connection import LineConnection
from testbed.wire.recorder import Recorder

READ = bytes.fromhex("0300010001")
"""Holding register 1."""
RTU_READ = bytes.fromhex("11 03 00 01 00 01 D7 5A")
ASCII_READ = b":110300010001EA\r\n"
RTU_ANSWER = bytes.fromhex("11 03 02 00 07 38 45")
ASCII_ANSWER = b":1103020007E3\r\n"
WRITE = bytes.fromhex("0600010007")


def framing(text):
    return framing_of(endpoint(text))


LINES = {
    "rtu": framing("serial:///dev/ttyS0?unit=17"),
    "ascii": framing("serial:///dev/ttyS0?unit=17&mode=ascii"),
}


class TestAdu:
    @pytest.mark.parametrize(
        ("kind", "adu"), [("rtu", RTU_READ), ("ascii", ASCII_READ)], ids=["rtu", "ascii"]
    )
    def test_a_request_is_framed_as_its_line_has_it(self, kind, adu):
        assert LINES[kind].adu(7, 17, READ) == adu
        assert LINES[kind].is_well_formed(adu)

    def test_over_tcp_it_has_a_header(self):
        made = framing("tcp://plc").adu(0x1234, 17, READ)

        assert made == bytes.fromhex("1234 0000 0006 11") + READ

    @pytest.mark.parametrize("adu", [RTU_READ[:-1], RTU_READ + b"\0", RTU_READ[:-1] + b"\0", b""])
    def test_a_spoilt_frame_is_not_well_formed(self, adu):
        assert not LINES["rtu"].is_well_formed(adu)


class TestWrites:
    def test_a_read_writes_nothing(self):
        assert LINES["rtu"].writes(RTU_READ, b"") == []
        assert LINES["ascii"].writes(ASCII_READ, b"") == []

    def test_a_write_is_found(self):
        for line in LINES.values():
            (write,) = line.writes(line.adu(0, 17, WRITE), b"")
            assert str(write) == "writes holding registers 1 to 1"

    def test_a_write_to_others_is_never_harmless(self):
        assert LINES["rtu"].writes(LINES["rtu"].adu(0, 18, WRITE), b"") is None
        assert LINES["rtu"].writes(LINES["rtu"].adu(0, 0, WRITE), b"") is None

    @pytest.mark.parametrize("unit", [0, 18, 255])
    def test_what_goes_to_others_is_a_read_or_only_for_the_isolated(self, unit):
        """Reads, their spoilt frames and their responses, and nothing else that is sound."""
        for line in LINES.values():
            assert line.writes(line.adu(0, unit, READ), b"") == []
            assert line.writes(line.adu(0, unit, b"\x03\x02\0\0"), b"") == []
            for pdu in (WRITE, b"\x08\0\1\0\0", b"\x08\0\4\0\0", b"\x49\0\0\0\0", b"\x2b\x0d\1\0"):
                assert line.writes(line.adu(0, unit, pdu), b"") is None

    def test_a_spoilt_write_might_be_carried_out(self):
        assert LINES["rtu"].writes(LINES["rtu"].adu(0, 17, WRITE)[:-1] + b"\0", b"") is None

    def test_a_spoilt_read_stays_a_read(self):
        assert LINES["rtu"].writes(RTU_READ[:-1] + b"\0", b"") == []


class TestTimeOnTheLine:
    def test_a_line_carries_characters_at_its_rate(self):
        """8 and 256 characters of 11 bits at 19200 baud, and twice 3.5 characters."""
        assert LINES["rtu"].on_the_wire(8) == pytest.approx((8 + 256 + 7) * 11 / 19200)

    @pytest.mark.parametrize("text", ["tcp://plc", "rtu+tcp://plc", "tls://plc"])
    def test_a_network_takes_no_time_that_counts(self, text):
        assert framing(text).on_the_wire(256) == 0

    def test_tls_is_framed_as_tcp_is(self):
        assert isinstance(framing("tls://plc"), Mbap)


class TestRtuCutter:
    def test_a_frame_whose_size_and_crc_agree_needs_no_silence(self):
        assert RtuCutter(0.05).feed(RTU_ANSWER) == [RTU_ANSWER]

    def test_frames_are_found_in_what_came_in_pieces(self):
        cutter = RtuCutter(0.05)
        data = RTU_ANSWER * 2

        assert [frame for at in range(len(data)) for frame in cutter.feed(data[at : at + 1])] == [
            RTU_ANSWER
        ] * 2

    def test_what_is_no_frame_is_one_once_silence_ends_it(self):
        cutter = RtuCutter(0.05)

        assert cutter.feed(b"\x11\x03") == []
        assert cutter.pending == b"\x11\x03"
        assert cutter.end() == [b"\x11\x03"]
        assert cutter.pending == b""
        assert cutter.end() == []

    def test_a_spoilt_frame_waits_for_silence(self):
        cutter = RtuCutter(0.05)
        spoilt = RTU_ANSWER[:-1] + b"\0"

        assert cutter.feed(spoilt) == []
        assert cutter.end() == [spoilt]

    @pytest.mark.parametrize("cut", [1, 2, 4, 6])
    def test_in_a_stream_the_rest_of_a_frame_may_come_late(self, cut):
        cutter = framing("rtu+tcp://gateway").cutter()

        assert cutter.feed(RTU_ANSWER[:cut]) == cutter.end() == []
        assert cutter.feed(RTU_ANSWER[cut:]) == [RTU_ANSWER]

    @pytest.mark.parametrize("wrong", [RTU_ANSWER[:-1] + b"\0", RTU_ANSWER + b"\0" * 5, b"\x11\x49\0\0\0"])
    def test_in_a_stream_silence_ends_what_has_all_its_bytes(self, wrong):
        cutter = framing("rtu+tcp://gateway").cutter()
        frames = [*cutter.feed(wrong), *cutter.end()]

        assert b"".join(frames) == wrong

    @pytest.mark.parametrize("asked", [True, False])
    def test_in_a_stream_only_what_was_asked_for_is_waited_for(self, asked):
        async def stump():
            recorder = Recorder(asyncio.get_running_loop().time)
            monitor = SerialMonitor(RTU, frozenset({0x11}))
            line = LineConnection(recorder, RtuCutter(0.01, in_a_stream=True), monitor)
            line.connection_made(asyncio.Transport())
            if asked:
                monitor.sent(0, RTU_READ, 1)
            line.data_received(RTU_ANSWER[:3])
            await asyncio.sleep(0.05)
            return [breach.requirement for breach in monitor.breaches]

        with asyncio.Runner(loop_factory=VirtualClockLoop) as runner:
            assert runner.run(stump()) == ([] if asked else [CRC])

    def test_what_never_ends_is_cut_off(self):
        cutter = RtuCutter(0.05)
        frames = [frame for _ in range(100) for frame in cutter.feed(b"\x11" * 1000)]

        assert len(frames) == 20
        assert cutter.pending == b""


class TestAsciiCutter:
    def test_a_frame_ends_behind_cr(self):
        assert AsciiCutter().feed(ASCII_ANSWER) == [ASCII_ANSWER]

    def test_what_stands_before_a_colon_is_a_frame_of_its_own(self):
        assert AsciiCutter().feed(b"xx" + ASCII_ANSWER) == [b"xx", ASCII_ANSWER]

    def test_what_never_ends_is_cut_off(self):
        cutter = AsciiCutter()
        frames = cutter.feed(b":" + b"A" * 10000)

        assert len(frames) == 2
        assert len(cutter.pending) < 1 << 12


class TestMonitor:
    def watch(self, kind, sent, *frames):
        monitor = LINES[kind].monitor()
        monitor.sent(0, sent, 1)
        for number, frame in enumerate(frames, 2):
            monitor.received(0, frame, number, followed=False)
        return monitor

    @pytest.mark.parametrize(
        ("kind", "sent", "answer"), [("rtu", RTU_READ, RTU_ANSWER), ("ascii", ASCII_READ, ASCII_ANSWER)]
    )
    def test_a_right_answer_breaks_nothing(self, kind, sent, answer):
        monitor = self.watch(kind, sent, answer)

        assert not monitor.breaches
        assert monitor.watched == 1
        assert not monitor.expects(0)

    @pytest.mark.parametrize(
        ("kind", "frame", "broken", "guilty"),
        [
            ("rtu", RTU_ANSWER[:-1] + b"\0", CRC, (5, 7)),
            ("rtu", LINES["rtu"].adu(0, 18, b"\x03\x02\0\7"), ADDRESS, (0, 1)),
            ("rtu", LINES["rtu"].adu(0, 17, b"\x04\x02\0\7"), FUNCTION, (1, 2)),
            ("rtu", LINES["rtu"].adu(0, 17, b"\x83\x02\0"), EXCEPTION_SIZE, (1, 4)),
            ("rtu", LINES["rtu"].adu(0, 17, b"\x03" + bytes(300)), ADU_SIZE, (0, 304)),
            ("ascii", b":1103020007E4\r\n", LRC, (11, 13)),
            ("ascii", b":1103020007e3\r\n", FORM, (0, 15)),
            ("ascii", b"1103020007E3\r\n", FORM, (0, 14)),
            ("ascii", LINES["ascii"].adu(0, 18, b"\x03\x02\0\7"), ADDRESS, (1, 3)),
            ("ascii", LINES["ascii"].adu(0, 17, b"\x04\x02\0\7"), FUNCTION, (3, 5)),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_a_wrong_one_breaks_one_thing_at_its_bytes(self, kind, frame, broken, guilty):
        (breach,) = self.watch(kind, RTU_READ if kind == "rtu" else ASCII_READ, frame).breaches

        assert (breach.requirement, breach.frame, (breach.start, breach.end)) == (broken, 2, guilty)

    def test_a_second_answer_was_not_asked_for(self):
        (breach,) = self.watch("rtu", RTU_READ, RTU_ANSWER, RTU_ANSWER).breaches

        assert (breach.requirement, breach.frame) == (ONE_ANSWER, 3)

    @pytest.mark.parametrize("sent", [RTU_READ[:-1] + b"\0", LINES["rtu"].adu(0, 18, READ), b"\xff"])
    def test_what_no_good_client_sends_is_the_case_s_matter(self, sent):
        assert not self.watch("rtu", sent, RTU_ANSWER).breaches

    def test_busy_is_noticed(self):
        assert self.watch("rtu", RTU_READ, LINES["rtu"].adu(0, 17, b"\x83\x06")).busy

    def test_units_behind_a_gateway_are_watched_too(self):
        line = framing_of(endpoint("rtu+tcp://gateway?unit=17"), units=[18])
        monitor = line.monitor()
        monitor.sent(0, line.adu(0, 18, READ), 1)
        monitor.received(0, RTU_ANSWER, 2, followed=False)

        assert [breach.requirement for breach in monitor.breaches] == [ADDRESS]


@pytest.mark.parametrize(
    ("layout", "raw", "unit", "span", "check"),
    [
        (MBAP, bytes.fromhex("0001 0000 0005 11 03 02 0007"), (6, 7), (8, 9), (11, 11)),
        (RTU, RTU_ANSWER, (0, 1), (2, 3), (5, 7)),
        (ASCII, ASCII_ANSWER, (1, 3), (5, 7), (11, 13)),
    ],
    ids=["mbap", "rtu", "ascii"],
)
def test_a_layout_knows_where_everything_stands(layout, raw, unit, span, check):
    assert layout.unit(raw) == 17
    assert layout.pdu(raw) == bytes.fromhex("03 02 0007")
    assert layout.unit_span == unit
    assert layout.span(1, 2) == span
    assert layout.check_span(raw) == check


@pytest.mark.parametrize("raw", [b"", b":", b":1", b"\xff" * 9, b":GG\r\n"])
def test_a_layout_reads_any_bytes(raw):
    assert isinstance(ASCII.unit(raw), int)
    assert isinstance(ASCII.pdu(raw), bytes)
