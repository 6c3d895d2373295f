"""A page as paper: only a genuine one is printed, and never into a bundle."""

import os
import re
import shutil
import time
from pathlib import Path
from subprocess import run

import pytest

from testbed.commands import pdf as command


@pytest.fixture
def page(granted, tmp_path):
    """A copy of a signed page, that a test may change."""
    return lambda name: shutil.copy(granted / name, tmp_path / name)


@pytest.fixture
def browser(monkeypatch, tmp_path):
    """Puts a program of a few lines in the browser's place."""

    def stand_in(script):
        path = tmp_path / "bin" / "chromium"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setenv("PATH", f"{path.parent}:{os.environ['PATH']}")

    return stand_in


WRITES = (
    'for one; do case $one in --print-to-pdf=*) out=${one#*=};; esac; done; printf "%s" "$content" > "$out"'
)


def text_of(path, program):
    command = [program("pdftotext"), "-layout", path, "-"]
    return run(command, capture_output=True, check=True, timeout=60).stdout.decode()


@pytest.mark.parametrize("name", ["report", "certificate"])
def test_printed(said, granted, tmp_path, program, name):
    program("chromium")

    status, out, err = said("pdf", granted / f"{name}.html")

    made = tmp_path / f"{name}.pdf"
    assert (status, err) == (0, "")
    assert out == f"{name}.pdf: a copy without a signature; {granted / name}.html is what is signed\n"
    assert made.read_bytes().startswith(b"%PDF-")
    pages = text_of(made, program).removesuffix("\f").split("\f")
    assert all(re.search(rf"\b{number} ?/ ?{len(pages)}\s*$", one) for number, one in enumerate(pages, 1))
    assert all("TEST KEY" in one for one in pages)
    assert "file://" not in "".join(pages)


def test_nothing_is_left_of_it(said, granted, tmp_path, monkeypatch, browser):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    browser(f"content=%PDF-; {WRITES}")

    assert said("pdf", granted / "report.html")[0] == 0
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda page: page.replace(b"<body", b"<body "),
        lambda page: page + b"<h1>granted</h1>",
        lambda _: b"%PDF-",
    ],
)
def test_what_is_not_good_is_not_printed(said, page, browser, tmp_path, change):
    browser(f"touch {tmp_path}/started")
    path = page("report.html")
    path.write_bytes(change(path.read_bytes()))

    status, out, err = said("pdf", path)

    assert (status, out) == (1, "")
    assert err.endswith("not printed: REFUSED\n")
    assert not (tmp_path / "started").exists()


def test_a_stranger_is_not_printed(said, granted, browser, tmp_path):
    browser(f"touch {tmp_path}/started")
    assert said("keys", "init", "other")[0] == 0

    status, _, err = said("pdf", granted / "report.html", "--root", "other/root.pem")

    assert (status, err.splitlines()[-1]) == (2, "not printed: SIGNER_UNKNOWN")
    assert not (tmp_path / "started").exists()


def test_what_cannot_be_printed(said, granted, browser, tmp_path):
    browser("exit 1")
    (tmp_path / "there.pdf").write_bytes(b"mine")

    for arguments, reason in [
        ((granted,), "there is no such page; name a report.html or certificate.html"),
        (("missing.html",), "missing.html: there is no such page"),
        ((granted / "report.html", "--out", "there.pdf"), "there.pdf exists already"),
        ((granted / "report.html", "--out", granted / "report.pdf"), "would stand in a bundle"),
        ((granted / "report.html", "--root", "missing.pem"), "missing.pem cannot be read"),
        ((granted / "report.html",), "chromium could not print the page"),
    ]:
        status, out, err = said("pdf", *arguments)
        assert (status, out) == (64, "")
        assert reason in err
    assert (tmp_path / "there.pdf").read_bytes() == b"mine"
    assert not (granted / "report.pdf").exists()
    assert not (tmp_path / "report.pdf").exists()


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exit 0", "could not print the page: No such file or directory"),
        ("exit 3", "could not print the page: it ended with status 3"),
        (f"content=html; {WRITES}", "has written no PDF"),
    ],
)
def test_a_browser_that_fails(said, granted, browser, script, reason):
    browser(script)

    status, _, err = said("pdf", granted / "report.html")

    assert status == 64
    assert reason in err


def test_a_browser_that_hangs(said, granted, browser, monkeypatch, tmp_path):
    monkeypatch.setattr(command, "SLOWEST", 0.5)
    browser(f"sleep 60 & echo $! > {tmp_path}/child; wait")

    status, _, err = said("pdf", granted / "report.html")

    assert status == 64
    assert "has not printed the page within 0.5 s" in err
    child = Path(f"/proc/{(tmp_path / 'child').read_text().strip()}/stat")
    until = (
        time.monotonic() + 5
    )  # a killed process takes a moment to end, and nobody may have collected it yet
    while child.exists() and ") Z" not in child.read_text():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_without_a_browser(said, granted, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))

    status, _, err = said("pdf", granted / "report.html")

    assert status == 64
    assert err == (
        "testbed: no Chromium or Chrome is installed: install one, or print the page from any browser\n"
    )


def test_a_page_of_another_name_is_printed_as_a_page(said, granted, tmp_path, program):
    program("chromium")
    shutil.copy(granted / "report.html", tmp_path / "report.txt")

    status, _, err = said("pdf", tmp_path / "report.txt")

    assert (status, err) == (0, "")
    assert "<dl" not in text_of(tmp_path / "report.pdf", program)
