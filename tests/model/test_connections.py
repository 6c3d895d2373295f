"""What a vendor declares of connections, and which facts follow."""

import pytest
from pydantic import ValidationError

from testbed.model.connections import LONGEST_REST, Connections
from testbed.model.declaration import Area, scratch_edge


def test_nothing_declared_claims_nothing():
    assert not any(Connections().facts.values())
    assert Connections().rest == 0


def test_what_is_declared_is_claimed():
    made = Connections.model_validate({"most": 8, "beyond": "refuses", "idle": "20 s", "units": "any"})
    assert made.facts == {
        "connection_limit": 8,
        "closes_oldest": 0,
        "refuses_excess": 1,
        "idle": 20,
        "any_unit": 1,
    }
    assert made.rest == 18


@pytest.mark.parametrize("idle", ["70 s", "3600 s"])
def test_no_case_rests_longer_than_a_minute(idle):
    assert Connections.model_validate({"idle": idle}).rest == LONGEST_REST


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"most": 8}, "`most` and `beyond` belong together"),
        ({"beyond": "refuses"}, "`most` and `beyond` belong together"),
        ({"most": 0, "beyond": "refuses"}, "greater than or equal to 1"),
        ({"most": 9999, "beyond": "refuses"}, "less than or equal to 200"),
        ({"most": 8, "beyond": "melts"}, "closes-oldest"),
        ({"units": "some"}, "own"),
        ({"idle": 60}, "has no unit"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong, said):
    with pytest.raises(ValidationError, match=said):
        Connections.model_validate(wrong)


@pytest.mark.parametrize(
    ("areas", "edge"),
    [
        ([(0, 10, True)], 9),
        ([(0, 10, False)], None),
        ([(0, 10, True), (10, 5, False)], None),
        ([(0, 10, True), (10, 5, True)], 14),
        ([(0, 10, False), (20, 5, True), (30, 5, False)], 24),
        ([(65530, 6, True)], None),
    ],
)
def test_the_edge_of_a_scratch_area_is_where_nothing_is_served_behind(areas, edge):
    made = tuple(Area(first=first, count=count, scratch=scratch) for first, count, scratch in areas)
    assert scratch_edge(made) == edge
