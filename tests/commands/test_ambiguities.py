import csv
import json

import pytest
from pydantic import ValidationError

from testbed.model.ambiguity import Ambiguity
from testbed.model.standard import Catalogue
from testbed.plugin.shelf import suites

REGISTER = list({one.id: one for suite in suites().values() for one in suite.catalogue.ambiguities}.values())
"""Each question once: several suites include the part that asks it."""


def test_the_register_prints_question_readings_practice_and_judgement(said):
    status, out, _ = said("ambiguities", "amb-mb-order-of-checks")
    assert status == 0
    assert "reading a: 02, the address is checked first." in out
    assert "seen: pyModbusTCP 0.3.1, reading b: 83 03" in out
    assert "judged by: either reading." in out
    _, korean, _ = said("ambiguities", "AMB-MB-ORDER-OF-CHECKS", "--lang", "ko")
    assert "판정 기준: 어느 해석이든 인정." in korean


def test_all_of_them_and_as_json(said):
    _, out, _ = said("ambiguities")
    assert all(one.id in out for one in REGISTER)
    _, out, _ = said("ambiguities", "--json")
    assert [one["id"] for one in json.loads(out)] == [one.id for one in REGISTER]


def test_a_comment_sheet_has_a_row_for_each_document_of_a_question(said, tmp_path):
    status, _, _ = said("ambiguities", "--sheet", "comments.csv")
    assert status == 0
    with (tmp_path / "comments.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == sum(len(one.clause) for one in REGISTER)
    first = next(row for row in rows if row["Clause"] == "6.17")
    assert first["Document"].startswith("MODBUS Application Protocol Specification, V1.1b3")
    assert first["Proposed change"].startswith("Add to AP 6.17")
    assert "Products differ: pymodbus 3.16.1" in first["Comment"]
    assert said("ambiguities", "--sheet", "comments.csv")[0] == 64


def test_an_unknown_id_gets_its_neighbour(said):
    status, _, err = said("ambiguities", "AMB-MB-ORDER-OF-CHECK")
    assert (status, "did you mean AMB-MB-ORDER-OF-CHECKS?" in err) == (64, True)


def test_a_contested_requirement_says_so(said):
    _, out, _ = said("explain", "MB-FC23-REFUSED-UNCHANGED")
    assert "contested: Is the write of function 23 carried out when its read is refused?" in out
    assert "testbed ambiguities AMB-MB-READ-WRITE-READ-REFUSED" in out


def made(**parts):
    say = {"en": "x", "ko": "x"}
    one = {
        "id": "AMB-X",
        "clause": {"AP": "1"},
        "requirements": ["MB-X"],
        "question": say,
        "readings": {"a": {"text": say, "ground": say}, "b": {"text": say, "ground": say}},
        "judged": "a",
        "because": say,
        "proposal": say,
    }
    return one | parts


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        ({"judged": "c"}, "has no reading `c`"),
        ({"readings": {"a": made()["readings"]["a"]}}, "at least 2"),
        ({"practice": [{"product": "p", "follows": "d", "seen": "x"}]}, "has no reading `d`"),
        ({"requirements": []}, "at least 1"),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(parts, fault):
    with pytest.raises(ValidationError, match=fault):
        Ambiguity.model_validate(made(**parts))


@pytest.mark.parametrize(
    ("entries", "fault"),
    [
        ([made(requirements=["MB-Y"])], "speaks of MB-Y"),
        ([made(clause={"XX": "1"})], "cites"),
        ([made(), made()], "stands twice"),
    ],
)
def test_a_register_must_fit_its_suite(entries, fault):
    say = {"en": "x", "ko": "x"}
    requirement = {"id": "MB-X", "clause": {"AP": "1"}, "level": "SHALL", "basis": "read", "text": say}
    suite = {
        "id": "s",
        "version": "1.0.0",
        "title": say,
        "protocol": "modbus",
        "documents": {"AP": {"title": "t", "edition": "e"}},
        "requirements": [requirement],
    }
    with pytest.raises(ValidationError, match=fault):
        Catalogue.model_validate(suite | {"ambiguities": entries})
