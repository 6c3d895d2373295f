import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from testbed.testers.load.plan import Plan

REQUEST = bytes((1, 3, 0, 0, 0, 10))
SIZE = 29


@pytest.fixture
def queue():
    """Start a server of known service time, and return its port."""

    @contextmanager
    def start(*numbers):
        command = [sys.executable, str(Path(__file__).with_name("queue_server.py")), *map(str, numbers)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            yield int(process.stdout.readline())
            process.stdin.close()
            process.wait(10)

    return start


@pytest.fixture
def plan_for():
    def make(port, rate, seconds, **more):
        return Plan("127.0.0.1", port, REQUEST, SIZE, rate, seconds, **more)

    return make
