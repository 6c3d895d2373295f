"""Known values: how they are declared, and how registers are read against them."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.model.document import DocumentError
from testbed.model.known import ORDERS, KnownValue

SINGLE = struct.unpack(">HH", struct.pack(">f", 21.5))
WIRE = {"ABCD": b"ABCD", "CDAB": b"CDAB", "BADC": b"BADC", "DCBA": b"DCBA"}


def known(**changes):
    return KnownValue.model_validate(
        {"table": "holding_registers", "at": 0, "type": "float32", "value": 21.5} | changes
    )


def test_a_single_with_the_high_word_first_is_what_goes_without_saying():
    one = known()

    assert (one.order, one.within, one.count, one.read(SINGLE)) == ("ABCD", 0, 2, 21.5)
    assert one.holds(SINGLE)
    assert not one.holds(SINGLE[::-1])


@pytest.mark.parametrize("order", ORDERS)
def test_an_order_names_the_bytes_as_they_come(order):
    number = int.from_bytes(b"ABCD")
    registers = struct.unpack(">HH", WIRE[order])

    assert known(type="uint32", value=number, order=order).holds(registers)
    assert [one for one in ORDERS if known(type="uint32", value=number).holds(registers, one)] == [order]


@pytest.mark.parametrize(
    ("type_", "value", "registers"),
    [
        ("uint16", 65535, (65535,)),
        ("int16", -2, (65534,)),
        ("int32", -2, (65535, 65534)),
        ("uint64", 1, (0, 0, 0, 1)),
        ("int64", -1, (65535,) * 4),
        ("float64", 1.0, (0x3FF0, 0, 0, 0)),
        ("float32", 0.1, struct.unpack(">HH", struct.pack(">f", 0.1))),
    ],
)
def test_types(type_, value, registers):
    assert known(type=type_, value=value).holds(registers)


def test_what_is_measured_may_lie_away_and_not_a_number_lies_nowhere():
    assert known(value=21.9, within=0.5).holds(SINGLE)
    assert not known(value=22.1, within=0.5).holds(SINGLE)
    assert not known(within=1e30).holds((0x7FC0, 0))


@given(st.lists(st.integers(0, 65535), min_size=4, max_size=4).map(tuple), st.sampled_from(ORDERS))
def test_whatever_stands_in_registers_can_be_read(registers, order):
    assert isinstance(known(type="float64", order=order).read(registers), float)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{ table: coils, at: 1, type: uint16, value: 1 }", "line 5: `known_values.0.table`"),
        ("{ table: holding_registers, at: 0, type: uint16, value: 65536 }", "65536 does not fit uint16"),
        ("{ table: holding_registers, at: 0, type: uint16, value: 1.5 }", "1.5 does not fit uint16"),
        ("{ table: holding_registers, at: 0, type: float32, value: 1.0e+39 }", "1e+39 does not fit float32"),
        ("{ table: holding_registers, at: 0, type: float32, value: .nan }", "`known_values.0.value`"),
        ("{ table: holding_registers, at: 0, type: float32, value: 1, order: big }", "'ABCD', 'CDAB'"),
        ("{ table: holding_registers, at: 65535, type: float32, value: 1 }", "runs past address 65535"),
        ("{ table: holding_registers, at: 0, typ: uint16, value: 1 }", "did you mean `type`?"),
    ],
)
def test_a_wrong_one_is_told_with_its_line(declared, line, said):
    with pytest.raises(DocumentError) as caught:
        declared(f"known_values: [{line}]")

    assert said in str(caught.value)
    assert "line 5: " in str(caught.value)


def test_addresses_follow_the_numbering_of_the_declaration(declared):
    line = "known_values: [{ table: holding_registers, at: 40011, type: uint16, value: 1 }]"

    assert [at for _, at in declared("numbering: entity", line).known()] == [10]
    with pytest.raises(DocumentError, match="addresses start at 40001 or 400001, not at 11"):
        declared("numbering: entity", line.replace("40011", "11"))
