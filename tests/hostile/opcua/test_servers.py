"""Whatever a server does: bounded time and memory, a sentence that names it, a page that stays harmless.

Most servers are met in acceptance tests alone: a run after preflight takes as long as one of a good server.
"""

import json
import os
import re
import subprocess
import sys
import time

import pytest

from tests.hostile.harmless import controls, is_good, shown
from tests.hostile.opcua import SERVERS
from tests.hostile.running import _PROGRAM, ROOT, Judged

QUICK = {"Nested", "OffersMarkup"}
"""Servers that are met in every run of the tests; preflight names each within two seconds."""
MOST_TIME = 60.0
"""Seconds that preflight may take with a server that drips or never ends."""
MOST_RUN = 600.0
"""Seconds that a run may take; who lets every case wait to its bound of ten seconds takes half as long."""


def named(names, quick):
    return pytest.mark.parametrize(
        "name",
        [pytest.param(one, marks=() if one in quick else pytest.mark.acceptance) for one in sorted(names)],
    )


@pytest.fixture
def judge(tmp_path, keys):
    """Serves a server, and judges it as a person would."""
    started = []

    def judged(name, *how):
        command = [sys.executable, "-m", "tests.hostile.opcua.serve", name, *how]
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        text = (ROOT / "profiles/devices/sim-opcua-plc.yaml").read_text(encoding="utf-8")
        path = tmp_path / "device.yaml"
        text = re.sub(r"^security:.*\n", "", text, flags=re.MULTILINE)  # keys of a folder that nobody trusts
        path.write_text(
            text.replace("sim:opcua-plc", f"opc.tcp://127.0.0.1:{int(process.stdout.readline())}")
        )
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
        environment |= {"PEAK": str(tmp_path / "peak"), "PYTHONUTF8": "1"}
        asked = [sys.executable, "-c", _PROGRAM, "run", path, "--out", tmp_path / "bundle", "--keys", keys]
        began = time.perf_counter()
        done = subprocess.run(
            [*asked, "--seed", "1"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=MOST_RUN,
            check=False,
        )
        peak = int((tmp_path / "peak").read_text()) / 1024
        took = time.perf_counter() - began
        return Judged(done.returncode, done.stdout + done.stderr, took, peak, tmp_path / "bundle")

    yield judged
    for process in started:
        process.kill()
        process.communicate()


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
