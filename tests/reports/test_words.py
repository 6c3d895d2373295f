from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

import reports
from reports.words import catalogue, day_of, period, stamped, word, written
from testbed.model.impairment import Means
from testbed.model.lab import Site
from testbed.model.verdict import Basis, Level, Outcome, Verdict

FAMILIES = {
    "verdict": {*Verdict, "waived"},
    "legend": {*Verdict, "waived", "heading"},
    "outcome": set(Outcome),
    "level": set(Level),
    "basis": set(Basis) - {Basis.READ},
    "untestable": {"wire", "bed"},
    "clock": {"real", "virtual"},
    "means": set(get_args(Means)),
    "site": set(get_args(Site.model_fields["at"].annotation)),
    "source": {"case", "invariant", "control", "selection"},
}
"""Sections whose keys are built from values."""


def _placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_languages_have_the_same_sentences():
    english, korean = catalogue("en"), catalogue("ko")

    assert english.keys() == korean.keys()
    for key, sentence in english.items():
        assert _placeholders(sentence) == _placeholders(korean[key]), key


def test_every_sentence_is_used_and_none_is_missing():
    folder = Path(reports.__file__).parent
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.suffix in {".py", ".html"} and "golden" not in path.parts
    )
    keys = set(catalogue("en"))

    for section, names in FAMILIES.items():
        assert {key.partition(".")[2] for key in keys if key.startswith(f"{section}.")} == names
    for key in keys:
        section, _, name = key.partition(".")
        spelled = f'"{key}"' in source
        built = f'"{name}"' in source and (f'"{section}." ~' in source or f'~ ".{name}"' in source)
        listed = f'~ ".{name}"' in source and f'"{section}"' in source
        assert spelled or built or listed or section in FAMILIES, key
    literal = set(re.findall(r'(?:word|\bt|item|heading)\((?:"[a-z]+", )?"([a-z_]+\.[A-Za-z_]+)"', source))
    assert literal
    assert literal <= keys


@pytest.mark.parametrize(("n", "noun"), [(0, "requirements"), (1, "requirement"), (2, "requirements")])
def test_number_chooses_its_noun(n, noun):
    assert f"the {n} listed {noun} of" in word("says.meets", n=n, suite="s", version="1.0.0").en


def test_braces_of_a_value_stay_text():
    assert word("why.by_hand", expression="{n} {0.__class__}").en.endswith("`{n} {0.__class__}`.")


def test_days_are_written_as_each_language_does():
    day = written(date(2026, 11, 2))

    assert (day.en, day.ko) == ("2026-11-02", "2026년 11월 2일")
    assert written(None).ko == "알 수 없음"


@pytest.mark.parametrize(
    "stamp", ["2026-11-22T18:30:00+09:00", "2026-11-22T09:30:00Z", "2026-11-22T09:30:00"]
)
def test_stamps_are_written_in_utc(stamp):
    assert stamped(stamp).en == "2026-11-22T09:30:00Z"
    assert stamped(stamp).ko == "2026년 11월 22일 09:30:00 (UTC)"


@pytest.mark.parametrize("stamp", ["", "yesterday", "0001-01-01T00:00:00+09:00"])
def test_what_is_no_stamp_is_printed_as_it_stands(stamp):
    assert day_of(stamp) is None
    assert stamped(stamp).en == stamp


def test_open_period_has_no_end():
    assert period("2026-11-22T09:30:00Z", None).en == "2026-11-22T09:30:00Z to not known"
