"""`testbed report`: the evidence alone gives the sealed page again, byte for byte."""

import json
import re
import shutil
from hashlib import sha256
from pathlib import Path

import pytest

from testbed.bundle import page
from testbed.bundle.certificates import Role, load_roots
from testbed.bundle.exports import EXPORTS
from testbed.bundle.keys import create_keys, load_signer
from testbed.bundle.locking import lock
from testbed.bundle.predicate import CLAIMS
from testbed.bundle.reader import read_record
from testbed.bundle.statement import parse
from testbed.bundle.verify import Status, verify_bundle
from testbed.bundle.writer import BundleWriter
from testbed.commands.signing import evidence

ROOT = Path(__file__).parents[2]
LAB = ROOT / "profiles" / "lab-example.yaml"
CHECKED = ["report.html", "statement.json", *EXPORTS]


@pytest.fixture(scope="session")
def ran(tmp_path_factory, started, declare):
    """A bundle of each simulated device; the PLC's was made by a laboratory."""
    folder = tmp_path_factory.mktemp("ran")

    def run(device):
        bundle = folder / device
        if not bundle.exists():
            more = ["--lab", LAB] if device == "plc" else []
            path = declare(folder, device, f"{device}.yaml")
            done = started("run", path, "--out", bundle, "--seed", "7", *more, cwd=folder)
            assert done.returncode in {0, 2}, done.stdout + done.stderr
        return bundle

    return run


@pytest.fixture
def unsealed(copied):
    """A bundle whose program was killed between its footer and its seal."""
    for name in ("certificate.html", "report.html", "statement.json", "verify.sh", *EXPORTS):
        (copied / name).unlink()
    return copied


def tree(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def lines_of(bundle, change):
    """Write the lines of a record anew, as a function changes them."""
    path = bundle / "results.jsonl"
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in change(lines)), encoding="utf-8")


@pytest.mark.parametrize("device", ["plc", "io-block", "transmitter"])
def test_the_evidence_gives_the_page_again(ran, said, device):
    bundle = ran(device)
    before = tree(bundle)

    status, out, err = said("report", bundle, "--check")

    assert (status, err) == (0, "")
    assert out == "".join(f"{name}: the same, byte for byte\n" for name in CHECKED)
    assert tree(bundle) == before


def test_for_scripts(granted, said):
    status, out, _ = said("report", granted, "--json")

    told = json.loads(out)
    assert (status, told["same"]) == (0, True)
    assert [one["file"] for one in told["files"]] == CHECKED


def test_a_doctored_finding_is_found(copied, said):
    def doctor(lines):
        finding = next(one for line in lines for one in line.get("findings", ()) if one["verdict"] == "PASS")
        finding["verdict"] = "FAIL"
        return lines

    lines_of(copied, doctor)
    status, out, _ = said("report", copied, "--check")

    assert status == 1
    assert "report.html: differs, first in line " in out
    assert "NOT_CONFORMANT" in out
    assert "junit.xml: differs" in out


def test_a_doctored_export_is_found(copied, said):
    (copied / "junit.xml").write_bytes(
        (copied / "junit.xml").read_bytes().replace(b'failures="0"', b'failures="1"')
    )

    status, out, _ = said("report", copied)

    assert status == 1
    assert [line for line in out.splitlines() if "differs" in line] == ["junit.xml: differs, first in line 2"]


@pytest.mark.parametrize("name", ["declaration.yaml", "profile.yaml"])
def test_a_changed_document_is_refused(copied, said, name):
    with (copied / name).open("ab") as file:
        file.write(b"# more\n")

    status, out, err = said("report", copied)

    assert (status, out) == (64, "")
    assert err.startswith(f"testbed: {copied / name} is not the one that the run used")


