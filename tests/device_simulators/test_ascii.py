"""ASCII servers: MODBUS over Serial Line V1.02 ("SL"), 2.5.2."""

import pytest

from tests.device_simulators.serial_bed import Bed, digits

READ = digits(bytes.fromhex("010300050001"))
ANSWER = digits(bytes.fromhex("0103020005"))


@pytest.fixture
def bed():
    with Bed("ascii") as made:
        yield made


def test_a_frame_of_many_tutorials_is_answered(bed):
    bed.device.unit = 17
    for address, value in enumerate((0xAE41, 0x5652, 0x4340), 0x6B):
        bed.device.holding_registers[address] = value

    assert bed.hear(b":1103006B00037E\r\n") == b":110306AE4156524340CC\r\n"


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(READ[:-4] + b"00\r\n", id="wrong LRC"),
        pytest.param(b":01g300050001F6\r\n", id="no digit"),
        pytest.param(digits(bytes.fromhex("010300AB0001")).lower(), id="small letters"),
        pytest.param(b":010\r\n", id="odd"),
        pytest.param(b":01FF\r\n", id="no function"),
        pytest.param(b":\r\n", id="empty"),
        pytest.param(READ[:-1], id="no LF"),
        pytest.param(READ[:-2] + b"\n", id="no CR"),
        pytest.param(READ[1:], id="no colon"),
        pytest.param(digits(bytes.fromhex("020300050001")), id="another address"),
        pytest.param(digits(bytes.fromhex("000300050001")), id="broadcast"),
        pytest.param(digits(bytes.fromhex("0108") + bytes(254)), id="516 characters"),
        pytest.param(b":" + 5000 * b"0", id="endless"),
    ],
)
def test_what_is_no_frame_for_it_gets_no_answer_and_spoils_nothing(bed, frame):
    assert bed.hear(frame) == b""
    assert bed.hear(READ) == ANSWER


@pytest.mark.parametrize(
    ("pieces", "answers"),
    [
        ((b"xx:", READ), 1),
        ((READ[:7], READ), 1),  # the second colon begins the frame anew
        ((READ[:-2], READ), 1),
        ((READ, READ), 2),
        ((READ[:5], 100, READ[5:]), 1),
        ((READ[:5], 0.99 * 1920, READ[5:]), 1),  # 10 bits a character at 19200 baud: 1920 a second
        ((READ[:5], 1.01 * 1920, READ[5:]), 0),
        ((READ[:5], 1.01 * 1920, READ), 1),
    ],
)
def test_frames_are_found_in_what_comes(bed, pieces, answers):
    heard = bed.hear(*pieces)

    assert heard == answers * ANSWER


def test_a_wrong_parity_spoils_the_frame(bed):
    assert bed.hear(READ, bad=[4]) == b""
    assert bed.hear(READ, bad=[0]) == b""
    assert bed.device.counters.bus_errors == 1  # a colon that cannot be read begins no frame


def test_a_broadcast_is_carried_out_in_silence(bed):
    assert bed.hear(digits(bytes.fromhex("00060005ABCD"))) == b""
    assert bed.device.holding_registers[5] == 0xABCD


def test_the_longest_frame_has_513_characters(bed):
    longest = digits(bytes.fromhex("010800") + bytes(251))
    assert len(longest) == 513

    assert bed.hear(longest) == longest


def test_another_delimiter_ends_a_frame_from_then_on(bed):
    """AP 6.8.1, 08/03; only what comes in changes, so the answers still end with LF."""
    change = bytes.fromhex("010800033B00")
    assert bed.hear(digits(change)) == digits(change)
    assert bed.hear(READ) == b""
    assert bed.hear(READ[:-1] + b";") == ANSWER
