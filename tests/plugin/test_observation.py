"""What a failed assertion saw, in words, with the bytes that are to blame."""

import asyncio

import pytest

from testbed.modbus import CLOSED, ILLEGAL_DATA_VALUE, NORMAL, SILENCE
from testbed.plugin.observation import observe
from testbed.protocols.modbus import ReadHoldingRegisters
from testbed.testers.modbus.reply import Reply
from tests.plugin import sample_cases as cases


def reply(pdu):
    data = bytes.fromhex(pdu)
    raw = b"\0\1\0\0" + (len(data) + 1).to_bytes(2) + b"\1" + data
    return Reply(raw, 7, 0.0, ReadHoldingRegisters(0, 2))


def fail(case, *arguments):
    with pytest.raises(AssertionError) as caught:
        asyncio.run(case(*arguments))
    return observe(caught.value, case.__code__)


REFUSED, READ, SHORT = reply("83 02"), reply("03 04 0001 0003"), reply("03 02 0001")


@pytest.mark.parametrize(
    ("case", "argument", "expected", "received", "guilty"),
    [
        (
            cases.equal,
            REFUSED,
            "exception 03 (illegal data value)",
            "exception 02 (illegal data address)",
            (7, 7, 9),
        ),
        (cases.equal, READ, "exception 03 (illegal data value)", "a normal response", (7, 7, 9)),
        (cases.values, READ, "registers 0001 0002", "registers 0001 0003", (7, 9, 13)),
        (cases.values, REFUSED, "registers 0001 0002", "exception 02 (illegal data address)", (7, 7, 9)),
        (cases.within, NORMAL, "no answer or the connection closed", "a normal response", None),
        (
            cases.not_within,
            CLOSED,
            "none of no answer or the connection closed",
            "the connection closed",
            None,
        ),
        (cases.different, NORMAL, "anything but a normal response", "a normal response", None),
        (cases.at_most, 251, "at most 250 (0x00fa)", "251 (0x00fb)", None),
        (cases.both, SHORT, "4 (0x0004)", "2 (0x0002)", (7, 8, 9)),
        (cases.both, READ, "registers 0001 0002", "registers 0001 0003", (7, 9, 13)),
        (
            cases.several,
            [NORMAL, NORMAL, SILENCE],
            "a normal response, a normal response",
            "a normal response, no answer",
            None,
        ),
        (cases.outcomes, {NORMAL, SILENCE}, "a normal response", "a normal response, no answer", None),
        (cases.holds, READ, "that this holds", "0", (7, 7, 9)),
        (cases.explained, 2, "1 (0x0001)", "2 (0x0002)", None),
    ],
)
def test_expected_and_received(case, argument, expected, received, guilty):
    seen = fail(case, argument)
    assert (seen.expected.en.lower(), seen.received.en.lower()) == (expected.lower(), received.lower())
    assert seen.guilty == guilty
    assert seen.expected.ko
    assert seen.received.ko


@pytest.mark.parametrize(
    ("case", "argument", "absence"),
    [
        (cases.outcomes, {NORMAL, SILENCE}, True),
        (cases.outcomes, {ILLEGAL_DATA_VALUE}, False),
        (cases.several, [CLOSED, NORMAL, NORMAL], True),
        (cases.within, NORMAL, False),
        (cases.equal, READ, False),
    ],
)
def test_absence_is_told_from_a_wrong_answer(case, argument, absence):
    assert fail(case, argument).absence is absence


def test_an_assertion_outside_the_case_is_no_observation():
    with pytest.raises(AssertionError) as caught:
        asyncio.run(cases.elsewhere(SILENCE))
    with pytest.raises(LookupError, match="outside the case"):
        observe(caught.value, cases.elsewhere.__code__)
