"""Plain pytest judges a device as `testbed run` does, down to the exit status."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from testbed.bundle.reader import read_record
from testbed.commands.run import run
from testbed.plugin.gather import gather, quiet
from testbed.plugin.shelf import suites
from testbed.wire.simulator import simulators

TEXT = """
device:   { vendor: A, model: SMALL, firmware: "1" }
profile:  modbus-tcp-server@1
connect:  sim:plc
supports: [fc04]  # the less, the sooner done
isolated: true
input_registers:
  - { first: 0, count: 200 }
"""
ROOT = Path(__file__).parents[2]
SUITES = str(ROOT / "conformance_suites")
SERVER = f"{SUITES}/modbus_tcp_server"
MUTANT = next(name for name, one in simulators("modbus").items() if one.breaks == {"MB-MBAP-PROTOCOL-ZERO"})


def plain(*options):
    """Run pytest in this process, with the plugin of this installation and no other; return its status."""
    with quiet():
        return pytest.main(
            [
                *map(str, options),
                "-q",
                "-p",
                "testbed.plugin.hooks",
                "-p",
                "no:cacheprovider",
                "-c",
                ROOT / "pyproject.toml",
            ]
        )


@pytest.fixture(scope="module")
def declarations(tmp_path_factory):
    folder = tmp_path_factory.mktemp("declarations")
    (folder / "good.yaml").write_text(TEXT)
    (folder / "bad.yaml").write_text(TEXT.replace("sim:plc", f"sim:{MUTANT}"))
    (folder / "wrong.yaml").write_text(TEXT.replace("profile: ", "profil: "))
    (folder / "gone.yaml").write_text(TEXT.replace("sim:plc", "tcp://127.0.0.1:1"))
    return folder


@pytest.mark.parametrize(
    ("file", "options", "status"),
    [
        ("good.yaml", [], 0),
        ("bad.yaml", ["-k", "mbap_header"], 1),
        ("good.yaml", ["-k", "quantity"], 2),
        ("wrong.yaml", [], 64),
        ("gone.yaml", [], 2),
    ],
    ids=["conformant", "not conformant", "chosen by hand", "bad input", "unreachable"],
)
def test_exit_status(file, options, status, declarations, tmp_path):
    assert plain(SUITES, "--declaration", declarations / file, *options) == status
    ran = CliRunner().invoke(run, [str(declarations / file), "--out", str(tmp_path / "bundle"), *options])
    assert ran.exit_code == status, ran.output


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        ([SERVER, "-x", "--declaration", "bad.yaml"], 1, "outcome: NOT_CONFORMANT"),
        ([f"{SERVER}/test_robustness.py", "-rs"], 0, "no device: say which"),
        ([SUITES, "--collect-only", "--declaration", "gone.yaml"], 0, "test_robustness.py"),
        (
            [SUITES, "--testbed-case", "modbus_tcp_server/none", "--declaration", "good.yaml"],
            4,
            "no case is called",
        ),
        ([SUITES, "--testbed-out", ".", "--declaration", "good.yaml"], 64, "already holds"),
        (
            [SUITES, "--testbed-impair", "plant-wify", "--declaration", "good.yaml"],
            64,
            "did you mean `plant-wifi",
        ),
        ([SUITES, "--testbed-impair-by", "tun", "--declaration", "good.yaml"], 64, "name what with --impair"),
        ([SUITES, "--testbed-profile", "opcua-server@1", "--declaration", "good.yaml"], 64, "speak OPC UA"),
    ],
    ids=[
        "stopped at the first",
        "no device",
        "collected only",
        "an unknown case",
        "a folder in use",
        "an unknown impairment",
        "a way without an impairment",
        "a profile of another protocol",
    ],
)
def test_other_ways(options, status, said, declarations, capsys):
    options = [declarations / one if one.endswith(("yaml", ".")) else one for one in options]
    assert plain(*options) == status
    assert said in "".join(capsys.readouterr())


@pytest.mark.parametrize("left", ["test_length_that_announces_more", "test_length_above_the_limit[255]"])
def test_what_is_left_out_by_naming_the_others_is_left_out_by_hand(left, declarations, tmp_path):
    """Pytest deselects nothing where a node id picks: a failure would be gone without a trace."""
    header = f"{SERVER}/test_mbap_header.py"
    others = [
        str(path) for path in sorted(ROOT.glob("conformance_suites/*/test_*.py")) if str(path) != header
    ]
    cases = [case.id for case in gather([suites()["modbus_tcp_server"]])]
    names = [case.partition("::")[2] for case in cases if case.startswith("test_mbap_header.py::")]
    assert left in names
    named = [f"{header}::{one}" for one in names if one != left]

    bundle = tmp_path / "bundle"
    assert plain(*others, *named, "--declaration", declarations / "good.yaml", "--testbed-out", bundle) == 2
    assert (
        read_record(bundle).header.selected_by_hand
        == f"not run: modbus_tcp_server/test_mbap_header.py::{left}"
    )


def test_a_bundle_is_kept_where_told_to(declarations, tmp_path):
    folder = tmp_path / "bundle"
    case = "modbus_tcp_server/test_mbap_header.py::test_transaction_identifier[255]"
    options = ["--testbed-out", folder, "--testbed-seed", 5, "--testbed-case", case]
    assert plain(SUITES, "--declaration", declarations / "good.yaml", *options) == 2
    lines = [json.loads(line) for line in (folder / "results.jsonl").read_text().splitlines()]
    assert [line["kind"] for line in lines] == ["header", "case", "case", "footer"]
    assert (lines[0]["seed"], lines[-1]["outcome"]) == (5, "INCOMPLETE")
    assert lines[0]["selected_by_hand"]
    assert f"{lines[1]['suite']}/{lines[1]['case']}" == case
    assert (folder / lines[1]["capture"]).read_bytes()[:4] == b"\n\r\r\n"
    assert (folder / "declaration.yaml").read_text() == TEXT


def test_an_impairment_is_at_work_and_said(declarations, tmp_path):
    folder = tmp_path / "bundle"
    case = "modbus_tcp_server/test_mbap_header.py::test_transaction_identifier[255]"
    options = ["--testbed-out", folder, "--testbed-case", case, "--testbed-impair", "plant-wifi"]
    assert plain(SUITES, "--declaration", declarations / "good.yaml", *options) == 2
    record = read_record(folder)
    assert record.header.impairment.id == "plant-wifi@1"
    assert any("ms late" in said for one in record.cases for said in one.log)


def test_as_a_user_types_it(declarations):
    """The plugin is found by its entry point; several processes are refused."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", SUITES]
    options = ["--declaration", str(declarations / "good.yaml"), "-n", "2"]
    ended = subprocess.run(
        [*command, *options], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 64, ended.stdout
    assert "leave -n away" in ended.stdout + ended.stderr
