"""A browser, an accessibility checker and an HTML checker by other authors, as `make test` installs them."""

import json
import os
import subprocess
import sys
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


@pytest.fixture(scope="session")
def chromium(program):
    """Debian's browser under Playwright."""
    path = program("chromium")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only these tests need it

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def shown(chromium):
    """Opens a page in a window of its own, with what it asked for and complained about."""
    contexts = []

    def show(path, *, width=794, scheme="light", **more):
        contexts.append(
            chromium.new_context(viewport={"width": width, "height": 1123}, color_scheme=scheme, **more)
        )
        page = contexts[-1].new_page()
        page.asked, page.complaints = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(path.as_uri())
        return page

    yield show
    for context in contexts:
        context.close()


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
