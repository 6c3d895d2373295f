"""`testbed run` against an OPC UA server over TCP, with security: conformant, and as fast as its waits."""

import json
import resource
import subprocess
import sys
from contextlib import contextmanager

import pytest

from testbed.plugin.attempt import Settings
from testbed.plugin.engine import Engine
from testbed.plugin.gather import gather
from testbed.plugin.setup import prepare_text
from testbed.plugin.shelf import example
from testbed.wire.clock import VirtualClockLoop
from testbed.wire.opcua_keys import OpcUaKeys, make_folder

TEXT = example("sim-opcua-plc.yaml").read_text(encoding="utf-8")
CHANNEL = "channel:  { policy: None, mode: None }\n"
LONGEST = "test_session_timeout.py::test_expired"
"""The case that waits longest: for the shortest time-out of a session, three times over."""
FACTOR, BESIDE = 1.5, 5.0
"""What a run may wait over its longest case: times, and seconds beside it."""
MOST = 40.0
"""Seconds of the whole suite with security on two processors that have nothing else to do."""
SECURED = """\
channel: { policy: Basic256Sha256, mode: SignAndEncrypt }
user: { name: NAME, password: { file: keys/login.password } }
"""
SIGNED = """\
channel: { policy: Aes256_Sha256_RsaPss, mode: Sign }
user: { certificate: keys/user.der, key: keys/user.key }
"""


def waits(which=""):
    """Return the virtual seconds that the suite, or one case of it, waits with eight cases at once."""
    ended = []

    class Loop(VirtualClockLoop):
        def close(self):
            ended.append(self.time())
            super().close()

    setup = prepare_text(TEXT, "a.yaml", seed=1)
    suites = [one for one in setup.suites if one.catalogue.section == "conformance"]
    engine = Engine(
        cases=[case for case in gather(suites) if which in case.id],
        catalogues={one.catalogue.id: one.catalogue for one in suites},
        settings=Settings(1, setup.jobs, 0.0, captures=False),
        connect=setup.connect(),
        new_loop=Loop,
    )
    assert {one.record.verdict.value for one in engine.run()} <= {"PASS", "NOT_TESTED", "NOT_APPLICABLE"}
    return ended[0]


def test_cases_wait_at_the_same_time():
    longest = waits(LONGEST)

    assert longest > 1.0
    assert waits() <= FACTOR * longest + BESIDE


@contextmanager
def served(keys):
    """Serve the reference in a process of its own; say where."""
    command = [sys.executable, "-m", "testbed", "simulate", "opcua-plc", "--keys", str(keys)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as device:
        try:
            yield device.stdout.readline().strip()
        finally:
            device.kill()


def worked():
    """Return the processor time of all processes that were started and have ended, in seconds."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


@pytest.mark.acceptance
@pytest.mark.parametrize("entered", [CHANNEL, SECURED, SIGNED], ids=["plain", "secured", "signed"])
def test_over_tcp(tmp_path, entered):
    """Its time is that of its waits and of both sides' work, one after the other at the worst."""
    make_folder(tmp_path / "keys")
    entered = entered.replace("NAME", OpcUaKeys(tmp_path / "keys").login.name)
    before = worked()
    with served(tmp_path / "keys") as where:
        text = TEXT.replace("sim:opcua-plc", where).replace(CHANNEL, entered)
        text = text.replace("security: { trusts", "security: { keys: keys, trusts")
        (tmp_path / "device.yaml").write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "testbed", "run", str(tmp_path / "device.yaml")]
        done = subprocess.run(
            [*command, "--out", str(tmp_path / "bundle"), "--json"],
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 0, done.stderr + done.stdout[-2000:]
    lines = (tmp_path / "bundle/results.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[-1])["outcome"] == "CONFORMANT"
    assert waits() + worked() - before < MOST
