"""One laboratory, and one run of a well-behaved device that hostile ones are compared with."""

import pytest

from testbed.bundle.keys import create_keys
from tests.hostile.running import NAMES, declare, judged, served, written


@pytest.fixture(scope="session")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("laboratory") / "keys"
    create_keys(folder, test=True)
    return folder


@pytest.fixture(scope="session")
def reference(tmp_path_factory, keys):
    """The run of a device that does nothing wrong."""
    with served("behaves") as port:
        folder = tmp_path_factory.mktemp("reference")
        run = judged(declare(folder, port, written(NAMES), within=2.0), keys)
    assert run.outcome == "CONFORMANT", run.printed
    return run
