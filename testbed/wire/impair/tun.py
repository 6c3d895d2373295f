"""A link of packets between two rooms, impaired by this program."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress

from testbed.model.delay import DIRECTIONS, Direction
from testbed.model.packets import Packets
from testbed.wire.impair.packets import PacketLane, is_carried
from testbed.wire.impair.plan import Plan
from testbed.wire.impair.room import HERE, THERE, Room

LARGEST = 65535
MOST_UNDER_WAY = 10_000
"""Packets under way at once in each direction; a link holds no more, and loses what comes then (assumed)."""
_AT_ONCE = 64
"""Packets taken in a row before others have their turn (assumed)."""


class TunLink:
    """Reads packets at one end and writes them at the other, as planned.

    Args:
        plan: every choice.
        here: the room of the tester.
        there: the room of the device.
    """

    def __init__(self, plan: Plan, here: Room, there: Room) -> None:
        packets = plan.scenario.packets or Packets()
        mtu = 1500 if packets.black_hole else packets.mtu  # nobody is told of a black hole
        self.lanes = {direction: PacketLane(plan, direction) for direction in DIRECTIONS}
        self._under_way = dict.fromkeys(DIRECTIONS, 0)
        self._ends = {"to_device": here.tun(), "from_device": there.tun()}
        """Where each direction comes in."""
        self._loop = asyncio.get_running_loop()
        try:
            here.bring_up(HERE, mtu)
            there.bring_up(THERE, mtu)
        except BaseException:
            self.close()
            raise
        for direction in DIRECTIONS:
            self._loop.add_reader(self._ends[direction], self._take, direction)

    def _take(self, direction: Direction) -> None:
        now = self._loop.time()
        for _ in range(_AT_ONCE):
            try:
                packet = os.read(self._ends[direction], LARGEST)
            except BlockingIOError:
                return
            if not is_carried(packet):
                continue
            for at, one in self.lanes[direction].take(packet, now):
                if self._under_way[direction] < MOST_UNDER_WAY:
                    self._under_way[direction] += 1
                    self._loop.call_at(at, self._give, direction, one)

    def _give(self, direction: Direction, packet: bytes) -> None:
        self._under_way[direction] -= 1
        other: Direction = "from_device" if direction == "to_device" else "to_device"
        if other in self._ends:
            with suppress(BlockingIOError, OSError):  # a link may lose a packet, whatever the reason
                os.write(self._ends[other], packet)

    def close(self) -> None:
        """Take both ends away."""
        for descriptor in self._ends.values():
            self._loop.remove_reader(descriptor)
            os.close(descriptor)
        self._ends = {}
