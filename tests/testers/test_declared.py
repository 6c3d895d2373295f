"""The declaration as a case sees it, for odd declarations too."""

import pytest

from testbed.model.declaration import Area
from testbed.protocols.modbus import ExceptionCode, ReadHoldingRegisters
from testbed.testers.modbus.declared import Declared
from testbed.testers.trouble import Undecided
from tests.testers.bench import declare

ADDRESS, VALUE = ExceptionCode.ILLEGAL_DATA_ADDRESS, ExceptionCode.ILLEGAL_DATA_VALUE


def table(*areas, **changes):
    return Declared(
        declare(holding_registers=tuple(Area(**area) for area in areas), **changes)
    ).holding_registers


def test_areas_that_touch_are_one_run():
    found = table(
        {"first": 10, "count": 5}, {"first": 15, "count": 5, "scratch": True}, {"first": 90, "count": 9}
    )
    assert (found.first, found.count, found.last, found.outside) == (10, 10, 19, 20)


def test_outside_is_never_served():
    assert table({"first": 0, "count": 65536}).outside == 65535  # nothing is: no case needs it then
    assert table({"first": 5, "count": 65531}).outside == 65535
    assert table({"first": 65000, "count": 536}, {"first": 0, "count": 5}).outside == 5
    assert declare(holding_registers=(Area(first=0, count=65536),)).facts["outside_holding_registers"] == 0
    assert declare(holding_registers=()).facts["outside_holding_registers"] == 0


def test_a_table_that_is_not_declared_has_harmless_values():
    found = table()
    assert (found.first, found.count, found.last, found.read_only) == (0, 1, 0, -1)


def test_the_first_read_only_area():
    areas = [{"first": 50, "count": 2, "read_only": True}, {"first": 10, "count": 2, "read_only": True}]
    assert table(*areas).read_only == 10


@pytest.mark.parametrize(
    ("count", "quantity", "right"),
    [(126, 126, (VALUE,)), (125, 126, (VALUE, ADDRESS)), (1, 126, (VALUE, ADDRESS)), (200, 126, (VALUE,))],
)
def test_refusals_of_too_large_a_quantity(count, quantity, right):
    assert table({"first": 0, "count": count}).refusals(quantity) == right


def test_edges_are_the_ends_of_every_area_once():
    areas = (Area(first=0, count=3), Area(first=9, count=1), Area(first=65535, count=1))
    edges = Declared(declare(holding_registers=areas)).edges("fc03")
    assert edges == [ReadHoldingRegisters(address, 1) for address in (0, 2, 9, 65535)]
    with pytest.raises(Undecided, match="fc01 is declared, but no coils to try it on"):
        Declared(declare(coils=())).edges("fc01")


def test_entity_numbers_are_addresses_plus_one():
    entity = {"numbering": "entity", "coils": (), "discrete_inputs": (), "input_registers": ()}
    assert table({"first": 40001, "count": 3}, **entity).first == 0
    assert table({"first": 465536, "count": 1}, **entity).first == 65535
