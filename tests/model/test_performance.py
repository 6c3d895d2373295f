"""What a profile of performance may demand."""

import pytest
from pydantic import ValidationError

from testbed.model.performance import Throughput


def test_what_no_device_could_keep_is_refused():
    Throughput(at_least=100, up_to=100, within="10 ms")
    with pytest.raises(ValidationError, match=r"`up_to` 50 is below `at_least` 100: no device"):
        Throughput(at_least=100, up_to=50, within="10 ms")
