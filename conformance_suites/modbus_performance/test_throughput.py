"""Performance profile, Throughput: the knee."""

from testbed.cases import alone, verifies


@alone
@verifies("PERF-MB-THROUGHPUT")
async def test_knee(load):
    """The device takes as many requests a second as demanded, within the limit."""
    seen = await load.throughput()

    assert seen.agrees
