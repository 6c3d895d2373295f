"""`testbed run --impair`: recorded, printed, compared, resumed; it accuses nobody of what it does itself."""

import hashlib
import json
import subprocess
import sys
from importlib.resources import files

import pytest

from testbed.bundle.keys import create_keys

DEVICES = files("profiles") / "devices"
DEVICES_UNDER = ("sim-plc", "sim-plc-tls", "sim-opcua-plc")
CASE = "modbus_tcp_server/test_read_holding_registers.py::test_quantity_zero"


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("authority") / "keys"
    create_keys(folder, test=True)
    return folder


@pytest.fixture
def testbed(keys):
    def run(*arguments):
        command = [
            sys.executable,
            "-m",
            "testbed",
            *map(str, arguments),
            *(["--keys", str(keys)] * (arguments[0] == "run")),
        ]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    return run


def record(folder):
    return [json.loads(line) for line in (folder / "results.jsonl").read_text().splitlines()]


def declared(tmp_path, device):
    path = tmp_path / "device.yaml"
    text = (DEVICES / "sim-plc.yaml").read_text()
    path.write_text(text.replace("sim:plc", f"sim:{device}"))
    return path


def test_it_is_recorded_and_printed(testbed, tmp_path):
    out = tmp_path / "out"
    done = testbed(
        "run", DEVICES / "sim-plc.yaml", "--impair", "cellular-lte", "--seed", 5, "--out", out, "--case", CASE
    )
    head, case = record(out)[:2]

    assert "impaired: Cellular router (LTE) (cellular-lte@1, stream)" in done.stdout
    assert head["impairment"]["id"] == "cellular-lte@1"
    assert (head["impairment"]["seed"], head["impairment"]["means"]) == (5, "stream")
    assert head["impairment"]["sha256"] == hashlib.sha256((out / "impairment.yaml").read_bytes()).hexdigest()
    assert case["verdict"] == "PASS"
    assert "--impair cellular-lte@1" in case["reproduce"]
    assert any("ms late, one way" in said for said in case["log"])
    page = (out / "report.html").read_text()
    assert "Tested under the impairment" in page
    assert "다음 통신 장애 조건에서 시험함" in page
    assert testbed("verify", out).returncode == 2  # a test key, nobody's


def test_the_same_seed_is_the_same_and_alone_too(testbed, tmp_path):
    def logs(out, *chosen):
        testbed(
            "run", DEVICES / "sim-plc.yaml", "--impair", "flaky-cable", "--seed", 5, "--out", out, *chosen
        )
        return {one["case"]: (one["verdict"], one["log"]) for one in record(out) if one["kind"] == "case"}

    few = ["-k", "test_read_holding_registers"]
    first, second = logs(tmp_path / "a", *few), logs(tmp_path / "b", *few)
    alone = logs(tmp_path / "c", "--case", CASE)

    assert first == second
    assert alone[CASE.partition("/")[2]] == first[CASE.partition("/")[2]]


@pytest.mark.parametrize("scenario", ["flaky-cable", "byte-by-byte", "cellular-lte"])
def test_a_fault_is_still_found(testbed, tmp_path, scenario):
    path = declared(tmp_path, "accepts-no-holding-registers")
    done = testbed("run", path, "--impair", scenario, "--seed", 1, "--case", CASE, "--out", tmp_path / "out")

    assert done.returncode == 1
    assert "MB-FC03-QUANTITY-ZERO" in done.stdout


def test_two_runs_under_different_conditions_are_told_apart(testbed, tmp_path):
    for name, options in (("a", []), ("b", ["--impair", "plant-wifi"])):
        testbed(
            "run", DEVICES / "sim-plc.yaml", "--seed", 5, "--out", tmp_path / name, "--case", CASE, *options
        )
    done = testbed("diff", tmp_path / "a", tmp_path / "b")

    assert "impairment of the traffic" in done.stdout
    assert "plant-wifi@1 by stream" in done.stdout


@pytest.mark.parametrize(
    ("device", "options", "said"),
    [
        ("sim-plc", ["--impair", "plant-wify"], "did you mean `plant-wifi@1`?"),
        ("sim-plc", ["--impair", "lossy-line"], "has `packets` alone; ask for it with `--impair-by tun`"),
        ("sim-plc", ["--impair-by", "tun"], "--impair"),
        ("sim-plc-rtu", ["--impair", "plant-wifi"], "an impairment is of a network"),
    ],
)
def test_bad_input(testbed, tmp_path, device, options, said):
    done = testbed("run", DEVICES / f"{device}.yaml", "--out", tmp_path / "out", *options)

    assert done.returncode == 64
    assert said in done.stderr


def test_a_stopped_run_goes_on_under_the_same(testbed, tmp_path):
    out = tmp_path / "out"
    testbed(
        "run", DEVICES / "sim-plc.yaml", "--impair", "plant-wifi", "--seed", 5, "--out", out, "--case", CASE
    )
    lines = (out / "results.jsonl").read_bytes().splitlines(keepends=True)
    (out / "results.jsonl").write_bytes(lines[0])
    (out / "report.html").unlink()
    (out / "journal.jsonl").write_text(json.dumps({"kind": "chosen", "cases": [CASE]}) + "\n")
    (out / "impairment.yaml").write_bytes((out / "impairment.yaml").read_bytes() + b"\n")
    refused = testbed("run", "--resume", out)
    (out / "impairment.yaml").write_bytes((out / "impairment.yaml").read_bytes()[:-1])
    twice = testbed("run", "--resume", out, "--impair", "satellite")
    done = testbed("run", "--resume", out)

    assert "impairment.yaml was changed since this run began" in refused.stderr
    assert "leave --impair away beside --resume" in twice.stderr
    assert "impaired: Wireless LAN" in done.stdout, done.stderr
    assert any("ms late" in said for one in record(out) if one["kind"] == "case" for said in one["log"])


@pytest.mark.acceptance
@pytest.mark.parametrize(
    ("device", "scenario"),
    [
        *(
            (device, name)
            for device in DEVICES_UNDER
            for name in ("plant-wifi", "cellular-lte", "flaky-cable")
        ),
        ("sim-plc", "congested-switch"),
        ("sim-plc", "satellite"),
        ("sim-plc", "serial-gateway"),
        ("sim-plc", "byte-by-byte"),  # of OPC UA there are too many bytes for that
    ],
)
def test_a_good_device_is_never_accused(testbed, tmp_path, device, scenario):
    out = tmp_path / "out"
    testbed("run", DEVICES / f"{device}.yaml", "--impair", scenario, "--out", out, "-k", "not interop")
    verdicts = {one["verdict"] for one in record(out) if one["kind"] == "case"}

    assert not verdicts & {"FAIL", "WEAK", "ERROR"}


def test_what_breaks_each_connection_is_given_up(testbed, tmp_path):
    path = tmp_path / "always.yaml"
    path.write_text(
        "id: always@1\ntitle: { en: Always, ko: 항상 }\nsummary: { en: Each ends., ko: 모두 끊김. }\n"
        "sources: [assumed]\nstream: { breaks: [{ share: 1, how: reset, after: { least: 14, most: 14 } }] }\n"
    )
    out = tmp_path / "out"
    testbed("run", DEVICES / "sim-plc.yaml", "--impair", path, "--seed", 5, "--out", out, "--case", CASE)
    case = next(one for one in record(out) if one["kind"] == "case")

    assert case["verdict"] == "INCONCLUSIVE"
    assert case["reason"]["en"].startswith(("the impairment broke a connection", "control exchange"))
    assert sum("try" in said for said in case["log"]) < 6
