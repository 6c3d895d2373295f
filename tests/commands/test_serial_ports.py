"""Serial ports as a user meets them: served, missing, no port at all, in use, and gone in mid-run."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from serial import Serial


@contextmanager
def simulated(*arguments):
    """Serve a device in a process of its own; yield it and the endpoint that it prints."""
    with subprocess.Popen(
        [sys.executable, "-m", "testbed", "simulate", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as device:
        try:
            yield device, device.stdout.readline().strip()
        finally:
            device.kill()


@pytest.fixture
def terminal():
    """The path of a pseudo-terminal."""
    master, slave = os.openpty()
    yield os.ttyname(slave)
    os.close(slave)
    os.close(master)


@pytest.fixture
def at(declare, tmp_path):
    """Declare the controller behind a serial port."""
    return lambda where: declare(tmp_path, "plc-rtu", words={"sim:plc?over=rtu": where})


def test_a_device_on_a_pseudo_terminal_answers_until_ctrl_c():
    with simulated("plc", "--over", "rtu") as (device, endpoint):
        path, _, options = endpoint.removeprefix("serial://").partition("?")
        assert options == "unit=1&mode=rtu&baud=19200&parity=even&stop=1"
        with Serial(path, 19200, timeout=5) as port:
            port.write(bytes.fromhex("010300000003 05CB"))
            assert port.read(11).hex(" ") == "01 03 06 00 00 00 01 00 02 f1 74"
        device.send_signal(signal.SIGINT)
        out, err = device.communicate(timeout=20)

    assert (device.returncode, out, err) == (0, "", "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["plc", "--over", "rtu", "--port", "5020"], "a serial line has neither host nor port"),
        (["plc", "--over", "serial"], "Invalid value for '--over': 'serial' is not one of"),
        (["fleet.yaml", "--over", "rtu"], "a fleet says in its file where it listens"),
    ],
)
def test_options_that_do_not_fit_are_refused(said, arguments, message):
    status, out, err = said("simulate", *arguments)

    assert (status, out) == (64, "")
    assert message in err
    assert "Traceback" not in err


def refused(said, declaration):
    """Run it; return what is said, which is one line and all."""
    status, out, err = said("run", declaration)
    assert (status, out) == (2, "")
    (line,) = err.splitlines()
    return line


def test_a_port_that_does_not_exist(said, at):
    line = refused(said, at("serial:///dev/ttyNONE"))

    assert "the serial port /dev/ttyNONE does not exist; is it plugged in?" in line


def test_what_is_no_port(said, at):
    assert "/dev/null is no serial port" in refused(said, at("serial:///dev/null"))


def test_a_port_that_another_program_holds(said, at, terminal):
    with Path(terminal).open("rb", buffering=0) as other:
        fcntl.flock(other, fcntl.LOCK_EX)

        line = refused(said, at(f"serial://{terminal}"))

    assert f"the serial port {terminal} is in use by another program; `fuser {terminal}` names it" in line


@pytest.mark.acceptance
def test_a_port_where_nobody_answers(said, at, terminal):
    """The line is there and silent: preflight says what to check, and nothing is judged."""
    status, _, err = said("run", at(f"serial://{terminal}"))

    assert status == 2
    assert "Traceback" not in err


@pytest.mark.acceptance
def test_a_port_that_vanishes_in_the_middle_of_a_run(testbed, at, tmp_path):
    """What was judged stays; the rest is inconclusive, and each says that the port is no more."""
    with simulated("plc", "--over", "rtu") as (device, endpoint):
        unplug = threading.Timer(8, device.kill)
        unplug.start()
        done = testbed("run", at(endpoint), "--out", tmp_path / "out")
        unplug.join()

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    path = endpoint.removeprefix("serial://").partition("?")[0]
    lines = [json.loads(line) for line in (tmp_path / "out" / "results.jsonl").read_text().splitlines()]
    assert lines[-1]["outcome"] == "INCOMPLETE"
    assert lines[-1]["counts"]["FAIL"] == lines[-1]["counts"]["ERROR"] == 0
    said = [
        line["reason"]["en"] for line in lines if line.get("verdict") == "INCONCLUSIVE" and line["reason"]
    ]
    assert sum(f"the serial port {path} does not exist" in reason for reason in said) > 100
