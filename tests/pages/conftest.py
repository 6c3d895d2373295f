"""A browser, an accessibility checker and an HTML checker by other authors, as `make test` installs them."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

CHECKERS = Path(sys.prefix) / "npm" / "node_modules"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def checker():
    """Returns the path of a file of an npm package, or skips the test; with CI=true that is a failure."""

    def find(name):
        path = CHECKERS / name
        if not path.exists():
            reason = f"{name.partition('/')[0]} is not installed: make test does, where npm is"
            if os.environ.get("CI") == "true":
                pytest.fail(f"{reason}, and in CI its judgement is not optional")
            pytest.skip(reason)
        return path

    return find


class Window:
    """One page in a window of its own, with what it asked for and complained about."""

    def __init__(self, page):
        self.page, self.asked, self.complaints = page, [], []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))


@pytest.fixture(scope="session")
def browser(program):
    """Debian's browser under Playwright, in a thread of its own: its event loop would be everybody's."""
    path = program("chromium")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only these tests need it

    with ThreadPoolExecutor(1) as thread:
        playwright = thread.submit(lambda: sync_playwright().start()).result()
        chromium = thread.submit(playwright.chromium.launch, executable_path=path, args=FLAGS).result()
        yield thread, chromium
        thread.submit(chromium.close).result()
        thread.submit(playwright.stop).result()


@pytest.fixture
def shown(browser):
    """Opens a page and returns what `look(window)` returns."""
    thread, chromium = browser

    def in_thread(path, look, width, scheme, more):
        context = chromium.new_context(viewport={"width": width, "height": 1123}, color_scheme=scheme, **more)
        try:
            window = Window(context.new_page())
            window.page.goto(path.as_uri())
            return look(window)
        finally:
            context.close()

    def show(path, look, *, width=794, scheme="light", **more):
        return thread.submit(in_thread, path, look, width, scheme, more).result()

    return show


@pytest.fixture(scope="session")
def valid(program, checker):
    """Returns what the Nu HTML checker says of some pages: name of the file, line, message."""

    def check(paths):
        java, jar = program("java"), checker("vnu-jar/build/dist/vnu.jar")
        command = [java, "-jar", jar, "--format", "json", "--exit-zero-always", "--also-check-css", *paths]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        return [
            (Path(one["url"]).name, one.get("lastLine"), one["message"])
            for one in json.loads(done.stderr)["messages"]
        ]

    return check
