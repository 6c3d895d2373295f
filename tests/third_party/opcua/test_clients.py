"""Clients that nobody here wrote meet the simulated PLC over a socket: connect, browse, read, write, call."""

import json
import os
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from tests.third_party.opcua.products import MODULES

CLIENTS = Path(__file__).parent / "clients"
WITHIN = 60.0
"""Seconds that a client has for all its errands; on a busy machine node-opcua takes five."""
OBJECTS = {"Server", "Static", "Scratch", "Access", "Analog", "Discrete"} | {
    "Structure", "Large", "Folder", "Deep", "Methods", "Modbus",
}  # fmt: skip


@pytest.fixture(scope="module")
def url():
    """The simulated PLC, served as a person would."""
    command = [sys.executable, "-m", "testbed", "simulate", "opcua-plc"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


@pytest.fixture
def perform(url, tmp_path):
    """Returns what runs a client, at home in a folder of its own, and reads what it says."""

    def run(*command):
        home = {"HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen", "NODE_PATH": str(MODULES)}
        done = subprocess.run(
            [*command, url],
            capture_output=True,
            text=True,
            check=False,
            timeout=WITHIN,
            env=os.environ | home,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture
def installed(lacking):
    """Returns what skips the test, or fails it in CI, where a Python package is not installed."""

    def look(package):
        try:
            version(package)
        except PackageNotFoundError:
            lacking(f"{package} is not installed")

    return look


def assert_errands_done(got):
    assert set(got["children"]) == OBJECTS
    assert (got["read"], got["written"], got["called"]) == (0.125, 6.5, 5.0)


@pytest.mark.parametrize("client", ["asyncua", "opcua"])
def test_errands_of_python_clients(perform, installed, client):
    installed(client)

    assert_errands_done(perform(sys.executable, "-W", "ignore", CLIENTS / f"with_{client}.py"))


def test_errands_of_node_opcua(perform, program, lacking):
    node = program("node")
    if not (MODULES / "node-opcua").is_dir():
        lacking("node-opcua is not installed")

    assert_errands_done(perform(node, CLIENTS / "with_node_opcua.cjs"))


def test_classes_behind_opcua_client(perform, installed):
    installed("opcua-client")

    got = perform(sys.executable, "-W", "ignore", CLIENTS / "with_opcua_client.py")

    assert_errands_done(got)
    assert got["tree"] == "Objects"
    assert got["attributes"]["BrowseName"] == "0:Server"
    assert got["attributes"]["NodeId"] == "i=2253"
