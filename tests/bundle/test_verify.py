"""A bundle is good as a whole or refused with every file that is wrong."""

import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from testbed.bundle import cms, page
from testbed.bundle.certificates import Role
from testbed.bundle.errors import Refused
from testbed.bundle.keys import create_keys, load_signer
from testbed.bundle.statement import PredicateType, build
from testbed.bundle.verify import OWN_FILES, Status, verify_bundle, verify_page

HTML = b"<p>\n</html>\n"
posix = pytest.mark.skipif(os.name != "posix", reason="links and pipes are POSIX")


def sealed_as(payload, signer):
    """A page around any payload whatever."""
    return HTML + b"<!--\n" + cms.sign(payload, signer).encode() + b"-->\n"


def test_good(bundle, laboratory):
    result = bundle.verify()

    assert result.problems == ()
    assert result.status is Status.GOOD == 0
    assert (result.name, result.fingerprint) == (laboratory.name, laboratory.fingerprint)
    assert result.is_test
    assert [signed.file for signed in result.pages] == ["report.html", "certificate.html"]
    assert result.pages[0].statement.predicate["outcome"] == "CONFORMANT"


def test_good_before_it_is_granted(bundle):
    bundle.certificate.unlink()

    assert bundle.verify().status is Status.GOOD


def test_a_page_alone_under_any_name(bundle):
    moved = bundle.report.rename(bundle.directory / "px200.html")

    assert verify_page(moved, bundle.roots).status is Status.GOOD
    assert verify_page(bundle.certificate, bundle.roots).status is Status.GOOD


def test_keys_that_are_no_test_keys(tmp_path, bundle, report_anew):
    create_keys(tmp_path / "real", test=False)
    real = replace(bundle, keys=tmp_path / "real")

    report_anew(real)

    assert real.verify().status is Status.GOOD
    assert not real.verify().is_test


class TestSigner:
    def test_no_root(self, bundle):
        result = verify_bundle(bundle.directory, [])

        assert result.status is Status.SIGNER_UNKNOWN == 2
        assert {problem.file for problem in result.problems} == {"report.html", "certificate.html"}
        assert "no given root vouches" in result.problems[0].reason

    def test_wrong_root_of_the_same_name(self, bundle, other_keys):
        stranger = replace(bundle, keys=other_keys)

        assert stranger.verify().status is Status.SIGNER_UNKNOWN

    def test_one_of_two_roots(self, bundle, other_keys):
        roots = [*replace(bundle, keys=other_keys).roots, *bundle.roots]

        assert verify_bundle(bundle.directory, roots).status is Status.GOOD

    def test_a_signer_is_no_root(self, bundle, laboratory):
        assert verify_bundle(bundle.directory, [laboratory.certificate]).status is Status.SIGNER_UNKNOWN

    def test_refused_outweighs_unknown(self, bundle):
        (bundle.directory / "results.jsonl").write_bytes(b"")

        assert verify_bundle(bundle.directory, []).status is Status.REFUSED

    @pytest.mark.parametrize("days", [800, 5000, -2])
    def test_out_of_its_time(self, bundle, days):
        result = bundle.verify(at=datetime.now(UTC) + timedelta(days=days))

        assert result.status is Status.REFUSED
        assert all("expired on" in p.reason or "valid only from" in p.reason for p in result.problems)

    def test_the_laboratory_grants_nothing(self, bundle, laboratory):
        subjects = {"certificate.html#visible": sha256(HTML).hexdigest(), "report.html": "0" * 64}
        who = {"name": laboratory.name, "fingerprint": laboratory.fingerprint, "test": True}
        payload = build(subjects, {"signer": who}, PredicateType.CONFIRMATION)
        bundle.certificate.write_bytes(sealed_as(payload, laboratory))

        result = verify_page(bundle.certificate, bundle.roots)

        assert [p.reason for p in result.problems] == ["the signer's certificate was not issued to a council"]

    @pytest.mark.parametrize("change", [{"name": "KOLAS"}, {"fingerprint": "0" * 64}, {"test": False}])
    def test_the_statement_names_its_signer(self, bundle, laboratory, change):
        who = {"name": laboratory.name, "fingerprint": laboratory.fingerprint, "test": True} | change
        subjects = {"report.html#visible": sha256(HTML).hexdigest()}
        payload = build(subjects, {"signer": who}, PredicateType.TEST_REPORT)
        bundle.report.write_bytes(sealed_as(payload, laboratory))

        result = verify_page(bundle.report, bundle.roots)

        assert ["names another signer" in p.reason for p in result.problems] == [True]


