"""Files, queues and identification of a declaration: what it may say, and what follows for a test."""

import pytest
from pydantic import ValidationError

from testbed.model.declaration import Declaration
from testbed.model.files import FileArea, file_runs


def declare(**more):
    device = {"vendor": "v", "model": "m", "firmware": "1"}
    base = {"device": device, "profile": "p@1", "connect": "sim:plc", "supports": ["fc03"]}
    return Declaration.model_validate(base | more)


def area(file, first, count, **more):
    return {"file": file, "first": first, "count": count} | more


def test_facts_count_the_longest_run_and_the_queues_of_each_kind():
    facts = declare(
        files=[area(4, 10, 5), area(4, 0, 10, scratch=True), area(3, 0, 12)],
        fifos=[{"pointer": 1}, {"pointer": 2, "state": "empty"}, {"pointer": 3}],
        identification={"conformity": 0x82, "revision": "1.0"},
    ).facts

    assert facts["files"] == 15
    assert facts["scratch_files"] == 10
    assert (facts["fifos"], facts["fifo_empty"], facts["fifo_overfull"]) == (2, 1, 0)
    assert (facts["identification_level"], facts["identification_individual"]) == (2, 1)
    assert facts["identification_values"] == 1
    assert facts["undeclared fc43/13"] == 1


def test_what_is_not_declared_is_nothing():
    facts = declare(supports=["fc43/13"]).facts

    names = ("files", "scratch_files", "fifos", "fifo_empty", "fifo_overfull", "identification_level")
    assert {facts[name] for name in (*names, "undeclared fc43/13")} == {0}


def test_runs_of_different_files_are_not_joined():
    areas = [FileArea(file=1, first=0, count=5), FileArea(file=2, first=5, count=5)]

    assert [run.count for run in file_runs(areas)] == [5, 5]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"files": [area(4, 9990, 11)]}, "file 4, records 9990 to 10000: a file ends with record 9999"),
        ({"files": [area(4, 0, 5), area(4, 4, 1)]}, "overlap; give each record to one area"),
        ({"files": [area(0, 0, 5)]}, "greater than or equal to 1"),
        ({"fifos": [{"pointer": 7}, {"pointer": 7, "state": "empty"}]}, "pointer 7 stands twice"),
        ({"fifos": [{"pointer": 7, "state": "full"}]}, "'filled', 'empty' or 'overfull'"),
        ({"identification": {"conformity": 4}}, "write 1 (basic), 2 (regular) or 3 (extended)"),
        ({"identification": {"conformity": True}}, "valid integer"),
        ({"identification": {"conformity": 1, "revision": "\u200b1"}}, "should match pattern"),
    ],
)
def test_what_contradicts_itself_is_refused_in_words(more, said):
    with pytest.raises(ValidationError) as caught:
        declare(**more)

    assert said in str(caught.value)
