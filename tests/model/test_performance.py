"""What a profile of performance may demand."""

import pytest
from pydantic import ValidationError

from testbed.model.performance import MOST_REQUESTS, Steady, Throughput
from testbed.testers.load import plan


def test_what_no_device_could_keep_is_refused():
    Throughput(at_least=100, up_to=100, within="10 ms")
    with pytest.raises(ValidationError, match=r"`up_to` 50 is below `at_least` 100: no device"):
        Throughput(at_least=100, up_to=50, within="10 ms")


def test_a_load_has_a_size_that_can_be_made():
    with pytest.raises(ValidationError, match=r"for 3600 s are 360,000,000 requests"):
        Steady(rate=100_000, seconds=3600)
    with pytest.raises(ValidationError, match=r"are 0 requests; a load has 1 to 5,000,000"):
        Steady(rate=0.1, seconds=1)
    assert MOST_REQUESTS == plan.MOST_REQUESTS
