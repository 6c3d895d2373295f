"""`testbed fuzz`, the budget of a run, and saved cases sent again: statuses, files and messages."""

import json
import re

import pytest

from testbed.plugin.shelf import example


@pytest.fixture
def plc(declare, tmp_path):
    """Writes the declaration of the controller, or of one of its mutants."""

    def write(device="plc", **words):
        return declare(tmp_path, "plc", f"{device}.yaml", {"sim:plc": f"sim:{device}", **words})

    return write


def test_a_sound_device_takes_it_well(said, plc):
    status, out, err = said("fuzz", plc(), "--fuzz-budget", "200", "--seed", "1")
    assert (status, err) == (0, "")
    sent, left_out = re.findall(r"^(?:left out: )?(\d+)", out, re.MULTILINE)
    assert int(sent) + int(left_out) == 200
    assert "seed 1" in out
    assert out.endswith("nothing failed\n")


def test_what_fails_is_saved_and_fails_again(said, plc, tmp_path):
    broken = plc("restarts-on-too-many-bytes")
    status, out, _ = said("fuzz", broken, "--seed", "1", "--out", "kept")
    assert status == 1
    assert "→ 17 00 00 00 00 00 00 00 00 ff  (PDU)" in out
    assert f"again: testbed replay kept/fuzz-1.yaml --against {broken}" in out
    status, out, _ = said("replay", "kept/fuzz-1.yaml", "--against", broken)
    assert status == 1
    assert out.endswith("the device fails it\n")
    status, out, _ = said("replay", "kept/fuzz-1.yaml", "--against", plc())
    assert status == 0
    assert out.endswith("the device takes it well\n")
    assert said("fuzz", broken, "--seed", "1", "--out", "kept")[0] == 1
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == ["fuzz-1-2.yaml", "fuzz-1.yaml"]


def test_programs_get_one_object(said, plc):
    status, out, _ = said("fuzz", plc("answers-long-reads-out-of-its-buffer"), "--seed", "1", "--json")
    told = json.loads(out)
    assert status == 1
    assert told["failed"] == "malformed"
    assert told["seed"] == 1
    assert len(told["frames"]) == 1
    status, out, _ = said("replay", told["case"], "--against", plc(), "--json")
    assert status == 0
    assert json.loads(out)["agrees"] is True


def test_a_device_at_work_is_treated_as_one(said, plc):
    words = {"isolated:    true": "isolated:    false"}
    status, out, _ = said("fuzz", plc(**words), "--fuzz-budget", "200", "--seed", "1")
    assert status == 0
    assert "only reads and writes to scratch areas" in out


@pytest.mark.parametrize("budget", ["many", "0", "60 lightyears"])
@pytest.mark.parametrize("command", ["fuzz", "run"])
def test_a_budget_that_is_none_is_refused(said, plc, command, budget):
    status, out, err = said(command, plc(), "--fuzz-budget", budget)
    assert (status, out) == (64, "")
    assert "no budget; write requests as `10000`, or a time as `60s` or `5min`" in err
    assert "Traceback" not in err


def test_an_opcua_server_is_sent_damaged_messages_by_a_run_alone(said):
    declared = example("sim-opcua-plc.yaml")
    for command in (("fuzz", declared), ("replay", declared, "--against", declared)):
        status, out, err = said(*command)
        assert (status, out) == (64, "")
        assert f"`testbed {command[0]}` speaks Modbus alone, to servers; `testbed run` sends damaged" in err
        assert "Traceback" not in err


def test_a_client_is_answered_in_every_wrong_way_by_a_run_alone(said):
    declared = example("sim-client.yaml")
    for command in (("fuzz", declared), ("replay", declared, "--against", declared)):
        status, out, err = said(*command)
        assert (status, out) == (64, "")
        assert "a client comes by itself, and `testbed run` answers it" in err


@pytest.mark.parametrize("address", ["listen://127.0.0.1:0", "sim:client"])
def test_a_client_is_not_drafted(said, address):
    status, out, err = said("declare", address)
    assert (status, out) == (64, "")
    assert "begin with a copy of profiles/devices/example-client.yaml" in err


