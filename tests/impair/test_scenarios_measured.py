"""Each scenario of profiles/impairments does what its file says, measured; the same seed does the same."""

import asyncio
import statistics

import pytest

from testbed.plugin.impaired import FOLDER, names, scenario
from testbed.wire.impair.packets import PacketLane
from testbed.wire.impair.plan import Plan
from tests.impair.bench import met
from tests.impair.test_packets import COUNT, EVERY, number_of, packet

SIZE, PIECES = 12, 3000

STREAMS = {
    # milliseconds to the last byte of twelve: median, and where it may lie; share later than 100 ms beyond it
    "plant-wifi": (4.4, 0.6, 0.016, 0.008),
    "cellular-lte": (25.0, 0.6, 0.001, 0.002),
    "congested-switch": (9.0, 0.6, 0.03, 0.01),  # a lone segment waits for others as long as may be
    "flaky-cable": (0.0, 0.1, 0.04, 0.02),
    "satellite": (280.1, 0.5, 0.005, 0.004),
    "serial-gateway": (12 / 1.745, 0.01, 0.0, 0.0),
    "byte-by-byte": (1.1, 0.11, 0.0, 0.0),
}
PACKETS = {
    # median milliseconds, where it may lie, share lost, where that may lie
    "plant-wifi": (4.4, 0.6, 0.0025 / 0.2525, 0.004),
    "cellular-lte": (26.2, 0.6, 0.002, 0.001),  # in order: who would overtake waits
    "congested-switch": (5.0, 0.3, 0.03, 0.004),
    "flaky-cable": (0.0, 0.1, 0.001 / 0.051, 0.015),
    "satellite": (280.5, 0.6, 0.005, 0.002),
    "lossy-line": (0.0, 0.1, 0.05, 0.005),
}


def read(name):
    return scenario(FOLDER / f"{name}@1.yaml")[0]


def test_each_scenario_is_measured():
    every = {name.partition("@")[0]: scenario(FOLDER / f"{name}.yaml")[0] for name in names()}

    assert set(STREAMS) == {name for name, one in every.items() if one.stream}
    assert set(PACKETS) == {name for name, one in every.items() if one.packets}


def arrivals(name, seed):
    """Seconds that the last byte of each message was under way, sent one a second; breaks left out."""
    said = read(name).stream.model_dump(mode="json", exclude={"breaks"}, exclude_defaults=True)
    ends = []

    async def play(client):
        for number in range(PIECES):
            ends.append(asyncio.get_running_loop().time())
            client.transport.write(number.to_bytes(2) * (SIZE // 2))
            await asyncio.sleep(1.0)
        await asyncio.sleep(60)

    _, server, _ = met(said, play, seed=seed)
    arrived = [at for at, piece in server.got for _ in piece][SIZE - 1 :: SIZE]
    return [at - sent for at, sent in zip(arrived, ends, strict=True)]


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_is_late_as_its_file_says(name):
    median, near, share, within = STREAMS[name]
    found = arrivals(name, 1)
    middle = statistics.median(found)

    assert middle * 1000 == pytest.approx(median, abs=near)
    assert sum(one > middle + 0.1 for one in found) / PIECES == pytest.approx(share, abs=within)
    assert max(found) <= read(name).stream.longest(SIZE) + 2.0  # of a stall behind a freeze
    assert arrivals(name, 1) == found
    if name not in {"serial-gateway", "byte-by-byte"}:  # where nothing is left to chance
        assert arrivals(name, 2) != found


def carried(name, seed):
    lane = PacketLane(Plan(read(name), seed), "to_device")
    return [
        (at - number_of(one) * EVERY, number_of(one))
        for number in range(COUNT)
        for at, one in lane.take(packet(number), number * EVERY)
    ]


@pytest.mark.parametrize("name", PACKETS)
def test_packets_are_late_and_lost_as_its_file_says(name):
    median, near, lost, within = PACKETS[name]
    found = carried(name, 1)

    assert statistics.median(late for late, _ in found) * 1000 == pytest.approx(median, abs=near)
    assert 1 - len({number for _, number in found}) / COUNT == pytest.approx(lost, abs=within)
    assert carried(name, 1) == found
    assert carried(name, 2) != found
