"""The command line around certificates: what it makes, what it refuses, and in how many words."""

import json
import re
import signal
import subprocess
import sys

import pytest
from click.testing import CliRunner

from testbed.commands import cli
from testbed.plugin.shelf import example
from testbed.wire.mbaps import BAD, make_folder

TESTBED = [sys.executable, "-m", "testbed"]


def run(*arguments):
    return CliRunner().invoke(cli, [str(one) for one in arguments])


def test_keys_mbaps(tmp_path):
    done = run("keys", "mbaps", tmp_path / "keys", "--role", "Engineer", "--json")
    assert done.exit_code == 0
    files = json.loads(done.stdout)["files"]
    assert {"ca.pem", "crl.pem", "STEPS.txt", "role-Engineer.pem", *(f"{name}.key" for name in BAD)} <= {
        *files
    }

    again = run("keys", "mbaps", tmp_path / "keys")
    assert again.exit_code == 64
    assert (
        again.stderr == f"testbed: {tmp_path / 'keys'} already holds something; keys are never overwritten\n"
    )


@pytest.mark.parametrize("role", ["", "a/b", "a\nb", "x" * 65])
def test_a_role_that_is_none(tmp_path, role):
    done = run("keys", "mbaps", tmp_path / "keys", "--role", role)
    assert "a role is a name of 1 to 64 characters" in str(done.exception) + done.output
    assert not (tmp_path / "keys").exists()


def test_a_draft_over_tls_is_refused():
    done = run("declare", "tls://127.0.0.1:1")
    assert done.exit_code == 64
    assert "make certificates with `testbed keys mbaps FOLDER`" in done.stderr


def test_keys_are_for_tls_alone(tmp_path):
    done = run("simulate", "plc", "--keys", tmp_path)
    assert "--keys are for --over tls" in str(done.exception) + done.output


@pytest.mark.acceptance
def test_a_controller_served_and_looked_at(tmp_path):
    """`preflight` opens sessions with a device of another process, and says what is wrong where it cannot."""
    make_folder(tmp_path / "other")
    command = [*TESTBED, "simulate", "plc", "--over", "tls", "--keys", "keys"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path
    ) as plc:
        try:
            where = re.fullmatch(r"tls://127.0.0.1:\d+\n", plc.stdout.readline())
            text = example("sim-plc-tls.yaml").read_text().replace("sim:plc?over=tls", where[0].strip())
            for keys in ("keys", "other"):
                said = text.replace("security: ", f"security:\n  keys: {keys}\n#")
                (tmp_path / f"{keys}.yaml").write_text(said)
            looked = [
                subprocess.run(
                    [*TESTBED, "preflight", f"{keys}.yaml"],
                    capture_output=True,
                    text=True,
                    cwd=tmp_path,
                    check=False,
                )
                for keys in ("keys", "other")
            ]
        finally:
            plc.send_signal(signal.SIGTERM)
    good, bad = looked
    assert good.returncode == 0, good.stderr + good.stdout
    assert "16 connections at once are served" in good.stdout
    assert bad.returncode == 2
    told = " ".join((bad.stdout + bad.stderr).split())
    assert "refuses the session with alert" in told
    assert "let the device trust ca.pem of `security.keys`" in told
    assert "Traceback" not in told
