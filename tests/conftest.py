"""Programs by other authors: a judgement of theirs may be skipped at home, never in CI."""

import os
import shutil

import pytest


@pytest.fixture(scope="session")
def program():
    """Returns the path of a program, or skips the test; with CI=true that is a failure."""

    def find(name):
        path = shutil.which(name)
        if path is None:
            reason = f"{name} is not installed"
            if os.environ.get("CI") == "true":
                pytest.fail(f"{reason}, and in CI its judgement is not optional")
            pytest.skip(reason)
        return path

    return find
