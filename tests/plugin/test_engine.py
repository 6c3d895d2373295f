"""The engine: many cases at once on what the device allows, each with a result of its own."""

import asyncio
import time
from dataclasses import replace

import pytest

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.protocol import ModbusTcpProtocol
from testbed.modbus import NORMAL
from testbed.model.record import LINE
from testbed.model.verdict import Verdict
from testbed.plugin import attempt as module
from testbed.testers.modbus.invariants import ModbusMonitor
from tests.plugin.bench import case, declared, engine, records, setup, simulated, suite_cases
from tests.plugin.sample_cases import passes


def now():
    return asyncio.get_running_loop().time()


@pytest.mark.parametrize(("jobs", "sessions", "takes"), [(8, 16, 7), (1, 16, 56), (8, 2, 28), (4, 8, 14)])
def test_waiting_is_shared(jobs, sessions, takes):
    ended = []

    async def waits(modbus):
        await modbus.wait(7)
        ended.append(now())

    made = setup(declared(sessions=f"sessions: {sessions}"), jobs=jobs)
    began = time.perf_counter()
    found = records([case(waits, "modbus", name=f"waits[{at}]") for at in range(8)], made)
    assert {record.verdict for record in found.values()} == {Verdict.PASS}
    assert max(ended) == pytest.approx(takes, abs=0.1)
    assert time.perf_counter() - began < 2


def test_no_more_connections_than_declared():
    open_now, most = set(), 0

    class Counted(ModbusTcpProtocol):
        def connection_made(self, transport):
            nonlocal most
            super().connection_made(transport)
            open_now.add(self)
            most = max(most, len(open_now))

        def connection_lost(self, _):
            open_now.discard(self)

    made = setup(declared(sessions="sessions: 3"))
    limit = {"MB-CONNECTIONS-POLICY", "MB-CONNECTIONS-EXCESS"}  # open one more than the device has room for
    cases = [one for one in suite_cases() if not limit.intersection(one.verifies)]
    found = records(cases, replace(made, simulator=simulated(Plc(), Counted)))
    assert {record.verdict for record in found.values()} <= {Verdict.PASS, Verdict.NOT_APPLICABLE}
    assert most == 3
    assert not open_now


def test_a_case_alone_runs_beside_no_other():
    running, seen = set(), []

    def waits(name, seconds):
        async def call(modbus):
            running.add(name)
            seen.append(set(running))
            await modbus.wait(seconds)
            seen.append(set(running))
            running.discard(name)

        return call

    cases = [case(waits(f"w{at}", 3), "modbus", name=f"w{at}") for at in range(4)]
    cases.insert(2, case(waits("alone", 5), "modbus", name="alone", alone=True))
    records(cases)
    assert all(names == {"alone"} for names in seen if "alone" in names)
    assert any(len(names) > 1 for names in seen)


def test_a_gate_that_closes_leaves_what_needs_it_undecided():
    ran = []

    async def gate(modbus):
        assert await modbus.outcome(b"\x03\0\0\0\0") == NORMAL

    async def needs_it(modbus):
        ran.append(modbus)

    class Refuses(Plc):
        functions = Plc.functions - {3}

    async def opens(modbus, declared):
        outcome = await modbus.outcomes(declared.edges("fc03"))

        assert outcome == {NORMAL}

    found = records(
        [
            case(needs_it, "modbus", needs=("fc03",)),
            case(opens, "modbus", "declared", needs=("fc03",), gate="fc03", verifies=("MB-DECLARED-SERVED",)),
            case(passes, "modbus", needs=("fc04",), verifies=("MB-FC04-READS",)),
        ],
        replace(setup(), simulator=simulated(Refuses())),
    )
    assert found["opens"].verdict is Verdict.FAIL
    assert found["needs_it"].verdict is Verdict.INCONCLUSIVE
    assert found["needs_it"].reason.en == "declared but not served: fc03"
    assert found["needs_it"].findings[0].source == "selection"
    assert found["passes"].verdict is Verdict.PASS
    assert not ran


