"""Programs by other authors: a judgement of theirs may be skipped at home, never in CI."""

import os
import shutil

import pytest


@pytest.fixture(scope="session")
def lacking():
    """Returns what skips a test for a reason; with CI=true that is a failure."""

    def skip(reason):
        if os.environ.get("CI") == "true":
            pytest.fail(f"{reason}, and in CI its judgement is not optional")
        pytest.skip(reason)

    return skip


@pytest.fixture(scope="session")
def program(lacking):
    """Returns the path of a program, or skips the test; with CI=true that is a failure."""

    def find(name):
        return shutil.which(name) or lacking(f"{name} is not installed")

    return find
