"""What the engine says of servers whose truth is known by arithmetic."""

import asyncio
from dataclasses import replace

import pytest

from testbed.testers.load.crew import carry_out
from testbed.testers.load.search import held, knee, seconds_of
from testbed.testers.load.statistics import Latencies, smallest, stalls

MS = 1_000_000


@pytest.mark.acceptance
def test_a_stall_of_a_second_in_ten_is_told_as_it_is(queue, plan_for):
    # 1,000 requests come in the stall, 250 more before the backlog is served at 5,000 a second: 1,250 of
    # 10,000 wait, evenly from 0 to 1 s. So 1,000 wait more than 200 ms, and 100 more than 920 ms.
    with queue(0.0002, 10, 1) as port:
        seen = asyncio.run(carry_out(plan_for(port, 1000, 10, connections=16, transactions=8)))
    found = Latencies(seen.latencies)

    assert (seen.unanswered, seen.wrong, seen.strange) == (0, 0, 0)
    assert found.quantile(0.9).value == pytest.approx(200 * MS, rel=0.05)
    assert found.quantile(0.99).value == pytest.approx(920 * MS, rel=0.05)
    (stall,) = stalls(seen.offsets, seen.latencies, 100 * MS)
    assert stall.first == pytest.approx(5000 * MS, rel=0.02)
    assert stall.requests == pytest.approx(1000, rel=0.05)
    assert stall.end - stall.first == pytest.approx(1000 * MS, rel=0.05)


@pytest.mark.acceptance
@pytest.mark.parametrize("service", [0.001, 0.003])
def test_the_knee_of_a_single_server_queue_is_where_its_service_time_puts_it(queue, plan_for, service):
    async def search(port):
        async def holds(rate):
            plan = plan_for(port, rate, seconds_of(rate, 0.04, smallest(0.99)), drain=0.3)
            plan = replace(plan, connections=8, transactions=4)
            return held(await carry_out(plan), 0.99, 40 * MS)

        return await knee(holds, 200, 5000)

    with queue(service) as port:
        good, bad = asyncio.run(search(port))

    assert good == pytest.approx(1 / service, rel=0.05)
    assert bad <= good * 1.02 * 1.001
