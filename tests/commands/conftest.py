"""The command line as a user starts it, with keys of its own and in an empty folder."""

import os
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from testbed.bundle.keys import create_keys
from testbed.commands import main

DEVICES = Path(str(files("profiles") / "devices"))


@pytest.fixture(scope="session")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("authority") / "keys"
    create_keys(folder, test=True)
    return folder


@pytest.fixture(scope="session")
def started(keys):
    """Runs `testbed ARGUMENTS` in a process of its own, in a folder."""

    def run(*arguments, cwd, within=120):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
        environment |= {"TESTBED_KEYS": str(keys), "PYTHONWARNINGS": "error", "PYTHONUTF8": "1"}
        command = [sys.executable, "-m", "testbed", *map(str, arguments)]
        return subprocess.run(
            command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=within, check=False
        )

    return run


@pytest.fixture
def testbed(started, tmp_path):
    """The same in an empty folder."""
    return lambda *arguments: started(*arguments, cwd=tmp_path)


@pytest.fixture
def said(monkeypatch, capfd, tmp_path, keys):
    """Runs `testbed ARGUMENTS` in this process, for what ends before a run begins: status and output."""

    def run(*arguments):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("TESTBED_KEYS", str(keys))
        monkeypatch.setattr(sys, "argv", ["testbed", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capfd.readouterr()
        return ended.value.code, out, err

    return run


@pytest.fixture(scope="session")
def declare():
    """Writes the declaration of a simulated device, some of its words replaced."""

    def write(folder, device="io-block", name="device.yaml", words=None):
        text = (DEVICES / f"sim-{device}.yaml").read_text(encoding="utf-8")
        for old, new in (words or {}).items():
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        path = folder / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def granted(tmp_path_factory, started, declare):
    """A real bundle with a confirmation; whoever changes a byte puts it back."""
    folder = tmp_path_factory.mktemp("granted")
    done = started("run", declare(folder), "--out", "bundle", "--seed", "7", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    done = started("grant", "bundle", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "bundle"


@pytest.fixture
def copied(granted, tmp_path):
    """A copy of the bundle, to spoil."""
    return Path(shutil.copytree(granted, tmp_path / "bundle"))
