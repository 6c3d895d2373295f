"""The table of what is covered of clients: every scenario of the catalogue, every requirement, every case."""

import re
from importlib import import_module
from itertools import takewhile
from pathlib import Path

import pytest

from testbed.plugin.shelf import suites

TABLE = (Path(__file__).parents[2] / "docs" / "modbus-client-coverage.md").read_text(encoding="utf-8")
SUITE = suites()["modbus_tcp_client"]
LINES = [line for line in TABLE.splitlines() if line.startswith("| ") and "`MBC-" in line]


def verified():
    """Return the requirements that each case verifies, by file and name of its function."""
    found = {}
    for file in sorted(Path(SUITE.folder).glob("test_*.py")):
        module = import_module(f"conformance_suites.modbus_tcp_client.{file.stem}")
        for name, function in vars(module).items():
            if name.startswith("test_"):
                found[f"{file.name}::{name}"] = set(function.__verifies__)
    return found


def names(line):
    """Return the requirements and the cases that a line names."""
    return set(re.findall(r"`(MBC-[A-Z0-9-]+)`", line)), set(re.findall(r"`(test_\w+\.py::\w+)`", line))


def test_each_scenario_of_the_catalogue_has_one_row():
    """K01 to K25, in order."""
    assert re.findall(r"^\| (K\d\d) \|", TABLE, re.MULTILINE) == [f"K{number:02}" for number in range(1, 26)]


def test_each_requirement_that_it_names_exists_and_none_is_left_out():
    named = set().union(*(names(line)[0] for line in LINES))

    assert named == {one.id for one in SUITE.catalogue.requirements if one.untestable is None}


def test_each_case_that_it_names_exists_and_none_is_left_out():
    assert set().union(*(names(line)[1] for line in LINES)) == set(verified())


@pytest.mark.parametrize("line", LINES, ids=lambda line: "".join(takewhile(lambda one: one != "|", line[2:])))
def test_cases_of_a_row_verify_its_requirements(line):
    """What no case of the row verifies is watched in every request, or by the control behind each case."""
    requirements, cases = names(line)
    told = set().union(*(verified()[case] for case in cases))
    watched = {one.id for one in SUITE.catalogue.requirements if one.invariant} | {"MBC-SURVIVES"}

    assert told <= requirements
    assert requirements - told <= watched