def test_a_mutant_that_is_a_client_is_explained_by_how_it_is_judged(said):
    status, out, _ = said("explain", "MBC-LATE")
    assert status == 0
    assert "connect: sim:client-numbers-nothing" in out
    assert "simulate" not in out


def test_a_run_says_what_it_may_send(said, plc, tmp_path):
    case = "modbus_tcp_server/test_fuzzing.py::test_survives_fuzzing"
    status, _, _ = said("run", plc(), "--fuzz-budget", "150", "--seed", "1", "--case", case, "--out", "b")
    assert status == 2  # one case alone is no whole run
    header, *records = map(json.loads, (tmp_path / "b/results.jsonl").read_text().splitlines())
    assert header["fuzz_budget"] == "150"
    assert any(re.search(r"1[0-5]\d shots fired", line) for line in records[0]["log"])


def test_a_bundle_keeps_the_case_and_the_command_that_sends_it_again(said, plc, tmp_path):
    broken = plc("restarts-on-too-many-bytes")
    case = "modbus_tcp_server/test_fuzzing.py::test_survives_fuzzing"
    assert said("run", broken, "--seed", "1", "--case", case, "--out", "b")[0] == 1
    record = next(
        one
        for one in map(json.loads, (tmp_path / "b/results.jsonl").read_text().splitlines())
        if one.get("sequence")
    )
    assert record["sequence"]["seed"] == 1
    assert record["sequence"]["version"]
    _, _, file, _, declaration = record["reproduce"].split()
    assert said("replay", f"b/{file}", "--against", f"b/{declaration}")[0] == 1
    assert said("verify", "b")[1].rstrip().endswith("GOOD")
    (tmp_path / "b" / file).write_text("changed")
    assert said("verify", "b")[0] == 1


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "line 1: is empty"),
        ("judged_by: fuzzer\nsteps: []\n", "line 2"),
        ("judged_by: fuzzer\nsteps:\n- {send: XY}\n", "line 3"),
        ("judged_by: fuzzer\nsteps:\n- {send: '03', burst: 2}\n", "line 3"),
        ("judged_by: fuzzer\nover: rtu\nsteps:\n- {send: '03', whole: true}\n", "made for rtu"),
        ("judged_by: answers\nleases: {registers: 999}\nsteps:\n- {send: '03'}\n", "scratch"),
        ("judged_by: answers\nleases: {cats: 1}\nsteps:\n- {send: '03'}\n", "line 2"),
        ("judged_by: answers\nsteps:\n- {send: '03', expect: ['....*']}\n", "is no answer"),
    ],
)
def test_a_bad_case_file_gets_one_clear_message(said, plc, tmp_path, text, complaint):
    (tmp_path / "case.yaml").write_text(text)
    status, out, err = said("replay", "case.yaml", "--against", plc())
    assert (status, out) == (64, "")
    assert complaint in err
    assert "Traceback" not in err


def test_what_a_case_sends_afterwards_is_for_an_isolated_device_too(said, plc, tmp_path):
    restart = "judged_by: answers\nsteps:\n- {send: 03 00 00 00 01}\nafterwards: [08 00 01 00 00]\n"
    (tmp_path / "case.yaml").write_text(restart)
    status, out, err = said(
        "replay", "case.yaml", "--against", plc(**{"isolated:    true": "isolated:    false"})
    )
    assert (status, out) == (64, "")
    assert "step 2 is neither a read nor a write to scratch values" in err
    assert "Traceback" not in err


def test_a_case_file_that_is_not_there_is_named(said, plc):
    status, _, err = said("replay", "nowhere.yaml", "--against", plc())
    assert status == 64
    assert "nowhere.yaml: cannot be read" in err


def test_a_device_that_is_not_there_is_said(said, plc):
    status, _, err = said("fuzz", plc(**{"sim:plc": "tcp://127.0.0.1:1"}), "--seed", "1")
    assert status == 2
    assert "refuses the connection" in err
