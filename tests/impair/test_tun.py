"""Packets between two rooms, for real: they need root, and skip with the reason where that is missing."""

import asyncio
import os
import socket
import threading
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

import pytest

from testbed.model.connect import endpoint
from testbed.wire.dial import UnreachableError, in_process, over_tcp
from testbed.wire.impair import netem, tunnel
from testbed.wire.impair.means import lacks
from testbed.wire.impair.plan import Plan
from testbed.wire.impair.room import HERE, THERE, Room
from testbed.wire.impair.scope import Impairing
from testbed.wire.impair.tun import TunLink
from testbed.wire.impair.tunnel import tunnelled
from tests.impair.bench import Client, Echo, scenario

pytestmark = pytest.mark.skipif(bool(lacks("tun")), reason=f"--impair-by tun: {lacks('tun')}")

COUNT = 1000


def interfaces():
    return {one.name for one in Path("/sys/class/net").iterdir()}


@contextmanager
def rooms():
    both = Room(), Room()
    try:
        yield both
    finally:
        for room in both:
            room.close()


def datagrams(room, address):
    """A socket of UDP in a room."""
    one = room.do(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    one.bind((address, 5000))
    one.settimeout(0)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    return one


def sent(packets, *, seed=1):
    """Send datagrams from room to room; return those that arrive, in order."""

    async def run():
        loop = asyncio.get_running_loop()
        with rooms() as (here, there):
            link = TunLink(Plan(scenario(packets=packets), seed), here, there)
            out, into = datagrams(here, HERE), datagrams(there, THERE)
            found = []
            loop.add_reader(into, lambda: found.append(int.from_bytes(into.recv(2000)[:4])))
            for number in range(COUNT):
                out.sendto(number.to_bytes(4) * 4, (THERE, 5000))
                await asyncio.sleep(0.0005)
            await asyncio.sleep(0.3)
            loop.remove_reader(into)
            out.close()
            into.close()
            link.close()
            return found

    return asyncio.run(run())


def test_loss_is_its_share_and_repeats():
    first, second = (sent({"loss": 0.1}) for _ in range(2))

    assert 1 - len(first) / COUNT == pytest.approx(0.1, abs=0.04)
    assert first == second


def test_a_wrong_bit_with_a_wrong_sum_is_lost_and_with_a_right_one_is_not():
    wrong = sent({"corrupt": {"share": 0.2, "checksum": "wrong"}})
    right = sent({"corrupt": {"share": 0.2, "checksum": "right"}})

    assert 1 - len(wrong) / COUNT == pytest.approx(0.2, abs=0.05)
    assert len(right) == COUNT
    assert (
        0 < sum(one != number for number, one in enumerate(right)) < COUNT * 0.2
    )  # the rest fell behind the number


def test_doubled_and_reordered():
    found = sent({"duplicate": 0.1, "reorder": {"share": 0.1, "by": "20 ms"}})

    assert len(found) / COUNT - 1 == pytest.approx(0.1, abs=0.04)
    assert set(found) == set(range(COUNT))
    assert found != sorted(found)


def through(packets, play, dial=None):
    """Let `play(client)` act over TCP through a link; return what it returns, and the link."""

    async def run():
        async with AsyncExitStack() as stack:
            way = await tunnelled(
                dial or in_process(Echo), Impairing(scenario(packets=packets), 1, "tun"), stack
            )
            client = Client()
            await way(client)
            found = await play(client)
            client.transport.close()
            return found, way.__self__.link

    return asyncio.run(run())


async def echoed(client, size=40_000):
    """Send bytes, wait for their echo, and return it."""
    client.transport.write(bytes(range(250)) * (size // 250))
    for _ in range(200):
        await asyncio.sleep(0.05)
        if sum(len(piece) for _, piece in client.got) >= size:
            break
    return b"".join(piece for _, piece in client.got)


def test_tcp_mends_what_is_lost():
    packets = {
        "loss": 0.05,
        "duplicate": 0.05,
        "reorder": {"share": 0.05, "by": "5 ms"},
        "corrupt": {"share": 0.05},
    }
    found, link = through(packets, echoed)

    assert found == bytes(range(250)) * 160
    assert link.lanes["to_device"].lost > 0


def test_tcp_does_not_notice_a_right_sum():
    found, _ = through({"corrupt": {"share": 0.3, "checksum": "right"}}, echoed)

    assert len(found) == 40_000
    assert found != bytes(range(250)) * 160


def test_no_packet_is_longer_than_the_mtu(monkeypatch):
    sizes = []
    read = os.read

    def reading(descriptor, size):
        data = read(descriptor, size)
        sizes.append(len(data))
        return data

    monkeypatch.setattr("testbed.wire.impair.tun.os.read", reading)
    found, _ = through({"mtu": 576}, echoed)

    assert len(found) == 40_000
    assert max(sizes) == 576


def test_who_is_not_there_is_unreachable():
    async def nothing(_):
        return None

    with pytest.raises(UnreachableError, match="refuses the connection"):
        through({"loss": 0.0}, nothing, over_tcp(endpoint("tcp://127.0.0.1:1")))


def test_nothing_is_left_behind():
    before = interfaces()
    through({"loss": 0.0}, echoed)

    assert interfaces() == before
    assert not [one for one in threading.enumerate() if one.name.startswith("testbed-room")]


def test_netem_stands_between_two_rooms(monkeypatch):
    """This kernel may have no netem: what surrounds it is tried with a queue that every kernel has."""
    run = Room.run

    def without(room, *command):
        if command[0] == "tc":
            assert command[:7] == ("tc", "qdisc", "add", "dev", "testbed0", "root", "netem")
        else:
            run(room, *command)

    monkeypatch.setattr(tunnel, "lacks", lambda _: "")
    if lacks("netem"):
        monkeypatch.setattr(netem.Room, "run", without)

    async def run_it():
        async with AsyncExitStack() as stack:
            way = await tunnelled(
                in_process(Echo), Impairing(scenario(packets={"loss": 0.01}), 1, "netem"), stack
            )
            client = Client()
            await way(client)
            found = await echoed(client)
            client.transport.close()
            return found

    assert len(asyncio.run(run_it())) == 40_000