class TestFiles:
    def test_missing(self, bundle):
        (bundle.directory / "declaration.yaml").unlink()
        (bundle.directory / "statement.json").unlink()

        assert {(p.file, p.reason) for p in bundle.verify().problems} == {
            ("declaration.yaml", "is missing"),
            ("statement.json", "is missing"),
        }

    def test_a_missing_folder(self, bundle):
        shutil.rmtree(bundle.directory / "wire")

        (problem,) = bundle.verify().problems
        assert problem.file.startswith("wire/")
        assert problem.reason == "is missing"

    @pytest.mark.parametrize("name", ["a.txt", "wire/x.pcapng", ".hidden", "extra/deep.txt", "wire\x1b[31m"])
    def test_added(self, bundle, name):
        path = bundle.directory / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")

        (problem,) = bundle.verify().problems
        assert problem.file in {name, name.split("/")[0], "wire\\x1b[31m"}
        assert problem.file.isprintable()

    def test_a_name_that_is_no_text(self, bundle):
        try:
            (bundle.directory / os.fsdecode(b"\xff")).write_bytes(b"")
        except OSError:
            pytest.skip("this file system has no such names")

        assert bundle.refused() == {"\\udcff"}

    def test_many_added(self, bundle):
        for number in range(300):
            (bundle.directory / f"{number}.txt").touch()

        assert len(bundle.verify().problems) == 101

    def test_swapped_evidence(self, bundle):
        (capture,) = (bundle.directory / "wire").iterdir()
        results = bundle.directory / "results.jsonl"
        first, second = capture.read_bytes(), results.read_bytes()
        capture.write_bytes(second)
        results.write_bytes(first)

        assert bundle.refused() == {f"wire/{capture.name}", "results.jsonl"}

    def test_a_report_of_another_run(self, bundle, report_anew):
        """Signed well, over the same evidence, but not the one the council saw."""
        confirmed = bundle.certificate.read_bytes()
        report_anew(bundle)
        bundle.certificate.write_bytes(confirmed)

        assert [(p.file, p.reason) for p in bundle.verify().problems] == [
            ("report.html", "is not the report certificate.html confirms")
        ]

    def test_pages_exchanged(self, bundle):
        report, certificate = bundle.report.read_bytes(), bundle.certificate.read_bytes()
        bundle.report.write_bytes(certificate)
        bundle.certificate.write_bytes(report)

        reasons = {problem.file: problem.reason for problem in bundle.verify().problems[::-1]}
        assert reasons["report.html"].startswith(
            "is signed as https://mother-factory.example/confirmation/v1"
        )
        assert reasons["certificate.html"].startswith(
            "is signed as https://mother-factory.example/test-report/"
        )

    @posix
    @pytest.mark.parametrize("name", ["results.jsonl", "wire", *sorted(OWN_FILES)])
    def test_links(self, bundle, name):
        moved = (bundle.directory / name).rename(bundle.directory.parent / "moved")
        (bundle.directory / name).symlink_to(moved)

        assert name in bundle.refused()

    @posix
    def test_a_page_behind_a_link(self, bundle):
        link = bundle.directory.parent / "report.html"
        link.symlink_to(bundle.report)

        assert verify_page(link, bundle.roots).status is Status.REFUSED

    @posix
    def test_a_dangling_certificate(self, bundle):
        bundle.certificate.unlink()
        bundle.certificate.symlink_to("nowhere")

        assert bundle.refused() == {"certificate.html"}

    @posix
    @pytest.mark.parametrize("name", ["results.jsonl", "report.html"])
    def test_a_pipe_is_not_waited_for(self, bundle, name):
        (bundle.directory / name).unlink()
        os.mkfifo(bundle.directory / name)

        assert name in bundle.refused()

    @posix
    def test_a_pipe_is_not_an_empty_file(self, bundle, report_anew):
        empty = bundle.directory / "errors.txt"
        empty.touch()
        report_anew(bundle)
        assert bundle.verify().status is Status.GOOD
        empty.unlink()
        os.mkfifo(empty)

        assert bundle.refused() == {"errors.txt"}

    def test_a_folder_in_place_of_a_file(self, bundle):
        (bundle.directory / "results.jsonl").unlink()
        (bundle.directory / "results.jsonl").mkdir()

        assert bundle.refused() == {"results.jsonl"}

    @posix
    def test_the_bundle_may_be_reached_by_a_link(self, bundle):
        latest = bundle.directory.parent / "latest"
        latest.symlink_to(bundle.directory)
        (bundle.directory / "extra").touch()

        assert {p.file for p in verify_bundle(latest, bundle.roots).problems} == {"extra"}

    @pytest.mark.parametrize("name", sorted(OWN_FILES))
    def test_what_no_report_can_list(self, bundle, laboratory, name):
        sealed = page.seal(HTML, {}, {name: "0" * 64}, laboratory)
        bundle.report.write_bytes(sealed)

        assert any(f"lists {name}" in problem.reason for problem in bundle.verify().problems)

    def test_a_certificate_that_confirms_more(self, bundle, keys):
        subjects = {"report.html": sha256(bundle.report.read_bytes()).hexdigest(), "results.jsonl": "0" * 64}
        council = load_signer(keys, Role.COUNCIL)
        bundle.certificate.write_bytes(
            page.seal(HTML, {}, subjects, council, kind=PredicateType.CONFIRMATION)
        )

        assert bundle.refused() == {"certificate.html"}

    def test_too_large(self, bundle, monkeypatch):
        monkeypatch.setattr("testbed.bundle.files.MAX_EVIDENCE", 30)
        assert {problem.file for problem in bundle.verify().problems} >= {"declaration.yaml"}

        monkeypatch.setattr(page, "MAX_PAGE", 30)
        assert {problem.file for problem in bundle.verify().problems} == {"report.html", "certificate.html"}

    @pytest.mark.parametrize("place", ["absent", "file"])
    def test_no_bundle_at_all(self, tmp_path, place):
        (tmp_path / "file").touch()

        result = verify_bundle(tmp_path / place, [])

        assert [problem.file for problem in result.problems] == ["report.html"]
        assert (result.status, result.name, result.fingerprint) == (Status.REFUSED, None, None)


def test_no_payload_is_opened_from_a_refused_page(bundle):
    bundle.report.write_bytes(bundle.report.read_bytes() + b"\n")

    assert [signed.file for signed in bundle.verify().pages] == ["certificate.html"]
    with pytest.raises(Refused):
        page.signed_payload(bundle.report.read_bytes())
