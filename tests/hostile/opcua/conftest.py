"""One run against one hostile server, each in a process of its own."""

import os
import re
import subprocess
import sys
import time

import pytest

from tests.hostile.running import _PROGRAM, ROOT, Judged

MOST_TIME = 60.0
"""Seconds that preflight may take with a server that drips or never ends."""
MOST_RUN = 600.0
"""Seconds that a run may take; who lets every case wait to its bound of ten seconds takes half as long."""
TRUSTS = "security: {{ keys: {}, trusts: [authority, certificate] }}\n"


@pytest.fixture
def judge(tmp_path, keys):
    """Serves a server, and judges it as a person would.

    Of a server that trusts the tester the folder of keys is named; without one there is nothing to trust.
    """
    started = []

    def judged(name, *how, keys_of_opcua=None, channel=""):
        more = [*how] if keys_of_opcua is None else [*how, keys_of_opcua]
        command = [sys.executable, "-m", "tests.hostile.opcua.serve", name, *more]
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        text = (ROOT / "profiles/devices/sim-opcua-plc.yaml").read_text(encoding="utf-8")
        path = tmp_path / "device.yaml"
        security = "" if keys_of_opcua is None else TRUSTS.format(keys_of_opcua)
        text = re.sub(r"^security:.*\n", lambda _: security, text, flags=re.MULTILINE)
        text = re.sub(r"^channel:.*$", lambda found: channel or found[0], text, flags=re.MULTILINE)
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
