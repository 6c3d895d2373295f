"""`testbed preflight`, and what a run does with what it finds."""

import json

import pytest

from testbed.model.record import LINE
from testbed.plugin.gather import quiet
from tests.plugin.test_pytest import SUITES, plain
from tests.testers import setups
from tests.testers.setups import device, serving, text

OFF_BY_ONE = {
    "holding_registers": "[{ first: 1, count: 100 }]",
    "input_registers": "[{ first: 1, count: 20 }]",
}
SENTENCE = (
    "addresses are declared one higher than the device serves them: they seem to be counted from 1; "
    "write `holding_registers: [{ first: 0, count: 100 }]` and `input_registers: [{ first: 0, count: 20 }]`"
)
WARNED = (
    "8 connections at once are declared, but 3 were served; "
    "end the device's other clients, or write `sessions: 3`"
)
CASE = "modbus_tcp_server/test_read_holding_registers.py::test_quantity_zero"


@pytest.fixture
def shifted(tmp_path):
    with serving(device()) as port:
        path = tmp_path / "plc.yaml"
        path.write_text(text(port, OFF_BY_ONE), encoding="utf-8")
        yield path


@pytest.fixture
def crowded(tmp_path):
    with serving(device(protocol=setups.FewAndCloses)) as port:
        path = tmp_path / "plc.yaml"
        path.write_text(text(port, {"sessions": "8"}), encoding="utf-8")
        yield path


def test_a_good_set_up(said, declare, tmp_path):
    status, out, err = said("preflight", declare(tmp_path, "transmitter"))

    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "✓ unit 1 answers a read of holding register 0",
        "✓ 6 addresses at the edges of the declared areas answer",
        "✓ 16 connections at once are served",
    ]


def test_a_wrong_set_up_is_said_with_its_remedy(said, shifted):
    status, out, err = said("preflight", shifted)

    assert (status, err) == (2, "")
    *_, cause, remedy = out.splitlines()
    assert f"{cause.removeprefix('✗ ')}; {remedy.removeprefix('  PF-ONE-TOO-HIGH: ')}" == SENTENCE


def test_in_korean(said, shifted):
    status, out, _ = said("preflight", shifted, "--lang", "ko")

    assert status == 2
    assert "✗ 주소가 기기보다 하나 크게 선언됨: 1부터 센 것으로 보임" in out
    assert "(으)로 고칠 것" in out


def test_as_json(said, shifted):
    status, out, _ = said("preflight", shifted, "--json")

    done = json.loads(out)
    *_, last = done["checks"]
    assert (status, done["ready"]) == (2, False)
    assert (last["found"]["id"], last["found"]["stops"]) == ("PF-ONE-TOO-HIGH", True)
    assert last["found"]["paste"].splitlines()[0] == "holding_registers: [{ first: 0, count: 100 }]"


def test_a_warning_alone_is_status_2_too(said, crowded):
    status, out, _ = said("preflight", crowded)

    assert status == 2
    assert "PF-SESSIONS: end the device's other clients, or write `sessions: 3`" in out


def test_a_declaration_that_cannot_be_used(said, declare, tmp_path):
    status, out, err = said("preflight", declare(tmp_path, words={"sessions:": "sesions:"}))

    assert (status, out) == (64, "")
    assert "line 7: unknown key `sesions`; did you mean `sessions`?" in err


def test_a_run_stops_before_anything_is_judged(said, shifted, tmp_path):
    status, out, err = said("run", shifted)

    assert (status, out, err) == (2, "", f"testbed: {shifted}: {SENTENCE}\n")
    assert [path.name for path in tmp_path.iterdir()] == ["plc.yaml"]


def test_a_run_in_korean_stops_in_korean(said, shifted):
    status, _, err = said("run", shifted, "--lang", "ko")

    assert status == 2
    assert "주소가 기기보다 하나 크게 선언됨: 1부터 센 것으로 보임; `holding_registers: " in err


def test_plain_pytest_stops_as_well(shifted, capsys):
    assert plain(SUITES, "--declaration", shifted) == 2
    assert SENTENCE in "".join(capsys.readouterr())


def test_what_does_not_stop_a_run_is_said_and_kept(testbed, crowded, tmp_path):
    done = testbed("run", crowded, "--out", "bundle", "--case", CASE)

    assert done.stderr == f"preflight: {WARNED}\n"
    first = (tmp_path / "bundle" / "results.jsonl").read_text("utf-8").splitlines()[0]
    header = LINE.validate_json(first)
    (found,) = [check.found for check in header.preflight if check.found is not None]
    assert (found.sentence("en"), found.stops) == (WARNED, False)
    assert (tmp_path / "bundle" / header.preflight_capture).read_bytes()[:4] == b"\n\r\r\n"
    assert testbed("verify", "bundle").returncode == 0


def test_plain_pytest_says_it_too(crowded, capsys):
    with quiet():
        plain(SUITES, "--declaration", crowded, "--testbed-case", CASE)

    assert f"preflight: {WARNED}" in capsys.readouterr().out


def test_a_dry_run_needs_no_device(said, declare, tmp_path):
    """Its stand-in holds zeros, which no known value is compared with."""
    words = {
        "isolated:    true": "isolated:    true\nknown_values: [{ table: holding_registers, at: 5, "
        "type: uint16, value: 5 }]"
    }
    status, out, err = said("run", declare(tmp_path, "plc", words=words), "--dry-run", "--case", CASE)

    assert (status, err) == (0, "")
    assert "nothing was sent to the device" in out
