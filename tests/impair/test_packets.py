"""Each impairment of packets does what it claims, measured on the plan, and the same seed does the same."""

import statistics
import struct

import pytest

from testbed.wire.impair.netem import options
from testbed.wire.impair.packets import PacketLane, checksum, is_carried, payload_at, summed
from testbed.wire.impair.plan import Plan
from tests.impair.bench import scenario

COUNT = 20_000
EVERY = 0.01


def packet(number, size=60):
    """A datagram of UDP in a packet of IPv4, with right sums."""
    body = number.to_bytes(4) + bytes(size - 32)
    head = struct.pack(
        ">BBHHHBBH4s4s", 0x45, 0, size, number & 0xFFFF, 0, 64, 17, 0, b"\xc0\0\x02\1", b"\xc0\0\x02\2"
    )
    head = head[:10] + checksum(head).to_bytes(2) + head[12:]
    return summed(head + struct.pack(">HHHH", 4000, 5000, size - 20, 0) + body)


def number_of(one):
    return int.from_bytes(one[28:32])


def carried(packets, *, seed=1, count=COUNT, size=60, direction="to_device"):
    """Send packets through a lane; return what arrives, in order."""
    lane = PacketLane(Plan(scenario(packets=packets), seed), direction)
    out = [one for number in range(count) for one in lane.take(packet(number, size), number * EVERY)]
    return sorted(out, key=lambda one: one[0]), lane


def test_loss_is_its_share():
    found, lane = carried({"loss": 0.05})

    assert 1 - len(found) / COUNT == pytest.approx(0.05, abs=0.005)
    assert lane.lost == COUNT - len(found)


def test_losses_come_in_bursts():
    burst = {"enter": 0.01, "leave": 0.25}
    found, _ = carried({"burst": burst})
    arrived = {number_of(one) for _, one in found}
    runs, length = [], 0
    for number in range(COUNT):
        if number in arrived:
            runs += [length] if length else []
            length = 0
        else:
            length += 1

    assert 1 - len(arrived) / COUNT == pytest.approx(0.01 / 0.26, abs=0.008)
    assert statistics.fmean(runs) == pytest.approx(4.0, rel=0.12)
    assert scenario(packets={"burst": burst}).packets.burst.share == pytest.approx(0.01 / 0.26)


def test_reordering_is_its_share():
    found, _ = carried({"reorder": {"share": 0.02, "by": "35 ms"}})
    order = [number_of(one) for _, one in found]
    most, late = -1, 0
    for number in order:
        late += number < most
        most = max(most, number)

    assert sorted(order) == list(range(COUNT))
    assert late / COUNT == pytest.approx(0.02, abs=0.004)


def test_duplication_is_its_share():
    found, _ = carried({"duplicate": 0.03})

    assert len(found) / COUNT - 1 == pytest.approx(0.03, abs=0.005)
    assert {number_of(one) for _, one in found} == set(range(COUNT))


@pytest.mark.parametrize("right", [True, False])
def test_corruption_is_one_bit(right):
    found, _ = carried({"corrupt": {"share": 0.1, "checksum": "right" if right else "wrong"}})
    wrong = [(one, packet(at)) for at, (_, one) in enumerate(found) if one != packet(at)]

    assert len(wrong) / COUNT == pytest.approx(0.1, abs=0.01)
    for one, good in wrong:
        assert one[:20] == good[:20]
        assert (summed(one) == one) is right
        flipped = sum(
            (a ^ b).bit_count()
            for a, b in zip(one[28:] if right else one, good[28:] if right else good, strict=True)
        )
        assert flipped == 1


def test_delay_and_rate():
    found, _ = carried({"delay": {"time": "20 ms", "jitter": "2 ms"}}, count=2000)
    late = [at - number_of(one) * EVERY for at, one in found]
    throttled, _ = carried({"rate": 600}, count=100)

    assert statistics.fmean(late) == pytest.approx(0.02, rel=0.02)
    assert statistics.stdev(late) == pytest.approx(0.002, rel=0.1)
    assert throttled[-1][0] == pytest.approx(10.0)


def test_a_black_hole_swallows_what_is_large():
    small, _ = carried({"mtu": 576, "black_hole": True}, count=10, size=576)
    large, _ = carried({"mtu": 576, "black_hole": True}, count=10, size=577)

    assert (len(small), len(large)) == (10, 0)


ALL = {
    "delay": {"time": "5 ms", "jitter": "2 ms", "distribution": "pareto"},
    "burst": {"enter": 0.01, "leave": 0.25},
    "reorder": {"share": 0.02, "by": "35 ms"},
    "duplicate": 0.03,
    "corrupt": {"share": 0.1},
}


def test_the_same_seed_does_the_same():
    first, second = (carried(ALL, count=500)[0] for _ in range(2))

    assert first == second
    assert carried(ALL, count=500, seed=2)[0] != first
    assert carried(ALL, count=500, direction="from_device")[0] != first


def test_what_a_system_sends_by_itself_is_left_out():
    assert is_carried(packet(1))
    assert not is_carried(b"\x60" + bytes(60))
    assert not is_carried(b"\x45")
    assert payload_at(bytes(8), 6) == 8


def test_netem_is_asked_for_the_same():
    packets = scenario(
        packets={
            "delay": {"time": "3 ms", "jitter": "2 ms", "distribution": "pareto"},
            "burst": {"enter": 0.0025, "leave": 0.25},
            "duplicate": 0.001,
            "corrupt": {"share": 0.02},
            "rate": 1000,
        }
    ).packets

    assert " ".join(options(packets, 7)) == (
        "limit 10000 delay 3000us 2000us distribution pareto loss gemodel 0.25% 25% 100% 0% "
        "corrupt 2% duplicate 0.1% rate 8000bit seed 7"
    )
