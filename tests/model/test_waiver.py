"""Waivers are narrow and mortal."""

from datetime import date

import pytest
from pydantic import ValidationError

from testbed.model.verdict import Verdict
from testbed.model.waiver import Waiver

PLAIN = {
    "requirement": "MB-FC03-QUANTITY-ZERO",
    "model": "PX-200",
    "firmware": "4.1.7",
    "reason": "known since 4.1.5, next firmware mends it",
    "link": "https://example.com/7",
    "approver": "Kim",
    "expires": date(2026, 12, 31),
}
WAIVER = Waiver.model_validate(PLAIN)


@pytest.mark.parametrize(
    ("requirement", "model", "firmware", "on", "covered"),
    [
        ("MB-FC03-QUANTITY-ZERO", "PX-200", "4.1.7", date(2026, 12, 31), True),
        ("MB-FC03-QUANTITY-ZERO", "PX-200", "4.1.7", date(2027, 1, 1), False),
        ("MB-FC04-QUANTITY-ZERO", "PX-200", "4.1.7", date(2026, 12, 31), False),
        ("MB-FC03-QUANTITY-ZERO", "PX-201", "4.1.7", date(2026, 12, 31), False),
        ("MB-FC03-QUANTITY-ZERO", "PX-200", "4.1.8", date(2026, 12, 31), False),
    ],
)
def test_a_waiver_covers_one_requirement_of_one_firmware_until_a_day(
    requirement, model, firmware, on, covered
):
    assert WAIVER.covers(requirement, model, firmware, on) is covered


@pytest.mark.parametrize("verdict", [None, *Verdict])
def test_a_waiver_is_stale_as_soon_as_it_no_longer_bites(verdict):
    assert WAIVER.is_stale(verdict, date(2026, 12, 31)) is (verdict is not Verdict.FAIL)
    assert WAIVER.is_stale(verdict, date(2027, 1, 1))


@pytest.mark.parametrize("field", PLAIN)
def test_every_part_is_demanded(field):
    with pytest.raises(ValidationError, match=field):
        Waiver.model_validate({name: value for name, value in PLAIN.items() if name != field})


@pytest.mark.parametrize("field", ["model", "firmware", "reason", "link", "approver"])
def test_no_part_is_blank(field):
    with pytest.raises(ValidationError, match=field):
        Waiver.model_validate(PLAIN | {field: "  "})
