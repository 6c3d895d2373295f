"""The whole suite of a client before independent servers: good, missing and faulty ones, and a stop."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections import Counter
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from testbed.model.declaration import Declaration
from testbed.model.document import load
from testbed.model.verdict import Verdict
from testbed.plugin.engine import Engine, Settings
from testbed.plugin.gather import gather
from testbed.plugin.shelf import suites
from testbed.testers.modbus_client.servers import libmodbus, libraries
from testbed.testers.modbus_client.servers.tables import Tables
from testbed.wire.awaiting import Awaited
from testbed.wire.simulator import simulator

SUITE = "interop_modbus_servers"
DECLARATION = Path(__file__).parents[2] / "profiles/devices/sim-client.yaml"


@pytest.fixture(scope="module")
def cases():
    return gather([suites()[SUITE]])


def engine(cases, client="client", before=lambda: None):
    async def connect(_):
        before()
        return load(Declaration, DECLARATION.read_text(encoding="utf-8"), "c"), Awaited(simulator(client))

    return Engine(cases, {SUITE: suites()[SUITE].catalogue}, Settings(1, 8, 0.0), connect)


def judge(cases, client="client"):
    one = engine(cases, client)
    results = one.run()
    assert one.faults == []
    return [result.record for result in results]


def server_of(record):
    return record.case.partition("[")[2].rstrip("]")


def test_the_reference_exchanges_values_with_every_server(cases):
    records = judge(cases)
    assert len(records) == 56
    for record in records:
        if record.verdict is not Verdict.NOT_TESTED:
            assert record.verdict is Verdict.PASS, (record.case, record.reason)
            assert record.peer.startswith(f"{server_of(record)} ")
            assert record.findings[0].frames
            assert any(f"the product meets {record.peer}" in line for line in record.log)


def test_without_them_their_cases_are_not_tested(cases, monkeypatch):
    def missing(name):
        raise libraries.PackageNotFoundError(name)

    monkeypatch.setattr(libraries, "version", missing)
    monkeypatch.setattr(libmodbus, "LIBRARIES", ("libmodbus.so.none",))
    records = judge(cases)
    for record in records:
        if server_of(record) == "reference":
            assert record.verdict is Verdict.PASS
        else:
            assert record.verdict is Verdict.NOT_TESTED
            assert record.reason.en == f"{server_of(record)} is not installed"
            assert record.reason.ko == f"설치되지 않음: {server_of(record)}"
            assert not record.peer


def test_a_faulty_server_fails_no_client(cases, monkeypatch):
    right = libraries.PyModbusTcp.running

    @asynccontextmanager
    async def wrong(self, tables, unit):
        bent = Tables(
            *(tuple(1 - one if one < 2 else one ^ 1 for one in getattr(tables, name)) for name in NAMES)
        )
        async with right(self, bent, unit) as port:
            yield port

    monkeypatch.setattr(libraries.PyModbusTcp, "running", wrong)
    some = [one for one in cases if "[pyModbusTCP]" in one.id and "test_reading" in one.id]
    records = judge(some)
    assert Counter(record.verdict for record in records) == {Verdict.INCONCLUSIVE: 7}
    for record in records:
        assert "pyModbusTCP" in record.reason.en
        assert "was due" in record.reason.en
        assert not any(finding.broken for finding in record.findings)


NAMES = ("coils", "discrete_inputs", "holding_registers", "input_registers")


def test_what_a_client_shows_stands_beside_what_the_server_held(cases):
    some = [one for one in cases if "test_coils[reference]" in one.id]
    (record,) = judge(some, "client-shows-bits-backwards")
    (finding,) = record.findings
    assert record.verdict is Verdict.FAIL
    assert finding.expected.en != finding.received.en
    assert finding.frames


def test_a_client_that_does_not_come_back_is_told_so(cases):
    some = [one for one in cases if "test_restart[reference]" in one.id]
    (record,) = judge(some, "client-never-comes-back")
    assert record.verdict is Verdict.INFO
    assert record.findings[0].broken
    assert record.findings[0].received.en == "an error"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="processes are counted in /proc")
def test_a_stopped_run_leaves_no_process(cases):
    some = [one for one in cases if "[libmodbus]" in one.id]

    def soon():
        asyncio.get_running_loop().call_later(0.15, asyncio.current_task().cancel)

    one = engine(some, before=soon)
    one.start()
    one._thread.join(6)
    assert not one._thread.is_alive()
    found = subprocess.run(["pgrep", "-P", str(os.getpid()), "-f", "libmodbus_program"], check=False)
    assert found.returncode == 1
