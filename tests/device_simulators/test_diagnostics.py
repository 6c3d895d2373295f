"""What a framing tells a server is counted and logged as SL, Appendix A, and AP 6.8 to 6.10 have it."""

import pytest

from device_simulators.modbus.devices import Plc

READ = bytes.fromhex("0300000001")
WRITE = bytes.fromhex("0601901234")
REFUSED = bytes.fromhex("41")
LISTEN = bytes.fromhex("0800040000")
RESTART = bytes.fromhex("0800010000")


@pytest.fixture
def plc():
    return Plc()


def count(plc, code):
    answer = plc.answer(b"\x08\x00" + bytes([code, 0, 0]))
    assert answer[:3] == b"\x08\x00" + bytes([code])
    return int.from_bytes(answer[3:])


def log(plc):
    answer = plc.answer(b"\x0c")
    assert answer[1] == len(answer) - 2
    return answer[8:].hex(" ")


def test_every_good_frame_on_the_line_is_a_bus_message(plc):
    plc.answer(READ)
    plc.answer(REFUSED)
    plc.broadcast(WRITE)
    plc.overhear()
    plc.misheard()
    assert count(plc, 11) == 5  # the reading among them
    assert count(plc, 14) == 5  # the reading before, too, and not what was for another unit


def test_a_bad_frame_is_a_communication_error_and_an_event(plc):
    plc.misheard()
    plc.misheard(overrun=True)
    assert log(plc) == "80 92 82"
    assert (count(plc, 12), count(plc, 18), count(plc, 2)) == (2, 1, 1)
    assert plc.answer(bytes.fromhex("0800140000")) == bytes.fromhex("0800140000")
    assert (count(plc, 12), count(plc, 18), count(plc, 2)) == (2, 0, 0)


def test_a_broadcast_is_carried_out_and_not_answered(plc):
    plc.broadcast(WRITE)
    plc.broadcast(REFUSED)
    assert plc.holding_registers[0x0190] == 0x1234
    assert log(plc) == "80 40 c0 40 c0"
    assert (count(plc, 13), count(plc, 15)) == (1, 2)


@pytest.mark.parametrize(
    ("code", "event", "counter"), [(1, 0x41, 13), (4, 0x42, 13), (5, 0x44, 13), (6, 0x44, 17), (7, 0x48, 16)]
)
def test_an_exception_has_its_event_and_its_counter(code, event, counter):
    class Refusing(Plc):
        def unknown_function(self, request):
            return self.refuse(request, code)

    plc = Refusing()
    plc.answer(REFUSED)
    assert log(plc) == f"80 {event:02x} 80"
    assert count(plc, counter) == 1


def test_listen_only_mode_lasts_until_a_restart(plc):
    before = plc.holding_registers[0x0190]
    for request in (LISTEN, READ, WRITE, LISTEN, b"\x0b", bytes.fromhex("0800011234"), RESTART):
        assert plc.answer(request) == b""
    assert plc.answer(READ)[0] == READ[0]
    assert plc.holding_registers[0x0190] == before
    assert log(plc).endswith("60 a0 60 a0 60 04 80")
    assert count(plc, 15) == 0


def test_a_restart_by_broadcast_ends_listen_only_mode(plc):
    plc.broadcast(LISTEN)
    plc.broadcast(RESTART)
    assert plc.answer(READ)[0] == READ[0]


def test_a_restart_is_answered_and_clears_what_it_should(plc):
    plc.answer(REFUSED)
    assert plc.answer(RESTART) == RESTART
    assert log(plc) == "80 00 40 80 41 80"
    assert count(plc, 13) == 0
    assert plc.answer(bytes.fromhex("080001ff00")) == bytes.fromhex("080001ff00")
    assert log(plc) == "80 00"


def test_a_log_holds_the_newest_64_events(plc):
    plc.answer(REFUSED)
    for _ in range(40):
        plc.answer(READ)
    assert log(plc) == " ".join(["80", *["40", "80"] * 31, "40"])


def test_a_counter_goes_on_from_0_behind_65535(plc):
    plc.counters.bus_messages = plc.counters.events = 0xFFFF
    assert plc.answer(b"\x0b") == bytes.fromhex("0b0000ffff")
    assert count(plc, 11) == 1
    assert plc.answer(b"\x0b") == bytes.fromhex("0b00000000")


def test_a_delimiter_is_kept(plc):
    assert plc.answer(bytes.fromhex("0800030d00")) == bytes.fromhex("0800030d00")
    assert plc.counters.ascii_delimiter == 0x0D
    assert plc.answer(bytes.fromhex("0800030d01")) == bytes.fromhex("8803")


@pytest.mark.parametrize(
    ("request_", "answer"),
    [("07", "0700"), ("11", "110201ff"), ("08", "8803"), ("080005", "8801"), ("080000a5", "8803")],
)
def test_answers(plc, request_, answer):
    assert plc.answer(bytes.fromhex(request_)).hex() == answer
