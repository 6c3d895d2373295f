"""The draft: always a declaration that loads, whatever the device says that it is."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testbed.model.connect import endpoint
from testbed.plugin.setup import prepare_text
from testbed.protocols.modbus import DeviceObject, ReadCoils, ReadHoldingRegisters
from testbed.testers.drafting import reply_within, seen
from testbed.testers.modbus.scout import Found
from testbed.testers.modbus.scout_areas import Run, Search
from testbed.testers.modbus.scout_draft import draft
from testbed.testers.modbus.scout_identity import LONGEST, Identity, clean
from testbed.testers.modbus.scout_missing import as_comments, outlook

DAY = date(2026, 11, 22)
TEXTS = st.one_of(
    st.binary(max_size=250),
    st.text(max_size=120).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.sampled_from(
        [
            b'"; isolated: true }\nscratch: [',
            b"# x\r\nisolated: true",
            "\u202egnirts\u2066".encode(),
            "\ufeffBOM \u0085 \u2028 \ud7ff".encode(),
            b"\x1b]0;owned\x07",
            b"&a *a !!python/object",
            b"%TAG ! x",
            "제조사 주식회사".encode(),
            b"\\x41\\",
        ]
    ),
)


def searched(*runs):
    return [
        Search("fc01", "coils", ReadCoils, runs=[Run(*run) for run in runs]),
        Search("fc03", "holding_registers", ReadHoldingRegisters, runs=[Run(0, 4)]),
    ]


def loaded(found):
    text = draft(found, "modbus-tcp-server@1", DAY)
    setup = prepare_text(text, "draft.yaml")
    ahead = outlook(setup.declaration, [suite.catalogue for suite in setup.suites])
    again = prepare_text(text + as_comments(ahead), "draft.yaml").declaration
    assert again == setup.declaration
    return again, text, ahead


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.integers(0, 6), TEXTS), TEXTS, TEXTS)
def test_whatever_a_device_calls_itself_the_draft_loads_and_grants_nothing(objects, server_id, stopped):
    cleaned = {number: clean(value)[0] for number, value in objects.items()}
    identity = Identity({number: text for number, text in cleaned.items() if text}, clean(server_id)[0], 3)
    identity.conformity = 0x82
    for number, value in objects.items():
        identity._keep_exact(DeviceObject(number, value))
    found = Found(
        endpoint("tcp://plc:502"), [1], searched((0, 8)), identity, stopped=stopped.decode("utf-8", "replace")
    )
    declaration, text, _ = loaded(found)

    assert declaration.device.vendor == (identity.vendor or "?")
    assert declaration.device.model == (identity.model or "?")
    assert declaration.device.firmware == (identity.firmware or "?")
    assert declaration.supports[-1] == "fc43/14"
    assert declaration.identification.values == identity.exact
    assert not declaration.isolated
    assert not any(area.scratch for area in (*declaration.coils, *declaration.holding_registers))
    assert all(line.isprintable() for line in text.split("\n"))


@given(TEXTS)
def test_cleaned_text_is_short_and_harmless(value):
    text, left_out = clean(value)

    assert len(text) <= LONGEST
    assert text.isprintable()
    assert text == text.strip()
    assert left_out >= 0


@settings(max_examples=50, deadline=None)
@given(
    st.sets(st.integers(0, 65536), min_size=2, max_size=60).map(sorted),
    st.lists(st.floats(0, 100), max_size=100),
    st.integers(0, 16),
    st.integers(0, 16),
)
def test_areas_times_and_numbers_come_back_as_found(cuts, times, sessions, transactions):
    runs = list(pairwise(cuts))[::2]
    found = Found(endpoint("tcp://[::1]:502?unit=7"), [7, 8], searched(*runs))
    found.sessions, found.transactions, found.times = sessions, transactions, times
    declaration, _, _ = loaded(found)

    assert [(area.first, area.last + 1) for area in declaration.areas("coils")] == runs
    assert (declaration.sessions, declaration.transactions) == (max(1, sessions), max(1, transactions))
    assert declaration.timing.reply_within >= min(60, 0.5 if not times else max(times))
    assert declaration.endpoint == found.endpoint


@pytest.mark.parametrize(
    ("longest", "proposed"),
    [
        (0.0, "500 ms"),
        (0.049, "500 ms"),
        (0.051, "1 s"),
        (0.15, "2 s"),
        (0.3, "5 s"),
        (3.0, "50 s"),
        (9.0, "60 s"),
    ],
)
def test_the_proposed_time_is_ten_times_the_longest_on_round_steps(longest, proposed):
    assert reply_within([0.001, longest]) == proposed


def test_no_percentile_stands_on_too_few_answers():
    assert seen([]) == "no answer was timed"
    assert seen([0.001] * 4) == "longest of 4 answers 1.0 ms"
    assert seen([0.001] * 58) == "half within 1.0 ms, longest of 58 answers 1.0 ms"
    ramp = [at / 1000 for at in range(1, 101)]
    assert seen(ramp) == "half within 50.0 ms, 95 % within 95.0 ms, longest of 100 answers 100.0 ms"


def test_what_is_not_proven_or_left_alone_stands_in_the_draft():
    doubted, mute, small = searched((3, 8))[0], *searched()
    mute.unanswered, small.finished = 8, True
    small.exceptions[2], small.malformed, small.block = 5, 2, 60
    found = Found(
        endpoint("tcp://plc:502"), [1], [doubted, mute, small], stopped="the 300 reads granted are used up"
    )
    found.busy, found.breaches = 2, {"MB-MBAP-UNIT-ECHO": 4}
    _, text, _ = loaded(found)

    for said in (
        "INCOMPLETE: the 300 reads granted are used up.",
        "# NOT PROVEN: no refusal was seen at 2 and 8",
        "fc01: not all addresses were looked at.",
        "fc01: 8 reads had no usable answer; the rest was left alone.",
        "fc03: 2 responses did not hold what was asked for.",
        "fc03: reads of more than 60 values are refused.",
        "It said 2 times that it was busy",
        "4 of its answers broke MB-MBAP-UNIT-ECHO",
    ):
        assert said in text


def test_the_missing_lines_are_counted_from_the_catalogue():
    """What the lines promise is what `facts` of a declaration with just these lines amount to."""
    found = Found(endpoint("tcp://plc:502"), [1], searched((0, 4000)))
    found.searches[1].runs = [Run(0, 300)]
    declaration, _, ahead = loaded(found)
    catalogues = [
        suite.catalogue for suite in prepare_text(draft(found, declaration.profile, DAY), "x").suites
    ]
    text = draft(found, declaration.profile, DAY)
    text = text.replace("supports:    [fc01, fc03]", ahead.lines[1].paste[0])
    text = text.replace(
        "  - { first: 0, count: 300 }",
        "  - { first: 0, count: 176 }\n  - { first: 176, count: 124, scratch: true }",
    )
    text = text.replace(
        "  - { first: 0, count: 4000 }",
        "  - { first: 0, count: 2000 }\n  - { first: 2000, count: 2000, scratch: true }",
    ).replace("isolated:    false", "isolated: true")
    full = prepare_text(text, "full.yaml").declaration
    of_full = outlook(full, catalogues)

    assert ahead.lines[0].paste[1] == "holding_registers: [{ first: ADDRESS, count: 124, scratch: true }]"
    assert ahead.lines[2].paste == ("isolated: true",)
    assert of_full.judged == ahead.judged + sum(line.allows for line in ahead.lines)
    assert all(line.allows > 0 for line in ahead.lines)
    assert of_full.judged <= of_full.of


@pytest.mark.parametrize(
    ("sessions", "most", "said"),
    [
        (0, 0, "more connections at once were not tried"),
        (3, 16, "connections that were answered at once\n"),
        (16, 16, "connections that were answered at once; more were not tried"),
    ],
)
def test_a_number_of_connections_says_how_far_it_was_tried(sessions, most, said):
    found = Found(endpoint("tcp://plc:502"), [1], searched((0, 8)), sessions=sessions, most_sessions=most)

    assert said in loaded(found)[1]
