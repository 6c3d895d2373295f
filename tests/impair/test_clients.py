"""`--impair` where the product is a client: it stands between the product and the stand-in."""

import json
import subprocess
import sys
import time
from importlib.resources import files

import pytest
import yaml

from testbed.bundle.keys import create_keys
from tests.testers.modbus_client.bench import READS

DEVICES = files("profiles") / "devices"
CASE = "modbus_tcp_client/test_answers.py::test_other_protocol"


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("authority") / "keys"
    create_keys(folder, test=True)
    return folder


@pytest.fixture
def run(keys, tmp_path):
    def run(declaration, scenario, *options, seed=1, out="out"):
        command = [sys.executable, "-m", "testbed", "run", declaration, "--impair", scenario, "--keys", keys]
        command += ["--seed", seed, "--out", tmp_path / out, *options]
        return subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=120, check=False)

    return run


def cases(folder):
    lines = (folder / "results.jsonl").read_text().splitlines()
    return {one["case"]: one for one in map(json.loads, lines) if one["kind"] == "case"}


def declared(tmp_path, text="", old="sim:client", new="sim:client"):
    path = tmp_path / "client.yaml"
    path.write_text((text or (DEVICES / "sim-client.yaml").read_text()).replace(old, new))
    return path


def test_it_is_recorded_and_printed(run, tmp_path):
    done = run(DEVICES / "sim-client.yaml", "cellular-lte", "--case", CASE)
    head = json.loads((tmp_path / "out" / "results.jsonl").read_text().partition("\n")[0])
    case = cases(tmp_path / "out")[CASE.partition("/")[2]]

    assert "impaired: Cellular router (LTE) (cellular-lte@1, stream)" in done.stdout
    assert head["impairment"]["id"] == "cellular-lte@1"
    assert "--impair cellular-lte@1" in case["reproduce"]
    assert any("ms late, one way" in said for said in case["log"])
    page = (tmp_path / "out" / "report.html").read_text()
    assert "Tested under the impairment" in page
    assert "다음 통신 장애 조건에서 시험함" in page


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.acceptance)])
@pytest.mark.parametrize(
    "scenario",
    [
        "byte-by-byte",
        "cellular-lte",
        "congested-switch",
        "flaky-cable",
        "plant-wifi",
        "satellite",
        "serial-gateway",
    ],
)
def test_the_reference_is_never_accused(run, tmp_path, scenario, seed):
    run(DEVICES / "sim-client.yaml", scenario, "-k", "not interop", seed=seed)
    found = cases(tmp_path / "out")

    assert len(found) > 80
    assert {one["verdict"] for one in found.values()} <= {"PASS", "INCONCLUSIVE", "NOT_APPLICABLE"}
    assert sum(one["verdict"] == "PASS" for one in found.values()) > 75
    touched = [
        name for name, one in found.items() if any(f"impairment {scenario}" in said for said in one["log"])
    ]
    if scenario != "flaky-cable":  # which does nothing to most connections
        assert set(found) - set(touched) == {"(all traffic)"}


@pytest.mark.acceptance
@pytest.mark.parametrize("scenario", ["plant-wifi", "flaky-cable", "satellite"])
def test_before_independent_servers_it_is_never_accused(run, tmp_path, scenario):
    """Over sockets, by the time of day."""
    run(DEVICES / "sim-client.yaml", scenario, "-k", "interop")
    found = cases(tmp_path / "out")

    assert len(found) > 50
    assert {one["verdict"] for one in found.values()} <= {"PASS", "INCONCLUSIVE", "NOT_APPLICABLE"}


def test_the_same_seed_is_the_same(run, tmp_path):
    for out in ("a", "b"):
        run(DEVICES / "sim-client.yaml", "flaky-cable", "-k", "test_answers", out=out, seed=5)
    first, second = cases(tmp_path / "a"), cases(tmp_path / "b")

    assert {name: (one["verdict"], one["log"]) for name, one in first.items()} == {
        name: (one["verdict"], one["log"]) for name, one in second.items()
    }


@pytest.mark.parametrize("scenario", ["cellular-lte", "byte-by-byte", "satellite"])
def test_a_wrong_belief_is_still_found(run, tmp_path, scenario):
    """No delay makes a value of another answer."""
    path = declared(tmp_path, new="sim:client-takes-any-protocol")
    done = run(path, scenario, "--case", CASE)

    assert done.returncode == 1, done.stdout
    assert "MBC-PROTOCOL-FOREIGN" in done.stdout


def test_what_breaks_each_connection_is_given_up(run, tmp_path):
    path = tmp_path / "always.yaml"
    path.write_text(
        "id: always@1\ntitle: { en: Always, ko: 항상 }\nsummary: { en: Each ends., ko: 모두 끊김. }\n"
        "sources: [assumed]\nstream: { breaks: [{ share: 1, how: reset, after: { least: 5, most: 5 } }] }\n"
    )
    run(DEVICES / "sim-client.yaml", path, "--case", CASE)
    (case,) = cases(tmp_path / "out").values()

    assert case["verdict"] == "INCONCLUSIVE"
    assert sum("try" in said for said in case["log"]) < 6
    assert {one["verdict"] for one in case["findings"]} == {"INCONCLUSIVE"}


def test_packets_are_not_impaired_before_a_client(run, tmp_path):
    done = run(DEVICES / "sim-client.yaml", "plant-wifi", "--impair-by", "tun")

    assert done.returncode == 64
    assert "a client comes by itself" in done.stderr or "tun" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_product_meets_it_on_sockets(run, tmp_path):
    """Its own clock shows the delay: a request and its answer take two ways of a hundred milliseconds."""
    scenario = tmp_path / "far.yaml"
    scenario.write_text(
        "id: far@1\ntitle: { en: Far, ko: 원격 }\nsummary: { en: 100 ms., ko: 100 ms. }\n"
        "sources: [assumed]\nstream: { delay: { time: 100 ms } }\n"
    )
    took = tmp_path / "took"
    text = (
        "line = socket.create_connection((host, port)); began = time.monotonic(); ask(line)\n"
        f"got = answer(line); open({str(took)!r}, 'a').write('%f ' % (time.monotonic() - began)); print(*got)"
    )
    task = {
        "does": "fc03",
        "at": 107,
        "count": 3,
        "command": [sys.executable, "-c", READS + text, "{host}", "{port}", "{unit}"],
        "belief": {"where": "stdout", "pattern": r"^\d+|\b\d+"},
    }
    said = {
        "device": {"vendor": "nobody", "model": "script", "firmware": "1"},
        "profile": "modbus-tcp-client@1",
        "connect": "listen://127.0.0.1:0?unit=17",
        "client": {"timeout": "3 s", "tasks": {"read": task}},
    }
    began = time.monotonic()
    done = run(declared(tmp_path, yaml.safe_dump(said)), scenario, "--case", CASE)
    preflight, *times = map(float, took.read_text().split())

    assert "MBC-PROTOCOL-FOREIGN" in done.stdout, done.stderr  # the script looks at nothing
    assert done.returncode == 1
    assert preflight < 0.1
    assert times
    assert all(0.2 <= one < 2.0 for one in times[:2])
    assert time.monotonic() - began < 100
