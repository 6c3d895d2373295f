"""How often a fault must be shown: a wrong frame once, silence three times of three."""

from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.protocol import ModbusTcpProtocol
from testbed.model.base import Text
from testbed.model.record import CaseRecord, Finding
from testbed.model.verdict import Verdict
from testbed.plugin.engine import KNOWN
from testbed.plugin.reproduction import TRIES, Try, settle, unsettled, votes
from testbed.testers.modbus.scratch import FIRST_WRITES, MOST_WRITES
from testbed.wire.dial import UnreachableError
from tests.plugin.bench import case, declared, engine, other_than_pass, records, setup, simulated, suite_cases
from tests.plugin.sample_cases import passes, reads_two

A, SURVIVES = "MB-FC03-READS", "MB-SURVIVES"
SAID = Text(en="said", ko="말")


def tried(verdict, *more, stands=False, frames=(7,), **how):
    """Return a try of a case that verifies one requirement."""
    broken = verdict in {Verdict.FAIL, Verdict.WEAK}
    own = Finding(
        requirement=A, verdict=verdict, broken=broken, received=SAID if broken else None, frames=frames
    )
    record = CaseRecord(
        suite="s", case="c", title="T.", verifies=(A,), verdict=verdict, findings=(own, *more), watched=2
    )
    return Try(record, standing=frozenset({A} if stands else ()), **how)


GONE = Finding(requirement=SURVIVES, verdict=Verdict.FAIL, broken=True, source="control", received=SAID)
WRONG = tried(Verdict.FAIL, stands=True)
SILENT = tried(Verdict.FAIL)
SILENT_BESIDE = tried(Verdict.FAIL, disturbed=True)
FINE = tried(Verdict.PASS)
FINE_BESIDE = tried(Verdict.PASS, disturbed=True)
UNDECIDED = tried(Verdict.INCONCLUSIVE)
OURS = tried(Verdict.ERROR)
DIED = tried(Verdict.INCONCLUSIVE, GONE)
DIED_BESIDE = tried(Verdict.INCONCLUSIVE, GONE, disturbed=True)
AWAY = tried(Verdict.INCONCLUSIVE, met=False, gone=True)
UNHEARD = tried(Verdict.INCONCLUSIVE, met=False, gone=True, unheard=True)
BUSY = tried(Verdict.FAIL, busy=True)
BUSY_BESIDE = tried(Verdict.FAIL, busy=True, disturbed=True)
KINDS = [WRONG, SILENT, FINE, UNDECIDED, OURS, DIED, AWAY, UNHEARD, BUSY]
BESIDE = [SILENT_BESIDE, FINE_BESIDE, DIED_BESIDE, BUSY_BESIDE]


def found(*tries, requirement=A):
    """Return verdict, count and number of tries of what several tries found."""
    record, _ = settle(tries)
    one = next((one for one in record.findings if one.requirement == requirement), None)
    return None if one is None else (str(one.verdict), one.reproduced, one.tries)


@pytest.mark.parametrize(
    ("tries", "result"),
    [
        ([WRONG, WRONG, WRONG], ("FAIL", 3, 3)),
        ([WRONG, FINE, FINE], ("FAIL", 1, 3)),
        ([SILENT, FINE, WRONG], ("FAIL", 2, 3)),
        ([WRONG, UNDECIDED, OURS], ("FAIL", 1, 1)),
        ([SILENT, SILENT, SILENT], ("FAIL", 3, 3)),
        ([SILENT, FINE, FINE], ("INCONCLUSIVE", 1, 3)),
        ([SILENT, SILENT, FINE], ("INCONCLUSIVE", 2, 3)),
        ([SILENT, SILENT, UNDECIDED], ("INCONCLUSIVE", 2, 2)),
        ([SILENT, SILENT, OURS], ("ERROR", 0, 0)),
        ([SILENT_BESIDE, FINE], ("PASS", 0, 0)),
        ([SILENT_BESIDE, UNDECIDED], ("INCONCLUSIVE", 0, 0)),
        ([SILENT_BESIDE, SILENT, SILENT, SILENT], ("FAIL", 3, 3)),
        ([SILENT_BESIDE, SILENT, SILENT, FINE], ("INCONCLUSIVE", 2, 3)),
        ([FINE_BESIDE, SILENT, SILENT, SILENT], ("FAIL", 3, 3)),
        ([UNDECIDED], ("INCONCLUSIVE", 0, 0)),
        ([BUSY, BUSY, BUSY], ("FAIL", 3, 3)),
        ([BUSY_BESIDE, BUSY, BUSY, BUSY], ("FAIL", 3, 3)),
        ([BUSY, FINE], ("PASS", 0, 0)),
        ([BUSY, BUSY, FINE], ("PASS", 0, 0)),
        ([BUSY, SILENT, SILENT], ("INCONCLUSIVE", 2, 2)),
        ([BUSY, WRONG, FINE], ("FAIL", 1, 2)),
    ],
)
def test_what_several_tries_amount_to(tries, result):
    assert found(*tries) == result


