"""`testbed simulate fleet.yaml`: every device answers its own values; what cannot be is one clear message."""

import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import time
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

FLEETS = Path(str(files("profiles") / "fleets"))
HEAD = "name: { en: Test, ko: 시험 }\ndevices:\n"
SMALL = (
    HEAD
    + """\
  - { kind: transmitter, name: oil, count: 3, port: 0, signals: [{ around: 60, swing: 9 }] }
  - { kind: plc, count: 2, port: 0 }
  - { kind: io-block, count: 2, gateways: 2, unit: 7+, port: 0 }
  - { kind: accepts-no-holding-registers, name: broken, port: 0 }
"""
)
TAG, TEMPERATURE = "03 0010 0008", "04 0000 0002"

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, and has all of 127.0.0.0/8")


@contextmanager
def serving(path, *options):
    """The fleet of a file in a process of its own, and its devices once it is ready."""
    command = [sys.executable, "-m", "testbed", "simulate", str(path), "--json", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as fleet:
        try:
            yield fleet, json.loads(fleet.stdout.readline())["devices"]
        finally:
            fleet.kill()


@contextmanager
def connected(device):
    """What asks one device by a PDU in hexadecimal digits."""
    where = urlsplit(device["endpoint"])
    unit = int(parse_qs(where.query).get("unit", "1")[0])
    with socket.create_connection((where.hostname, where.port), timeout=10) as client:

        def ask(pdu):
            request = bytes((unit,)) + bytes.fromhex(pdu)
            client.sendall(struct.pack(">HHH", 1, 0, len(request)) + request)
            answer = client.recv(300)
            assert answer[6] == unit
            return answer[7:]

        yield ask


def ask(device, pdu):
    with connected(device) as one:
        return one(pdu)


def write(folder, text):
    path = folder / "fleet.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_devices_of_every_kind_answer_their_own_values_until_they_are_told_to_end(tmp_path):
    with serving(write(tmp_path, SMALL)) as (fleet, devices):
        assert [device["name"] for device in devices] == [
            *("oil-1", "oil-2", "oil-3", "plc-1", "plc-2"),
            *("io-block-1", "io-block-2", "io-block-3", "io-block-4"),
            "broken-1",
        ]  # fmt: skip
        assert len({device["endpoint"] for device in devices}) == len(devices)
        assert [urlsplit(device["endpoint"]).query for device in devices[5:9]] == ["unit=7", "unit=8"] * 2
        assert [ask(one, TAG)[2:].decode().rstrip() for one in devices[:3]] == ["oil-1", "oil-2", "oil-3"]
        assert len({ask(one, TEMPERATURE) for one in devices[:3]}) == 3
        assert ask(devices[3], "06 0007 1234") == bytes.fromhex("06 0007 1234")
        assert [ask(one, "03 0007 0001")[2:].hex() for one in devices[3:5]] == ["1234", "0007"]
        assert ask(devices[5], "05 0003 FF00") == bytes.fromhex("05 0003 FF00")
        assert [ask(one, "01 0003 0001")[2] for one in devices[5:9]] == [1, 0, 0, 0]
        assert ask(devices[9], "03 0000 0000") == bytes.fromhex("03 00")
        fleet.send_signal(signal.SIGTERM)
        out, err = fleet.communicate(timeout=20)

    assert (fleet.returncode, out) == (0, "")
    assert re.fullmatch(r"ready: 10 devices at 8 listeners, after \d+\.\d s; Ctrl-C ends\n", err)


@linux
def test_temperatures_drift_while_clients_ask_and_a_plain_listing_names_first_and_last(tmp_path):
    text = SMALL.replace("devices:", "pace: 100 ms\ndevices:").replace("swing: 9", "swing: 9, every: 2 s")
    with serving(write(tmp_path, text)) as (_, devices), connected(devices[0]) as one:
        heard, deadline = set(), time.monotonic() + 10
        while len(heard) < 4 and time.monotonic() < deadline:
            heard.add(struct.unpack(">xxf", one(TEMPERATURE))[0])
            time.sleep(0.05)

    assert len(heard) == 4
    assert all(51 <= celsius <= 69 for celsius in heard)
    command = [sys.executable, "-m", "testbed", "simulate", str(tmp_path / "fleet.yaml")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as fleet:
        lines = [fleet.stdout.readline().rstrip() for _ in range(6)]
        fleet.send_signal(signal.SIGINT)
        fleet.communicate(timeout=20)
    assert lines[0] == "Test · 시험"
    assert re.fullmatch(
        r" +3 transmitter +oil-1 tcp://127\.0\.0\.1:\d+ … oil-3 tcp://127\.0\.0\.1:\d+", lines[1]
    )
    assert re.fullmatch(r"ready: 10 devices at 8 listeners, after \d+\.\d s; Ctrl-C ends", lines[5])
    assert fleet.returncode == 0


def test_every_fault_of_a_file_is_one_message_with_its_line(said, tmp_path):
    path = write(tmp_path, HEAD + "  - { kind: plc, port: 5020 }\n  - { kind: io-block, port: 5020 }\n")
    status, out, err = said("simulate", path)

    assert (status, out) == (64, "")
    assert err == (
        f"testbed: {path}: line 4: `devices.1`: io-block-1 wants 127.0.0.1 port 5020, "
        "which plc-1 of line 3 has; give another address or port\n"
    )


def test_a_kind_that_nobody_offers(said, tmp_path):
    path = write(tmp_path, HEAD + "  - { kind: plcc, port: 0 }\n  - { kind: io-blok, port: 0 }\n")
    status, out, err = said("simulate", path)

    assert (status, out) == (64, "")
    assert err.splitlines() == [
        f"testbed: {path}: line 3: no simulator is called `plcc`; did you mean `plc`?",
        f"testbed: {path}: line 4: no simulator is called `io-blok`; did you mean `io-block`?",
    ]


def test_a_port_that_another_program_has(said, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        status, out, err = said("simulate", write(tmp_path, HEAD + f"  - {{ kind: plc, port: {port} }}\n"))

    assert (status, out) == (64, "")
    assert err == (
        f"testbed: {tmp_path / 'fleet.yaml'}: line 3: `devices.0`: plc-1 cannot have 127.0.0.1 port {port}: "
        "another program has it; end that, or give another port\n"
    )


def test_an_address_that_this_computer_does_not_have(said, tmp_path):
    path = write(tmp_path, HEAD + "  - { kind: plc, address: 192.0.2.7, port: 0 }\n")  # RFC 5737
    status, _, err = said("simulate", path)

    assert status == 64
    assert "line 3: `devices.0`: plc-1 cannot have 192.0.2.7 port 0: this computer does not have that" in err


@pytest.mark.skipif(os.name != "posix", reason="no such limit here")
def test_more_listeners_than_open_files(tmp_path):
    path = write(tmp_path, HEAD + "  - { kind: plc, count: 300, port: 0 }\n")
    limited = [
        "sh",
        "-c",
        'ulimit -n 256 && exec "$@"',
        "sh",
        sys.executable,
        "-m",
        "testbed",
        "simulate",
        path,
    ]
    done = subprocess.run(limited, capture_output=True, text=True, check=False, timeout=60)

    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr == (
        f"testbed: {path}: line 2: 300 listeners need 364 open files, and this system allows 256; "
        "raise `ulimit -n`, or put devices behind gateways with `unit: 1+`\n"
    )


@pytest.mark.skipif(os.name != "posix", reason="no such limit here")
def test_a_low_limit_is_raised_where_it_may_be(tmp_path):
    path = write(tmp_path, HEAD + "  - { kind: io-block, count: 300, port: 0 }\n")
    command = f"ulimit -S -n 256 && exec {sys.executable} -m testbed simulate {path} --json"
    with subprocess.Popen(["sh", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as fleet:
        try:
            assert len(json.loads(fleet.stdout.readline())["devices"]) == 300
        finally:
            fleet.kill()


def test_a_fleet_says_itself_where_it_listens(said, tmp_path):
    status, _, err = said("simulate", write(tmp_path, SMALL), "--port", "5020")

    assert status == 64
    assert "a fleet says in its file where it listens; leave out all but --json" in err


def test_a_file_that_is_not_there(said, tmp_path):
    assert said("simulate", "none.yaml") == (
        64,
        "",
        "testbed: none.yaml: cannot be read: No such file or directory\n",
    )
    assert not list(tmp_path.iterdir())


@linux
@pytest.mark.acceptance
def test_a_thousand_devices_in_one_process():
    """All of them answer; ready within 2 s and 200 MB, as issue 4 has it."""
    began = time.monotonic()
    with serving(FLEETS / "heat-treatment.yaml") as (fleet, devices):
        ready = time.monotonic() - began
        assert len(devices) == 1000
        for device in devices:
            kind, pdu = device["kind"], {"io-block": "02 0000 0010"}.get(device["kind"], "03 0000 0004")
            answer = ask(device, TAG if kind == "transmitter" else pdu)
            assert answer[0] == (2 if kind == "io-block" else 3)
            if kind == "transmitter":
                assert answer[2:].decode().rstrip() == device["name"]
        kilobytes = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{fleet.pid}/status").read_text("ascii"))
        assert kilobytes is not None
        assert int(kilobytes[1]) < 200_000

    assert ready < 2
