"""`testbed run --profile performance/…`: one command, under a minute, and a page that shows the loads."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def called(*words):
    command = [sys.executable, "-m", "testbed", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.acceptance
def test_the_reference_is_measured_in_under_a_minute(tmp_path):
    bundle = tmp_path / "bundle"
    began = time.monotonic()
    ran = called(
        "run", "profiles/devices/sim-plc.yaml", "--profile", "performance/gateway-basic", "--out", bundle
    )
    took = time.monotonic() - began
    page = (bundle / "report.html").read_text(encoding="utf-8")
    loads = [json.loads(path.read_text(encoding="utf-8")) for path in (bundle / "load").iterdir()]

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert took < 60
    assert page.count('class="plot"') == 10
    assert {load["kind"] for load in loads} == {"steady", "search", "soak", "churn", "sessions"}
    assert all(load["histogram"].startswith("HISTFAAA") for load in loads)
    assert called("verify", bundle).returncode == 0
    assert called("report", bundle, "--check").returncode == 0


@pytest.mark.parametrize("name", ["performance/gateway-basik", "gateway-basic"])
def test_a_profile_that_nobody_knows_is_bad_input(name):
    ran = called("run", "profiles/devices/sim-plc.yaml", "--profile", name)

    assert ran.returncode == 64
    assert "did you mean `performance/gateway-basic@1`?" in ran.stderr
