"""`testbed pdf`: a page as paper. The PDF is a copy; what is signed stays the page."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from testbed.commands.console import fail
from testbed.model.verdict import BAD_INPUT

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SLOWEST = 120
"""Seconds given to the browser (126 pages took it two)."""

_QUIET = (
    "--headless",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-breakpad",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-pdf-header-footer",
    "--proxy-server=http://127.0.0.1:9",  # the discard port: nobody answers there
    "--proxy-bypass-list=<-loopback>",
)


@click.command()
@click.argument("page", metavar="PAGE", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="The PDF (default: here, named as the page is).")
@click.option("--root", type=click.Path(path_type=Path), help="Root certificates to trust (PEM).")
def pdf(page: Path, out: Path | None, root: Path | None) -> None:
    """Print a report.html or certificate.html to PDF, if it is genuine.

    Needs Chromium or Chrome. The page is verified first, as by `testbed verify`; what is not good is not
    printed, and the exit status is that of `verify`. The PDF carries no signature: whoever doubts it asks for
    the page.

    \b
    Example:
      testbed pdf results/sim-plc-1.0/20261122T093000Z/report.html --out report.pdf
    """  # noqa: D301 - click wants the character
    from testbed.bundle.verify import STATEMENT, Status, verify_page  # noqa: PLC0415 - heavy
    from testbed.commands.verify import trusted  # noqa: PLC0415

    target = out or Path(f"{page.stem}.pdf")
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise fail(
            "no Chromium or Chrome is installed: install one, or print the page from any browser", BAD_INPUT
        )
    if not page.is_file():
        raise fail(f"{page}: there is no such page; name a report.html or certificate.html", BAD_INPUT)
    if target.exists():
        raise fail(f"{target} exists already; name another file by --out", BAD_INPUT)
    if (target.parent / STATEMENT).exists():
        raise fail(
            f"{target} would stand in a bundle, where nobody signed it; name another by --out", BAD_INPUT
        )
    roots, revoked = trusted(root, ())
    with TemporaryDirectory(prefix="testbed-pdf-") as temporary:
        # What is verified is what is printed, whoever writes meanwhile; a browser goes by the name's end.
        copy = Path(temporary) / f"{page.stem}.html"
        _copy(page, copy)
        result = verify_page(copy, roots, revoked=revoked)
        if result.status is not Status.GOOD:
            for problem in result.problems:
                click.echo(f"{problem.file}: {problem.reason}", err=True)
            click.echo(f"not printed: {result.status.name}", err=True)
            sys.exit(int(result.status))
        _write(target, _print(browser, copy))
    click.echo(f"{target}: a copy without a signature; {page} is what is signed")


def _copy(page: Path, copy: Path) -> None:
    try:
        shutil.copyfile(page, copy)
    except OSError as error:
        raise fail(f"{page}: cannot be read: {error.strerror}", BAD_INPUT) from None


def _print(browser: str, page: Path) -> bytes:
    """Let a browser with an empty profile and no network print a page."""
    made = page.with_name("made.pdf")
    rootless = (
        () if os.name != "posix" or os.geteuid() else ("--no-sandbox",)
    )  # Chromium refuses root otherwise
    command = [
        browser,
        *_QUIET,
        *rootless,
        f"--user-data-dir={page.parent / 'profile'}",
        f"--print-to-pdf={made}",
        page.as_uri(),
    ]
    try:
        status = _run(command, home=page.parent)
        content = made.read_bytes() if status == 0 else b""
    except subprocess.TimeoutExpired:
        raise fail(f"{browser} has not printed the page within {SLOWEST} s", BAD_INPUT) from None
    except OSError as error:
        raise fail(f"{browser} could not print the page: {error.strerror}", BAD_INPUT) from None
    if status:
        raise fail(f"{browser} could not print the page: it ended with status {status}", BAD_INPUT)
    if not content.startswith(b"%PDF-"):
        raise fail(f"{browser} has written no PDF", BAD_INPUT)
    return content


def _run(command: list[str], *, home: Path) -> int:
    """Run a program in a group of its own, of which nothing is left then; return its exit status."""
    process = subprocess.Popen(  # noqa: S603 - the browser that the user has installed
        command,
        env=os.environ | {"HOME": str(home)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return process.wait(SLOWEST)
    finally:
        if os.name == "posix":
            with suppress(ProcessLookupError):  # all of them have ended
                os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()


def _write(path: Path, content: bytes) -> None:
    """Write a file where none stands."""
    try:
        with path.open("xb") as file:
            file.write(content)
    except OSError as error:
        raise fail(f"{path}: cannot be written: {error.strerror}", BAD_INPUT) from None
