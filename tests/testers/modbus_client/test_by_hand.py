"""An operator at a terminal of his own: what he does, does not do in time, or takes back."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from tests.testers.modbus_client.bench import READS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a controlling terminal is taken by ioctl")

ASK, READ, SAY = "then press Enter", "what does the product show", "what does the product say"
PLACE = re.compile(r"127\.0\.0\.1:(\d+)")
TASKS = {
    "read": {
        "does": "fc03",
        "at": 107,
        "count": 3,
        "operator": "press READ \x1b[31mon {host}:{port}",
        "belief": {"where": "operator"},
    },
    "set": {"does": "fc06", "at": 1, "values": [3], "operator": "press SET"},
}
READING = "MBC-FUNCTION-FOREIGN"


def declaration(folder: Path, tasks=None, **client) -> Path:
    said = {
        "device": {"vendor": "nobody", "model": "panel", "firmware": "1"},
        "profile": "modbus-tcp-client@1",
        "connect": "listen://127.0.0.1:0?unit=17",
        "client": {"timeout": "300 ms", "acts_within": "10 s", "tasks": tasks or TASKS, **client},
    }
    file = folder / "panel.yaml"
    file.write_text(yaml.safe_dump(said), encoding="utf-8")
    return file


@dataclass
class Seat:
    """A terminal with the test bed in its foreground."""

    command: list[str]
    language: str = "C.UTF-8"
    shown: str = ""
    _answered: int = 0
    values: list[str] = field(default_factory=list)

    def __enter__(self):
        self._master, slave = pty.openpty()

        def take() -> None:
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

        environment = {name: one for name, one in os.environ.items() if not name.startswith("PYTEST_")}
        environment |= {"LC_ALL": self.language}
        self.bed = subprocess.Popen(
            [sys.executable, "-m", "testbed", *self.command],
            stdin=slave,
            stdout=subprocess.PIPE,
            stderr=slave,
            env=environment,
            start_new_session=True,
            preexec_fn=take,  # noqa: PLW1509 - this process has one thread
        )
        os.close(slave)
        return self

    def __exit__(self, *_):
        self.bed.kill()
        self.bed.communicate()
        os.close(self._master)

    def waits_for(self, *texts: str, within: float = 60.0) -> str:
        """Read until one of some texts is shown behind what was answered last; return it."""
        until = time.monotonic() + within
        while time.monotonic() < until:
            new = self.shown[self._answered :]
            for text in texts:
                if text in new:
                    return text
            if select.select([self._master], [], [], 0.1)[0]:
                try:
                    self.shown += os.read(self._master, 65536).decode(errors="replace")
                except OSError:
                    return ""
            elif self.bed.poll() is not None:
                return ""
        raise AssertionError(self.shown)

    def types(self, text: str) -> None:
        self._answered = len(self.shown)
        os.write(self._master, text.encode())

    def ends(self, within: float = 60.0) -> str:
        """Wait for its end, reading on; return its standard output."""
        until = time.monotonic() + within
        while self.bed.poll() is None and time.monotonic() < until:
            self._drain()
        return self.bed.communicate(timeout=10)[0].decode()

    def _drain(self) -> None:
        if select.select([self._master], [], [], 0.1)[0]:
            try:
                self.shown += os.read(self._master, 65536).decode(errors="replace")
            except OSError:
                time.sleep(0.05)

    @property
    def port(self) -> str:
        return PLACE.findall(self.shown)[-1]


def acts(port: str, text: str) -> str:
    """Do what the operator does at the panel; return what it shows."""
    done = subprocess.run(
        [sys.executable, "-c", READS + text, "127.0.0.1", port, "17"],
        capture_output=True,
        text=True,
        check=False,
        timeout=10,
    )
    return done.stdout.strip() or "e"


READ_ONCE = "line = socket.create_connection((host, port)); ask(line); print(*answer(line))"


def options(folder: Path, file: Path, case: str) -> list[str]:
    keys = ["--out", str(folder / "out"), "--keys", str(folder / "keys")]
    return ["run", str(file), "--json", "--case", f"modbus_tcp_client/{case}", *keys]


CASE = "test_answers.py::test_more_registers"


def test_an_operator_makes_it_act_and_reads_its_screen(tmp_path):
    """The panel takes ten registers for three: what the operator types shows it."""
    with Seat(options(tmp_path, declaration(tmp_path), CASE)) as seat:
        while found := seat.waits_for(ASK, READ):
            if found == ASK:
                values = acts(seat.port, READ_ONCE)
                seat.types("\n")
            else:
                seat.types(f"{values}\n")
        said = json.loads(seat.ends())
    assert said["requirements"]["MBC-MORE-REGISTERS"]["verdict"] == "FAIL"
    assert "press READ  [31mon 127.0.0.1:" in seat.shown


WRITE_ONCE = """
line = socket.create_connection((host, port))
line.sendall(struct.pack(">HHHBBHH", 1, 0, 6, unit, 6, 1, 3))
line.recv(64)
print("d")
"""


def test_a_write_is_confirmed_by_the_operator(tmp_path):
    with Seat(options(tmp_path, declaration(tmp_path), "test_requests.py::test_writes_register")) as seat:
        while found := seat.waits_for(ASK, READ, SAY):
            if found == ASK:
                is_write = "fc06" in seat.shown[seat.shown.rindex("the product is to act") :]
                values = acts(seat.port, WRITE_ONCE if is_write else READ_ONCE)
                seat.types("\n")
            else:
                seat.types(f"{values}\n")
        said = json.loads(seat.ends())
    assert SAY in seat.shown
    assert said["counts"]["PASS"]
    assert not said["counts"].get("FAIL")


def test_he_does_nothing(tmp_path):
    file = declaration(tmp_path, acts_within="1 s")
    with Seat(["preflight", str(file)]) as seat:
        said = seat.ends()
    assert seat.bed.returncode != 0
    assert "the operator did not" in said + seat.shown


@pytest.mark.acceptance
def test_he_goes_away_between_two_questions(tmp_path):
    """What he did not do is told apart from what the product did not: nothing FAILs."""
    file = declaration(tmp_path, acts_within="2 s")
    asked = 0
    with Seat(options(tmp_path, file, CASE)) as seat:
        while asked < 4 and (found := seat.waits_for(ASK, READ)):
            asked += 1
            if found == ASK:
                values = acts(seat.port, READ_ONCE)
                seat.types("\n")
            else:
                seat.types(f"{values}\n")
        said = json.loads(seat.ends(180))
    one = said["requirements"]["MBC-MORE-REGISTERS"]
    assert one["verdict"] == "INCONCLUSIVE"
    assert said["counts"].get("FAIL", 0) == 0
    assert said["counts"].get("ERROR", 0) == 0
    assert "the operator did not" in (tmp_path / "out" / "results.jsonl").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("typed", "why"), [("x\n", "says that it cannot be done"), ("\x04", "closed before an answer")]
)
def test_he_cannot(tmp_path, typed, why):
    with Seat(["preflight", str(declaration(tmp_path))]) as seat:
        assert seat.waits_for(ASK)
        seat.types(typed)
        said = seat.ends()
    assert seat.bed.returncode != 0
    assert why in said + seat.shown


def test_he_says_that_it_was_done_and_nothing_came(tmp_path):
    with Seat(["preflight", str(declaration(tmp_path, acts_within="1 s"))]) as seat:
        assert seat.waits_for(ASK)
        seat.types("\n")
        while seat.waits_for(READ):
            seat.types("\n")
        said = seat.ends()
    assert "the operator says that the product was made to act, and it asked nothing" in said + seat.shown


def test_ctrl_c_ends_the_run_with_nothing_judged_against_the_product(tmp_path):
    with Seat(options(tmp_path, declaration(tmp_path), CASE)) as seat:
        for _ in range(3):
            found = seat.waits_for(ASK, READ)
            if found == ASK:
                values = acts(seat.port, READ_ONCE)
                seat.types("\n")
            else:
                seat.types(f"{values}\n")
        assert seat.waits_for(READ)
        began = time.monotonic()
        seat.types("\x03")
        seat.ends()
    assert time.monotonic() - began < 15
    assert seat.bed.returncode not in {0, 1, -signal.SIGINT}
    assert "Traceback" not in seat.shown
    text = (tmp_path / "out" / "results.jsonl").read_text(encoding="utf-8")
    (footer,) = [one for one in map(json.loads, text.splitlines()) if one["kind"] == "footer"]
    assert footer["interrupted"]
    assert footer["counts"]["FAIL"] == footer["counts"]["ERROR"] == 0


def test_the_prompt_speaks_korean(tmp_path):
    with Seat(["preflight", str(declaration(tmp_path, acts_within="1 s"))], "ko_KR.UTF-8") as seat:
        assert seat.waits_for("동작시켜 주십시오")
        seat.ends()


def test_without_a_terminal(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "testbed", "preflight", str(declaration(tmp_path))],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        start_new_session=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode != 0
    assert "there is no terminal" in done.stdout + done.stderr


def test_nobody_is_asked_from_the_background(tmp_path):
    """A program in the background would be stopped by reading; it says that there is no terminal."""
    script = f"set -m; {sys.executable} -m testbed preflight {declaration(tmp_path)} & wait $!; echo over"
    master, slave = pty.openpty()

    def take() -> None:
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

    done = subprocess.run(
        ["bash", "-c", script],
        stdin=slave,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        start_new_session=True,
        preexec_fn=take,
    )
    os.close(slave)
    os.close(master)
    assert "there is no terminal" in done.stdout + done.stderr
    assert "over" in done.stdout