def test_another_suite_is_refused_by_name(copied, said):
    def another(lines):
        lines[0]["suites"][0] |= {"version": "9.9.9", "digest": "0" * 64}
        return lines

    lines_of(copied, another)
    status, _, err = said("report", copied)

    assert status == 64
    assert re.search(r"used suite \w+ 9\.9\.9, digest 0{64}; installed here is \d+\.\d+\.\d+, digest", err)
    assert len(err.splitlines()) == 1


def test_a_damaged_report_is_refused(copied, said):
    (copied / "report.html").write_bytes(b"<p>\n</html>\n")

    status, _, err = said("report", copied)

    assert (status, err) == (64, f"testbed: {copied}/report.html: the page carries no signature block\n")


def test_a_run_killed_before_its_seal_is_sealed(unsealed, granted, said, keys):
    (unsealed / "junit.xml.part").write_bytes(b"<half")

    status, out, _ = said("report", unsealed)

    assert (status, out) == (0, f"wrote {unsealed}/report.html\n")
    (unsealed / "junit.xml.part").unlink(missing_ok=True)
    assert verify_bundle(unsealed, load_roots(keys / "root.pem")).status is Status.GOOD
    visible = [
        (one / "report.html").read_bytes().partition(b"<!--\n-----BEGIN CMS")[0]
        for one in (unsealed, granted)
    ]
    assert visible[0] == visible[1]


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("declaration.yaml", ("declaration", "device", "firmware")),
        ("lab.yaml", ("lab", "people", "tester", "name")),
    ],
)
def test_a_record_that_tells_its_documents_otherwise_is_never_sealed(ran, said, tmp_path, name, place):
    bundle = Path(shutil.copytree(ran("plc"), tmp_path / "copy"))
    for own in ("report.html", "statement.json"):
        (bundle / own).unlink()
    *above, last = place

    def change(lines):
        told = lines[0]
        for key in above:
            told = told[key]
        told[last] = "another"
        return lines

    lines_of(bundle, change)
    status, _, err = said("report", bundle)

    assert status == 64
    assert f"says something else than {name}" in err
    assert not (bundle / "report.html").exists()


def test_there_is_nothing_to_compare_an_unsealed_bundle_with(unsealed, said):
    before = tree(unsealed)

    status, _, err = said("report", unsealed, "--check")

    assert status == 64
    assert "has no report.html to compare with" in err
    assert tree(unsealed) == before


def test_a_capture_that_is_not_its_name_is_never_vouched_for(unsealed, said):
    capture = min(unsealed.glob("wire/*.pcapng"))
    capture.write_bytes(capture.read_bytes()[:-1])

    status, _, err = said("report", unsealed)

    assert status == 64
    assert f"{capture.name} is not the capture that the record names" in err
    assert not (unsealed / "report.html").exists()


def test_a_file_that_no_statement_can_name_is_said(unsealed, said):
    (unsealed / "my notes.txt").write_bytes(b"")

    status, _, err = said("report", unsealed)

    assert status == 64
    assert "cannot be sealed: 'my notes.txt' is not a portable relative path" in err


def test_a_record_without_an_end_is_sealed_only_as_incomplete(unsealed, said, keys):
    lines_of(unsealed, lambda lines: lines[:-1])

    status, _, err = said("report", unsealed)
    assert status == 2
    assert "never ended" in err
    assert not (unsealed / "report.html").exists()

    assert said("report", unsealed, "--incomplete")[0] == 0
    result = verify_bundle(unsealed, load_roots(keys / "root.pem"))
    assert result.status is Status.GOOD
    assert result.pages[0].statement.predicate["outcome"] == "INCOMPLETE"
    assert result.pages[0].statement.predicate["ended"] is None
    assert said("report", unsealed, "--check")[0] == 0


def test_a_bundle_of_plain_pytest_gets_its_report(granted, tmp_path, said, keys):
    documents = {name: (granted / f"{name}.yaml").read_bytes() for name in ("declaration", "profile")}
    writer = BundleWriter(tmp_path / "plain", **documents)
    record = read_record(granted)
    for capture in granted.glob("wire/*"):
        writer.keep(capture.read_bytes())
    for line in (record.header, *record.cases, record.footer):
        writer.line(line)
    writer.close()

    assert said("report", tmp_path / "plain")[0] == 0
    assert verify_bundle(tmp_path / "plain", load_roots(keys / "root.pem")).status is Status.GOOD


