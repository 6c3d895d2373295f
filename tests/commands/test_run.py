"""`testbed run`: what it prints, what it returns, what it leaves behind."""

import json
import re
import socket
from itertools import chain

import pytest

from testbed.bundle.writer import BundleExistsError
from testbed.commands.session import Request, _begun
from testbed.model.verdict import Verdict
from testbed.plugin.setup import prepare
from testbed.plugin.shelf import example, suites

QUANTITY_ZERO = "MB-FC03-QUANTITY-ZERO"
MUTANT = "sim:accepts-no-holding-registers"
CASE = "modbus_tcp_server/test_read_holding_registers.py::test_quantity_zero"
CLOCK = {"at", "duration_s", "capture"}
"""Parts of a record that follow the clock on the wall: a capture, too, says at which time it was made."""
SUITES = ("modbus_tcp_server", "interop_modbus")
REQUIREMENTS = {one.id for suite in SUITES for one in suites()[suite].catalogue.requirements}


@pytest.fixture(scope="module")
def broken(tmp_path_factory, declare):
    """The declaration of a device that answers a read of no registers."""
    return declare(tmp_path_factory.mktemp("broken"), "plc", words={"sim:plc": MUTANT})


@pytest.fixture(scope="module")
def nowhere(tmp_path_factory, declare):
    """The declaration of a device that is not there."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return declare(tmp_path_factory.mktemp("nowhere"), words={"sim:io-block": f"tcp://127.0.0.1:{port}"})


def check(data):
    """Hold one object of --json to the contract."""
    assert data.keys() == {"outcome", "bundle", "duration_s", "counts", "stale_waivers", "requirements"}
    assert data["counts"].keys() == set(Verdict)
    for requirement in data["requirements"].values():
        assert requirement.keys() == {"verdict", "waived", "level", "clause", "findings"}
        assert requirement["waived"] is False  # none of these runs was given waivers
        assert all(isinstance(part, str) for part in chain.from_iterable(requirement["clause"].items()))
        for finding in requirement["findings"]:
            assert finding.keys() == {
                "case",
                "verdict",
                "expected",
                "received",
                "reproduced",
                "tries",
                "capture",
                "frames",
            }
            assert all(isinstance(number, int) and number > 0 for number in finding["frames"])
        verdicts = [Verdict(finding["verdict"]) for finding in requirement["findings"]]
        assert requirement["verdict"] in (verdicts or ["NOT_TESTED"])
    if data["requirements"]:
        assert data["requirements"].keys() == REQUIREMENTS
        assert sum(data["counts"].values()) == len(REQUIREMENTS)


def test_json_of_a_broken_device(testbed, tmp_path, broken):
    done = testbed("run", broken, "--json", "--out", "bundle")

    data = json.loads(done.stdout)
    check(data)
    assert (done.returncode, done.stderr) == (1, "")
    assert (data["outcome"], data["bundle"], data["counts"]["FAIL"]) == ("NOT_CONFORMANT", "bundle", 1)
    found = data["requirements"][QUANTITY_ZERO]
    assert (found["verdict"], found["level"], found["clause"]) == ("FAIL", "SHALL", {"AP": "6.3"})
    (finding,) = [one for one in found["findings"] if one["verdict"] == "FAIL"]
    assert finding["expected"]
    assert finding["received"]
    assert finding["frames"]
    assert (finding["reproduced"], finding["tries"]) == (3, 3)
    assert (tmp_path / "bundle" / finding["capture"]).is_file()


def test_nothing_is_granted_on_a_fail(testbed, said, broken, tmp_path):
    assert testbed("run", broken, "--out", "bundle").returncode == 1

    status, out, err = said("grant", "bundle")

    assert (status, out) == (1, "")
    assert err == "not granted: The overall verdict is NOT_CONFORMANT.\n"
    assert not (tmp_path / "bundle" / "certificate.html").exists()


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["expected: ", "received: ", "reproduced 3 of 3", "frames "]),
        ("ko", ["기대값: ", "수신값: ", "시도 3회 중 3회 재현", "프레임 ", "하여야 한다"]),
    ],
)
def test_a_person_reads_what_is_wrong_and_where(testbed, tmp_path, broken, lang, words):
    done = testbed("run", broken, "--out", "bundle", "--lang", lang, "--case", CASE)

    assert done.returncode == 1  # a FAIL outweighs what was left out
    assert "\x1b" not in done.stdout + done.stderr
    assert done.stderr == ""
    (head,) = [line for line in done.stdout.splitlines() if QUANTITY_ZERO in line]
    assert head.startswith("FAIL ")
    assert "AP 6.3" in head
    assert all(word in done.stdout for word in words)
    assert "NOT_CONFORMANT" in done.stdout
    assert "bundle/report.html (TEST KEY)" in done.stdout
    header = json.loads((tmp_path / "bundle" / "results.jsonl").read_text("utf-8").splitlines()[0])
    kept = {f"wire/{path.name}" for path in (tmp_path / "bundle" / "wire").iterdir()}
    (capture,) = kept - {header["preflight_capture"]}
    assert len(kept) == 2
    assert f"bundle/{capture}" in done.stdout


def test_verbose_shows_every_frame_decoded(testbed, broken):
    done = testbed("run", broken, "-v", "--case", CASE)

    assert "\x1b" not in done.stdout + done.stderr
    assert CASE in done.stderr
    assert " -> " in done.stderr
    assert " <- " in done.stderr
    assert "00 00 00 06 01 03 01 90 00 00" in done.stderr  # no registers from 400 on
    assert "starting address: 400" in done.stderr
    assert "quantity: 0" in done.stderr


@pytest.mark.parametrize(
    ("chosen", "cases"),
    [(["-k", "test_read_coils"], None), (["--case", CASE], 1), (["--case", CASE, "--case", CASE], 1)],
    ids=["-k", "--case", "--case twice"],
)
def test_a_selection_by_hand_is_incomplete_and_says_so(testbed, declare, tmp_path, chosen, cases):
    done = testbed("run", declare(tmp_path, "plc"), "--out", "bundle", *chosen)

    assert (done.returncode, done.stderr) == (2, "")
    assert "INCOMPLETE" in done.stdout
    assert "deselected" in done.stdout
    records = (tmp_path / "bundle" / "results.jsonl").read_text("utf-8").splitlines()
    ran = [one for one in map(json.loads, records) if one["kind"] == "case" and one["capture"]]
    assert len(ran) == cases if cases else ran
    assert json.loads(records[0])["selected_by_hand"]


def test_a_dry_run_lists_writes_and_opens_no_connection(testbed, declare, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as device:
        port = device.getsockname()[1]
        path = declare(tmp_path, words={"sim:io-block": f"tcp://127.0.0.1:{port}"})
        done = testbed("run", path, "--dry-run")
        device.settimeout(0)
        with pytest.raises(BlockingIOError):
            device.accept()

    assert (done.returncode, done.stderr) == (0, "")
    *writes, total = done.stdout.splitlines()
    assert total.endswith("cases would write; nothing was sent to the device")
    assert int(total.split()[0]) == len({line.partition(": ")[0] for line in writes}) > 0
    assert all(
        re.search(r": (writes|\d+ (bytes|fuzzed frames) that only an isolated device may get)", line)
        for line in writes
    )
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("driven", ["command: [touch, {trace}]", "operator: press READ"])
def test_a_dry_run_starts_no_client(testbed, tmp_path, driven):
    trace, path = tmp_path / "trace", tmp_path / "client.yaml"
    where = "stdout" if driven.startswith("command") else "operator"
    path.write_text(
        "device: { vendor: nobody, model: script, firmware: '1' }\nprofile: modbus-tcp-client@1\n"
        "connect: listen://127.0.0.1:0?unit=17\nclient: { tasks: { read: { does: fc03, at: 1, count: 3, "
        f"{driven.format(trace=trace)}, belief: {{ where: {where} }} }} }} }}\n"
    )
    done = testbed("run", path, "--dry-run", "-k", "not interop")

    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(
        r"\d\d of \d\d cases would make the product act; nothing of it was started\n", done.stdout
    )
    assert not trace.exists()


def test_a_dry_run_as_json(testbed, declare, tmp_path):
    done = testbed("run", declare(tmp_path), "--dry-run", "--json", "-k", "test_read_coils")

    data = json.loads(done.stdout)
    check(data)
    assert (done.returncode, data["bundle"]) == (0, "")


def test_several_devices_are_a_list_in_their_order(testbed, declare, tmp_path, nowhere, broken):
    good = declare(tmp_path)

    done = testbed("run", good, nowhere, broken, "--json", "--out", "all", "-k", "registers or coils")

    data = json.loads(done.stdout)
    for one in data:
        check(one)
    assert [one["outcome"] for one in data] == ["INCOMPLETE", "INCOMPLETE", "NOT_CONFORMANT"]
    assert [one["bundle"] for one in data] == ["all/sim-io-block-1.0", "", "all/sim-plc-1.0"]
    assert done.returncode == 1
    assert done.stderr.startswith(f"testbed: {nowhere}: 127.0.0.1:")


def test_an_unreachable_device_is_one_object_and_status_2(said, nowhere):
    status, out, err = said("run", nowhere, "--json")

    data = json.loads(out)
    check(data)
    assert (status, data["outcome"], data["requirements"]) == (2, "INCOMPLETE", {})
    assert "refuses the connection" in err


def test_one_device_twice_is_two_bundles(testbed, declare, tmp_path):
    path = declare(tmp_path)

    done = testbed("run", path, path, "-k", "test_read_coils")

    assert done.returncode == 2
    reports = sorted((tmp_path / "results" / "sim-io-block-1.0").glob("*/report.html"))
    assert len(reports) == 2
    assert all(str(report.relative_to(tmp_path)) in done.stdout for report in reports)


def test_two_runs_of_one_seed_find_the_same(testbed, declare, tmp_path):
    path = declare(tmp_path)

    def sent(bundle):
        testbed("run", path, "--out", bundle, "--seed", "5", "-k", "test_read_coils or test_tcp_stream")
        lines = (tmp_path / bundle / "results.jsonl").read_text("utf-8").splitlines()
        found = [json.loads(line) for line in lines[1:-1]]
        known = [{name: part for name, part in one.items() if name not in CLOCK} for one in found]
        return sorted(known, key=lambda one: (one["suite"], one["case"]))  # they stand as they ended

    assert sent("one") == sent("other")


def test_a_folder_that_another_run_has_taken_meanwhile_is_left_to_it(tmp_path):
    taken = tmp_path / "20261122T093000Z"
    (taken / "wire").mkdir(parents=True)
    setup = prepare(example("sim-plc.yaml"))

    moved, (kept,) = _begun(Request(setup, taken, is_movable=True), setup, b"")
    kept.writer.discard()
    assert moved.folder == taken.with_name("20261122T093000Z-2")
    with pytest.raises(BundleExistsError, match="already holds a run"):
        _begun(Request(setup, taken), setup, b"")