@pytest.mark.parametrize(
    ("tries", "own", "survival"),
    [
        ([DIED, AWAY, AWAY], "INCONCLUSIVE", ("FAIL", 3, 3)),
        ([DIED, DIED, DIED], "INCONCLUSIVE", ("FAIL", 3, 3)),
        ([DIED_BESIDE, AWAY, AWAY, AWAY], "INCONCLUSIVE", ("FAIL", 4, 4)),
        ([DIED_BESIDE, FINE], "PASS", None),
        ([DIED, FINE, FINE], "PASS", ("INCONCLUSIVE", 1, 3)),
        ([DIED, AWAY, FINE], "PASS", ("INCONCLUSIVE", 2, 3)),
        ([AWAY], "INCONCLUSIVE", None),
        ([SILENT_BESIDE, AWAY], "INCONCLUSIVE", None),
        ([SILENT, AWAY, AWAY], "INCONCLUSIVE", None),
        ([DIED, UNHEARD, UNHEARD], "INCONCLUSIVE", ("INCONCLUSIVE", 1, 1)),
        ([DIED_BESIDE, UNHEARD, UNHEARD, UNHEARD], "INCONCLUSIVE", ("INCONCLUSIVE", 1, 1)),
        ([DIED, UNHEARD, DIED], "INCONCLUSIVE", ("INCONCLUSIVE", 2, 2)),
    ],
)
def test_a_device_that_is_gone_for_good_broke_survival_and_nothing_else(tries, own, survival):
    assert found(*tries)[0] == own
    assert found(*tries, requirement=SURVIVES) == survival


@given(st.sampled_from(BESIDE + KINDS), st.lists(st.sampled_from(KINDS), max_size=3))
def test_settling_is_fair(first, more):
    tries = [first, *more]
    record, kept = settle(tries)
    (own,) = [one for one in record.findings if one.requirement == A]
    cast = [vote for vote in votes(tries, A) if vote is not None]
    assert 0 <= own.reproduced <= own.tries <= len(tries)
    if own.broken:
        assert WRONG in tries or cast.count(True) == len(cast) or len(tries) == 1
        assert BUSY not in tries or SILENT not in tries or WRONG in tries
        if WRONG not in tries and len(tries) > 1:
            assert own.tries >= TRIES
    elif len(tries) > 1:
        assert WRONG not in tries  # what contradicts a requirement is never lost
    if own.verdict is Verdict.ERROR:
        assert tries[kept] is OURS or any(one.tries for one in record.findings)
    if own.frames:
        assert tries[kept].finding(A).frames == own.frames
    assert record.watched == 2 * len(tries)
    assert not own.tries or len(record.log) >= len(tries) - 1


@given(st.sampled_from(BESIDE + KINDS), st.lists(st.sampled_from(KINDS), min_size=TRIES, max_size=TRIES))
def test_no_case_is_tried_for_ever(first, more):
    tries = [first]
    while unsettled(tries):
        tries.append(more.pop())
    assert len(tries) <= TRIES + first.disturbed
    if len(tries) == 1 and not first.disturbed:
        assert not any(one.broken for one in first.record.findings)


def test_a_second_finding_keeps_its_words_but_not_the_frames_of_another_capture():
    other = Finding(requirement="MB-B", verdict=Verdict.FAIL, broken=True, frames=(9,), source="invariant")
    second = Try(tried(Verdict.PASS, other).record, standing=frozenset({"MB-B"}))
    record, kept = settle([WRONG, second, FINE])
    assert kept == 0
    assert [(one.requirement, one.broken, one.frames) for one in record.findings] == [
        (A, True, (7,)),
        ("MB-B", True, ()),
    ]
    assert record.log == ("try 2 of 3: MB-B broken: so observed", "try 3 of 3: PASS")


