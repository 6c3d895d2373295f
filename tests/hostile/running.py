"""A whole `testbed run` against one device, in a process of its own that says how much memory it took."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
REPLY_WITHIN = 0.2
"""Seconds within which hostile devices declare to answer."""
MOST_TIME = 10.0
"""Seconds that a run may take over the time-outs that ran out, and over a run of the reference."""
MOST_MEMORY = 100.0
"""Megabytes of memory at its peak that a run may take over a run of the reference."""
KILLED_AFTER = 900.0
"""Seconds after which a run counts as hung."""
NAMES = {
    "vendor": "</style><script>alert(1)</script><img src=x onerror=alert(1)>",
    "model": "\u202eevil\u2066 [bold]{{ 7*7 }}[/bold]\u200f",
    "firmware": "\x1b[2J\x1b]0;owned\x07\x00\ufeff\x9b31m",
    "serial": "\U000e0041\u200b-->]]>'\"`",
}
"""What a hostile vendor calls a device that does nothing wrong: markup, marks that turn text, escapes."""

_PROGRAM = """
import atexit, os, re, sys
from pathlib import Path

def keep_peak():
    status = Path("/proc/self/status").read_text()
    Path(os.environ["PEAK"]).write_text(re.search(r"VmHWM:\\s+(\\d+)", status)[1])

atexit.register(keep_peak)
from testbed.commands import main
main()
"""


@dataclass(frozen=True)
class Judged:
    """A run that has ended."""

    status: int
    printed: str
    """Everything that it printed for a person."""
    took: float
    """Seconds."""
    peak: float
    """Megabytes."""
    bundle: Path

    @cached_property
    def lines(self) -> list[dict[str, object]]:
        """The lines of the record."""
        with (self.bundle / "results.jsonl").open(encoding="utf-8") as record:
            return [json.loads(line) for line in record]

    @cached_property
    def cases(self) -> list[dict]:
        """The cases of the record."""
        return [line for line in self.lines if line["kind"] == "case"]

    @property
    def findings(self) -> Iterator[dict]:
        """All findings of all cases."""
        return (finding for case in self.cases for finding in case["findings"])

    @property
    def outcome(self) -> str:
        return self.lines[-1]["outcome"]

    @property
    def broken(self) -> set[str]:
        """Requirements that were found broken."""
        return {finding["requirement"] for finding in self.findings if finding["broken"]}

    @property
    def said(self) -> set[str]:
        """What was received in place of what was expected, and why cases could not judge."""
        received = [finding["received"] for finding in self.findings]
        reasons = [case["reason"] for case in self.cases]
        return {one["en"] for one in (*received, *reasons) if one}

    @property
    def time_outs(self) -> float:
        """Seconds of time-outs that ran out, by the tester's own log; as often as a case was tried."""
        return sum(_ran_out(case) * _tries(case) for case in self.cases)


def _ran_out(case: dict) -> float:
    said = "\n".join([*case["log"], (case["reason"] or {"en": ""})["en"]])
    thousandths = re.findall(r"(?:no answer within|its side open for) ([\d.]+) ms", said)
    seconds = re.findall(
        r"(?:does not answer within|: waits|: waited|was not answered within) ([\d.]+) s", said
    )
    return sum(map(float, thousandths)) / 1000 + sum(map(float, seconds))


def _tries(case: dict) -> int:
    return max(map(int, re.findall(r"try \d+ of (\d+)", "\n".join(case["log"]))), default=1)


@contextmanager
def served(*names: str) -> Iterator[int]:
    """Serve a device in a process of its own; yield its port."""
    command = [sys.executable, "-m", "tests.hostile.serve", *names]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.kill()


def written(names: dict[str, str]) -> str:
    """Return a flow mapping of YAML, every character escaped that YAML lets nobody write."""
    return f"{{ {', '.join(f'{quoted(key)}: {quoted(value)}' for key, value in names.items())} }}"


def quoted(text: str) -> str:
    return '"' + "".join(f"\\U{ord(char):08x}" for char in text) + '"'


def declare(folder: Path, port: int, device: str = "", *, within: float = REPLY_WITHIN) -> Path:
    """Write the declaration of the controller that every hostile device once was."""
    text = (ROOT / "profiles/devices/sim-plc.yaml").read_text(encoding="utf-8")
    for old, new in {
        "sim:plc": f"tcp://127.0.0.1:{port}?unit=1",
        "200 ms": f"{within * 1000:g} ms",
        "sessions:    16": "sessions:    4",
        "transactions: 16": "transactions: 4",
        "most: 32, beyond: closes-oldest, ": "",
    }.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    if device:
        text = re.sub(r"(?m)^device: .*$", lambda _: f"device: {device}", text)
    path = folder / "device.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def judged(declaration: Path, keys: Path) -> Judged:
    """Run the whole suite against a device, as a person would."""
    folder = declaration.parent
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    environment |= {"PEAK": str(folder / "peak"), "PYTHONWARNINGS": "error", "PYTHONUTF8": "1"}
    command = [sys.executable, "-c", _PROGRAM, "run", declaration]
    command += ["--out", folder / "bundle", "--keys", keys, "--seed", "1"]
    began = time.perf_counter()
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=KILLED_AFTER, check=False
    )
    took = time.perf_counter() - began
    peak = int((folder / "peak").read_text()) / 1024
    return Judged(done.returncode, done.stdout + done.stderr, took, peak, folder / "bundle")
