"""`testbed grant` against a laboratory that seals what the council must not confirm."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from testbed.bundle.certificates import Role
from testbed.bundle.exports import EXPORTS
from testbed.bundle.keys import create_keys, load_signer
from testbed.bundle.waivers import sign
from testbed.commands.signing import seal

ROOT = Path(__file__).parents[2]
LAB = ROOT / "profiles" / "lab-example.yaml"
TODAY = datetime.now(UTC).date()
BROKEN = "MB-FC03-QUANTITY-ZERO"
MUTANT = {"sim:plc": "sim:accepts-no-holding-registers"}


def sealed_anew(bundle, keys, change):
    """Let the laboratory seal a changed record of a bundle."""
    path = bundle / "results.jsonl"
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    change(lines)
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    for name in ("certificate.html", "report.html", "statement.json", "verify.sh", *EXPORTS):
        (bundle / name).unlink(missing_ok=True)
    seal(bundle, load_signer(keys, Role.LABORATORY))


def test_a_profile_of_the_laboratorys_own_is_none(copied, keys, said):
    profile = copied / "profile.yaml"
    text = profile.read_text("utf-8")
    assert "[modbus_tcp_server, interop_modbus]" in text
    profile.write_text(text.replace("[modbus_tcp_server, interop_modbus]", "[interop_modbus]"), "utf-8")

    def change(lines):
        header, *cases, footer = lines
        header["profile_sha256"] = sha256(profile.read_bytes()).hexdigest()
        header["suites"] = [one for one in header["suites"] if one["id"] == "interop_modbus"]
        kept = [one for one in cases if one["suite"] == "interop_modbus"]
        footer["cases"] = len(kept)
        lines[1:] = [*kept, footer]

    sealed_anew(copied, keys, change)
    assert said("verify", copied)[0] == 0

    status, _, err = said("grant", copied)
    assert status == 1
    assert "profile modbus-tcp-server@1 here is not the one that the run used" in err
    assert not (copied / "certificate.html").exists()


def test_a_run_by_some_suites_of_its_profile_is_not_confirmed(copied, keys, said):
    def change(lines):
        header, *cases, footer = lines
        header["suites"] = [one for one in header["suites"] if one["id"] == "interop_modbus"]
        kept = [one for one in cases if one["suite"] == "interop_modbus"]
        footer["cases"] = len(kept)
        lines[1:] = [*kept, footer]

    sealed_anew(copied, keys, change)

    status, _, err = said("grant", copied)
    assert status == 1
    assert "was not judged by the suites of modbus-tcp-server@1" in err


def test_a_waiver_that_ended_since_the_run_carries_no_confirmation(started, declare, keys, said, tmp_path):
    ended = TODAY - timedelta(days=1)
    entry = {
        "requirement": BROKEN,
        "vendor": "Mother Factory",
        "model": "SIM-PLC",
        "firmware": '"1.0"',
        "reason": "mended in 1.1",
        "link": "https://example.test/7",
        "approver": "Kim of the laboratory",
        "expires": ended,
    }
    text = "-" + "".join(f"  {key}: {value}\n" for key, value in entry.items())[1:]
    waivers = tmp_path / "waivers.yaml"
    waivers.write_bytes(sign(text.encode(), load_signer(keys, Role.LABORATORY)))
    device = declare(tmp_path, "plc", words=MUTANT)
    done = started("run", device, "--waivers", waivers, "--lab", LAB, "--out", "bundle", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    bundle = tmp_path / "bundle"

    def change(lines):
        lines[0]["started"] = f"{ended}T09:30:00+00:00"
        lines[-1] |= {"ended": f"{ended}T09:30:07+00:00", "outcome": "CONFORMANT_WITH_WAIVERS"}

    sealed_anew(bundle, keys, change)

    status, _, err = said("grant", bundle)
    assert status == 1
    assert f"the waiver of {BROKEN} ended on {ended}" in err
    assert not (bundle / "certificate.html").exists()


def test_a_laboratory_that_another_root_has_revoked_is_not_confirmed(copied, keys, said, tmp_path):
    (copied / "certificate.html").unlink()
    theirs = Path(shutil.copytree(keys, tmp_path / "theirs"))
    assert said("keys", "revoke", theirs / "laboratory.pem", "--keys", theirs)[0] == 0
    create_keys(tmp_path / "own", test=True)
    council = ("--keys", tmp_path / "own", "--root", theirs / "root.pem")

    status, _, err = said("grant", copied, *council, "--crl", theirs / "crl.pem")
    assert status == 1
    assert "was revoked on" in err
    assert said("grant", copied, *council)[0] == 0


def test_a_demand_without_any_finding_was_not_met(copied, keys, said):
    def change(lines):
        _, *cases, footer = lines
        kept = [one for one in cases if BROKEN not in one["verifies"]]
        footer["cases"] = len(kept)
        lines[1:] = [*kept, footer]

    sealed_anew(copied, keys, change)

    status, _, err = said("grant", copied)
    assert status == 1
    assert f"of its demands were never looked at, the first {BROKEN}" in err
