"""A council's settings, and who must not decide."""

import unicodedata
from importlib.resources import files

import pytest

from testbed.model.council import Council
from testbed.model.document import DocumentError, load
from testbed.model.lab import Laboratory

TEXT = (files("profiles") / "council-example.yaml").read_text(encoding="utf-8")
COUNCIL = load(Council, TEXT, "council-example.yaml")
LAB = load(Laboratory, (files("profiles") / "lab-example.yaml").read_text(encoding="utf-8"), "lab.yaml")


def test_the_example_says_that_it_is_one_and_took_no_part():
    assert "fictitious" in COUNCIL.name.en
    assert COUNCIL.partial(LAB) == ()
    assert COUNCIL.partial(None) == ()


@pytest.mark.parametrize("name", ["Kim Si-heom", "Lee Geom-to", "Park Seung-in"])
def test_whoever_tested_reviewed_or_authorised_is_named(name):
    council = load(Council, TEXT.replace("Jung Wi-won", name), "council.yaml")

    assert council.partial(LAB) == (name,)


@pytest.mark.parametrize("name", ["kim si-heom", "Kim  Si-heom", "Kim\u3000Si-heom"])
def test_another_spelling_is_no_other_person(name):
    council = COUNCIL.model_copy(update={"members": (COUNCIL.approver.model_copy(update={"name": name}),)})

    assert council.partial(LAB) == (name,)


def test_composed_and_decomposed_hangul_are_one_name():
    composed, parts = (unicodedata.normalize(form, "박승인") for form in ("NFC", "NFD"))
    people = LAB.people.model_copy(update={"tester": LAB.people.tester.model_copy(update={"name": composed})})
    council = COUNCIL.model_copy(update={"members": (COUNCIL.approver.model_copy(update={"name": parts}),)})

    assert council.partial(LAB.model_copy(update={"people": people})) == (parts,)


@pytest.mark.parametrize(
    ("old", "new"), [("valid_years: 1", "valid_years: 0"), ("scheme:", "#scheme:"), ("contact:", "#contact:")]
)
def test_a_council_names_itself_its_rules_and_a_term(old, new):
    with pytest.raises(DocumentError, match=r"^council\.yaml: line \d+: "):
        load(Council, TEXT.replace(old, new), "council.yaml")
