"""Whatever a server does: bounded time and memory, a sentence that names it, a page that stays harmless.

Most servers are met in acceptance tests alone: a run after preflight takes as long as one of a good server.
"""

import json
import re

import pytest

from tests.hostile.harmless import controls, is_good, shown
from tests.hostile.opcua import SERVERS as ALL
from tests.hostile.opcua.conftest import MOST_RUN, MOST_TIME
from tests.hostile.opcua.secured import Secured

QUICK = {"Nested", "OffersMarkup"}
"""Servers that are met in every run of the tests; preflight names each within two seconds."""
SERVERS = {name: server for name, server in ALL.items() if not issubclass(server, Secured)}
"""Those that need no keys: test_secured.py meets the others."""


def named(names, quick):
    return pytest.mark.parametrize(
        "name",
        [pytest.param(one, marks=() if one in quick else pytest.mark.acceptance) for one in sorted(names)],
    )


def test_there_are_thirty_and_each_says_what_it_does():
    assert len(SERVERS) >= 30
    assert len({server.__doc__ for server in SERVERS.values()}) == len(SERVERS)


@named([name for name, server in SERVERS.items() if server.stops], QUICK)
def test_hostile_at_once(name, judge):
    """Preflight names it, and nothing is judged."""
    run = judge(name, "at-once")

    assert run.took < MOST_TIME
    assert run.peak < SERVERS[name].most_memory
    assert run.status == 2
    assert "Traceback" not in run.printed
    assert re.search(SERVERS[name].stops, run.printed), run.printed
    assert controls(run.printed) == set()
    assert not run.bundle.exists()


@named(SERVERS, set())
def test_hostile_after_preflight(name, judge, keys):
    """It does nothing wrong as long as it is only read."""
    run = judge(name)

    assert run.took < MOST_RUN
    assert run.peak < SERVERS[name].most_memory
    assert run.status in {1, 2}
    assert "Traceback" not in run.printed
    assert set(SERVERS[name].broken) <= run.broken
    assert any(re.search(SERVERS[name].said, one) for one in run.said), run.said
    assert "ERROR" not in {finding["verdict"] for finding in run.findings}
    assert controls(run.printed) == set()
    report = shown(run.bundle)
    assert controls(report.source) == set()
    assert is_good(run.bundle, keys)
    assert json.dumps(run.lines)
