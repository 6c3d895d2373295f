"""`testbed run --resume`: whatever stops a run, nothing that it found is lost, nothing stands changed."""

import asyncio
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from testbed.bundle.certificates import load_roots
from testbed.bundle.journal import FileJournal
from testbed.bundle.reader import read_record
from testbed.bundle.verify import Status, verify_bundle
from testbed.model.record import ALL_TRAFFIC, LINE, roll_up
from testbed.plugin.shelf import example, suites
from testbed.wire.simulator import simulator

SEED = 7
WITHIN = 120.0
"""Seconds for a whole run on a machine that does other things beside."""
MUTANT = "accepts-no-holding-registers"
LINES = 280
"""Of a whole record, about."""


class Device:
    """A broken controller on a loopback port, served from a thread of this process."""

    def __init__(self):
        self.plc, self.port = None, 0
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()

        async def serve():
            start = simulator(MUTANT).start()
            self.plc = start().server
            server = await self._loop.create_server(start, "127.0.0.1", 0)
            self.port = server.sockets[0].getsockname()[1]
            ready.set()
            return server

        self._server = self._loop.create_task(serve())
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        assert ready.wait(10)

    def scratch(self):
        """Return every value that a case may write."""
        registers = [self.plc.holding_registers[address] for address in range(400, 656)]
        return registers, [self.plc.coils[address] for address in range(4096, 6144)]

    def close(self):
        async def end():
            self._server.result().close()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
            await asyncio.sleep(0.05)
            self._loop.stop()

        asyncio.run_coroutine_threadsafe(end(), self._loop)
        self._thread.join(10)
        self._loop.close()


