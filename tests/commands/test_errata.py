"""`testbed errata`, and what verify and grant say of a report that a suite's erratum touches."""

import json
import shutil
from dataclasses import replace

import pytest

from testbed.model.errata import Erratum
from testbed.plugin.shelf import suites

SUITE, REQUIREMENT = "modbus_tcp_server", "MB-FC01-QUANTITY-ZERO"


@pytest.fixture
def known(monkeypatch):
    """Makes an erratum known to this process; the real suites have none of ours."""

    def publish(**changes):
        plain = {
            "id": "E-2026-001",
            "date": "2026-11-22",
            "requirement": REQUIREMENT,
            "cases": "all",
            "versions": ["<9.0.0"],
            "fault": {"en": "The limit was wrong.", "ko": "한계값이 잘못되었습니다."},
            "effect": "false PASS",
            "fixed_in": "9.0.0",
        }
        one = Erratum.model_validate(plain | changes)
        with_it = dict(suites()) | {SUITE: replace(suites()[SUITE], errata=(one,))}
        for module in ("testbed.plugin.errata", "testbed.plugin.shelf"):
            monkeypatch.setattr(f"{module}.suites", lambda: with_it)

    return publish


@pytest.fixture
def ungranted(copied):
    (copied / "certificate.html").unlink()
    return copied


def test_the_errata_of_the_installed_suites_are_listed(said, known):
    status, out, _ = said("errata")
    assert status == 0
    assert f"{SUITE} " in out
    assert "no errata" in out

    known()
    status, out, _ = said("errata", "--lang", "ko")
    assert status == 0
    assert f"HERE  E-2026-001  2026-11-22  {REQUIREMENT}  false PASS  <9.0.0" in out
    assert "한계값이 잘못되었습니다." in out
    status, out, _ = said("errata", "--json")
    assert json.loads(out)[SUITE][0]["id"] == "E-2026-001"


def test_a_report_that_nothing_touches(said, copied):
    status, out, _ = said("errata", copied)

    assert (status, out) == (0, f"{copied}: no verdict is touched\n")


def test_a_false_pass_touches_a_conformant_report(said, known, ungranted):
    known()
    status, out, _ = said("errata", ungranted)

    sentence = (
        f"{REQUIREMENT}: PASS may be FAIL "
        "(suite erratum E-2026-001: The limit was wrong.; update the suite to 9.0.0)"
    )
    assert (status, out) == (
        1,
        f"{ungranted}: {sentence}\n{ungranted}: the report must be issued anew\n",
    )
    status, out, _ = said("errata", ungranted, "--json")
    assert status == 1
    (told,) = json.loads(out)[str(ungranted)]
    assert (told["erratum"], told["verdict"], told["might_be"]) == ("E-2026-001", "PASS", "FAIL")

    status, out, _ = said("verify", ungranted)
    assert status == 0  # it is what its laboratory signed
    assert f"note: {sentence}; the report must be issued anew" in out
    assert json.loads(said("verify", ungranted, "--json")[1])["notes"]

    status, _, err = said("grant", ungranted)
    assert status == 1
    assert f"not granted: {sentence}" in err
    assert not (ungranted / "certificate.html").exists()


@pytest.mark.parametrize("change", [{"effect": "false FAIL"}, {"versions": ["0.9.0"]}])
def test_what_cannot_have_changed_a_verdict_stops_nobody(said, known, ungranted, change):
    known(**change)

    assert said("errata", ungranted)[0] == 0
    assert "note" not in said("verify", ungranted)[1]
    assert said("grant", ungranted)[0] == 0


def test_several_bundles_and_what_cannot_be_read(said, known, copied, tmp_path, monkeypatch):
    known()
    other = shutil.copytree(copied, tmp_path / "other")
    status, out, _ = said("errata", copied, other)
    assert status == 1
    assert out.count("the report must be issued anew") == 2

    status, _, err = said("errata", tmp_path)
    assert status == 64
    assert "a bundle?" in err

    monkeypatch.setattr("testbed.plugin.errata.suites", dict)
    status, _, err = said("errata", copied)
    assert status == 2
    assert "is not installed here" in err
    assert "errata were not looked up" in said("verify", copied)[1]
