from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from testbed.model.declaration import Declaration
from testbed.model.document import DocumentError
from testbed.model.needs import split
from testbed.model.opcua.units import units
from testbed.model.profile import Profile
from testbed.model.review import review
from testbed.model.verdict import Verdict
from testbed.plugin.setup import prepare, prepare_text
from testbed.plugin.shelf import OWN, read_profile, suites

FUNCTIONS = ["fc01", "fc02", "fc03", "fc04"]


def profile(**parts):
    item = {"text": {"en": "an item", "ko": "항목"}}
    parts["items"] = [item | one for one in parts.get("items", [])]
    for one in parts.get("conditions", {}).values():
        one["text"] = {"en": "because", "ko": "이유"}
    made = {"id": "p@1", "title": {"en": "p", "ko": "p"}, "suites": ["s"]}
    return Profile.model_validate(made | parts)


def declared(*functions, **more):
    device = {"vendor": "v", "model": "m", "firmware": "1"}
    base = {"device": device, "profile": "p@1", "connect": "sim:plc", "supports": list(functions)}
    return Declaration.model_validate(base | more)


@pytest.mark.parametrize(
    ("status", "claimed", "fits"),
    [
        ("m", True, True),
        ("m", False, False),
        ("o", True, True),
        ("o", False, True),
        ("x", True, False),
        ("x", False, True),
        ("n/a", True, True),
        ("n/a", False, True),
        ("c.1", True, True),
        ("c.1", False, False),
        ("c.2", True, False),
        ("c.2", False, True),
    ],
)
def test_each_status_holds_a_declaration_to_what_it_says(status, claimed, fits):
    wanted = profile(
        items=[
            {"item": "fc16", "status": status},
            {"item": "fc01", "status": "c.1"},
            {"item": "fc02", "status": "c.2"},
        ],
        conditions={
            "c.1": {"when": ["fc03"], "then": "m" if status == "c.1" else "o", "otherwise": "o"},
            "c.2": {"when": ["fc04"], "then": "m", "otherwise": "x" if status == "c.2" else "o"},
        },
    )
    found = review(declared("fc03", "fc01", *(["fc16"] if claimed else [])), wanted, [])
    assert found.holds is fits
    assert (found.answers[0].fault is None) is fits
    if not fits:
        assert "fc16" in found.faults[0].en
        assert "fc16" in found.faults[0].ko
        assert ("because" in found.faults[0].en) is status.startswith("c")


@pytest.mark.parametrize(
    ("choice", "claimed", "fits"),
    [
        (None, 0, False),
        (None, 1, True),
        (None, 3, True),
        ({"least": 2}, 1, False),
        ({"least": 2}, 2, True),
        ({"most": 1}, 1, True),
        ({"most": 1}, 2, False),
        ({"least": 0, "most": 1}, 0, True),
    ],
)
def test_a_group_wants_as_many_of_its_items_as_its_choice_says(choice, claimed, fits):
    wanted = profile(
        items=[{"item": name, "status": "o.1"} for name in FUNCTIONS],
        choices={} if choice is None else {"o.1": choice},
    )
    found = review(declared("fc16", *FUNCTIONS[:claimed]), wanted, [])
    assert found.holds is fits
    assert len(found.faults) == (not fits)


def test_a_size_is_an_item_too():
    wanted = profile(items=[{"item": "sessions >= 4", "status": "m"}])
    assert not review(declared("fc03", sessions=3), wanted, []).holds
    assert review(declared("fc03", sessions=4), wanted, []).holds


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"items": [{"item": "fc01", "status": "c.1"}]}, "not among the conditions"),
        ({"items": [{"item": "fc01", "status": "m"}, {"item": "fc01", "status": "o"}]}, "stands twice"),
        ({"items": [{"item": "fc01", "status": "maybe"}]}, "pattern"),
        ({"choices": {"o.1": {"least": 1}}}, "is the status of no item"),
        (
            {"conditions": {"c.1": {"when": ["fc01"], "then": "m", "otherwise": "o"}}},
            "is the status of no item",
        ),
    ],
)
def test_a_profile_that_contradicts_itself_is_refused(parts, said):
    with pytest.raises(ValidationError, match=said):
        profile(**parts)


