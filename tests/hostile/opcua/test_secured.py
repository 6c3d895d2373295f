"""Whoever is hostile in what secures a channel: bounded time and memory, and a sentence that names it.

The tester is trusted, so that nothing but what is hostile stands in the way. Each server is met twice: with a
declared channel that is secured, and with one that is not, beside which the cases of security open their own.
"""

import re

import pytest

from testbed.wire.opcua_keys.folder import make_folder
from tests.hostile.harmless import controls, is_good, shown
from tests.hostile.opcua.conftest import MOST_RUN, MOST_TIME
from tests.hostile.opcua.secured import Secured
from tests.hostile.opcua.turncoat import SERVERS

CHANNELS = {
    "plain": "channel: { policy: None, mode: None }",
    "secured": "channel: { policy: Basic256Sha256, mode: SignAndEncrypt }",
}
FOUND = {name: server for name, server in SERVERS.items() if issubclass(server, Secured)}

pytestmark = [
    pytest.mark.acceptance,
    pytest.mark.parametrize("channel", CHANNELS.values(), ids=CHANNELS),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Keys of a tester whom the servers trust."""
    made = tmp_path_factory.mktemp("opcua") / "keys"
    make_folder(made)
    return made


@pytest.mark.parametrize("name", sorted(name for name, server in FOUND.items() if server.stops))
def test_hostile_at_once(name, channel, folder, judge):
    """Preflight names it, and nothing is judged."""
    run = judge(name, "at-once", keys_of_opcua=folder, channel=channel)

    assert run.took < MOST_TIME
    assert run.peak < FOUND[name].most_memory
    assert run.status == 2, run.printed
    assert "Traceback" not in run.printed
    assert re.search(FOUND[name].stops, run.printed), run.printed
    assert controls(run.printed) == set()
    assert not run.bundle.exists()


@pytest.mark.parametrize("name", sorted(FOUND))
def test_hostile_after_preflight(name, channel, folder, judge, keys):
    """It does nothing wrong as long as it is only read."""
    run = judge(name, keys_of_opcua=folder, channel=channel)

    assert run.took < MOST_RUN
    assert run.peak < FOUND[name].most_memory
    assert run.status in {1, 2}, run.printed
    assert "Traceback" not in run.printed
    assert "ERROR" not in {finding["verdict"] for finding in run.findings}
    assert set(FOUND[name].broken) <= run.broken
    assert any(re.search(FOUND[name].said, one) for one in run.said), run.said
    assert controls(run.printed) == set()
    assert controls(shown(run.bundle).source) == set()
    assert is_good(run.bundle, keys)
