"""The whole suite against devices with one session, with live values, and without a client."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import subprocess

import pytest

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.protocol import ModbusTcpProtocol
from testbed.model.declaration import Timing
from testbed.model.verdict import Verdict
from testbed.plugin.engine import Engine, Settings
from testbed.plugin.gather import gather
from testbed.plugin.shelf import suites
from testbed.wire.dial import over_tcp
from tests.interop.bench import declare, plc, served

READS_INPUTS = "IOP-MB-READ-INPUT-REGISTERS"


@pytest.fixture(scope="module")
def cases():
    return gather([suites()["interop_modbus"]])


def judge(cases, serve, **changes):
    """Judge a device; return the records of its cases."""

    async def connect(stack):
        port = await stack.enter_async_context(served(serve))
        declaration = declare(connect=f"tcp://127.0.0.1:{port}", **changes)
        return declaration, over_tcp(declaration.endpoint)

    catalogue = suites()["interop_modbus"].catalogue
    engine = Engine(cases, {catalogue.id: catalogue}, Settings(1, 8, 0.0), connect)
    results = engine.run()
    assert engine.faults == []
    return [result.record for result in results]


def test_one_session_is_enough(cases):
    class Busy(ModbusTcpProtocol):
        open = 0
        most = 0

        def connection_made(self, transport):
            super().connection_made(transport)
            Busy.open += 1
            Busy.most = max(Busy.most, Busy.open)

        def connection_lost(self, exc):
            super().connection_lost(exc)
            Busy.open -= 1

    records = judge(cases, plc(Busy), sessions=1)
    assert {record.verdict for record in records} <= {Verdict.PASS, Verdict.NOT_TESTED}
    assert Busy.most == 1


def test_a_record_names_the_peer_with_its_version(cases):
    for record in judge(cases, plc()):
        name = record.case.partition("[")[2].rstrip("]")
        if record.verdict is not Verdict.NOT_TESTED:
            assert record.peer.startswith(f"{name} ")
            assert any(f"{record.peer} connects" in line for line in record.log)
            assert record.findings[0].frames


def test_without_mbpoll_its_cases_are_not_tested(cases, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    for record in judge(cases, plc()):
        if "[mbpoll]" in record.case:
            assert record.verdict is Verdict.NOT_TESTED
            assert record.reason.en == "mbpoll is not installed"
            assert record.reason.ko == "설치되지 않음: mbpoll"
            assert not record.peer
        else:
            assert record.verdict is Verdict.PASS


class Live(Plc):
    """Some input registers change at every read."""

    changing: frozenset[int]

    def __init__(self):
        super().__init__()
        self._counter = itertools.count()

    def read_input_registers(self, request):
        for at in self.changing:
            self.input_registers[at] = next(self._counter) & 0xFFFF
        return super().read_input_registers(request)


@pytest.mark.parametrize(("changing", "verdict"), [(range(9), "PASS"), (range(10), "INCONCLUSIVE")])
def test_live_values_are_left_out(cases, changing, verdict):
    device = type("LiveNow", (Live,), {"changing": frozenset(changing)})()
    some = [one for one in cases if READS_INPUTS in one.verifies and "[mbpoll]" not in one.id]
    records = judge(some, lambda: ModbusTcpProtocol(device))
    assert [record.verdict for record in records] == [verdict, verdict]


def test_a_value_that_flickers_is_no_finding(cases):
    # Three times the client reads 1 where the tester reads 0 before and after.
    reads = itertools.count()

    class Unlucky(Plc):
        def read_input_registers(self, request):
            number = next(reads)
            self.input_registers[3] = int(number % 3 == 1 and number < 9)
            return super().read_input_registers(request)

    device = Unlucky()
    some = [one for one in cases if READS_INPUTS in one.verifies and "[pymodbus]" in one.id]
    (record,) = judge(some, lambda: ModbusTcpProtocol(device))
    assert record.verdict is Verdict.PASS


def test_an_unanswered_client_is_a_finding_in_its_own_words(cases):
    class Deaf(ModbusTcpProtocol):
        def respond(self, transaction, protocol, unit, pdu):
            return super().respond(transaction, protocol, unit, pdu) if transaction != 1 else b""

    some = [one for one in cases if READS_INPUTS in one.verifies and "[pymodbus]" in one.id]
    (record,) = judge(some, plc(Deaf))
    (finding,) = record.findings
    assert record.verdict is Verdict.FAIL
    assert finding.received.en.startswith("pymodbus ")
    assert "No response received" in finding.received.en


@pytest.mark.skipif(not shutil.which("mbpoll"), reason="not installed")
def test_a_stopped_run_leaves_no_process(cases):
    class Silent(ModbusTcpProtocol):
        def respond(self, transaction, protocol, unit, pdu):
            return b"" if transaction == 1 else super().respond(transaction, protocol, unit, pdu)

    some = [one for one in cases if READS_INPUTS in one.verifies and "[mbpoll]" in one.id]

    async def connect(stack):
        port = await stack.enter_async_context(served(plc(Silent)))
        slow = Timing.model_validate({"reply_within": "5 s"})
        declaration = declare(connect=f"tcp://127.0.0.1:{port}", timing=slow)
        asyncio.get_running_loop().call_later(0.2, asyncio.current_task().cancel)
        return declaration, over_tcp(declaration.endpoint)

    catalogue = suites()["interop_modbus"].catalogue
    engine = Engine(some, {catalogue.id: catalogue}, Settings(1, 8, 0.0), connect)
    engine.start()
    engine._thread.join(4)
    assert not engine._thread.is_alive()
    found = subprocess.run(["pgrep", "-P", str(os.getpid()), "-x", "mbpoll"], check=False)
    assert found.returncode == 1
