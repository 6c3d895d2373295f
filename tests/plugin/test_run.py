"""A run from header to footer, to its end or stopped in the middle, and what listeners hear of it."""

import time
from dataclasses import replace

import pytest

from device_simulators.modbus.devices import Plc
from testbed.model.record import ALL_TRAFFIC, Footer
from testbed.model.verdict import Outcome, Verdict
from testbed.plugin import attempt as attempt_module
from testbed.plugin.run import Run
from testbed.wire.simulator import simulators
from tests.plugin.bench import case, declared, records, served, setup, simulated, suite_cases
from tests.plugin.sample_cases import passes


class Listener:
    """Writes down what it hears, and keeps captures as a bundle does."""

    def __init__(self):
        self.heard = []

    def begun(self, header, cases):
        self.heard.append(("begun", header.run, len(cases)))

    def waiting(self, case_):
        self.heard.append(("waiting", case_.id))

    def found(self, record, capture):
        self.heard.append(("found", record.case))
        return record.model_copy(update={"capture": f"wire/{len(capture)}.pcapng"}) if capture else record

    def ended(self, footer, judged):
        self.heard.append(("ended", footer.outcome, len(judged)))


def judge(made, cases=None, by_hand=""):
    """Run to the end; return the run, its listener and its outcome."""
    listener = Listener()
    run = Run(made, [listener])
    cases = suite_cases() if cases is None else cases
    run.begin(cases, by_hand)
    for one in cases:
        run.result(one.suite, one.id)
    return run, listener, run.end()


def test_header_records_footer():
    run, listener, _ = judge(setup(), suite_cases()[:5])
    names = [one.id for one in suite_cases()[:5]]
    assert listener.heard[0] == ("begun", run.header.run, 5)
    assert [name for what, name in listener.heard[1:-2] if what == "waiting"] == names
    assert sorted(name for what, name in listener.heard[1:-2] if what == "found") == sorted(names)
    assert listener.heard[-2] == ("found", ALL_TRAFFIC)
    assert listener.heard[-1][0] == "ended"
    assert [record.case for record in run.records] == [*sorted(names), ALL_TRAFFIC]
    assert isinstance(run.footer, Footer)
    assert (run.footer.cases, run.footer.captures, run.footer.interrupted) == (6, 5, False)
    assert (run.header.clock, run.header.seed, run.header.jobs) == ("virtual", 1, 8)
    assert {suite.id for suite in run.header.suites} == {one.catalogue.id for one in setup().suites}
    assert sum(run.footer.counts.values()) == len(run.judged)


def test_the_reference_is_conformant():
    made = setup()
    run, _, outcome = judge(made)
    assert outcome is Outcome.INCOMPLETE  # the cases of the other suite were left out
    conformance = tuple(one for one in made.suites if one.catalogue.section == "conformance")
    run, _, outcome = judge(replace(made, suites=conformance))
    assert outcome is Outcome.CONFORMANT
    traffic = run.records[-1]
    assert {finding.verdict for finding in traffic.findings} == {Verdict.PASS}
    assert int(traffic.title.split()[0]) > len(run.records)


def test_a_mutant_is_not():
    name = next(
        name for name, one in simulators("modbus").items() if one.breaks == {"MB-MBAP-TRANSACTION-ECHO"}
    )
    run, _, outcome = judge(setup(declared(connect=f"connect: sim:{name}")))
    assert outcome is Outcome.NOT_CONFORMANT
    broken = {one.requirement.id for one in run.judged if one.is_broken}
    assert broken == {"MB-MBAP-TRANSACTION-ECHO"}
    traffic = run.records[-1]
    assert "MB-MBAP-TRANSACTION-ECHO" not in {finding.requirement for finding in traffic.findings}


def test_a_choice_by_hand_is_incomplete():
    run, _, outcome = judge(setup(), suite_cases(), "-k x: 3 cases were deselected")
    assert outcome is Outcome.INCOMPLETE
    assert run.header.selected_by_hand == "-k x: 3 cases were deselected"


