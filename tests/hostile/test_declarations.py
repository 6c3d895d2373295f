"""A declaration may be hostile, too: names with markup, marks that turn text, escapes, and no end."""

import re
import subprocess
import sys

import pytest

from tests.hostile.harmless import controls, is_good, shown
from tests.hostile.running import declare, written


def run_on(path, keys):
    command = [sys.executable, "-m", "testbed", "run", path, "--out", path.parent / "bundle", "--keys", keys]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_names_are_shown_and_not_obeyed(reference, keys):
    """The reference does nothing wrong but to be called what it is."""
    assert controls(reference.printed) == set()
    report = shown(reference.bundle)
    assert controls(report.source) == set()
    assert "<script>alert(1)</script>" in report.text
    assert "7*7" in report.text
    assert "⟨U+202E⟩evil⟨U+2066⟩" in report.text
    assert is_good(reference.bundle, keys)


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (201, r"device.yaml: line 2: .*vendor.*200"),
        (10_000_000, r"device.yaml: .*larger than"),
    ],
)
def test_names_without_end_are_refused_in_one_line(length, said, keys, tmp_path):
    path = declare(tmp_path, 502, f"{{ vendor: {'x' * length}, model: m, firmware: '1' }}")

    done = run_on(path, keys)
    assert done.returncode == 64
    assert re.search(said, done.stderr), done.stderr
    assert len(done.stderr) < 1000
    assert not (tmp_path / "bundle").exists()


@pytest.mark.parametrize("text", ["\x1b[2J", "\x1b]0;owned\x07", "\u202eevil", "\x9b31m"])
def test_what_is_wrong_is_said_without_obeying_it(text, keys, tmp_path):
    path = declare(tmp_path, 502, written({"vendor": "v", text: "m"}))

    done = run_on(path, keys)
    assert done.returncode == 64
    assert "line 2" in done.stderr
    assert controls(done.stdout + done.stderr) == set()
