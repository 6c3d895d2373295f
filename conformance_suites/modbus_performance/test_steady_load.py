"""Performance profile, Steady, latency and stall: load at the intended rate."""

from testbed.cases import alone, verifies


@alone
@verifies("PERF-MB-ANSWERED")
async def test_every_request_is_answered(load):
    """At the intended rate every request gets its own answer."""
    seen = await load.steady()

    assert seen.answered.agrees


@alone
@verifies("PERF-MB-LATENCY")
async def test_latency(load):
    """At the intended rate each percentile of the latency for which there is a limit keeps it."""
    found = await load.latency()

    assert found.agrees


@alone
@verifies("PERF-MB-STALL")
async def test_stalls(load):
    """At the intended rate the device does not stall."""
    seen = await load.steady()

    assert seen.stall.agrees
