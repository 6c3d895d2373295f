"""What the engine says of servers whose truth is known by arithmetic."""

import asyncio

import pytest

from testbed.testers.load.crew import carry_out
from testbed.testers.load.statistics import Latencies, stalls

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
    assert stall.requests == pytest.approx(1125, rel=0.05)
