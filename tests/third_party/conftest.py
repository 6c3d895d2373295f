"""How a product that nobody here wrote is judged, whatever its protocol."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

RUN_WITHIN = 600.0
"""Seconds within which a run ends; the longest takes 180 where nothing else runs."""

UNJUDGED = ("PASS", "NOT_APPLICABLE", "NOT_TESTED")
"""Verdicts that say nothing against a product: `review` tells which functions its declaration leaves out."""


@pytest.fixture(scope="session")
def keys(tmp_path_factory) -> Path:
    """Return a folder in which the first run makes test keys."""
    return tmp_path_factory.mktemp("laboratory") / "keys"


@pytest.fixture
def judge(served, keys, tmp_path):
    """Return what runs the suite as a person would, and returns the verdicts that are no PASS."""

    def run(seed: int, jobs: int) -> dict[str, str]:
        bundle = tmp_path / "bundle"
        options = ["--out", bundle, "--json", "--seed", str(seed), "--jobs", str(jobs), "--keys", keys]
        done = subprocess.run(
            [sys.executable, "-m", "testbed", "run", served, *options],
            capture_output=True,
            text=True,
            check=False,
            timeout=RUN_WITHIN,
            env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        )
        assert done.returncode == 1, done.stderr
        said = json.loads(done.stdout)
        assert said["outcome"] == "NOT_CONFORMANT"
        assert said["counts"]["ERROR"] == 0
        assert (bundle / "report.html").is_file()
        found = {name: one["verdict"] for name, one in said["requirements"].items()}
        return {name: verdict for name, verdict in found.items() if verdict not in UNJUDGED}

    return run
