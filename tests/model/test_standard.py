"""Catalogues: consistent in themselves, and every installed one besides."""

from itertools import product
from typing import get_args

import pytest
from pydantic import ValidationError

from testbed.model.needs import names
from testbed.model.opcua.nodes import BUILTINS, Rank, fact_of
from testbed.model.opcua.units import units
from testbed.model.profile import Profile
from testbed.model.standard import Requirement, clause_order
from testbed.plugin.shelf import suites
from tests.model.sample import TEXT, catalogue, requirement

PROFILE = {"id": "modbus-tcp-server@1", "title": TEXT, "suites": ["modbus_tcp_server"]}


def test_a_catalogue_knows_its_requirements():
    one = catalogue(requirement("MB-A-ONE"))

    assert "MB-A-ONE" in one
    assert "MB-B-TWO" not in one
    assert one["MB-A-ONE"].text.ko == TEXT["ko"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([requirement("MB-A-ONE"), requirement("MB-A-ONE")], "MB-A-ONE stands twice"),
        ([requirement("MB-A-ONE", clause={"XY@1": "6.1"})], "cites ['XY'], which suite.yaml does not list"),
        ([requirement("MB-A-ONE", clause={})], "at least 1 item"),
        ([requirement("mb-a-one")], "pattern"),
        ([requirement("MB")], "pattern"),
        ([requirement("MB-A-ONE", level="MUST")], "SHALL"),
        ([requirement("MB-A-ONE", basis="heard")], "read"),
        ([requirement("MB-A-ONE", untestable="too hard")], "not observable on the wire"),
    ],
)
def test_an_inconsistent_catalogue_is_refused(rows, said):
    with pytest.raises(ValidationError) as caught:
        catalogue(*rows)

    assert said in str(caught.value)


def test_requirements_sort_as_the_standard_stands():
    clauses = [{"AP": "6.1"}, {"AP": "6.2"}, {"AP": "6.10"}, {"AP": "6.10.1"}, {"AP": "A"}, {"B@1": "1"}]
    rows = [Requirement.model_validate(requirement("MB-A-ONE", clause=clause)) for clause in clauses]
    shuffled = rows[::-2] + rows[-2::-2]

    assert sorted(shuffled, key=clause_order) == rows


@pytest.mark.parametrize("name", ["modbus-tcp-server@1", "opc-ua/nano-embedded-2022@12"])
def test_profile_names(name):
    assert Profile.model_validate(PROFILE | {"id": name}).id == name


@pytest.mark.parametrize(
    "name", ["modbus-tcp-server", "modbus@", "@1", "../etc/passwd@1", "Modbus@1", "a@1\n"]
)
def test_what_is_no_profile_name(name):
    with pytest.raises(ValidationError):
        Profile.model_validate(PROFILE | {"id": name})


def test_a_profile_names_a_suite():
    with pytest.raises(ValidationError, match="at least 1 item"):
        Profile.model_validate(PROFILE | {"suites": []})


@pytest.mark.parametrize("suite", suites())
def test_every_need_of_an_installed_suite_is_a_fact_that_a_declaration_can_give(suite, declared, opcua):
    """A need misspelt would leave its requirement not applicable for ever, and nobody would notice."""
    items = suites()[suite].catalogue
    known = set(items.facts) | declared().facts.keys()
    if items.protocol == "opcua":
        ranks = product(("read", "scratch"), BUILTINS, get_args(Rank))
        of_nodes = {fact_of(verb, kind, rank) for verb, kind, rank in ranks}
        known = set(items.facts) | opcua().facts.keys() | units() | of_nodes

    assert {one.id: names(one.needs) - known for one in items.requirements if names(one.needs) - known} == {}