def test_the_page_alone_is_written_where_nothing_stands(granted, tmp_path, said):
    sealed = (granted / "report.html").read_bytes()

    assert said("report", granted, "--out", "page.html")[0] == 0
    assert sealed.startswith((tmp_path / "page.html").read_bytes() + b"<!--\n")

    status, _, err = said("report", granted, "--out", "page.html")
    assert (status, err) == (64, "testbed: page.html: File exists\n")


@pytest.mark.parametrize(
    ("options", "said_to_be"),
    [
        (["--check", "--out", "x"], "--check writes nothing"),
        (["--lab", "x"], "give the reason with --reissue"),
        (["--reissue", "x"], "name its folder with --out"),
        (["--out", "{bundle}/x.html"], "lies in the bundle"),
    ],
)
def test_options_that_do_not_fit(granted, said, options, said_to_be):
    status, out, err = said("report", granted, *(one.format(bundle=granted) for one in options))

    assert (status, out) == (64, "")
    assert said_to_be in err


def test_a_reissue_points_back(ran, tmp_path, said, keys):
    old = ran("plc")
    before = tree(old)
    text = LAB.read_text("utf-8")
    (tmp_path / "lab.yaml").write_text(text.replace("prefix:", "# corrected\nprefix:"), encoding="utf-8")
    roots = load_roots(keys / "root.pem")

    done = said(
        "report", old, "--reissue", "A name", "--reissue-ko", "명칭", "--lab", "lab.yaml", "--out", "new"
    )
    assert done[0] == 0, done
    new = tmp_path / "new"

    assert tree(old) == before
    assert (new / "results.jsonl").read_bytes() == (old / "results.jsonl").read_bytes()
    result = verify_bundle(new, roots)
    assert result.status is Status.GOOD
    claims = result.pages[0].statement.predicate
    replaced = claims["replaces"]["replaces"]
    assert replaced["report"] == verify_bundle(old, roots).pages[0].statement.predicate["report"]
    assert replaced["sha256"] == sha256((old / "report.html").read_bytes()).hexdigest()
    assert claims["report"].endswith("-2")
    assert claims["replaces"]["reason"] == {"en": "A name", "ko": "명칭"}
    assert said("report", new, "--check")[0] == 0

    assert said("report", new, "--reissue", "Again", "--out", "newer")[0] == 0
    claims = verify_bundle(tmp_path / "newer", roots).pages[0].statement.predicate
    assert claims["report"].endswith("-3")
    assert claims["replaces"]["replaces"]["report"].endswith("-2")


def test_what_was_touched_is_not_reissued(copied, tmp_path, said):
    with min(copied.glob("wire/*")).open("ab") as file:
        file.write(b"\0")

    status, _, err = said("report", copied, "--reissue", "x", "--out", "new")

    assert status == 64
    assert "is not the file that was signed: such a bundle is not re-issued" in err
    assert not (tmp_path / "new").exists()


def test_a_self_test_does_not_become_a_laboratorys_later(granted, tmp_path, said):
    status, _, err = said("report", granted, "--reissue", "x", "--lab", LAB, "--out", "new")

    assert status == 64
    assert "is a self-test" in err
    assert not (tmp_path / "new").exists()


def test_nobody_reissues_what_another_authority_signed(ran, tmp_path, said):
    create_keys(tmp_path / "own", test=True)

    status, _, err = said("report", ran("plc"), "--reissue", "x", "--out", "new", "--keys", "own")

    assert status == 64
    assert "was signed by somebody for whom" in err
    assert not (tmp_path / "new").exists()


