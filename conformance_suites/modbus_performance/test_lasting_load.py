"""Performance profile, Soak: load for a long time."""

from testbed.cases import alone, verifies


@alone
@verifies("PERF-MB-SOAK")
async def test_every_request_is_answered(load):
    """Under lasting load every request gets its own answer."""
    seen = await load.soak()

    assert seen.answered.agrees


@alone
@verifies("PERF-MB-DRIFT")
async def test_latency_stays(load):
    """Under lasting load the latency of the last third is like that of the first."""
    seen = await load.soak()

    assert seen.steady.agrees
