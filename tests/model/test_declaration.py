"""The vendor's declaration: what is accepted, what it means, and what is said about a wrong one."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.model.declaration import Area, contiguous, first_outside
from testbed.model.document import DocumentError


def complaints(declared, *lines):
    with pytest.raises(DocumentError) as caught:
        declared(*lines)
    return str(caught.value)


def test_the_smallest_declaration_assumes_the_careful_things(declared):
    one = declared()

    assert (one.sessions, one.transactions, one.isolated, one.numbering) == (1, 1, False, "pdu")
    assert (one.timing.reply_within, one.timing.pause) == (1.0, 0.0)
    assert one.facts["fc03"] == 1
    assert not any(amount for name, amount in one.facts.items() if "scratch" in name or "registers" in name)


@pytest.mark.parametrize(
    ("table", "entity", "wire"),
    [
        ("coils", 1, 0),
        ("coils", 65536, 65535),
        ("discrete_inputs", 10001, 0),
        ("discrete_inputs", 19999, 9998),
        ("discrete_inputs", 100001, 0),
        ("discrete_inputs", 165536, 65535),
        ("input_registers", 30001, 0),
        ("input_registers", 300001, 0),
        ("holding_registers", 40001, 0),
        ("holding_registers", 40108, 107),
        ("holding_registers", 49999, 9998),
        ("holding_registers", 400001, 0),
        ("holding_registers", 465536, 65535),
    ],
)
def test_entity_numbers_are_one_more_than_addresses_on_the_wire(declared, table, entity, wire):
    one = declared("numbering: entity", f"{table}: [{{ first: {entity}, count: 1 }}]")

    assert one.areas(table) == (Area(first=wire, count=1),)


@pytest.mark.parametrize(
    ("table", "first"),
    [
        ("coils", 0),
        ("coils", 65537),
        ("holding_registers", 0),
        ("holding_registers", 30001),
        ("holding_registers", 40000),
        ("holding_registers", 50000),
        ("holding_registers", 400000),
        ("holding_registers", 465537),
        ("input_registers", 40001),
        ("discrete_inputs", 20000),
    ],
)
def test_an_entity_number_of_another_table_is_refused(declared, table, first):
    said = complaints(declared, "numbering: entity", f"{table}: [{{ first: {first}, count: 1 }}]")

    assert said.startswith("plc.yaml: line 6: ")
    assert f"not at {first}" in said


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("coils: [{ first: 0, count: 0 }]", "`coils.0.count`: input should be greater than or equal to 1"),
        ("coils: [{ first: -1, count: 1 }]", "`coils.0.first`: input should be greater than or equal to 0"),
        ("coils: [{ first: 0, count: 65537 }]", "less than or equal to 65536"),
        ("coils: [{ first: 65535, count: 2 }]", "`coils`: 65535 to 65536 runs past address 65535"),
        ("coils: [{ first: 0, count: 9 }, { first: 8, count: 1 }]", "0 to 8 and 8 to 8 overlap"),
        ("coils: [{ first: 8, count: 1 }, { first: 0, count: 9 }]", "0 to 8 and 8 to 8 overlap"),
        ("coils: [{ first: 3, count: 1 }, { first: 3, count: 1 }]", "3 to 3 and 3 to 3 overlap"),
        ("coils: [{ first: 0, count: 1, scratch: true, read_only: true }]", "both scratch and read-only"),
        ("coils: [{ first: true, count: 1 }]", "valid integer (it is True)"),
        ('coils: [{ first: "0", count: 1 }]', "valid integer (it is '0')"),
        ("coils: { first: 0, count: 1 }", "`coils`: input should be a valid tuple"),
        (
            "coils: [{ first: 0, count: 1, scartch: true }]",
            "unknown key `coils.0.scartch`; did you mean `scratch`?",
        ),
        ("sesions: 4", "unknown key `sesions`; did you mean `sessions`?"),
        ("timing: { replywithin: 1 s }", "`timing.replywithin`; did you mean `reply_within`?"),
        ("timing: { reply_within: 500 }", "has no unit; write `500 ms` or `500 s`"),
        ("timing: { reply_within: 1 h }", "is not a duration"),
        ("timing: { reply_within: -1 s }", "is not a duration"),
        ("timing: { reply_within: 0 s }", "greater than 0"),
        ("timing: { reply_within: 61 s }", "less than or equal to 60"),
        ("timing: { reply_within: yes }", "is not a duration"),
        ("isolated: 1", "valid boolean"),
        ('isolated: "true"', "valid boolean"),
        ("sessions: 0", "greater than or equal to 1"),
        ("sessions: 1001", "less than or equal to 1000"),
        ("transactions: 17", "less than or equal to 16"),
        ("numbering: iec", "'pdu' or 'entity'"),
        ("supports: []", "at least 1 item"),
        ("supports: [fc03, fc04, fc03]", "`fc03` stands twice"),
        ("device: { vendor: V, model: M }", "`device.firmware` is missing"),
        ("device: { vendor: V, model: M, firmware: 4.1 }", "valid string (it is 4.1)"),
        (f"device: {{ vendor: V, model: M, firmware: F, serial: {'S' * 201} }}", "at most 200 characters"),
        ('device: { vendor: " ", model: M, firmware: F }', "at least 1 character"),
        ("profile: modbus", "`profile`"),
        ("connect: tpc://h:1", "did you mean `tcp`?"),
    ],
)
def test_one_fault_is_one_complaint_with_its_line(declared, line, fault):
    said = complaints(declared, line)

    assert len(said.splitlines()) == 1
    assert said.startswith("plc.yaml: line ")
    assert fault in said


def test_every_fault_is_told_at_once_each_at_its_own_line(declared):
    said = complaints(declared, "connect: x", "sessions: 0", "coils: [{ first: 9, count: 0 }]").splitlines()

    assert [line.split(": ")[1] for line in said] == ["line 3", "line 5", "line 6"]


def test_touching_areas_are_no_overlap_and_one_run(declared):
    one = declared("coils: [{ first: 8, count: 8, scratch: true }, { first: 0, count: 8 }]")

    assert one.facts["coils"] == 16
    assert one.facts["scratch_coils"] == 8
    assert one.facts["outside_coils"] == 1


def test_a_full_table_has_no_outside(declared):
    one = declared("coils: [{ first: 0, count: 65536 }]")

    assert one.facts["outside_coils"] == 0
    assert first_outside(one.areas("coils")) is None


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("500 ms", 0.5), ("500ms", 0.5), ("2 s", 2.0), ("1.5 s", 1.5), ("1 min", 60.0), ("250 us", 0.00025)],
)
def test_durations(declared, written, seconds):
    assert declared(f"timing: {{ reply_within: {written} }}").timing.reply_within == seconds


@given(milliseconds=st.decimals("0.001", "60000", places=3), isolated=st.booleans())
def test_a_declaration_is_read_back_from_its_json(declared, milliseconds, isolated):
    one = declared(f"timing: {{ reply_within: {milliseconds} ms }}", f"isolated: {str(isolated).lower()}")

    assert type(one).model_validate_json(one.model_dump_json()) == one


def disjoint(cuts):
    edges = sorted(cuts)
    return tuple(
        Area(first=low, count=high - low) for low, high in zip(edges[::2], edges[1::2], strict=False)
    )


@given(st.sets(st.integers(0, 65536), min_size=2, max_size=12).map(disjoint))
def test_runs_hold_the_same_addresses_and_never_touch(areas):
    runs = contiguous(areas)

    def addresses(some):
        return {address for area in some for address in range(area.first, area.last + 1)}

    assert addresses(runs) == addresses(areas)
    assert all(one.last + 1 < other.first for one, other in pairwise(runs))
    outside = first_outside(areas)
    assert outside not in addresses(areas)
    assert outside is not None or {run.last for run in runs} == {65535}


@pytest.mark.parametrize(
    ("first", "count", "inside"), [(4, 8, True), (11, 1, True), (3, 1, False), (11, 2, False), (12, 1, False)]
)
def test_an_area_holds_ranges(first, count, inside):
    assert Area(first=4, count=8).holds(first, count) is inside


def test_a_copy_with_another_connection_is_reached_there(declared):
    here = declared()
    assert here.endpoint.scheme == "sim"
    assert here.facts["sessions"] == here.sessions

    there = here.model_copy(update={"connect": "tcp://127.0.0.1:1502?unit=9", "sessions": here.sessions + 1})

    assert str(there.endpoint) == "tcp://127.0.0.1:1502?unit=9"
    assert there.facts["sessions"] == there.sessions
    assert here.endpoint.scheme == "sim"