def test_what_was_not_claimed_is_not_applicable():
    found = records([case(passes, "modbus", needs=("fc43/13",)), case(passes, "modbus", name="other")])
    assert found["passes"].verdict is Verdict.NOT_APPLICABLE
    assert found["passes"].reason.en == "the declaration does not claim `fc43/13`"
    assert found["other"].verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("need", "line"),
    [
        ("isolated", "isolated: true"),
        ("scratch_registers >= 9", "holding_registers: [{ first: ADDRESS, count: 9, scratch: true }]"),
        ("scratch_coils", "coils: [{ first: ADDRESS, count: 1, scratch: true }]"),
    ],
)
def test_what_was_not_granted_is_undecided_with_the_line_to_paste(need, line):
    made = setup(declared(isolated="isolated: false", scratch=""))
    found = records([case(passes, "modbus", needs=("fc03", need))], made)["passes"]
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.reason.en.endswith(f"to allow it, add the line `{line}`")
    assert line in found.reason.ko


def test_a_case_that_hangs_is_given_up():
    async def hangs():
        await asyncio.Event().wait()

    found = records([case(hangs), case(passes, "modbus")])
    assert found["hangs"].verdict is Verdict.INCONCLUSIVE
    assert found["hangs"].reason.en == "the case did not end in time"
    assert found["passes"].verdict is Verdict.PASS


def test_errors_of_ours_stay_with_their_case():
    async def breaks(modbus):
        raise ZeroDivisionError(modbus.in_step)

    async def writes_where_it_must_not(modbus):
        await modbus.write_single_register(5, 1)

    made = setup(declared(isolated="isolated: false"))
    found = records(
        [case(breaks, "modbus"), case(writes_where_it_must_not, "modbus"), case(passes, "modbus")], made
    )
    assert found["breaks"].verdict is Verdict.ERROR
    assert any("ZeroDivisionError" in line for line in found["breaks"].log)
    assert found["writes_where_it_must_not"].verdict is Verdict.ERROR
    assert found["writes_where_it_must_not"].writes == ("writes holding registers 5 to 5",)
    assert found["passes"].verdict is Verdict.PASS


def test_an_error_in_our_own_connection_is_not_the_devices_silence(monkeypatch):
    def received(self, *_, **__):
        raise ZeroDivisionError(self)

    async def asks(modbus):
        monkeypatch.setattr(ModbusMonitor, "received", received)
        reply = await modbus.ping()

        assert reply.exception == NORMAL

    running = engine([case(asks, "modbus")])
    (result,) = running.run()
    assert [(one.verdict, one.broken) for one in result.record.findings] == [(Verdict.ERROR, False)]
    assert any("ZeroDivisionError" in line for line in result.record.log)
    assert running.faults


def test_a_record_says_what_happened_and_can_be_kept():
    async def wrong(modbus, registers):
        await registers.set(7)
        reply = await modbus.read_holding_registers(registers.first, 1)

        assert reply.values == (8,)

    record = records([case(wrong, "modbus", "registers")])["wrong"]
    assert record.verdict is Verdict.FAIL
    (finding,) = record.findings
    guilty = [field for frame in record.frames for field in frame.fields if field.guilty]
    assert {frame.number for frame in record.frames} >= set(finding.frames)
    assert [field.value for field in guilty]
    assert (finding.reproduced, finding.tries) == (3, 3)
    assert record.writes == ("writes holding registers 400 to 400",) * 2 * finding.tries
    assert record.reproduce.endswith("--case modbus_tcp_server/test_x.py::wrong")
    assert record.log[0].endswith("control exchange answered")
    assert LINE.validate_json(record.model_dump_json()) == record


def test_a_device_that_cannot_be_reached_leaves_every_case_undecided():
    made = setup(declared(connect="connect: tcp://127.0.0.1:1"))
    running = engine([case(passes, "modbus")], made, virtual=False)
    (result,) = running.run()
    assert result.record.verdict is Verdict.INCONCLUSIVE
    assert "refuses the connection" in result.record.reason.en


def test_whoever_waits_hears_of_an_error_of_the_engine(monkeypatch):
    monkeypatch.setattr(module, "judge", lambda *_: 1 / 0)
    running = engine([case(passes, "modbus")])
    running.start()
    with pytest.raises(ExceptionGroup) as caught:
        running.result("modbus_tcp_server", "test_x.py::passes")
    assert caught.group_contains(ZeroDivisionError)
    running.stop()
