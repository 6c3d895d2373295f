"""The engine on a virtual clock, against servers whose truth is known by arithmetic: here it is exact."""

import asyncio

import pytest

from testbed.testers.load.crew import NotConnectedError
from testbed.testers.load.statistics import Latencies, stalls
from testbed.testers.load.virtual import answering, carry_out_virtually
from testbed.wire.clock import VirtualClockLoop
from testbed.wire.dial import UnreachableError, in_process
from tests.load.conftest import SIZE
from tests.load.queue_server import Queue

MS = 1_000_000


class Served(asyncio.Protocol):
    """A connection to one queue that all share, by the loop's clock."""

    def __init__(self, queue):
        self.queue = queue

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        loop = asyncio.get_running_loop()
        answer = data[:4] + bytes((0, SIZE - 6)) + data[6:8] + bytes(SIZE - 8)
        loop.call_at(self.queue.finish(loop.time()), self.transport.write, answer)


class Closing(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, _):
        self.transport.close()


def carried(plan, dial):
    with asyncio.Runner(loop_factory=VirtualClockLoop) as runner:
        return runner.run(carry_out_virtually(plan, dial))


def test_a_stall_of_a_second_in_ten_is_told_as_it_is(plan_for):
    # 1,000 requests come in the stall, 250 more before the backlog is served at 5,000 a second: 1,250 of
    # 10,000 wait, evenly from 0 to 1 s. So 1,000 wait more than 200 ms, and 100 more than 920 ms.
    queue = Queue(0.0002, 10, 1)
    seen = carried(plan_for(0, 1000, 10, connections=16, transactions=8), in_process(lambda: Served(queue)))
    found = Latencies(seen.latencies)

    assert (seen.unanswered, seen.wrong, seen.strange) == (0, 0, 0)
    assert found.at(0.9) == pytest.approx(200 * MS, rel=0.01)
    assert found.at(0.99) == pytest.approx(920 * MS, rel=0.01)
    (stall,) = stalls(seen.offsets, seen.latencies, 100 * MS)
    assert stall.first == pytest.approx(5000 * MS, rel=0.001)
    assert stall.end - stall.first == pytest.approx(1000 * MS, rel=0.001)


def test_it_adds_nothing_itself(plan_for):
    seen = carried(plan_for(0, 200, 2, connections=4, extra=2), answering(SIZE))

    assert set(seen.latencies) == {0}
    assert max(seen.late) <= 1  # nanosecond
    assert seen.extra == {"served": 2}


def test_connections_come_and_go(plan_for):
    seen = carried(plan_for(0, 50, 2, connections=4, churn=True), answering(SIZE))

    assert (len(seen.latencies), seen.unanswered, seen.wrong) == (100, 0, 0)


def test_who_closes_is_told(plan_for):
    seen = carried(plan_for(0, 50, 1, connections=4), in_process(Closing))

    assert (seen.unanswered, seen.ends.total()) == (50, 4)


def test_nobody_there_is_said(plan_for):
    async def dial(_):
        raise UnreachableError("nobody")

    with pytest.raises(NotConnectedError, match="nobody"):
        carried(plan_for(0, 50, 1), dial)
