"""`testbed lint` and `testbed grant --council` as a user calls them, on real bundles."""

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest

from testbed.bundle.certificates import Role
from testbed.bundle.keys import create_keys
from testbed.commands.signing import authorise, signer
from testbed.model.document import load
from testbed.model.lab import Laboratory

PROFILES = Path(str(files("profiles")))
LAB, COUNCIL = PROFILES / "lab-example.yaml", PROFILES / "council-example.yaml"


@pytest.fixture(scope="module")
def tested(tmp_path_factory, started, declare):
    """A laboratory's bundle with a confirmation of a council that names itself."""
    folder = tmp_path_factory.mktemp("tested")
    done = started("run", declare(folder), "--out", "bundle", "--lab", LAB, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    done = started("grant", "bundle", "--council", COUNCIL, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "bundle"


def test_both_papers_of_a_bundle_hold_every_rule(said, tested):
    status, out, err = said("lint", tested)

    assert (status, err) == (0, "")
    assert [line.partition(":")[0].rpartition("/")[2] for line in out.splitlines()] == [
        "report.html",
        "certificate.html",
    ]
    assert out.count("every rule holds") == out.count("(compared with the record)") == 2


def test_verify_knows_the_same_bundle(said, tested):
    assert said("verify", tested)[0] == 0
    assert (tested / "lab.yaml").read_bytes() == LAB.read_bytes()


def test_a_self_test_says_what_does_not_apply_and_why(said, granted):
    status, out, _ = said("lint", granted / "report.html", "-v")

    assert status == 0
    assert "LINT-7.8.2.1-E does not apply: a vendor's own run has no laboratory and no client" in out
    assert "(read alone, without its record)" in out


def test_a_council_that_names_nobody_is_told(said, granted):
    status, out, _ = said("lint", granted, "--json")

    report, certificate = json.loads(out)
    assert status == 1
    assert (report["paper"], report["problems"], report["compared"]) == ("self_test", [], True)
    assert {one["rule"] for one in certificate["problems"]} == {
        "LINT-7.8.2.1-O",
        "LINT-17065-BODY",
        "LINT-17065-DECIDED",
    }


def test_a_page_without_an_item_is_refused_with_its_clause(said, tested, tmp_path):
    page = (tested / "report.html").read_text(encoding="utf-8")
    spoiled = tmp_path / "spoiled.html"
    spoiled.write_text(page.replace('data-field="lab.address"', 'data-field="x"'), encoding="utf-8")

    status, out, _ = said("lint", spoiled)

    assert status == 1
    assert "LINT-7.8.2.1-B" in out
    assert "`lab.address` is missing" in out
    assert "ISO/IEC 17025:2017, 7.8.2.1 b wants name and address of the laboratory" in out


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"<b>" * 1000])
def test_what_is_no_page_is_bad_input(said, tmp_path, content):
    if content is not None:
        (tmp_path / "page.html").write_bytes(content)

    status, out, err = said("lint", "page.html")

    assert (status, out) == (64, "")
    assert err.startswith("testbed: page.html")
    assert len(err.splitlines()) == 1


def test_a_folder_that_is_no_bundle_is_bad_input(said, tmp_path):
    status, _, err = said("lint", tmp_path)

    assert status == 64
    assert "is" in err


def test_nobody_decides_on_a_test_in_which_he_took_part(said, tested, tmp_path):
    partial = tmp_path / "council.yaml"
    partial.write_text(
        COUNCIL.read_text(encoding="utf-8").replace("Jung Wi-won", "Kim Si-heom"), encoding="utf-8"
    )
    certificate = (tested / "certificate.html").read_bytes()
    (tested / "certificate.html").unlink()
    try:
        status, _, err = said("grant", tested, "--council", partial)
        assert status == 1
        assert err == "testbed: not granted: Kim Si-heom took part in the testing and cannot decide on it\n"
        assert not (tested / "certificate.html").exists()
    finally:
        (tested / "certificate.html").write_bytes(certificate)


def test_settings_of_a_council_that_cannot_be_used(said, granted, tmp_path):
    (tmp_path / "council.yaml").write_text("nam: x\n", encoding="utf-8")

    status, _, err = said("grant", granted, "--council", "council.yaml")

    assert status == 64
    assert "council.yaml: line 1: unknown key `nam`; did you mean `name`?" in err


def test_a_real_key_signs_only_for_the_approver_who_holds_it(said, declare, tmp_path):
    create_keys(tmp_path / "real", test=False)
    holder = signer(tmp_path / "real", Role.LABORATORY)
    text = LAB.read_text(encoding="utf-8")
    named = load(Laboratory, text.replace("Park Seung-in", holder.name), "lab.yaml")

    status, out, err = said("run", declare(tmp_path), "--lab", LAB, "--keys", "real", "--out", "bundle")

    assert (status, out) == (64, "")
    assert f"names Park Seung-in as the approver, the key is that of {holder.name}" in err
    assert not (tmp_path / "bundle").exists()
    authorise(named, holder, LAB)
    authorise(None, holder, None)  # a self-test names nobody


def test_an_item_that_is_still_to_come_is_not_tested(said, declare, tmp_path):
    text = LAB.read_text(encoding="utf-8").replace("2026-11-20", "2999-01-01")
    (tmp_path / "lab.yaml").write_text(text, encoding="utf-8")

    status, _, err = said("run", declare(tmp_path), "--lab", "lab.yaml")

    assert status == 64
    assert re.match(r"testbed: lab\.yaml: line \d+: `item\.received`: 2999-01-01 is still to come", err)


def test_a_reissue_holds_every_rule_and_can_be_confirmed(said, started, tested, tmp_path):
    text = LAB.read_text(encoding="utf-8").replace("Example Controls Co.", "Exemplary Controls Co.")
    (tmp_path / "lab.yaml").write_text(text, encoding="utf-8")
    done = started("report", tested, "--reissue", "Name", "--lab", "lab.yaml", "--out", "new", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr

    assert said("grant", "new", "--council", COUNCIL)[0] == 0
    status, out, _ = said("lint", "new")

    assert status == 0, out
    page = (tmp_path / "new" / "certificate.html").read_text(encoding="utf-8")
    assert re.search(r"C-EXL-[0-9TZa-f-]+-2\b", page)
    assert "Exemplary Controls Co." in page


def test_the_rules_are_listed_with_clause_and_demand(said):
    status, out, _ = said("lint", "--rules")
    lines = out.splitlines()

    assert status == 0
    assert any(
        re.match(r"LINT-7\.8\.2\.1-A +ISO/IEC 17025:2017, 7\.8\.2\.1 a: a title", one) for one in lines
    )
    listed = json.loads(said("lint", "--rules", "--json")[1])
    assert [one["rule"] for one in listed] == [line.partition(" ")[0] for line in lines]
    assert all(one["clause"] and one["demand"] and one["papers"] for one in listed)


def test_nothing_named_is_bad_input(said):
    assert said("lint")[::2] == (64, "testbed: name a page or a bundle: `testbed lint results/DEVICE/TIME`\n")
