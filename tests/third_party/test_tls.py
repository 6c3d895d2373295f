"""pymodbus behind TLS: its server judged by the suite, its client at the controller (README.md argues)."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from string import Template
from types import MappingProxyType

import pytest
from pymodbus.client import AsyncModbusTlsClient
from pymodbus.framer import FramerSocket
from pymodbus.pdu import DecodePDU

from testbed.model.record import roll_up
from testbed.plugin.attempt import Settings
from testbed.plugin.engine import Engine
from testbed.plugin.gather import gather
from testbed.plugin.setup import prepare
from testbed.wire.mbaps import Material, make_device, make_folder
from testbed.wire.simulator import simulator
from tests.third_party.products import SERVERS

JUDGED = "3.16.1"
SUITE = "modbus_security"

OF_PYMODBUS = MappingProxyType(
    {
        "MB-TLS-NO-CERTIFICATE": "FAIL",
        "MB-TLS-ALERT-ENDS-SESSION": "FAIL",
        "MB-TLS-RECORD-DAMAGED": "FAIL",
    }
)
NOT_CLAIMED = {"NOT_APPLICABLE", "NOT_TESTED"}


@pytest.fixture(scope="module")
def keys(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("mbaps") / "keys"
    make_folder(folder)
    make_device(folder)
    return folder


@pytest.fixture(scope="module")
def declaration(keys) -> Iterator[Path]:
    if version("pymodbus") != JUDGED:
        pytest.skip(f"pymodbus {version('pymodbus')}; the verdicts are those of {JUDGED}")
    command = [sys.executable, SERVERS / "with_pymodbus_tls.py", keys]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            port = process.stdout.readline().strip()
            assert port, "the server did not start"
            said = Template((SERVERS / "pymodbus_tls.yaml").read_text(encoding="utf-8"))
            path = keys.parent / "declaration.yaml"
            path.write_text(
                said.substitute(connect=f"tls://127.0.0.1:{port}", version=JUDGED, keys=keys),
                encoding="utf-8",
            )
            yield path
            assert process.poll() is None, "the server did not outlive what it was sent"
            process.communicate(timeout=10)
        finally:
            process.kill()


def judged(path: Path, seed: int, jobs: int) -> dict[str, str]:
    """Return the verdicts of the suite that are no PASS, and claim something."""
    setup = prepare(path, seed=seed, jobs=jobs)
    (suite,) = (one for one in setup.suites if one.catalogue.id == SUITE)
    engine = Engine(
        cases=gather([suite]),
        catalogues={SUITE: suite.catalogue},
        settings=Settings(seed, jobs, 0.0, captures=False),
        connect=setup.connect(),
    )
    records = [result.record for result in engine.run()]
    assert not engine.faults
    found = {one.requirement.id: str(one.verdict) for one in roll_up([suite.catalogue], records)}
    assert found["MB-TLS12-SESSION"] == found["MB-TLS13-SESSION"] == "PASS"
    silent = {one.id for one in suite.catalogue.requirements if one.invariant}
    return {
        name: verdict
        for name, verdict in found.items()
        if verdict != "PASS" and verdict not in NOT_CLAIMED and name not in silent
    }


def test_verdicts(declaration):
    assert judged(declaration, 1, 8) == OF_PYMODBUS


@pytest.mark.acceptance
@pytest.mark.parametrize("jobs", [1, 8])
@pytest.mark.parametrize("seed", range(20))
def test_verdicts_whatever_the_seed(declaration, seed, jobs):
    assert judged(declaration, seed, jobs) == OF_PYMODBUS


@pytest.mark.parametrize("most", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_its_client_at_our_controller(keys, most):
    async def main():
        serve = simulator("plc").start("tls", keys)
        async with await asyncio.get_running_loop().create_server(serve, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            context = Material(keys).context("role-Viewer", most=most)
            client = AsyncModbusTlsClient("127.0.0.1", port=port, sslctx=context)
            client.ctx.framer = FramerSocket(DecodePDU(is_server=False))
            assert await client.connect()
            read = await client.read_holding_registers(5, count=3, device_id=1)
            written = await client.write_register(400, 1, device_id=1)
            client.close()
            return read.registers, written.exception_code

    assert asyncio.run(main()) == ([5, 6, 7], 1)
