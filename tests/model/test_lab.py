"""A laboratory's settings: what they demand, and what a re-issue says about their changes."""

from datetime import date
from importlib.resources import files

import pytest

from testbed.model.document import DocumentError, load
from testbed.model.lab import LONGEST, Laboratory, changes

TEXT = (files("profiles") / "lab-example.yaml").read_text(encoding="utf-8")
LAB = load(Laboratory, TEXT, "lab-example.yaml")


def spoiled(old, new):
    assert TEXT.count(old) == 1, old
    return load(Laboratory, TEXT.replace(old, new), "lab.yaml")


def test_the_example_says_that_it_is_one():
    assert "fictitious" in LAB.name.en
    assert "가상" in LAB.name.ko
    assert (LAB.item.received, LAB.accreditation, LAB.site.at) == (date(2026, 11, 20), None, "laboratory")


def test_one_line_serves_both_languages():
    lab = spoiled("{ en: Tester, ko: 시험자 }", "Tester")

    assert (lab.people.tester.role.en, lab.people.tester.role.ko) == ("Tester", "Tester")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  at: laboratory", "  at: customer", "needs its `place`"),
        ("  at: laboratory", "  at: home", "site.at"),
        ("prefix:  EXL", "prefix:  ex/../l", "prefix"),
        ("contact: quality@example.test", "contact: ''", "client.contact"),
        ("  received:  2026-11-20", "  received:  2026-13-20", "month must be in 1..12"),
        ("{ en: Tester, ko: 시험자 }", "{ en: Tester }", "people.tester.role.ko"),
        ("{ en: Tester, ko: 시험자 }", "{ en: Tester, ko: ' ' }", "is empty in one of its languages"),
        ("{ en: Tester, ko: 시험자 }", "x" * (LONGEST + 1), f"longer than {LONGEST}"),
        ("{ en: Tester, ko: 시험자 }", f"{{ en: {'x' * (LONGEST + 1)}, ko: y }}", f"longer than {LONGEST}"),
        ("environment:", "enviroment:", "did you mean `environment`?"),
    ],
)
def test_a_bad_setting_is_named(old, new, said):
    with pytest.raises(DocumentError, match=r"^lab\.yaml: line \d+: ") as error:
        spoiled(old, new)
    assert said in str(error.value)


def test_changes_name_each_setting_with_what_it_was():
    after = spoiled("name:    { en: Example Controls Co., ko: 예시제어(주) }", "name: Other Controls Co.")

    assert [(one.field, one.was, one.now) for one in changes(LAB, after)] == [
        ("client.name.en", "Example Controls Co.", "Other Controls Co."),
        ("client.name.ko", "예시제어(주)", "Other Controls Co."),
    ]
    assert changes(LAB, LAB) == ()
    assert {one.was for one in changes(None, LAB)} == {""}
