"""A capture is read back into what was recorded; a stranger's is read to its bounds, or refused by name."""

import struct
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.wire.pcapng import capture
from testbed.wire.playback import UnreadableError, steps
from testbed.wire.recorder import Kind, Recorder

TESTER, DEVICE = ("127.0.0.1", 49152), ("127.0.0.1", 502)
DATA = st.tuples(st.just(Kind.DATA), st.booleans(), st.binary(min_size=1, max_size=40))
END = st.tuples(st.sampled_from([Kind.FIN, Kind.RST]), st.booleans(), st.just(b""))


def recorded(*connections, peers=(TESTER, DEVICE)):
    now = iter(range(10_000))
    recorder = Recorder(lambda: next(now) / 1000)
    for number, packets in enumerate(connections):
        (host, port), device = peers
        assert recorder.opened((host, port + number), device) == number
        for kind, sent, data, *comment in packets:
            recorder.record(number, kind, sent=sent, data=data, comment="".join(comment))
    return recorder


def told(recorder):
    return [(packet.connection, packet.kind, packet.sent, packet.data) for packet in recorder.packets]


def read(data):
    return [(step.connection, step.kind, step.sent, step.data) for step in steps(data)]


@given(
    st.lists(st.lists(DATA, min_size=1, max_size=6), min_size=1, max_size=3),
    st.sampled_from(["127.0.0.1", "::1"]),
)
def test_what_was_recorded_is_read_back(connections, host):
    asked = [(Kind.DATA, True, b"?")]
    recorder = recorded(*([*asked, *one] for one in connections), peers=((host, 49152), (host, 502)))
    data = capture(recorder, comment="c", epoch=1e9)
    assert read(data) == told(recorder)
    numbers = [step.frame for step in steps(data) if step.kind is Kind.DATA]
    assert numbers == [packet.number for packet in recorder.packets if packet.kind is Kind.DATA]


@pytest.mark.parametrize("kind", [Kind.FIN, Kind.RST])
@pytest.mark.parametrize("sent", [True, False])
def test_ends_are_read_back(kind, sent):
    recorder = recorded([(Kind.DATA, True, b"abc"), (Kind.DATA, False, b"de"), (kind, sent, b"")])
    assert read(capture(recorder, comment="", epoch=0)) == told(recorder)


def test_segments_that_a_capture_joins_are_known_by_its_comment():
    said = "sent in 3 segments of 1,2,3 bytes, 50 ms apart"
    (_, step) = steps(capture(recorded([(Kind.DATA, True, b"abcdef", said)]), comment="", epoch=0))
    assert (step.pieces, step.pause) == ((1, 2, 3), 0.05)
    lie = "sent in 2 segments of 1,2 bytes, 50 ms apart"
    (_, step) = steps(capture(recorded([(Kind.DATA, True, b"abcdef", lie)]), comment="", epoch=0))
    assert step.pieces == ()


@pytest.mark.parametrize(
    "said",
    [
        f"sent in 2 segments of {'9' * 5000},6 bytes, 1 ms apart",
        f"sent in 2 segments of 3,3 bytes, {'9' * 400} ms apart",
        "sent in 4 segments of 3,0,0,3 bytes, 1 ms apart",
    ],
    ids=["size", "pause", "nothing"],
)
def test_a_comment_that_no_recorder_makes_is_none_about_segments(said):
    (_, step) = steps(capture(recorded([(Kind.DATA, True, b"abcdef", said)]), comment="", epoch=0))
    assert (step.pieces, step.pause) == ((), 0.0)


def test_nobody_sends_after_the_end_that_he_had_set():
    again = [(Kind.DATA, True, b"abc"), (Kind.FIN, True, b""), (Kind.DATA, True, b"more")]
    with pytest.raises(UnreadableError, match="4 bytes from a side that had ended"):
        steps(capture(recorded(again), comment="", epoch=0))


def test_times_are_seconds_since_the_first_frame():
    found = steps(
        capture(recorded([(Kind.DATA, True, b"a"), (Kind.DATA, False, b"b")]), comment="", epoch=1e9)
    )
    assert [round(step.at, 6) for step in found] == [0.0, 0.001, 0.002]


def blocks(data):
    while data:
        (size,) = struct.unpack_from("<I", data, 4)
        yield data[:size]
        data = data[size:]


def test_a_segment_sent_again_counts_once_and_one_that_is_missing_is_named():
    recorder = recorded([(Kind.DATA, True, b"abc"), (Kind.DATA, True, b"def")])
    section, interface, *frames = blocks(capture(recorder, comment="", epoch=0))
    again = b"".join([section, interface, *frames[:4], frames[3], *frames[4:]])
    assert [step.data for step in steps(again) if step.data] == [b"abc", b"def"]
    with pytest.raises(UnreadableError, match="frame 4: 3 bytes before it are missing"):
        steps(b"".join([section, interface, *frames[:3], frames[4]]))


def test_data_that_the_capture_has_only_in_part_is_refused():
    recorder = recorded([(Kind.DATA, True, b"x" * 70_000)])
    with pytest.raises(UnreadableError, match="the capture has only the first 60000 of 70000 bytes"):
        steps(capture(recorder, comment="", epoch=0))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "nothing in the capture was sent"),
        (b"GIF89a" * 10, "no pcapng capture"),
        (b"\x0a\x0d\x0d\x0a", "middle of a block"),
        (b"\x0a\x0d\x0d\x0a" + bytes(28), "no byte order"),
        (capture(recorded([]), comment="", epoch=0), "nothing in the capture was sent"),
        (capture(recorded([(Kind.DATA, True, b"abc")]), comment="", epoch=0)[:-3], "claims"),
    ],
)
def test_what_is_no_capture_is_refused_by_name(data, said):
    with pytest.raises(UnreadableError, match=said):
        steps(data)


GOOD = capture(
    recorded([(Kind.DATA, True, b"abc"), (Kind.DATA, False, b"de"), (Kind.FIN, True, b"")]),
    comment="c",
    epoch=0,
)


@given(
    st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=12),
    st.integers(0, len(GOOD)),
)
def test_a_damaged_capture_is_read_or_refused_and_never_crashes(changes, length):
    data = bytearray(GOOD)
    for at, value in changes:
        data[at] = value
    try:
        readable = any(step.sent and step.data for step in steps(bytes(data[:length])))
    except UnreadableError as error:
        readable = bool(str(error))
    assert readable


@pytest.mark.parametrize("link", ["ether", "rawip"])
def test_other_programs_captures_are_read_too(program, tmp_path, link):
    editcap = program("editcap")
    ours, theirs = tmp_path / "ours.pcapng", tmp_path / "theirs.pcapng"
    ours.write_bytes(GOOD)
    command = [editcap, "-F", "pcapng", "-T", link, ours, theirs] + (["-C", "14"] if link == "rawip" else [])
    subprocess.run(command, check=True, timeout=60)
    assert theirs.read_bytes() != GOOD
    assert read(theirs.read_bytes()) == read(GOOD)
