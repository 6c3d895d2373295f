"""Performance profile, Steady, latency and stall: load at the intended rate."""

import pytest

from testbed.cases import alone, verifies


@alone
@verifies("PERF-MB-ANSWERED")
async def test_every_request_is_answered(load):
    """At the intended rate every request is answered with what was asked for."""
    seen = await load.steady()

    assert seen.answered.agrees


@alone
@verifies("PERF-MB-LATENCY")
@pytest.mark.parametrize("percentile", ["p50", "p95", "p99"])
async def test_latency(load, percentile):
    """At the intended rate a percentile of the latency keeps its limit."""
    found = await load.latency(percentile)

    assert found.agrees


@alone
@verifies("PERF-MB-STALL")
async def test_stalls(load):
    """At the intended rate the device does not stall."""
    seen = await load.steady()

    assert seen.stall.agrees