# On the simulated controller.


class Sometimes(Plc):
    """Treats a read of two registers wrongly at some times; others, such as control exchanges, never."""

    wrong = ()

    def __init__(self):
        super().__init__()
        self.reads = count(1)

    def answer(self, request):
        if request[0] == 3 and request[3:5] == b"\0\2" and next(self.reads) in self.wrong:
            return self.wrongly(request)
        return super().answer(request)


class Refuses(Sometimes):
    """Refuses what it should read."""

    def wrongly(self, request):
        return bytes((request[0] | 0x80, 4))


class Silent(Sometimes):
    """Says nothing."""

    def wrongly(self, _request):
        return b""


def judged(device, times, jobs=8, sessions=16):
    """Judge a device that is wrong at some times by one case."""
    made = setup(declared(sessions=f"sessions: {sessions}"), jobs=jobs)
    device = type(device.__name__, (device,), {"wrong": times})()
    (record,) = records(
        [case(reads_two, "modbus", "declared")], replace(made, simulator=simulated(device))
    ).values()
    (finding,) = record.findings
    return record, (str(finding.verdict), finding.reproduced, finding.tries)


@pytest.mark.parametrize("jobs", [1, 8])
@pytest.mark.parametrize(("times", "shown"), [((1,), 1), ((1, 4), 1), ((1, 3), 2), ((1, 2, 3), 3)])
def test_an_intermittent_wrong_answer_is_a_fault(times, shown, jobs):
    record, result = judged(Refuses, times, jobs)
    assert result == ("FAIL", shown, 3)
    assert record.findings[0].frames
    assert {frame.number for frame in record.frames} >= set(record.findings[0].frames)
    assert len([line for line in record.log if line.startswith("try ")]) == 2


def test_a_device_that_is_silent_once_is_not_accused():
    record, result = judged(Silent, (1,), jobs=1)
    assert result == ("INCONCLUSIVE", 1, 3)
    assert record.verdict is Verdict.INCONCLUSIVE
    assert record.reason.en == (
        "shown in 1 of 3 tries that could tell; what does not come must be shown in all 3"
    )
    assert judged(Silent, (1,), jobs=8)[1] == ("PASS", 0, 0)  # others may have kept it from answering


@pytest.mark.parametrize("jobs", [1, 8])
def test_a_device_that_is_always_silent_is(jobs):
    assert judged(Silent, range(1, 99), jobs)[1] == ("FAIL", 3, 3)


class DiesOfTwo(Plc):
    """Is gone for good after a read of two registers."""

    dead = False

    def answer(self, request):
        self.dead |= request[0] == 3 and request[3:5] == b"\0\2"
        return b"" if self.dead else super().answer(request)


class Refusing(ModbusTcpProtocol):
    """Takes no connection any more once the device is gone."""

    def connection_made(self, transport):
        super().connection_made(transport)
        if self.server.dead:
            transport.abort()