@dataclass
class House:
    """A broken device, its declaration, the laboratory's keys, and the run of it that nobody stopped."""

    device: Device
    declaration: Path
    keys: Path
    started: object
    before: object
    """What stands in the device's scratch areas."""
    whole: object = None

    def testbed(self, *arguments, cwd):
        """Run `testbed ARGUMENTS` to its end."""
        return self.started(*arguments, cwd=cwd)

    @contextmanager
    def begin(self, *arguments):
        """Start `testbed ARGUMENTS` in a process of its own; kill it when it was not ended."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
        environment |= {"TESTBED_KEYS": str(self.keys), "PYTHONWARNINGS": "error", "PYTHONUTF8": "1"}
        command = [sys.executable, "-m", "testbed", *map(str, arguments)]
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def run(self, bundle, *more):
        """Start a run."""
        return self.begin("run", self.declaration, "--out", bundle, "--seed", SEED, *more)

    def good(self, bundle):
        """Verify a bundle."""
        result = verify_bundle(bundle, load_roots(self.keys / "root.pem"))
        assert (result.status, result.problems) == (Status.GOOD, ())

    def check(self, bundle, kept):
        """Hold a run that went on to the one that nobody stopped."""
        after = b"".join(lines(bundle))
        assert after.startswith(b"".join(kept))  # nothing that stood in the record is touched
        entries = [json.loads(line) for line in after.splitlines()]
        names = [(one["suite"], one["case"]) for one in entries if one["kind"] == "case"]
        judged = [name for name in names if name[1] != ALL_TRAFFIC]
        assert len(judged) == len(set(judged))
        record, whole = read_record(bundle), self.whole
        assert {(one.suite, one.case) for one in record.cases} == {
            (one.suite, one.case) for one in whole.cases
        }
        assert verdicts(record) == verdicts(whole)
        assert record.footer.outcome is whole.footer.outcome
        assert record.footer.cases == len(record.cases)
        assert not record.footer.interrupted
        assert self.device.scratch() == self.before
        assert not (bundle / "journal.jsonl").exists()
        self.good(bundle)


@pytest.fixture(scope="module")
def house(tmp_path_factory, started, declare, keys):
    device, folder = Device(), tmp_path_factory.mktemp("house")
    declaration = declare(folder, "plc", words={"sim:plc": f"tcp://127.0.0.1:{device.port}?unit=1"})
    made = House(device, declaration, keys, started, device.scratch())
    done = started("run", declaration, "--out", folder / "bundle", "--seed", SEED, cwd=folder)
    assert (done.returncode, done.stderr) == (1, ""), done.stderr
    made.whole = read_record(folder / "bundle")
    yield made
    device.close()


def verdicts(record):
    judged = roll_up([suites()[used.id].catalogue for used in record.header.suites], record.cases)
    return {one.requirement.id: str(one.verdict) for one in judged}


def lines(bundle):
    """Return the whole lines of a record, as far as there is one."""
    path = bundle / "results.jsonl"
    data = path.read_bytes() if path.exists() else b""
    return data[: data.rfind(b"\n") + 1].splitlines(keepends=True)


def kill_when(process, holds, later=0.0):
    """Kill a process, as the system does, once something holds, if it has not ended before."""
    deadline = time.monotonic() + WITHIN
    while process.poll() is None and not holds():
        assert time.monotonic() < deadline
        time.sleep(0.002)
    time.sleep(later)
    process.send_signal(signal.SIGKILL)
    process.wait()


def stop_and_go_on(house, folder, point):
    """Kill a run when its record has some lines, and a little later; then let it go on."""
    count, later = point
    bundle = folder / "bundle"
    with house.run(bundle) as process:
        kill_when(process, lambda: len(lines(bundle)) >= count, later)
    kept = lines(bundle)
    done = house.testbed("run", "--resume", bundle, cwd=folder)
    if not kept:
        assert (done.returncode, done.stdout) == (64, "")
        return "nothing"
    if done.returncode == 64:
        assert done.stderr.endswith(
            "this run has ended and its report is signed; there is nothing to resume\n"
        )
        house.check(bundle, kept)
        return "ended"
    assert (done.returncode, done.stderr) == (1, ""), done.stderr
    assert f"went on after a stop; kept: {read_record(bundle).resumed[-1].kept}" in done.stdout
    house.check(bundle, kept)
    return "resumed"


def points(number, seed):
    """Return how many lines a record has, and the seconds after that, when a run is killed."""
    chosen = random.Random(seed)  # noqa: S311 - reproducible
    return [(chosen.randint(1, LINES), chosen.choice([0.0, 0.02, chosen.random()])) for _ in range(number)]


FIRST, *OTHERS = [*points(2, 1), (1, 0.0), (LINES + 4, 0.1)]
LONG = pytest.mark.acceptance


@pytest.mark.parametrize("point", [FIRST, *(pytest.param(one, marks=LONG) for one in OTHERS)], ids=str)
def test_a_killed_run_goes_on(point, tmp_path, house):
    stop_and_go_on(house, tmp_path, point)


@pytest.mark.acceptance
def test_killed_at_fifty_points(tmp_path, house):
    ends = []
    for at, point in enumerate(points(50, 2)):
        folder = tmp_path / str(at)
        folder.mkdir()
        ends.append(stop_and_go_on(house, folder, point))
        shutil.rmtree(folder)
    assert ends.count("resumed") > len(ends) / 2


def test_what_stood_changed_in_the_device_is_put_back_first(tmp_path, house):
    bundle = tmp_path / "bundle"
    with house.run(bundle) as process:
        kill_when(process, lambda: house.device.scratch() != house.before)
    kept, changed = lines(bundle), house.device.scratch() != house.before

    done = house.testbed("run", "--resume", bundle, cwd=tmp_path)

    assert (done.returncode, done.stderr) == (1, ""), done.stderr
    (resumed,) = read_record(bundle).resumed
    assert resumed.not_restored == ()
    assert bool(resumed.restored) >= changed
    assert all(f"put back first: {values}" in done.stdout for values in resumed.restored)
    house.check(bundle, kept)


@pytest.mark.parametrize("kind", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.acceptance)])
def test_ctrl_c_or_a_plain_kill_says_how_to_go_on(tmp_path, house, kind):
    bundle = tmp_path / "bundle"
    with house.run(bundle) as process:
        deadline = time.monotonic() + WITHIN
        while len(lines(bundle)) < LINES // 4:
            assert time.monotonic() < deadline
            time.sleep(0.002)
        process.send_signal(kind)
        out, err = process.communicate(timeout=WITHIN)
    assert err == f"stopped early; to go on: testbed run --resume {bundle}\n"
    assert process.returncode in {1, 2}, out
    assert house.device.scratch() == house.before
    house.good(bundle)
    kept = lines(bundle)
    assert read_record(bundle).footer.interrupted

    done = house.testbed("run", "--resume", bundle, cwd=tmp_path)

    assert (done.returncode, done.stderr) == (1, "")
    house.check(bundle, kept)


@pytest.mark.acceptance
def test_a_run_is_killed_twice_and_goes_on(tmp_path, house):
    bundle = tmp_path / "bundle"
    with house.run(bundle) as process:
        kill_when(process, lambda: len(lines(bundle)) >= 60)
    with house.begin("run", "--resume", bundle) as process:
        kill_when(process, lambda: len(lines(bundle)) >= 120)
    kept = lines(bundle)

    done = house.testbed("run", "--resume", bundle, cwd=tmp_path)

    assert (done.returncode, done.stderr) == (1, ""), done.stderr
    assert len(read_record(bundle).resumed) == 2
    house.check(bundle, kept)


@pytest.mark.acceptance
def test_a_choice_by_hand_is_kept(tmp_path, house):
    bundle = tmp_path / "bundle"
    with house.run(bundle, "-k", "test_read_holding_registers or test_write_single") as process:
        kill_when(process, lambda: len(lines(bundle)) >= 5)

    done = house.testbed("run", "--resume", bundle, cwd=tmp_path)

    assert (done.returncode, done.stderr) == (1, ""), done.stderr
    record = read_record(bundle)
    files = {one.case.partition("::")[0] for one in record.cases if one.case != ALL_TRAFFIC}
    assert files >= {"test_read_holding_registers.py", "test_write_single_register.py"}
    assert all(name.startswith(("test_read_holding_registers", "test_write_single")) for name in files)
    assert record.header.selected_by_hand
    house.good(bundle)


@pytest.mark.parametrize("more", [["--seed", "1"], ["-k", "x"], ["--out", "x"], ["d.yaml"], ["--dry-run"]])
def test_a_run_goes_on_as_it_was_begun(said, tmp_path, more):
    status, out, err = said("run", "--resume", tmp_path, *more)
    assert (status, out) == (64, "")
    name = "DECLARATION" if more == ["d.yaml"] else more[0]
    assert f"leave {name} away beside --resume" in err


def test_a_suite_that_is_another_now_is_refused(said, tmp_path, house):
    bundle = tmp_path / "bundle"
    with house.run(bundle) as process:
        kill_when(process, lambda: len(lines(bundle)) >= 3)
    path = bundle / "results.jsonl"
    digest = read_record_header(bundle).suites[0].digest
    path.write_bytes(path.read_bytes().replace(digest.encode(), b"0" * 64))
    status, out, err = said("run", "--resume", bundle)
    assert (status, out) == (64, "")
    assert "is not the one that this run began with" in err
    assert not (bundle / "report.html").exists()


def read_record_header(bundle):
    return LINE.validate_json(lines(bundle)[0])


@pytest.fixture
def stopped(started, tmp_path):
    """A run of two cases that was stopped before the second."""
    cases = [
        f"modbus_tcp_server/test_read_holding_registers.py::test_quantity_{one}" for one in ("zero", "max")
    ]
    chosen = [word for case in cases for word in ("--case", case)]
    assert started("run", example("sim-plc.yaml"), "--out", "bundle", *chosen, cwd=tmp_path).returncode == 2
    bundle = tmp_path / "bundle"
    (bundle / "results.jsonl").write_bytes(b"".join(lines(bundle)[:2]))
    journal = FileJournal(bundle)
    journal.chosen(cases)
    journal.close(done=False)
    return bundle


def test_a_journal_gives_pytest_no_words_of_its_own(testbed, stopped):
    words = stopped.parent / "words"
    words.write_text(
        "modbus_tcp_server/test_read_holding_registers.py::test_quantity_max\n-p\nno_such_plugin\n"
    )
    journal = FileJournal(stopped)
    journal.chosen([f"@{words}"])
    journal.close(done=False)
    done = testbed("run", "--resume", stopped)
    assert (done.returncode, done.stdout) == (64, "")
    assert f"no case is called @{words}" in done.stderr


def test_a_record_that_allows_more_than_its_declaration_is_refused(said, stopped):
    path = stopped / "results.jsonl"
    head, rest = path.read_text().split("\n", 1)
    header = json.loads(head)
    header["declaration"]["holding_registers"][0]["scratch"] = True
    path.write_text(json.dumps(header) + "\n" + rest)
    journal = FileJournal(stopped, 1)
    journal.leased("registers", 0, [7], single=True)
    journal.close(done=False)
    status, out, err = said("run", "--resume", stopped)
    assert (status, out) == (64, "")
    assert "its record says something else than declaration.yaml" in err