@settings(deadline=None)  # the first example loads the suites
@given(st.sets(st.sampled_from(FUNCTIONS)), st.booleans())
def test_every_requirement_is_counted_once(functions, isolated):
    text = (
        "device: { vendor: v, model: m, firmware: '1' }\nprofile: modbus-tcp-server@1\nconnect: sim:plc\n"
        f"supports: [{', '.join(['fc16', *sorted(functions)])}]\nisolated: {str(isolated).lower()}\n"
        "holding_registers: [{ first: 0, count: 9 }]\n"
    )
    setup = prepare_text(text, "x")
    catalogues = [suite.catalogue for suite in setup.suites]
    found = review(setup.declaration, setup.profile, catalogues)
    for reach, catalogue in zip(found.reaches, catalogues, strict=True):
        counted = reach.judged + reach.not_applicable + reach.not_permitted + reach.untestable
        assert counted == len(catalogue.requirements)
    waiting = [one for lack in found.lacks for one in lack.requirements]
    assert len(waiting) == len(set(waiting)) == sum(reach.not_permitted for reach in found.reaches)


def test_pasting_the_lines_that_lack_allows_what_waited():
    text = (OWN / "devices" / "example-tcp.yaml").read_text().replace(", scratch: true", "")
    setup = prepare_text(text, "x")
    catalogues = [suite.catalogue for suite in setup.suites]
    before = review(setup.declaration, setup.profile, catalogues)
    assert before.holds
    assert not before.can_conform
    granted = text.replace("isolated:    false", "isolated: true").replace(
        "count: 124", "count: 124, scratch: true"
    )
    after = review(prepare_text(granted, "x").declaration, setup.profile, catalogues)
    assert after.can_conform
    assert after.lacks == ()
    gained = sum(one.judged for one in after.reaches) - sum(one.judged for one in before.reaches)
    assert gained == sum(len(lack.requirements) for lack in before.lacks) > 0


@pytest.mark.parametrize("path", sorted((OWN / "devices").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_example_declarations_fit_their_profiles(path: Path):
    setup = prepare(path)
    assert review(setup.declaration, setup.profile, [one.catalogue for one in setup.suites]).holds


def test_items_of_our_profiles_are_facts_of_a_declaration_or_a_suite():
    secured = declared("fc03", connect="sim:plc?over=tls", security={})
    facts = set(secured.facts) | {fact for one in suites().values() for fact in one.catalogue.facts}
    facts |= declared(connect="sim:opcua-plc").facts.keys() | units()
    for path in OWN.glob("*@*.yaml"):
        ours, _ = read_profile(path.stem, "test")
        needs = [item.item for item in ours.items]
        needs += [need for one in ours.conditions.values() for need in one.when if isinstance(need, str)]
        needs += [
            need
            for one in ours.conditions.values()
            for some in one.when
            if not isinstance(some, str)
            for need in some
        ]
        assert {split(need)[0] for need in needs} <= facts
        assert {item.item for item in ours.items} >= {
            fact for name in ours.suites for fact in suites()[name].catalogue.facts
        }


def test_what_review_foretells_is_what_a_run_leaves_out():
    """The gate and the engine must read needs alike."""
    from testbed.model.needs import missing  # noqa: PLC0415

    setup = prepare(OWN / "devices" / "example-tcp.yaml")
    found = review(setup.declaration, setup.profile, [one.catalogue for one in setup.suites])
    facts = setup.declaration.facts
    waiting = {one for lack in found.lacks for one in lack.requirements}
    for suite in setup.suites:
        for requirement in suite.catalogue.requirements:
            lack = missing(requirement.needs, facts)
            assert (lack is not None and lack.verdict is Verdict.INCONCLUSIVE) == (requirement.id in waiting)


def test_units_that_no_requirement_speaks_of_are_said():
    setup = prepare(OWN / "devices" / "sim-opcua-plc.yaml")
    found = review(setup.declaration, setup.profile, [one.catalogue for one in setup.suites])

    assert "Documentation - Core Capacities" in found.unjudged
    assert "Attribute Read" not in found.unjudged
    assert found.can_conform
    modbus = prepare(OWN / "devices" / "sim-plc.yaml")
    assert review(modbus.declaration, modbus.profile, [one.catalogue for one in modbus.suites]).unjudged == ()


def test_a_profile_of_another_protocol_is_refused():
    text = (OWN / "devices" / "example-opcua.yaml").read_text(encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        prepare_text(text.replace("opcua-server@1", "modbus-tcp-server@1"), "a.yaml")

    assert str(caught.value) == (
        "a.yaml: line 5: `profile`: modbus-tcp-server@1 is for devices that speak Modbus, and `connect` says "
        "OPC UA; change one of the two"
    )


def test_a_profile_that_was_asked_for_is_the_one_that_does_not_fit():
    file = OWN / "devices" / "sim-plc-rtu.yaml"
    with pytest.raises(DocumentError, match=r"^--profile: `profile`: performance/gateway-basic@1 is for"):
        prepare_text(file.read_text(encoding="utf-8"), str(file), profile="performance/gateway-basic")
