"""The table of what is covered names requirements that there are, and leaves none of them out."""

import re
from pathlib import Path

from testbed.plugin.shelf import suites

TEXT = (Path(__file__).parents[2] / "docs" / "modbus-coverage.md").read_text(encoding="utf-8")
SUITES = [one.catalogue for one in suites().values() if one.catalogue.section == "conformance"]
JUDGED = {one.id: one for catalogue in SUITES for one in catalogue.requirements}


def test_each_requirement_that_it_names_exists():
    assert [one for one in re.findall(r"`(MB-[A-Z0-9-]+)`", TEXT) if one not in JUDGED] == []


def test_each_judged_requirement_is_named():
    named = set(re.findall(r"`(MB-[A-Z0-9-]+)`", TEXT))

    assert [one.id for one in JUDGED.values() if one.id not in named and one.untestable is None] == []


def test_no_row_of_the_catalogue_stands_twice():
    rows = re.findall(r"^\| ([A-Zx]+\d*-\w+)", TEXT, re.MULTILINE)

    assert sorted(set(rows)) == sorted(rows)