def test_who_did_not_ask_for_every_result_has_no_complete_run():
    run = Run(setup())
    run.begin(suite_cases())
    for one in suite_cases()[:-1]:
        run.result(one.suite, one.id)
    assert run.end() is Outcome.INCOMPLETE
    assert run.footer.interrupted


def test_an_interruption_is_incomplete():
    run = Run(setup())
    run.begin(suite_cases())
    for one in suite_cases():
        run.result(one.suite, one.id)
    assert run.end(interrupted=True) is Outcome.INCOMPLETE


def test_a_run_without_a_single_case_judges_nothing():
    run = Run(setup())
    run.begin([])
    assert run.end() is Outcome.INCOMPLETE


@pytest.mark.parametrize("jobs", [1, 8])
def test_a_run_that_is_stopped_gives_back_every_value(jobs):
    async def writes_and_waits(modbus, registers, coils):
        await registers.set(*(0xDEAD,) * 20)
        await coils.set(*(True, False) * 20)
        await modbus.wait(30)

    needs = ("scratch_registers >= 20", "scratch_coils >= 40")
    slow = [
        case(writes_and_waits, "modbus", "registers", "coils", name=f"slow[{at}]", needs=needs)
        for at in range(3)
    ]
    with served() as (device, port):
        made = setup(declared(connect=f"connect: tcp://127.0.0.1:{port}"), jobs=jobs)
        before = snapshot(device)
        run = Run(replace(made, suites=made.suites[:1]))
        run.begin([*slow, *suite_cases()])
        deadline = time.monotonic() + 10
        while 0xDEAD not in snapshot(device)[0]:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        time.sleep(0.1)
        began = time.monotonic()
        assert run.end(interrupted=True) is Outcome.INCOMPLETE
        assert time.monotonic() - began < 5
        assert snapshot(device) == before


def snapshot(device):
    """Return every scratch register and coil of the controller."""
    registers = [device.holding_registers[address] for address in range(400, 656)]
    return registers, [device.coils[address] for address in range(4096, 6144)]


def test_over_tcp_the_verdicts_are_those_of_the_virtual_clock():
    chosen = [one for one in suite_cases() if "write_single" in one.id or "transaction" in one.id]
    with served() as (_, port):
        run, _, _ = judge(setup(declared(connect=f"connect: tcp://127.0.0.1:{port}")), chosen)
    assert {record.verdict for record in run.records} == {Verdict.PASS}
    assert run.header.clock == "real"


def test_a_stopped_engine_leaves_no_thread_behind():
    run = Run(setup())
    run.begin([case(passes, "modbus")])
    run.end()
    assert all(engine._thread is None for engine in run._engines.values())


class DiesOfAWrite(Plc):
    """Carries a write of one register out, and is gone."""

    gone = False

    def answer(self, request: bytes) -> bytes:
        if self.gone:
            return b""
        self.gone = request[0] == 6
        return super().answer(request)


def test_values_that_could_not_be_put_back_are_named():
    cases = [one for one in suite_cases() if one.id.startswith("test_write_single_register.py::test_echo")]
    made = replace(setup(), simulator=simulated(DiesOfAWrite()))

    said = [line for record in records(cases, made).values() for line in record.not_restored]

    assert said == ["holding registers 400 to 400 were 400: set-up or read-back: no answer within 200 ms"]


def test_an_engine_that_breaks_is_said_to_have(monkeypatch):
    monkeypatch.setattr(attempt_module, "judge", lambda *_: 1 / 0)
    run = Run(setup())
    run.begin(suite_cases())
    with pytest.raises(ZeroDivisionError):
        run.result(suite_cases()[0].suite, suite_cases()[0].id)
    assert run.end() is Outcome.INCOMPLETE
    (traffic,) = [one for one in run.records if one.case == ALL_TRAFFIC]
    assert traffic.verdict is Verdict.ERROR
    assert traffic.reason.en.startswith("error of the test bed: the engine broke: ")
