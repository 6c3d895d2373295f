"""A real bundle, as `testbed run` and `testbed grant` leave it: whoever touches a byte is found out."""

import json
import os
from contextlib import contextmanager
from subprocess import run

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from testbed.bundle import page
from testbed.bundle.certificates import load_roots
from testbed.bundle.reader import read_record
from testbed.bundle.statement import parse
from testbed.bundle.verify import OWN_FILES, SCRIPT, Status, script, verify_bundle
from testbed.model.record import LINE, counts, roll_up
from testbed.plugin.shelf import suites

KINDS = {
    "report": "report.html",
    "certificate": "certificate.html",
    "record": "results.jsonl",
    "statement": "statement.json",
    "declaration": "declaration.yaml",
    "profile": "profile.yaml",
    "capture": "wire/*.pcapng",
}


@pytest.fixture(scope="module")
def roots(keys):
    return load_roots(keys / "root.pem")


def names(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@contextmanager
def changed(path, content):
    before = path.read_bytes()
    path.write_bytes(content)
    try:
        yield
    finally:
        path.write_bytes(before)


@pytest.mark.parametrize("pattern", KINDS.values(), ids=KINDS)
@given(data=st.data())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_byte(granted, roots, pattern, data):
    path = data.draw(st.sampled_from(sorted(granted.glob(pattern))))
    content = path.read_bytes()
    at = data.draw(st.integers(0, len(content) - 1), label="position")
    byte = data.draw(st.integers(1, 255), label="byte")
    edits = {
        "flip": content[:at] + bytes([content[at] ^ byte]) + content[at + 1 :],
        "remove": content[:at] + content[at + 1 :],
        "append": content + bytes([byte]),
    }

    with changed(path, edits[data.draw(st.sampled_from(sorted(edits)))]):
        result = verify_bundle(granted, roots)

    assert result.status is Status.REFUSED
    assert path.relative_to(granted).as_posix() in {problem.file for problem in result.problems}


def test_the_bundle_is_good(granted, roots):
    result = verify_bundle(granted, roots)

    assert (result.status, result.problems) == (Status.GOOD, ())
    assert [one.file for one in result.pages] == ["report.html", "certificate.html"]


@pytest.mark.parametrize("pattern", [kind for name, kind in KINDS.items() if name != "certificate"])
def test_a_missing_file_is_refused(copied, roots, pattern):
    path = min(copied.glob(pattern))
    path.unlink()

    result = verify_bundle(copied, roots)

    assert result.status is Status.REFUSED
    assert path.relative_to(copied).as_posix() in {problem.file for problem in result.problems}


@pytest.mark.parametrize("name", ["notes.txt", "wire/more.pcapng", "wire/deep/x", ".hidden"])
def test_an_extra_file_is_refused(copied, roots, name):
    path = copied / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"")

    result = verify_bundle(copied, roots)

    assert result.status is Status.REFUSED
    assert any(name.startswith(problem.file) for problem in result.problems)


def test_the_statement_lists_every_file(granted):
    signed = parse((granted / "statement.json").read_bytes())

    assert signed.files.keys() == names(granted) - OWN_FILES
    assert {name for name in signed.subjects if name.startswith("conformance_suites/")} == {
        f"conformance_suites/{suite}#folder" for suite in ("modbus_tcp_server", "interop_modbus")
    }


def test_captures_are_those_of_the_record(granted):
    record = read_record(granted)

    captures = {record.header.preflight_capture, *(one.capture for one in record.cases)} - {""}
    assert captures == {name for name in names(granted) if name.startswith("wire/")}
    assert record.footer.captures == sum(bool(one.capture) for one in record.cases)


def test_openssl_accepts_the_pages(granted, program):
    for name in ("report.html", "certificate.html"):
        command = [program("openssl"), "cms", "-verify", "-noverify", "-inform", "PEM", "-in", granted / name]
        done = run(command, capture_output=True, check=False)

        assert done.returncode == 0, done.stderr
        assert done.stdout == page.signed_payload((granted / name).read_bytes())


def test_the_script_beside_the_pages_agrees(granted, keys, program):
    program("openssl")

    done = run(["sh", granted / SCRIPT, granted, keys / "root.pem"], capture_output=True, check=False)

    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().endswith("GOOD 진본\n")
    assert (granted / SCRIPT).read_bytes() == script()


def test_the_record_read_again_is_the_record(granted):
    record = read_record(granted)
    lines = [record.header, *record.cases, record.footer]

    assert [LINE.validate_json(one.model_dump_json()) for one in lines] == lines
    written = (granted / "results.jsonl").read_text("utf-8").splitlines()
    assert sorted(one.model_dump_json() for one in lines) == sorted(written)  # cases stand as they ended


def test_the_footer_counts_what_the_record_holds(granted):
    record = read_record(granted)
    judged = roll_up([suites()[used.id].catalogue for used in record.header.suites], record.cases)

    assert record.footer.counts == counts(judged)
    assert record.footer.cases == len(record.cases)
    assert record.header.seed == 7


def test_verify_says_so(said, granted):
    status, out, _ = said("verify", granted)
    assert (status, out.splitlines()[-1]) == (0, "GOOD")
    assert out.count("TEST KEY") == 2

    status, out, _ = said("verify", granted / "report.html", "--json")
    assert (status, json.loads(out)["status"]) == (0, "GOOD")


def test_verify_knows_no_stranger(said, granted):
    assert said("keys", "init", "other")[0] == 0

    status, out, _ = said("verify", granted, "--root", "other/root.pem")

    assert (status, out.splitlines()[-1]) == (2, "SIGNER_UNKNOWN")


def test_verify_names_the_file(said, copied):
    with (copied / "declaration.yaml").open("ab") as file:
        file.write(b"\n")

    status, out, _ = said("verify", copied)

    assert (status, out.splitlines()[-1]) == (1, "REFUSED")
    assert "declaration.yaml: is not the file that was signed" in out


def test_a_second_grant_is_refused(said, granted):
    before = (granted / "certificate.html").read_bytes()

    status, out, err = said("grant", granted)

    assert (status, out) == (64, "")
    assert err == f"testbed: {granted}/certificate.html exists already; a confirmation is never overwritten\n"
    assert (granted / "certificate.html").read_bytes() == before


@pytest.mark.parametrize("name", ["results.jsonl", "declaration.yaml", "report.html"])
def test_nothing_is_granted_on_what_was_touched(said, copied, name):
    (copied / "certificate.html").unlink()
    with (copied / name).open("ab") as file:
        file.write(b" ")

    status, out, err = said("grant", copied)

    assert (status, out) == (1, "")
    assert err.startswith(f"{name}: ")
    assert err.endswith("testbed: not granted: the bundle is not what its laboratory signed\n")
    assert not os.path.lexists(copied / "certificate.html")


def test_nothing_is_granted_by_keys_that_others_made(said, copied):
    (copied / "certificate.html").unlink()
    assert said("keys", "init", "other")[0] == 0

    status, _, err = said("grant", copied, "--keys", "other")

    assert status == 1
    assert "for whom no given root vouches" in err
    assert not (copied / "certificate.html").exists()


def test_a_confirmation_alone_says_that_its_report_was_not_compared(said, granted):
    status, out, _ = said("verify", granted / "certificate.html")
    assert (status, "note: the report that it confirms was not compared" in out) == (0, True)
    status, out, _ = said("verify", granted / "report.html")
    assert (status, "note:" in out) == (0, False)
