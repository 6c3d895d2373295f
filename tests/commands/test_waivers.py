"""Waivers from the laboratory's desk to the council's paper: signed, narrow, mortal, and on every face."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from testbed.bundle.certificates import Role
from testbed.bundle.keys import create_keys, load_signer
from testbed.bundle.waivers import sign
from testbed.commands.signing import seal
from testbed.plugin.shelf import OWN

BROKEN, GOOD = "MB-FC03-QUANTITY-ZERO", "MB-FC04-QUANTITY-ZERO"
DOCUMENTS = {"declaration.yaml", "profile.yaml", "lab.yaml"}
TODAY = datetime.now(UTC).date()
LAB = OWN / "lab-example.yaml"
MUTANT = {"sim:plc": "sim:accepts-no-holding-registers"}
"""Breaks exactly the one requirement."""


def entry(requirement=BROKEN, **changes):
    plain = {
        "requirement": requirement,
        "vendor": "Mother Factory",
        "model": "SIM-PLC",
        "firmware": '"1.0"',
        "reason": "mended in 1.1",
        "link": "https://example.test/7",
        "approver": "Kim of the laboratory",
        "expires": TODAY + timedelta(days=70),
    }
    lines = [f"  {key}: {value}" for key, value in (plain | changes).items()]
    return "-" + "\n".join(lines)[1:] + "\n"


@pytest.fixture(scope="session")
def signed(keys):
    """Writes a signed file, whatever it says; the library signs what the command would not."""

    def write(folder, *entries, keys=keys, name="waivers.yaml"):
        path = folder / name
        path.write_bytes(sign("".join(entries).encode(), load_signer(keys, Role.LABORATORY)))
        return path

    return write


@pytest.fixture(scope="module")
def waived(tmp_path_factory, started, declare, signed):
    """A real run of the mutant with its failure waived, and what it printed."""
    folder = tmp_path_factory.mktemp("waived")
    file = signed(folder, entry(), entry(GOOD, firmware='"0.9"'))
    done = started(
        "run",
        declare(folder, "plc", words=MUTANT),
        "--waivers",
        file,
        "--lab",
        LAB,
        "--out",
        "bundle",
        "--json",
        cwd=folder,
    )
    return folder / "bundle", done


def test_without_a_waiver_the_device_does_not_conform(testbed, declare, tmp_path):
    done = testbed("run", declare(tmp_path, "plc", words=MUTANT), "--out", "bundle", "--json")

    assert done.returncode == 1, done.stderr
    said = json.loads(done.stdout)
    assert (said["outcome"], said["stale_waivers"]) == ("NOT_CONFORMANT", [])
    assert said["requirements"][BROKEN]["waived"] is False
    assert not (tmp_path / "bundle" / "waivers.yaml").exists()


def test_a_client_waives_nothing(testbed, declare, signed, tmp_path):
    file = signed(tmp_path, entry())

    done = testbed("run", declare(tmp_path, "plc", words=MUTANT), "--waivers", file)

    assert (done.returncode, "never the client's" in done.stderr) == (64, True)


def test_with_it_the_failure_stays_and_is_accepted(waived):
    bundle, done = waived
    said = json.loads(done.stdout)

    assert done.returncode == 0, done.stderr
    assert (said["outcome"], said["stale_waivers"]) == ("CONFORMANT_WITH_WAIVERS", [])
    assert [name for name, one in said["requirements"].items() if one["waived"]] == [BROKEN]
    assert said["requirements"][BROKEN]["verdict"] == "FAIL"
    header = json.loads((bundle / "results.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert [one["requirement"] for one in header["waivers"]] == [BROKEN]  # the other firmware's says nothing
    assert header["waivers_signer"] == "Mother Factory laboratory (test)"


def test_the_page_names_it_and_the_bundle_holds_the_signed_file(waived, started):
    bundle, _ = waived
    page = (bundle / "report.html").read_text(encoding="utf-8")

    assert "o-CONFORMANT_WITH_WAIVERS" in page
    assert "Kim of the laboratory" in page
    assert "mended in 1.1" in page
    subjects = json.loads((bundle / "statement.json").read_bytes())["subject"]
    assert "waivers.yaml" in {one["name"] for one in subjects}
    assert started("verify", "bundle", cwd=bundle.parent).returncode == 0
    assert started("waivers", "check", "bundle/waivers.yaml", cwd=bundle.parent).returncode == 0


def test_the_council_confirms_it_and_says_so(waived, started, tmp_path):
    bundle = Path(shutil.copytree(waived[0], tmp_path / "bundle"))
    done = started("grant", "bundle", cwd=tmp_path)
    page = (bundle / "certificate.html").read_text(encoding="utf-8")

    assert done.returncode == 0, done.stderr
    assert BROKEN in page
    assert "Kim of the laboratory" in page
    assert "Granted with waivers" in page
    assert started("verify", "bundle", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("words", "waivers", "status", "outcome", "sentence"),
    [
        ({}, [entry()], 2, "INCOMPLETE", f"The waiver of {BROKEN} no longer bites (verdict PASS)"),
        (
            MUTANT,
            [entry(), entry(GOOD)],
            2,
            "INCOMPLETE",
            f"The waiver of {GOOD} no longer bites (verdict PASS)",
        ),
        ({}, [entry(expires="2026-01-31")], 2, "INCOMPLETE", f"The waiver of {BROKEN} expired on 2026-01-31"),
        (
            MUTANT,
            [entry(expires="2026-01-31")],
            1,
            "NOT_CONFORMANT",
            f"The waiver of {BROKEN} expired on 2026",
        ),
    ],
)
def test_a_stale_or_expired_one_fails_the_run_by_name(  # noqa: PLR0913, PLR0917 - a table
    testbed, declare, signed, tmp_path, words, waivers, status, outcome, sentence
):
    file = signed(tmp_path, *waivers)
    done = testbed(
        "run", declare(tmp_path, "plc", words=words), "--waivers", file, "--lab", LAB, "--out", "bundle"
    )

    assert done.returncode == status, done.stderr
    assert outcome in done.stdout
    assert sentence in done.stdout
    assert sentence in (tmp_path / "bundle" / "report.html").read_text(encoding="utf-8")
    refused = testbed("grant", "bundle")
    assert refused.returncode == 1
    assert sentence in refused.stderr


OTHER = entry(model="SIM-IO-BLOCK", expires="2026-01-31")


def test_waivers_of_other_devices_are_left_aside(testbed, declare, signed, tmp_path):
    file = signed(tmp_path, entry(firmware='"2.0"'), entry(vendor="Somebody"), OTHER)
    done = testbed(
        "run", declare(tmp_path, "plc"), "--waivers", file, "--lab", LAB, "--out", "bundle", "--json"
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["outcome"] == "CONFORMANT"
    assert (tmp_path / "bundle" / "waivers.yaml").read_bytes() == file.read_bytes()


@pytest.fixture
def refused(said, declare, tmp_path):
    """Runs with a file of waivers that must be refused before anything is sent; returns the message."""

    def run(data):
        file = tmp_path / "waivers.yaml"
        file.write_bytes(data)
        status, out, err = said(
            "run", declare(tmp_path, "plc"), "--waivers", file, "--lab", LAB, "--out", tmp_path / "bundle"
        )
        assert (status, out) == (64, "")
        assert not (tmp_path / "bundle").exists()
        assert "Traceback" not in err
        return err

    return run


def test_an_unsigned_file_is_refused(refused):
    assert "waivers.yaml: is not signed; the laboratory signs it with `testbed waivers sign`" in refused(
        entry().encode()
    )


def test_an_altered_file_is_refused(refused, signed, tmp_path):
    data = signed(tmp_path, entry(), name="good.yaml").read_bytes()

    assert "is not the one that was signed" in refused(data.replace(b"1.0", b"2.0", 1))
    assert "something other than the signature" in refused(data + entry(GOOD).encode())


def test_a_file_signed_by_anybody_else_is_refused(refused, signed, keys, tmp_path, monkeypatch):
    create_keys(tmp_path / "client", test=True)
    client = signed(tmp_path, entry(), keys=tmp_path / "client", name="client.yaml").read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr("testbed.bundle.certificates.has_role", lambda *_: True)
        council = sign(entry().encode(), load_signer(keys, Role.COUNCIL))

    assert "is not signed by a laboratory for whom" in refused(client)
    assert "who is no laboratory" in refused(council)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            entry("MB-FC03-QUANTITY-ZER"),
            "line 1: no installed suite has a requirement MB-FC03-QUANTITY-ZER; did",
        ),
        (entry(firmware='"*"'), "line 4: `0.firmware`: a waiver is narrow"),
        (entry() + entry(), f"line 9: {BROKEN} is waived for this device already, by entry 1"),
        ("waivers: none\n", "line 1: must be a list"),
    ],
)
def test_a_signed_file_is_read_all_the_same(  # noqa: PLR0913, PLR0917 - a table
    refused, signed, said, tmp_path, text, message
):
    assert message in refused(signed(tmp_path, text, name="signed.yaml").read_bytes())

    unsigned = tmp_path / "unsigned.yaml"
    unsigned.write_text(text, encoding="utf-8")
    status, _, err = said("waivers", "sign", unsigned)
    assert status == 64
    assert message in err
    assert unsigned.read_text(encoding="utf-8") == text


def test_a_missing_file_is_said_in_one_line(said, declare, tmp_path):
    for arguments in (
        ["run", declare(tmp_path), "--waivers", "no.yaml", "--lab", LAB],
        ["waivers", "sign", "no.yaml"],
    ):
        status, _, err = said(*arguments)
        assert status == 64
        assert "no.yaml: cannot be read: No such file or directory" in err


def test_sign_then_check(said, keys, tmp_path):
    file = tmp_path / "waivers.yaml"
    file.write_text(entry() + entry(GOOD), encoding="utf-8")

    for _ in range(2):  # signing anew replaces
        status, out, _ = said("waivers", "sign", file)
        assert (status, out) == (
            0,
            f"{file}: 2 waivers, signed by Mother Factory laboratory (test) (TEST KEY)\n",
        )
    status, out, _ = said("waivers", "check", file, "--root", keys / "root.pem")
    assert status == 0
    assert f"until {TODAY + timedelta(days=70)}, 70 days left  {BROKEN}  Mother Factory SIM-PLC 1.0" in out
    assert "TEST KEY" in out
    status, out, _ = said("waivers", "check", file, "--json")
    assert [one["days_left"] for one in json.loads(out)["waivers"]] == [70, 70]


def test_a_dead_waiver_is_not_signed_and_no_longer_good(said, signed, tmp_path):
    file = signed(tmp_path, entry(expires="2026-01-31"))
    status, out, _ = said("waivers", "check", file)
    assert status == 1
    assert f"EXPIRED 2026-01-31  {BROKEN}" in out

    status, _, err = said("waivers", "sign", file)
    assert status == 64
    assert f"the waiver of {BROKEN} expired on 2026-01-31; take it out" in err


def test_no_waiver_outlives_the_key_that_signs_it(said, keys, tmp_path):
    file = tmp_path / "waivers.yaml"
    file.write_text(entry(expires="9999-12-31"), encoding="utf-8")

    status, _, err = said("waivers", "sign", file, "--keys", keys)

    assert status == 64
    assert f"the waiver of {BROKEN} runs until 9999-12-31, beyond the key that signs it" in err
    assert "BEGIN" not in file.read_text("utf-8")


def test_check_tells_refused_from_unknown(said, signed, tmp_path):
    create_keys(tmp_path / "stranger", test=True)
    file = signed(tmp_path, entry())

    assert said("waivers", "check", file, "--root", tmp_path / "stranger" / "root.pem")[0] == 2
    file.write_bytes(file.read_bytes().replace(b"Kim", b"Lee"))
    assert said("waivers", "check", file)[0] == 1


def test_waivers_that_nobody_signed_are_no_ground_for_a_confirmation(waived, said, keys, tmp_path):
    """A laboratory writes another expiry into its record and signs the report anew."""
    bundle = Path(shutil.copytree(waived[0], tmp_path / "bundle"))
    record = bundle / "results.jsonl"
    text = record.read_text(encoding="utf-8")
    day = str(TODAY + timedelta(days=70))
    assert text.count(day) == 1
    record.write_text(text.replace(day, "2030-01-01"), encoding="utf-8")
    for name in ("report.html", "statement.json"):
        (bundle / name).unlink()
    seal(bundle, load_signer(keys, Role.LABORATORY))

    assert said("verify", bundle)[0] == 0
    status, _, err = said("grant", bundle)
    assert status == 1
    assert "not granted: the record names other waivers than waivers.yaml" in err


@pytest.fixture
def stopped(waived, tmp_path):
    """The same run as if it had been stopped before its last hundred lines."""
    bundle = Path(shutil.copytree(waived[0], tmp_path / "bundle"))
    for path in bundle.iterdir():
        if path.is_file() and path.name not in {"results.jsonl", "waivers.yaml"} | DOCUMENTS:
            path.unlink()
    record = bundle / "results.jsonl"
    lines = record.read_text(encoding="utf-8").splitlines(keepends=True)
    record.write_text("".join(lines[:-100]), encoding="utf-8")
    return bundle


def test_a_run_goes_on_with_the_waivers_that_it_was_begun_with(stopped, started):
    done = started("run", "--resume", "bundle", cwd=stopped.parent)

    assert done.returncode == 0, done.stderr
    assert "CONFORMANT_WITH_WAIVERS" in done.stdout
    assert started("grant", "bundle", cwd=stopped.parent).returncode == 0


def test_a_waiver_that_ended_while_the_run_stood_still_accepts_nothing(stopped, signed, started):
    ended, record = TODAY - timedelta(days=1), stopped / "results.jsonl"
    file = signed(stopped, entry(expires=ended))
    head, *rest = record.read_text(encoding="utf-8").splitlines(keepends=True)
    header = json.loads(head)
    header["started"] = f"{ended}T09:30:00+00:00"
    header["waivers"][0]["expires"] = str(ended)
    header["waivers_sha256"] = sha256(file.read_bytes()).hexdigest()
    record.write_text("".join([json.dumps(header) + "\n", *rest]), encoding="utf-8")

    done = started("run", "--resume", "bundle", cwd=stopped.parent)

    said = f"The waiver of {BROKEN} expired on {ended}"
    assert done.returncode == 1, done.stderr
    assert said in done.stdout
    footer = json.loads(record.read_text(encoding="utf-8").splitlines()[-1])
    assert footer["outcome"] == "NOT_CONFORMANT"
    page = (stopped / "report.html").read_text(encoding="utf-8")
    assert "o-NOT_CONFORMANT" in page
    assert said in page
    assert started("grant", "bundle", cwd=stopped.parent).returncode == 1


@pytest.mark.parametrize("spoil", ["record", "file", "file gone"])
def test_no_run_goes_on_with_others(stopped, said, spoil):
    record, file = stopped / "results.jsonl", stopped / "waivers.yaml"
    text = record.read_text(encoding="utf-8")
    if spoil == "record":
        record.write_text(text.replace(str(TODAY + timedelta(days=70)), "2030-01-01"), encoding="utf-8")
    elif spoil == "file":
        file.write_bytes(file.read_bytes().replace(b"Kim", b"Lee"))
    else:
        file.unlink()

    status, _, err = said("run", "--resume", stopped)
    assert status == 64
    assert "waivers.yaml" in err
    assert "start a new run" in err
    assert not (stopped / "report.html").exists()


def test_no_laboratory_reissues_or_seals_what_another_one_waived(waived, said, tmp_path):
    create_keys(tmp_path / "other", test=True)
    again = ("--reissue", "A new address", "--out", tmp_path / "new")
    status, _, err = said("report", waived[0], *again, "--keys", tmp_path / "other")
    assert status == 64
    assert "waivers.yaml is signed by somebody for whom no given root vouches" in err
    assert not (tmp_path / "new").exists()

    bundle = Path(shutil.copytree(waived[0], tmp_path / "bundle"))
    (bundle / "report.html").unlink()
    assert said("report", bundle, "--keys", tmp_path / "other")[0] == 64
    assert not (bundle / "report.html").exists()
    assert said("report", bundle)[0] == 0
    assert said("report", bundle, *again)[0] == 0


def test_a_swapped_file_of_waivers_is_found_in_the_bundle(waived, said, signed, tmp_path):
    bundle = Path(shutil.copytree(waived[0], tmp_path / "bundle"))
    signed(bundle, entry(), entry(GOOD))

    status, out, _ = said("verify", bundle)
    assert status == 1
    assert "waivers.yaml: is not the file that was signed" in out
