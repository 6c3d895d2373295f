"""The suites prove themselves: a mutant is found by what it breaks and no more, each case has failed once."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import profiles
from testbed.model.record import CaseRecord, Finding
from testbed.model.verdict import Level, Verdict
from testbed.plugin.gather import gather
from testbed.plugin.ledger import Ledger, Trial
from testbed.plugin.setup import prepare
from testbed.plugin.shelf import suites
from testbed.plugin.trials import judged, trials
from testbed.wire.simulator import Simulator, simulator, simulators
from tests.plugin.bench import setup

FEWER = os.environ | {"TESTBED_NODE_MODULES": os.devnull}
"""Without node-opcua's client, of which each errand is a process of its own; asyncua's shows the same."""
DEVICES = Path(profiles.__file__).parent / "devices"


LARGEST = {
    "modbus_tcp_server": 24,
    "modbus_rtu_server": 24,
    "opcua_server": 90,
    "modbus_tcp_client": 10,
    "interop_modbus_servers": 10,
    "interop_modbus": 8,
    "modbus_security": 4,
    "modbus_performance": 4,
}
"""Suites of which one mutant in so many is tried here."""
LONG = (*LARGEST, "modbus_ascii_server")
"""Suites whose ledgers wait for `make acceptance`; that of ASCII shares most cases with that of RTU."""


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.acceptance if name in LONG else ()) for name in suites()],
)
def test_ledger(name):
    """In a process of its own: the ledger forks, which one with threads (a worker of xdist) must not."""
    command = [sys.executable, "-m", "testbed", "mutants", "--suite", name, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False, env=FEWER)
    assert done.stderr == ""
    (ledger,) = json.loads(done.stdout)
    unequal = {name: trial for name, trial in ledger["devices"].items() if not trial["equal"]}
    assert unequal == {}
    assert ledger["unproven"] == {"requirements": [], "cases": []}
    assert ledger["proven"]
    assert done.returncode == 0
    mutants = [one for one in simulators().values() if one.suite == name]
    references = {one.declaration for one in mutants}
    assert len(ledger["devices"]) == len(mutants) + len(references)


@pytest.mark.acceptance
@pytest.mark.parametrize("name", suites())
def test_no_case_that_is_left_out_finds_anything(name):
    command = [sys.executable, "-m", "testbed", "mutants", "--suite", name, "--whole", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1800, check=False, env=FEWER)
    (ledger,) = json.loads(done.stdout)

    assert {name: trial for name, trial in ledger["devices"].items() if not trial["equal"]} == {}
    assert ledger["proven"]


@pytest.mark.parametrize(("suite", "shards"), LARGEST.items())
def test_a_shard_of_the_largest_ledgers(suite, shards):
    """One mutant in so many; all of them, and whether anything is unproven, `make acceptance` tries."""
    mutants = sorted(one.name for one in simulators().values() if one.suite == suite and one.breaks)[::shards]
    devices = [word for name in mutants for word in ("--device", name)]
    command = [sys.executable, "-m", "testbed", "mutants", "--suite", suite, "--json", *devices]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    (ledger,) = json.loads(done.stdout)

    assert {name: trial for name, trial in ledger["devices"].items() if not trial["equal"]} == {}
    assert ledger["devices"].keys() == set(mutants)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", suites())
def test_each_demand_is_broken_by_a_mutant_that_says_so(name):
    broken = {row for one in simulators().values() if one.suite == name for row in one.breaks}
    rows = suites()[name].catalogue.requirements

    assert [
        row.id
        for row in rows
        if row.level is not Level.MAY
        and row.untestable is None
        and not row.proven_in
        and row.id not in broken
    ] == []


@pytest.mark.acceptance
@pytest.mark.parametrize("name", suites())
def test_what_is_found_does_not_depend_on_how_many_cases_run_at_once(name):
    command = [sys.executable, "-m", "testbed", "mutants", "--suite", name, "--jobs", "8", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=400, check=False)
    (ledger,) = json.loads(done.stdout)
    crossing = {one.name for one in simulators().values() if one.crosses}
    devices = ledger["devices"]
    assert {device for device, trial in devices.items() if not trial["equal"]} <= crossing
    for device in crossing & devices.keys():
        assert set(devices[device]["breaks"]) <= set(devices[device]["killed_by"])


@pytest.mark.parametrize("name", ["writes-byte-of-coils"])
def test_a_device_that_writes_too_much_is_charged_once_though_cases_run_at_once(name):
    """It writes seven coils beside the one that it was asked to, which another case might have leased."""
    made = setup()
    (trial,) = trials(made, gather(made.suites[:1]), [simulator(name)], jobs=8)
    assert trial.killed_by == trial.breaks


def test_every_mutant_belongs_to_a_suite_and_breaks_what_it_lists():
    for one in simulators().values():
        if one.breaks:
            known = {row.id for row in suites()[one.suite].catalogue.requirements}
            assert one.breaks <= known, one.name
            assert (DEVICES / one.declaration).is_file()
            assert one.summary.endswith(".")


def test_every_reference_is_spotless_by_its_own_declaration():
    for one in simulators().values():
        if not one.breaks and one.declaration:
            made = prepare(DEVICES / one.declaration)
            assert made.simulator == simulator(one.name)
            cases = gather([suite for suite in made.suites if suite.catalogue.section == "conformance"])
            (trial,) = trials(made, cases, [one])
            assert (trial.killed_by, trial.trouble) == (frozenset(), ()), one.name


def record(name, verdict, *findings):
    return CaseRecord(
        suite="s", case=name, title="T.", verifies=("MB-A",), verdict=verdict, findings=findings
    )


BROKEN = Finding(requirement="MB-A", verdict=Verdict.FAIL, broken=True)
BESIDE = Finding(requirement="MB-B", verdict=Verdict.INFO, broken=True, source="invariant")
GOOD = Finding(requirement="MB-A", verdict=Verdict.PASS)


def test_what_a_trial_counts():
    device = Simulator("d", "A device.", lambda: None, breaks=frozenset({"MB-A"}))
    records = [
        record("failed", Verdict.FAIL, BROKEN),
        record("beside", Verdict.INCONCLUSIVE, BESIDE, GOOD),
        record("not tested", Verdict.NOT_TESTED),
        record("ours", Verdict.ERROR),
    ]
    trial = judged(device, records, ["ValueError()"])
    assert trial.killed_by == {"MB-A", "MB-B"}
    assert trial.failed == {"failed"}
    assert trial.not_tested == {"not tested"}
    assert trial.trouble == ("ours: ERROR", "the simulated device raised ValueError()")
    assert not trial.is_equal
    assert judged(device, records[:1], []).is_equal


def test_a_reference_must_pass_and_not_only_not_fail():
    device = Simulator("d", "A device.", lambda: None)
    assert judged(device, [record("x", Verdict.INCONCLUSIVE)], []).trouble == ("x: INCONCLUSIVE",)
    assert judged(device, [record("x", Verdict.PASS, GOOD), record("y", Verdict.NOT_APPLICABLE)], []).is_equal


def test_what_is_unproven():
    (suite, *_) = setup().suites
    (first, second, *_), catalogue = gather([suite]), suite.catalogue
    nothing = Ledger(catalogue, [first, second], [])
    assert nothing.unproven_cases == [first.id, second.id]
    demands = [one.id for one in catalogue.requirements if one.level != "MAY" and one.untestable is None]
    assert nothing.unproven_requirements == demands
    killed = frozenset(demands[1:])
    trial = Trial("m", killed, killed, frozenset({first.id}), frozenset({second.id}))
    ledger = Ledger(catalogue, [first, second], [trial])
    assert ledger.unproven_requirements == demands[:1]
    assert ledger.unproven_cases == []  # the second could not run here
    assert ledger.failures == {first.id: ["m"], second.id: []}
    assert not ledger.is_proven
