"""Each invariant of the MBAP header on frames made by hand: broken where it is, silent where it is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.protocols.modbus import Adu, Framer
from testbed.testers.modbus.invariants import (
    ADU_SIZE,
    EXCEPTION_CODE,
    EXCEPTION_SIZE,
    FUNCTION,
    INVARIANTS,
    LENGTH,
    ONE_ANSWER,
    PROTOCOL,
    TRANSACTION,
    UNIT,
    ModbusMonitor,
)

READ = bytes.fromhex("03 0000 0001")
ASK = Adu(1, 1, READ).encode()
GOOD = bytes.fromhex("03 02 002A")


class Line:
    """One connection, fed as the wire feeds it; frame numbers count up."""

    def __init__(self):
        self.monitor, self.framer, self.number = ModbusMonitor(), Framer(), 0

    def ask(self, *transactions, unit=1, pdu=READ):
        for transaction in transactions:
            self.number += 1
            self.monitor.sent(0, Adu(transaction, unit, pdu).encode(), self.number)
        return self

    def answer(self, transaction=1, pdu=GOOD, unit=1, behind=b"", **header):
        return self.get(Adu(transaction, unit, pdu, **header).encode() + behind)

    def get(self, data):
        frames = self.framer.feed(data)
        for at, frame in enumerate(frames, 1):
            self.number += 1
            followed = at == len(frames) and bool(self.framer.pending)
            self.monitor.received(0, frame.raw, self.number, followed=followed)
        return self

    def end(self):
        if stump := self.framer.pending:
            self.number += 1
            self.monitor.incomplete(0, stump, self.number)
            self.framer = Framer()
        return self

    @property
    def broken(self):
        return [breach.requirement for breach in self.monitor.breaches]


def test_good_answers_break_nothing():
    line = Line()
    for transaction in (1, 2, 0, 0xFFFF, 1):
        line.ask(transaction).answer(transaction)
        assert not line.monitor.expects(0)
    line.ask(9).answer(9, bytes.fromhex("83 02"))
    line.ask(10, pdu=bytes([0x83, 0, 0, 0, 1])).answer(10, bytes.fromhex("83 01"))
    assert line.end().broken == []
    assert line.monitor.watched == 7


def test_pipelined_answers_may_come_in_any_order():
    line = Line().ask(1, 2, 3, 4)
    for transaction in (3, 1, 4, 2):
        assert line.monitor.expects(0)
        line.answer(transaction)
    assert line.broken == []
    assert not line.monitor.expects(0)


def test_one_identifier_may_be_used_twice_at_once():
    assert Line().ask(7, 7).answer(7).answer(7).broken == []
    assert Line().ask(7, 7).answer(7).answer(7).answer(7).broken == [ONE_ANSWER]


@pytest.mark.parametrize(
    ("line", "requirement", "guilty", "received"),
    [
        (Line().ask(0x1234).answer(0x3412), TRANSACTION, (0, 2), "transaction identifier 3412"),
        (Line().ask(1).answer(protocol=0x0100), PROTOCOL, (2, 4), "protocol identifier 0100"),
        (Line().ask(1, unit=17).answer(unit=0), UNIT, (6, 7), "unit identifier 00"),
        (Line().ask(1).answer(pdu=bytes.fromhex("04 02 0000")), FUNCTION, (7, 8), "function code 04"),
        (Line().ask(1).answer(pdu=bytes.fromhex("84 02")), FUNCTION, (7, 8), "function code 84"),
        (Line().ask(1).answer(pdu=b"\x83"), EXCEPTION_SIZE, (7, 8), "PDU bytes 1"),
        (Line().ask(1).answer(pdu=b"\x83\x02\x00"), EXCEPTION_SIZE, (7, 10), "PDU bytes 3"),
        (Line().ask(1).answer(pdu=b"\x83\x0c"), EXCEPTION_CODE, (8, 9), "exception code 0C"),
        (Line().ask(1).answer(pdu=b"\x83\x00"), EXCEPTION_CODE, (8, 9), "exception code 00"),
        (Line().ask(1).answer(pdu=b""), ADU_SIZE, (4, 6), "length field 1"),
        (Line().ask(1).get(bytes.fromhex("0001 0000 0000")), ADU_SIZE, (4, 6), "length field 0"),
        (Line().ask(1).answer(pdu=b"\x03\xff" + bytes(255)), ADU_SIZE, (4, 6), "length field 258"),
        (Line().ask(1).answer().answer(), ONE_ANSWER, (0, 11), "an answer that nothing asked for"),
        (Line().answer(), ONE_ANSWER, (0, 11), "an answer that nothing asked for"),
        (Line().ask(1).answer().ask(2).answer(), ONE_ANSWER, (0, 11), "an answer that nothing asked for"),
        (Line().ask(1).answer(length=9).end(), LENGTH, (4, 6), "11 bytes that do not make a frame"),
        (Line().ask(1).answer(length=4).end(), LENGTH, (4, 6), "1 bytes that do not make a frame"),
        (Line().ask(1).answer(behind=b"\0\0").end(), LENGTH, (4, 6), "2 bytes that do not make a frame"),
    ],
)
def test_a_broken_frame(line, requirement, guilty, received):
    (breach,) = line.monitor.breaches
    assert breach.requirement == requirement
    assert (breach.start, breach.end) == guilty
    assert breach.received.en == received
    assert breach.received.ko != received
    assert breach.frame == line.number


def test_every_invariant_has_been_broken_above():
    cases = next(mark for mark in test_a_broken_frame.pytestmark if mark.name == "parametrize").args[1]
    assert {case[1] for case in cases} == set(INVARIANTS)


def test_a_length_field_that_misleads_is_charged_once_and_nothing_after_it():
    line = Line().ask(1, 2, 3).answer(1, length=3).answer(2).answer(3).end()
    assert line.broken == [LENGTH]


def test_a_frame_is_charged_with_one_breach():
    assert Line().ask(1).answer(2, bytes.fromhex("04 02 0000"), unit=9, protocol=5).broken == [PROTOCOL]
    assert Line().ask(1).answer(2, bytes.fromhex("04 02 0000"), unit=9).broken == [TRANSACTION]


def test_connections_are_told_apart():
    monitor = ModbusMonitor()
    monitor.sent(0, Adu(1, 1, READ).encode(), 1)
    monitor.received(1, Adu(1, 1, GOOD).encode(), 2, followed=False)
    assert [breach.requirement for breach in monitor.breaches] == [ONE_ANSWER]
    assert monitor.expects(0)
    assert not monitor.expects(1)


@pytest.mark.parametrize(
    "sent",
    [
        ASK[:8],
        Adu(1, 1, READ, protocol=3).encode(),
        Adu(1, 1, READ, length=300).encode(),
    ],
    ids=["a stump", "a foreign protocol", "an illegal length"],
)
def test_what_the_tester_sends_wrong_excuses_what_it_is_met_with(sent):
    line = Line()
    line.monitor.sent(0, sent, 1)
    line.answer(0x9999).answer(0x9999, bytes.fromhex("90 01"), unit=200).get(b"\0\1\0\0").end()
    assert line.broken == []
    assert line.answer(protocol=1).broken == [PROTOCOL]  # the device's own header, never


@given(st.lists(st.one_of(st.binary(max_size=40), st.integers(0, 3)), max_size=12))
def test_any_bytes_are_judged(steps):
    line = Line()
    for step in steps:
        if isinstance(step, int):
            line.ask(step)
        else:
            line.get(step)
    line.end()
    line.monitor.forget(0)
    for breach in line.monitor.breaches:
        assert breach.requirement in INVARIANTS
        assert breach.start < breach.end
        assert 0 < breach.frame <= line.number


@given(st.permutations(range(6)), st.data())
def test_pipelines_with_one_answer_missing_or_doubled(order, data):
    line = Line().ask(*range(6))
    kind = data.draw(st.sampled_from(["good", "missing", "doubled"]))
    at = data.draw(st.integers(0, 5))
    answers = [one for one in order if kind != "missing" or one != order[at]]
    if kind == "doubled":
        answers.append(order[at])
    for transaction in answers:
        line.answer(transaction)
    assert line.broken == ([ONE_ANSWER] if kind == "doubled" else [])
    assert line.monitor.expects(0) == (kind == "missing")


def test_a_flood_is_charged_even_where_framing_is_lost():
    watch = ModbusMonitor()
    watch.sent(0, b"\x00", 4)  # a stump: what belongs to what is unknown from here on
    watch.flooded(0, 300)
    (breach,) = watch.breaches
    assert (breach.requirement, breach.frame) == ("MB-ONE-ANSWER", 300)
    assert breach.received.en == "a flood of what nothing asked for"
