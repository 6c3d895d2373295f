"""What a requirement needs of a device, and what a device lacks."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from testbed.model.needs import PERMISSIONS, Needs, least, missing, names, split
from testbed.model.opcua.nodes import node_permissions
from testbed.model.opcua.units import units

NOT_APPLICABLE, INCONCLUSIVE = "NOT_APPLICABLE", "INCONCLUSIVE"


@pytest.mark.parametrize(
    ("needs", "facts", "verdict"),
    [
        ((), {}, None),
        (("fc03",), {"fc03": 1}, None),
        (("fc03",), {}, NOT_APPLICABLE),
        (("fc03",), {"fc03": 0}, NOT_APPLICABLE),
        (("coils >= 9",), {"coils": 9}, None),
        (("coils >= 9",), {"coils": 8}, NOT_APPLICABLE),
        (("isolated",), {"isolated": 0}, INCONCLUSIVE),
        (("scratch_coils >= 9",), {"scratch_coils": 8}, INCONCLUSIVE),
        (("isolated", "fc03"), {}, NOT_APPLICABLE),
        (("fc03", "isolated"), {}, NOT_APPLICABLE),
        (("fc03", "isolated"), {"fc03": 1}, INCONCLUSIVE),
        ((("fc05", "fc15"),), {"fc15": 1}, None),
        ((("fc05", "fc15"),), {}, NOT_APPLICABLE),
        ((("isolated", "fc15"),), {}, INCONCLUSIVE),
        ((("fc15", "isolated"),), {}, INCONCLUSIVE),
        (("fc01", ("fc05", "fc15")), {"fc05": 1}, NOT_APPLICABLE),
        (("Attribute Read",), {"Attribute Read": 1}, None),
        (("scratch Guid",), {}, INCONCLUSIVE),
        (("scratch Guid",), {"scratch Guid": 0, "scratch_nodes": 1}, INCONCLUSIVE),
        (("scratch Guid array",), {"scratch Guid": 0, "scratch_nodes": 1}, NOT_APPLICABLE),
    ],
)
def test_missing(needs, facts, verdict):
    lack = missing(needs, facts)

    assert (lack and str(lack.verdict)) == verdict


def test_only_a_permission_comes_with_a_line_to_paste():
    granted = missing(("scratch_registers >= 12",), {})
    claimed = missing(("fc03",), {})

    assert granted.paste == "holding_registers: [{ first: ADDRESS, count: 12, scratch: true }]"
    assert "`scratch_registers >= 12`" in granted.reason
    assert (claimed.paste, claimed.need) == ("", "fc03")


def test_alternatives_are_all_named():
    assert missing((("fc05", "fc15"),), {}).need == "fc05 or fc15"


facts = st.dictionaries(st.sampled_from(["fc01", "coils", "isolated", "scratch_coils"]), st.integers(0, 3))
single = st.sampled_from(["fc01", "coils >= 2", "isolated", "scratch_coils >= 3"])
some_needs = st.lists(st.one_of(single, st.lists(single, min_size=1, max_size=3).map(tuple)), max_size=4).map(
    tuple
)


def holds(need, given_facts):
    if not isinstance(need, str):
        return any(holds(one, given_facts) for one in need)
    name, amount = split(need)
    return given_facts.get(name, 0) >= amount


@given(some_needs, facts)
def test_nothing_is_missing_exactly_when_all_needs_hold(needs, given_facts):
    assert (missing(needs, given_facts) is None) == all(holds(need, given_facts) for need in needs)


@given(some_needs, facts)
def test_inconclusive_exactly_when_permissions_would_do(needs, given_facts):
    lack = missing(needs, given_facts)
    allowed = given_facts | dict.fromkeys(PERMISSIONS, 99)

    if lack is not None:
        assert (lack.verdict == INCONCLUSIVE) == (missing(needs, allowed) is None)


@pytest.mark.parametrize(
    "wrong", [[""], [">= 3"], ["coils > 3"], ["coils >= -1"], ["coils >= 1234567"], [[]], ["3"], [["a", 1]]]
)
def test_what_is_not_a_need(wrong):
    with pytest.raises(ValidationError):
        TypeAdapter(Needs).validate_python(wrong)


@pytest.mark.parametrize(
    "need",
    [
        "Session Base",
        "Security \u2013 None",
        "Time Sync \u2013 IEEE 1588 (PTP) / NTP",
        "A & B",
        "x.y-z, w",
        *sorted(units()),
    ],
)
def test_names_of_conformance_units_are_needs(need):
    assert TypeAdapter(Needs).validate_python([need]) == (need,)
    assert split(need) == (need, 1)


def test_every_known_conformance_unit_is_a_need():
    assert {split(need)[0] for need in TypeAdapter(Needs).validate_python(sorted(units()))} == units()


def test_names_and_least():
    needs = ("fc01", ("fc05", "coils >= 3"), "coils >= 8", "coils >= 16")

    assert names(needs) == {"fc01", "fc05", "coils"}
    assert (least(needs, "coils"), least(needs, "fc01"), least(needs, "fc99")) == (16, 1, 0)


OF_OPCUA = {"security_keys"}


@pytest.mark.parametrize("name", sorted(PERMISSIONS.keys() - node_permissions() - OF_OPCUA))
def test_lines_to_paste_are_lines_of_a_declaration(name, declared):
    line = re.sub("ADDRESS|NUMBER|RECORD|BYTES", "1", PERMISSIONS[name].format(least=4))

    assert declared(line).facts[name] >= 1


def test_lines_to_paste_for_nodes_are_lines_of_a_declaration_of_opcua(opcua):
    assert len(node_permissions()) == 75
    for name in node_permissions():
        line = PERMISSIONS[name].format(least=1).replace("NODE", "ns=1;s=A")
        line = re.sub("LENGTH|ROWS|COLUMNS", "4", line)
        assert opcua(line).facts[name] == 1


def test_certificates_are_permitted_where_a_secured_channel_is_claimed(opcua):
    line = PERMISSIONS["security_keys"].format(least=1)
    assert opcua(line).facts["security_keys"] == 1
    plain, claimed = opcua(), opcua('claims: ["SecurityPolicy [B] \u2013 Basic256Sha256"]')
    assert missing(("security_keys",), plain.facts).verdict == NOT_APPLICABLE
    lack = missing(("security_keys",), claimed.facts)
    assert (lack.verdict, lack.paste) == (INCONCLUSIVE, line)