@pytest.mark.parametrize("protocol", [ModbusTcpProtocol, Refusing])
@pytest.mark.parametrize(("jobs", "others"), [(1, 0), (1, 12), (8, 0), (8, 3), (8, 40)])
def test_a_device_that_dies_for_good_did_not_survive(jobs, others, protocol):
    cases = [
        case(passes, "modbus", name=f"passes[{at}]", verifies=("MB-FC03-READS",)) for at in range(others)
    ]
    cases.insert(others // 2, case(reads_two, "modbus", "declared", verifies=("MB-FC03-FIRST",)))
    found = records(cases, replace(setup(jobs=jobs), simulator=simulated(DiesOfTwo(), protocol)))
    all_found = [one for record in found.values() for one in record.findings]
    broken = {one.requirement for one in all_found if one.broken}
    assert broken == {"MB-SURVIVES"}
    assert all(
        one.verdict in {"PASS", "INCONCLUSIVE"} for one in all_found if one.requirement != "MB-SURVIVES"
    )
    killer = [one for one in found["reads_two"].findings if one.broken]
    assert [(one.requirement, one.reproduced >= TRIES, one.reproduced == one.tries) for one in killer] == [
        ("MB-SURVIVES", True, True)
    ]


class Unplugged(Plc):
    """Its cable is pulled at a read of two registers: whoever connects from then on hears nothing at all."""

    dead = False

    def answer(self, request):
        self.dead |= request[0] == 3 and request[3:5] == b"\0\2"
        return b"" if self.dead else super().answer(request)


@pytest.mark.parametrize("jobs", [1, 8])
def test_one_outage_is_one_absence_however_long_it_lasts(jobs):
    device = Unplugged()
    made = replace(setup(jobs=jobs), simulator=simulated(device))
    plain = made.connect()

    async def connect(stack):
        declaration, there = await plain(stack)

        async def dial(protocol):
            if device.dead:
                raise UnreachableError("the device does not answer within 5 s")
            await there(protocol)

        return declaration, dial

    cases = [case(reads_two, "modbus", "declared", verifies=("MB-FC03-FIRST",))]
    (result,) = replace(engine(cases, made), connect=connect).run()
    found = {one.requirement: one for one in result.record.findings}
    survived = found["MB-SURVIVES"]
    assert (survived.verdict, survived.reproduced, survived.tries) == (Verdict.INCONCLUSIVE, 1, 1)
    assert result.record.reason.en.startswith("shown in 1 of 1 tries that could tell")


class Busy(Sometimes):
    """Has no room at some times."""

    def wrongly(self, request):
        return bytes((request[0] | 0x80, 6))


@pytest.mark.parametrize("jobs", [1, 8])
@pytest.mark.parametrize(
    ("times", "result"), [((1,), ("PASS", 0, 0)), ((1, 2), ("PASS", 0, 0)), (range(1, 99), ("FAIL", 3, 3))]
)
def test_a_device_that_asks_to_be_asked_again_is(times, result, jobs):
    assert judged(Busy, times, jobs)[1] == result


def test_a_gate_that_stuck_once_does_not_close():
    gate = case(
        reads_two, "modbus", "declared", needs=("fc03",), gate="fc03", verifies=("MB-DECLARED-SERVED",)
    )
    device = type("Once", (Silent,), {"wrong": (1,)})()
    made = replace(setup(jobs=1), simulator=simulated(device))
    found = records([gate, case(passes, "modbus", needs=("fc03",))], made)
    assert found["reads_two"].verdict is Verdict.INCONCLUSIVE
    assert found["passes"].verdict is Verdict.PASS


def test_repeating_what_writes_is_never_stopped_by_the_cap_on_writes():
    async def wears(modbus, registers):
        for value in range(FIRST_WRITES - 1):  # what is put back counts, too
            await modbus.write_single_register(registers.first, value)
        reply = await modbus.read_holding_registers(registers.first, 1)

        assert reply.values == (0,)

    record = records([case(wears, "modbus", "registers")])["wears"]
    (finding,) = record.findings
    assert (finding.verdict, finding.reproduced, finding.tries) == (Verdict.FAIL, 3, 3)
    assert len(record.writes) == 3 * FIRST_WRITES <= MOST_WRITES


def test_a_reference_is_never_repeated():
    found = records(suite_cases())
    assert other_than_pass(found.values()) == {}
    assert not any("repeated" in line and "how often" in line for one in found.values() for line in one.log)


def test_a_device_that_breaks_every_case_is_not_met_three_times_in_each():
    class Wrong(ModbusTcpProtocol):
        """Sends another unit identifier than it was asked for."""

        met = 0

        def connection_made(self, transport):
            super().connection_made(transport)
            Wrong.met += 1

        def envelop(self, transaction, unit, pdu):
            return super().envelop(transaction, unit ^ 1, pdu)

    found = records(suite_cases(), replace(setup(), simulator=simulated(Plc(), Wrong)))
    broken = [one for one in found.values() if one.verdict == "FAIL"]
    gates = [one for one in suite_cases() if one.gate]
    counted = [one for one in broken if any(finding.tries == 3 for finding in one.findings)]
    told = [one for one in broken if KNOWN in one.log]
    assert len(broken) == len(counted) + len(told) > 200
    assert len(gates) <= len(counted) < len(gates) + 15  # what opens others is tried until it is settled
    assert {finding.requirement for one in told for finding in one.findings if finding.broken} == {
        "MB-MBAP-UNIT-ECHO"
    }
    assert Wrong.met < 3 * len(found)  # though some cases open many connections
