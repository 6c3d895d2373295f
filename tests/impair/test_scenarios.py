"""The scenarios of the bed: readable, named after their files, with a source for each number's kind."""

import pytest
from pydantic import ValidationError

from testbed.model.impairment import Impairment
from testbed.plugin.impaired import CARRIED, FOLDER, Chosen, chosen, names, scenario


@pytest.mark.parametrize("name", names())
def test_it_is_named_after_its_file_and_says_its_sources(name):
    one, text = scenario(FOLDER / f"{name}.yaml")

    assert one.id == name
    assert one.title.en != one.title.ko
    assert one.summary.en != one.summary.ko
    assert all(
        source.startswith("assumed: ") or any(mark.isdigit() for mark in source) for source in one.sources
    )
    assert {Chosen(one, text).lengthened(protocol) >= 0 for protocol in CARRIED} == {True}


def test_a_name_without_a_version_is_the_newest():
    assert chosen("plant-wifi") == chosen("plant-wifi@1")
    assert chosen(None) is None


def test_the_tester_waits_as_long_as_a_message_may_take():
    one = chosen("satellite")

    assert one.lengthened("modbus") == pytest.approx(2 * (0.28 + 3 * 0.005 + 1.0 + 260 / 125000))


@pytest.mark.parametrize("part", ["stream", "packets"])
def test_one_that_impairs_nothing_is_refused(part):
    said = {"id": "none@1", "title": {"en": "None", "ko": "없음"}, "summary": {"en": "Nothing", "ko": "없음"}}
    with pytest.raises(ValidationError, match=f"`{part}` is empty"):
        Impairment.model_validate({**said, "sources": ["assumed: nothing"], part: {}})
