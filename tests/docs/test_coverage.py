"""The tables of what is covered name requirements that there are, and leave none of them out."""

import re
from pathlib import Path

import pytest

from testbed.plugin.shelf import suites

DOCS = Path(__file__).parents[2] / "docs"
SUITES = [one.catalogue for one in suites().values() if one.catalogue.section == "conformance"]
JUDGED = {one.id: one for catalogue in SUITES for one in catalogue.requirements}
TABLES = {"modbus-coverage.md": "MB", "modbus-client-coverage.md": "MBC", "opcua-coverage.md": "UA"}
each_table = pytest.mark.parametrize("table", TABLES)


def text(table):
    return (DOCS / table).read_text(encoding="utf-8")


def named(table):
    return re.findall(rf"`({TABLES[table]}-[A-Z0-9-]+)`", text(table))


@each_table
def test_each_requirement_that_it_names_exists(table):
    assert [one for one in named(table) if one not in JUDGED] == []


@each_table
def test_each_judged_requirement_is_named(table):
    own = [one for one in JUDGED.values() if one.id.startswith(f"{TABLES[table]}-")]

    assert own
    assert [one.id for one in own if one.id not in named(table) and one.untestable is None] == []


@each_table
def test_no_row_of_the_catalogue_stands_twice(table):
    rows = re.findall(r"^\| (K\d\d|[A-Zx]+\d*(?:-\w+)+)", text(table), re.MULTILINE)

    assert rows
    assert sorted(set(rows)) == sorted(rows)
