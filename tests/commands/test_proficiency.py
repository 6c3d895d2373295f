"""A laboratory proves itself: sealed devices dealt, judged over TCP, scored."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
from contextlib import contextmanager

import pytest


@contextmanager
def dealt(folder, keys, *options):
    """Deal a round in a folder; the devices serve until the end."""
    environment = os.environ | {"TESTBED_KEYS": str(keys), "PYTHONWARNINGS": "error"}
    command = [sys.executable, "-m", "testbed", "proficiency", "deal", "--json", *map(str, options)]
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    ) as provider:
        try:
            yield json.loads(provider.stdout.readline())
        finally:
            provider.send_signal(signal.SIGINT)
            assert provider.wait(30) == 0


def judged(started, folder, *, seconds=600):
    run = started(
        "run", *sorted((folder / "proficiency").glob("device-*.yaml")), "--json", cwd=folder, within=seconds
    )
    assert run.stdout, run.stderr
    results = json.loads(run.stdout)
    return [folder / one["bundle"] for one in results]


@pytest.fixture(scope="module")
def round_of_four(started, keys, tmp_path_factory):
    folder = tmp_path_factory.mktemp("round")
    with dealt(folder, keys, "--devices", 4, "--seed", 3) as said:
        return folder, said, judged(started, folder)


@pytest.fixture
def scored(started, round_of_four, tmp_path):
    """Scores bundles of the round; `doctor` may change a copy of them first."""
    folder, _, bundles = round_of_four

    def score(*, doctor=None, hand=None, **more):
        copies = []
        for number, bundle in enumerate(bundles):
            copies.append(tmp_path / f"bundle-{number}")
            shutil.copytree(bundle, copies[-1], dirs_exist_ok=True)
        if doctor is not None:
            doctor(copies)
        options = [part for name, value in more.items() for part in (f"--{name}", value)]
        handed = copies if hand is None else hand(copies)
        done = started("proficiency", "score", *handed, "--json", *options, cwd=folder)
        return done, json.loads(done.stdout or "null")

    return score


def test_what_a_laboratory_sees_does_not_tell_what_the_devices_are(round_of_four):
    from testbed.wire.simulator import simulators  # noqa: PLC0415

    folder, said, _ = round_of_four
    seen = "".join(path.read_text() for path in (folder / "proficiency").iterdir())
    names = {name for name in simulators() if len(name) > 4}
    assert not [name for name in names if name in seen]
    assert stat.S_IMODE((folder / "proficiency.key").stat().st_mode) == 0o600
    assert len(said["devices"]) == 4


def test_our_own_suites_score_all(scored):
    done, said = scored()
    assert done.returncode == 0
    assert said["concordant"] == 4
    assert {one["mark"] for one in said["items"]} == {"CONCORDANT"}


def test_a_doctored_bundle_does_not(scored):
    def doctor(copies):
        found = [
            copy / "results.jsonl"
            for copy in copies
            if '"broken":true' in (copy / "results.jsonl").read_text()
        ]
        found[0].write_text(found[0].read_text().replace('"broken":true', '"broken":false', 1))

    done, said = scored(doctor=doctor)
    assert done.returncode == 1
    assert said["concordant"] == 3
    assert [one["mark"] for one in said["items"]].count("REFUSED") == 1
    assert "results.jsonl" in next(one["why"] for one in said["items"] if one["mark"] == "REFUSED")


def test_what_is_missing_or_handed_in_twice_scores_nothing(scored):
    done, said = scored(hand=lambda copies: [copies[0], copies[0], copies[1], copies[2]])
    assert done.returncode == 1
    assert [one["mark"] for one in said["items"]] == ["REFUSED", "CONCORDANT", "CONCORDANT", "MISSING"]


def test_a_bundle_of_another_device_is_no_answer(scored, started, tmp_path):
    other = tmp_path / "other"
    from testbed.plugin.shelf import example  # noqa: PLC0415

    started("run", example("sim-transmitter.yaml"), "--out", other, cwd=tmp_path)
    done, said = scored(hand=lambda copies: [*copies, other])
    assert done.returncode == 1
    assert said["concordant"] == 4
    assert "none of this round's" in said["strangers"][0]["refused"]


def test_a_laboratory_whose_root_is_not_trusted_scores_nothing(scored, tmp_path):
    from testbed.bundle.keys import create_keys  # noqa: PLC0415

    create_keys(tmp_path / "others")
    done, said = scored(root=tmp_path / "others" / "root.pem")
    assert done.returncode == 1
    assert said["concordant"] == 0
    assert "SIGNER_UNKNOWN" in said["items"][0]["why"]


def test_another_key_does_not_open_the_seal(scored, tmp_path):
    (tmp_path / "other.key").write_text("00" * 32 + "\n")
    done, _ = scored(key=tmp_path / "other.key")
    assert done.returncode == 64
    assert "the seal does not open" in done.stderr


def test_a_round_whose_commitments_were_changed_is_refused(scored, round_of_four, tmp_path):
    folder = round_of_four[0]
    shutil.copytree(folder / "proficiency", tmp_path / "changed")
    path = tmp_path / "changed" / "round.json"
    said = json.loads(path.read_text())
    said["items"][0]["commitment"] = "0" * 64
    path.write_text(json.dumps(said))
    done, _ = scored(round=tmp_path / "changed", key=folder / "proficiency.key")
    assert done.returncode == 64
    assert "committed to" in done.stderr
    path.write_text('{"items": 3}')
    done, _ = scored(round=tmp_path / "changed", key=folder / "proficiency.key")
    assert (done.returncode, "is no round" in done.stderr) == (64, True)


def test_a_round_is_never_overwritten(testbed, round_of_four):
    folder = round_of_four[0]
    done = testbed("proficiency", "deal", "--out", folder / "proficiency", "--key", folder / "new.key")
    assert (done.returncode, "never overwritten" in done.stderr) == (64, True)
    done = testbed("proficiency", "deal", "--out", "new", "--key", folder / "proficiency.key")
    assert (done.returncode, "never overwritten" in done.stderr) == (64, True)


@pytest.mark.acceptance
def test_twenty_sealed_devices_score_twenty_of_twenty(started, keys, tmp_path):
    with dealt(tmp_path, keys, "--devices", 20):
        bundles = judged(started, tmp_path, seconds=1500)
        assert len(bundles) == 20
    done = started("proficiency", "score", *bundles, cwd=tmp_path)
    assert done.stdout.splitlines()[-1].endswith("20 of 20 concordant")
    assert done.returncode == 0
