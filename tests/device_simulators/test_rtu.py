"""RTU servers: MODBUS over Serial Line V1.02 ("SL"), 2.5.1, with times worked out by hand.

At 19200 baud a character of 11 bits takes 572.917 us; t1.5 is 859.375 us, t3.5 2005.208 us.
"""

import asyncio

import pytest

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.rtu import ModbusRtuProtocol
from testbed.wire.clock import VirtualClockLoop
from tests.device_simulators.serial_bed import Bed, crc

READ = crc(bytes.fromhex("010300050001"))
ANSWER = crc(bytes.fromhex("0103020005"))
US = 1e-6


@pytest.fixture
def rtu():
    with Bed("rtu") as bed:
        yield bed


def test_a_frame_of_many_tutorials_is_answered(rtu):
    rtu.device.unit = 17
    for address, value in enumerate((0xAE41, 0x5652, 0x4340), 0x6B):
        rtu.device.holding_registers[address] = value

    assert rtu.hear(bytes.fromhex("1103006B00037687")) == bytes.fromhex("110306AE415652434049AD")


def test_the_example_of_the_standard_is_answered(rtu):
    """SL 6.2.2: function 07 of server 02 has the CRC 1241, sent as 41 12."""
    rtu.device.unit = 2

    assert rtu.hear(bytes.fromhex("02074112")) == crc(bytes.fromhex("020700"))


def test_an_answer_begins_after_t35_and_has_no_gap(rtu):
    assert rtu.hear(READ) == ANSWER
    [answer] = rtu.master.runs
    assert (answer.began - rtu.sent.ended) / US == pytest.approx(2005.208, abs=0.01)
    assert (answer.ended - answer.began) / US == pytest.approx(7 * 572.917, abs=0.01)


def test_above_19200_baud_the_silences_are_fixed():
    """SL 2.5.1.1: 750 us and 1.75 ms; at 115200 baud a character takes 95.486 us."""
    with Bed("rtu", baud=115200) as bed:
        character = 95.486
        assert bed.hear(READ[:3], 740 / character, READ[3:]) == ANSWER
        assert (bed.master.runs[0].began - bed.sent.ended) / US == pytest.approx(1750, abs=0.01)
        assert bed.hear(READ[:3], 760 / character, READ[3:]) == b""


@pytest.mark.parametrize("gap", [0.5, 1.4, 1.5])
def test_a_gap_of_up_to_t15_is_part_of_a_frame(rtu, gap):
    assert rtu.hear(READ[:3], gap, READ[3:]) == ANSWER


@pytest.mark.parametrize("gap", [1.6, 2.9, 3.4, 3.5, 10])
def test_a_longer_gap_spoils_the_frame(rtu, gap):
    assert rtu.hear(READ[:3], gap, READ[3:]) == b""
    assert rtu.hear(READ) == ANSWER


@pytest.mark.parametrize("bit", range(8 * len(READ)))
def test_every_single_wrong_bit_is_found(rtu, bit):
    wrong = bytearray(READ)
    wrong[bit // 8] ^= 1 << bit % 8

    assert rtu.hear(bytes(wrong)) == b""
    assert rtu.device.counters.bus_errors == 1
    assert rtu.hear(READ) == ANSWER


def test_a_swapped_crc_is_wrong(rtu):
    assert rtu.hear(READ[:-2] + READ[:-3:-1]) == b""


@pytest.mark.parametrize("unit", [2, 247, *range(248, 256)])
def test_other_addresses_are_overheard(rtu, unit):
    assert rtu.hear(crc(bytes((unit,)) + READ[1:-2])) == b""
    assert (rtu.device.counters.bus_messages, rtu.device.counters.server_messages) == (1, 0)


def test_a_broadcast_is_carried_out_in_silence(rtu):
    assert rtu.hear(crc(bytes.fromhex("00060005ABCD"))) == b""
    assert rtu.device.holding_registers[5] == 0xABCD
    assert rtu.hear(crc(bytes.fromhex("000300050001"))) == b""
    assert rtu.device.counters.no_responses == 2


@pytest.mark.parametrize("frame", ["01", "0103", "010321", "FF"])
def test_what_is_too_short_is_an_error_of_the_line(rtu, frame):
    assert rtu.hear(bytes.fromhex(frame)) == b""
    assert rtu.device.counters.bus_errors == 1


def test_257_bytes_are_no_frame_and_256_are(rtu):
    longest = crc(bytes.fromhex("010800") + bytes(251))
    assert len(longest) == 256
    assert rtu.hear(longest) == longest
    assert rtu.hear(crc(bytes.fromhex("010800") + bytes(252))) == b""
    assert rtu.hear(bytes(5000)) == b""
    assert rtu.hear(READ) == ANSWER


def test_noise_right_before_a_frame_spoils_it_and_no_other(rtu):
    assert rtu.hear(b"\xff", READ) == b""
    assert rtu.hear(b"\xff", 4, READ) == ANSWER


def test_a_wrong_parity_spoils_the_frame(rtu):
    assert rtu.hear(READ, bad=[4]) == b""
    assert rtu.device.counters.bus_errors == 1


def test_frames_t35_apart_are_all_taken(rtu):
    silence = 3.5 + 7 + 3.5  # t3.5, the answer, t3.5
    pieces = [piece for _ in range(100) for piece in (READ, silence)]

    assert rtu.hear(*pieces[:-1]) == 100 * ANSWER


def test_another_slave_is_answered_for_by_itself():
    other = Plc()
    other.unit = 2
    with Bed("rtu", other) as bed:
        assert bed.hear(crc(b"\2" + READ[1:-2])) == crc(b"\2" + ANSWER[1:-2])
        assert bed.hear(READ) == ANSWER
        assert bed.device.counters.server_messages == other.counters.server_messages == 1


def test_an_answer_that_looks_like_a_request_is_not_answered_again(rtu):
    """Its own receiver hears it: the answer to function 06 is the request once more (SL 3.3.2, two wires)."""
    write = crc(bytes.fromhex("010600051234"))

    assert rtu.hear(write) == write


def test_a_device_that_hears_itself_and_does_not_care_answers_without_end():
    class Careless(ModbusRtuProtocol):
        def is_own(self, _):
            return False

    class Deaf(Plc):
        rtu_class = Careless

    write = crc(bytes.fromhex("010600051234"))
    with Bed("rtu", device=Deaf()) as bed:
        assert bed.hear(write).startswith(4 * write)


def test_in_listen_only_mode_it_is_silent_until_a_restart(rtu):
    assert rtu.hear(crc(bytes.fromhex("010800040000"))) == b""
    assert rtu.hear(READ) == b""
    assert rtu.hear(crc(bytes.fromhex("010800010000"))) == b""
    assert rtu.hear(READ) == ANSWER


def test_without_times_a_silence_ends_the_frame():
    """On a pseudo-terminal bytes come as one likes: 5 ms without any end a frame."""
    sent = []

    class Terminal(asyncio.Transport):
        def write(self, data):
            sent.append(bytes(data))

    async def main():
        device = Plc().serve("rtu")()
        device.connection_made(Terminal())
        device.data_received(READ[:3])
        await asyncio.sleep(0.001)
        device.data_received(READ[3:])
        await asyncio.sleep(0.004)
        assert sent == []
        await asyncio.sleep(0.02)
        assert sent == [ANSWER]
        device.connection_lost(None)

    with asyncio.Runner(loop_factory=VirtualClockLoop) as runner:
        runner.run(main())
