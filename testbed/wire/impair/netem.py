"""A link of packets between two rooms, impaired by `netem` of the system, where its kernel has that."""

from __future__ import annotations

import shutil

from testbed.model.packets import Packets
from testbed.wire.dial import UnreachableError
from testbed.wire.impair.plan import Plan
from testbed.wire.impair.room import HERE, NAME, THERE, Room

MOST_UNDER_WAY = 10_000
"""Packets that a queue of netem holds, as in `testbed.wire.impair.tun`."""


def without() -> str:
    """Return what the system lacks for netem, found by trying in a room; empty where it has all."""
    if shutil.which("tc") is None:
        return "it needs the program `tc`; install iproute2"
    try:
        room = Room()
    except UnreachableError as error:
        return str(error)
    try:
        room.run("tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1ms")
    except UnreachableError as error:
        return f"the kernel has no netem ({error}); use `--impair-by tun`"
    try:
        room.run("tc", "qdisc", "change", "dev", "lo", "root", "netem", "delay", "1ms", "seed", "1")
    except UnreachableError as error:
        return f"netem takes no seed here, so nothing could be repeated ({error}); use `--impair-by tun`"
    finally:
        room.close()
    return ""


def options(packets: Packets, seed: int) -> list[str]:
    """Return what `tc qdisc add … netem` is given (tc-netem(8)).

    Raises:
        UnreachableError: netem cannot do it.
    """
    if cannot := _cannot(packets):
        raise UnreachableError(f"netem {cannot}; use `--impair-by tun`")
    said = ["limit", str(MOST_UNDER_WAY), *_delay(packets)]
    if packets.loss:
        said += ["loss", "random", _share(packets.loss)]
    if packets.burst:
        burst = packets.burst
        said += ["loss", "gemodel", *map(_share, (burst.enter, burst.leave, burst.lost, burst.else_lost))]
    if packets.corrupt:
        said += ["corrupt", _share(packets.corrupt.share)]
    if packets.duplicate:
        said += ["duplicate", _share(packets.duplicate)]
    if packets.reorder:  # these are not held back, so that they overtake the others
        said += ["reorder", _share(packets.reorder.share)]
    if packets.rate:
        said += ["rate", f"{packets.rate * 8}bit"]
    return [*said, "seed", str(seed)]


def _cannot(packets: Packets) -> str:
    """Say what of a link is beyond netem."""
    if packets.delay and packets.delay.distribution == "exponential":
        return "has no exponential distribution"
    if packets.corrupt and packets.corrupt.checksum == "right":
        return "works out no checksum anew"
    return "makes no black hole" if packets.black_hole else ""


def _delay(packets: Packets) -> list[str]:
    delay, by = packets.delay, packets.reorder.by if packets.reorder else 0.0
    said = ["delay", _time((delay.time if delay else 0.0) + by)] if delay or by else []
    if delay and delay.jitter:
        said += [_time(delay.jitter)]
        said += ["distribution", delay.distribution] if delay.distribution != "uniform" else []
    return said


class NetemLink:
    """A pair of Ethernet interfaces with netem behind each.

    Args:
        plan: the scenario and the seed.
        here: the room of the tester.
        there: the room of the device.

    Raises:
        UnreachableError: the system cannot make it.
    """

    def __init__(self, plan: Plan, here: Room, there: Room) -> None:
        packets = plan.scenario.packets or Packets()
        peer = ("peer", "name", NAME, "netns", str(there.thread_id))
        here.run("ip", "link", "add", NAME, "type", "veth", *peer)
        for room, address, direction in ((here, HERE, "to_device"), (there, THERE, "from_device")):
            room.bring_up(address, packets.mtu)
            asked = options(packets, plan.random("netem", direction).getrandbits(32))
            room.run("tc", "qdisc", "add", "dev", NAME, "root", "netem", *asked)

    def close(self) -> None:
        """Leave it: it vanishes with its rooms."""


def _time(seconds: float) -> str:
    return f"{seconds * 1e6:.0f}us"


def _share(share: float) -> str:
    return f"{share * 100:g}%"