def test_what_a_revoked_key_signed_is_not_made_good_by_a_reissue(ran, keys, tmp_path, said):
    own = Path(shutil.copytree(keys, tmp_path / "own"))
    assert said("keys", "renew", "laboratory", "--keys", own)[0] == 0
    old = next(own.glob("laboratory-*.pem"))
    assert said("report", ran("plc"), "--reissue", "x", "--out", "renewed", "--keys", own)[0] == 0
    assert said("keys", "revoke", old, "--keys", own)[0] == 0

    status, _, err = said("report", ran("plc"), "--reissue", "x", "--out", "new", "--keys", own)

    assert status == 64
    assert "was revoked on" in err


def test_a_reissue_never_falls_into_a_full_folder(granted, tmp_path, said):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_bytes(b"mine")

    assert said("report", granted, "--reissue", "x", "--out", "full")[0] == 64
    assert tree(tmp_path / "full") == {tmp_path / "full" / "mine": b"mine"}


def test_the_statement_claims_what_the_document_lists(granted):
    claims = parse((granted / "statement.json").read_bytes()).predicate
    rows = re.findall(r"^\| (`.*?) \|", (ROOT / "docs" / "predicate.md").read_text("utf-8"), re.MULTILINE)
    listed = {name for row in rows for name in re.findall(r"`(\w+)`", row)}

    assert set(claims) == {*CLAIMS, "signer"} == listed


def test_a_bundle_without_exports_is_still_good(copied, keys, said):
    """As an older bed left it: sealed before there were exports."""
    visible = (copied / "report.html").read_bytes().partition(b"<!--\n-----BEGIN CMS")[0]
    for name in ("certificate.html", "verify.sh", *EXPORTS):
        (copied / name).unlink()
    sealed = page.seal(
        visible, {"outcome": "CONFORMANT"}, evidence(copied), load_signer(keys, Role.LABORATORY)
    )
    (copied / "report.html").write_bytes(sealed)
    (copied / "statement.json").write_bytes(page.signed_payload(sealed))

    assert verify_bundle(copied, load_roots(keys / "root.pem")).status is Status.GOOD
    status, out, _ = said("report", copied)
    assert status == 1
    assert out.splitlines()[0] == "report.html: the same, byte for byte"
    assert "statement.json: differs" in out


def test_a_requirement_that_no_suite_has_is_refused(copied, said):
    def another(lines):
        next(one for line in lines for one in line.get("findings", ()))["requirement"] = "MB-NO-SUCH"
        return lines

    lines_of(copied, another)
    status, out, err = said("report", copied)

    assert (status, out) == (64, "")
    assert "MB-NO-SUCH is not in the suite's catalogue" in err


def test_a_run_that_goes_on_is_not_sealed(unsealed, said):
    lines_of(unsealed, lambda lines: lines[:-1])
    with (unsealed / "results.jsonl").open("rb") as writing:
        assert lock(writing)
        status, out, err = said("report", unsealed, "--incomplete")

    assert (status, out) == (64, "")
    assert "another process is still writing this run" in err
    assert not (unsealed / "report.html").exists()


def test_only_the_approver_seals_a_laboratorys_report(ran, tmp_path, said):
    bundle = Path(shutil.copytree(ran("plc"), tmp_path / "copy"))
    for name in ("report.html", "statement.json"):
        (bundle / name).unlink()
    create_keys(tmp_path / "own", test=False)

    status, _, err = said("report", bundle, "--keys", "own")

    assert status == 64
    assert "as the approver" in err
    assert not (bundle / "report.html").exists()


def test_a_record_cut_in_the_middle_of_a_line_says_how_to_go_on(unsealed, said):
    record = unsealed / "results.jsonl"
    record.write_bytes(record.read_bytes()[:-40])

    status, out, err = said("report", unsealed)

    assert (status, out) == (64, "")
    assert "its last line was cut off: `testbed run --resume` goes on" in err
    assert len(err.splitlines()) == 1
