"""The recorder keeps order and its bounds, whatever a device sends."""

from testbed.wire import recorder as module
from testbed.wire.recorder import Kind
from tests.wire.bench import recorder


def test_numbers_are_those_of_the_capture():
    kept = recorder()
    assert kept.opened(("127.0.0.1", 49152), ("127.0.0.1", 502)) == 0
    assert kept.record(0, Kind.DATA, sent=True, data=b"x") == 4  # behind SYN, SYN+ACK and ACK
    assert kept.record(0, Kind.FIN, sent=True) == 5
    assert kept.opened(("127.0.0.1", 49153), ("127.0.0.1", 502)) == 1
    assert kept.record(1, Kind.RST, sent=False) == 9
    assert [packet.number for packet in kept.packets] == [3, 4, 5, 8, 9]


def test_times_count_from_the_beginning_of_the_case():
    times = iter([100.0, 100.5, 101.25])
    kept = recorder(lambda: next(times))
    kept.record(0, Kind.DATA, sent=True, data=b"x")
    kept.note("waits")
    assert kept.packets[0].at == 0.5
    assert kept.notes == ["1.250 s: waits"]


def test_bytes_are_bounded(monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 10)
    kept = recorder()
    assert kept.record(0, Kind.DATA, sent=False, data=bytes(8)) == 1
    assert kept.record(0, Kind.DATA, sent=False, data=bytes(3)) == 0
    assert kept.record(0, Kind.DATA, sent=False, data=bytes(2)) == 2
    assert kept.record(0, Kind.FIN, sent=False) == 3
    assert (kept.left_out, sum(len(packet.data) for packet in kept.packets)) == (1, 10)


def test_packets_and_notes_are_bounded(monkeypatch):
    monkeypatch.setattr(module, "MOST_PACKETS", 3)
    monkeypatch.setattr(module, "MOST_NOTES", 2)
    kept = recorder()
    numbers = [kept.record(0, Kind.DATA, sent=False, data=b"x") for _ in range(5)]
    for at in range(5):
        kept.note(str(at))
    assert numbers == [1, 2, 3, 0, 0]
    assert (len(kept.packets), kept.left_out, len(kept.notes)) == (3, 2, 2)
