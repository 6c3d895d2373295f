"""`testbed declare`: drafts what a review accepts and a run judges without ERROR, and sends no write."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import pytest

from testbed.plugin.setup import prepare
from testbed.protocols.modbus import Framer, decode_request
from tests.commands.test_simulate import simulated
from tests.third_party.products import PYMODBUS, PYMODBUSTCP

READS = {1, 2, 3, 4, 7, 11, 17, 43}
PACE = ("--pace", "5000")


class Tap:
    """A port that passes everything on to a device, both ways, and keeps what the client sent."""

    def __init__(self, port):
        self.port, self.streams, self.open = port, [], []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp://127.0.0.1:{self.listener.getsockname()[1]}"
        self.threads = [threading.Thread(target=self._accept)]
        self.threads[0].start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            device = socket.create_connection(("127.0.0.1", self.port))
            self.open += [client, device]
            self.streams.append(kept := bytearray())
            for source, sink, keep in ((client, device, kept.extend), (device, client, len)):
                self.threads.append(threading.Thread(target=_pump, args=(source, sink, keep)))
                self.threads[-1].start()

    def close(self):
        for end in (self.listener, *self.open):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        for thread in self.threads:
            thread.join(10)

    def requests(self):
        """Every request that reached the device, by connection; nothing may be left over."""
        found = []
        for stream in self.streams:
            framer = Framer()
            found += [decode_request(frame.pdu) for frame in framer.feed(bytes(stream))]
            assert framer.pending == b""
        return found


def _pump(source, sink, keep):
    with suppress(OSError):
        while data := source.recv(4096):
            keep(data)
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


@contextmanager
def tapped(port):
    tap = Tap(port)
    try:
        yield tap
    finally:
        tap.close()


@contextmanager
def served(name, folder):
    """Serve a device; yield its port."""
    product = {"pymodbus": PYMODBUS, "pyModbusTCP": PYMODBUSTCP}.get(name)
    if product is None:
        with simulated(name) as (_, endpoint):
            yield urlsplit(endpoint).port
    else:
        with product.served(folder) as declaration:
            yield prepare(declaration).declaration.endpoint.port


def areas(declaration):
    return {
        table: [(area.first, area.count) for area in declaration.areas(table)]
        for table in ("coils", "discrete_inputs", "holding_registers", "input_registers")
    }


OF_THIRD_PARTIES = {
    "coils": [(0, 4096)],
    "discrete_inputs": [(0, 2048)],
    "holding_registers": [(0, 456)],
    "input_registers": [(0, 200)],
}
DEVICES = {
    "plc": {
        "coils": [(0, 2048), (4096, 2048)],
        "discrete_inputs": [(0, 2048), (4096, 16)],
        "holding_registers": [(0, 200), (400, 256), (800, 16)],
        "input_registers": [(0, 200), (400, 16)],
    },
    "transmitter": {
        "coils": [],
        "discrete_inputs": [],
        "holding_registers": [(0, 4), (16, 8)],
        "input_registers": [(0, 5)],
    },
    "io-block": {
        "coils": [(0, 16)],
        "discrete_inputs": [(0, 16)],
        "holding_registers": [],
        "input_registers": [],
    },
    "pymodbus": OF_THIRD_PARTIES,
    "pyModbusTCP": OF_THIRD_PARTIES,
}


@contextmanager
def drafted(testbed, folder, name):
    """Draft a device's declaration through a tap; yield the tap and what was said."""
    with served(name, folder) as port, tapped(port) as tap:
        done = testbed("declare", tap.address, "--out", "draft.yaml", *PACE)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        yield tap, done.stderr


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.acceptance] * (name in {"transmitter", "pyModbusTCP"}))
        for name in DEVICES
    ],
)
def test_the_draft_names_what_is_served_and_nothing_was_written(testbed, tmp_path, name):
    with drafted(testbed, tmp_path, name) as (tap, said):
        time.sleep(0.2)  # what the tap has read by now is all
        requests = tap.requests()

    assert {request.function for request in requests} <= READS
    assert f"by {len(requests)} reads and no write" in said
    declaration = prepare(tmp_path / "draft.yaml").declaration
    assert areas(declaration) == DEVICES[name]
    assert declaration.sessions == 16
    assert declaration.transactions == (1 if name == "pymodbus" else 16)
    assert testbed("review", "draft.yaml").returncode == 0


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.acceptance] * (name != "io-block")) for name in DEVICES],
)
def test_a_run_of_the_draft_ends_without_error(testbed, tmp_path, name):
    with served(name, tmp_path) as port:  # no tap: it would close in its own way
        asked = testbed("declare", f"tcp://127.0.0.1:{port}", "--out", "draft.yaml", *PACE)
        assert asked.returncode == 0, asked.stderr
        done = testbed("run", "draft.yaml", "--out", "bundle", "--json", "--seed", "1")

    assert done.stdout, done.stderr
    said = json.loads(done.stdout)
    assert said["counts"]["ERROR"] == 0
    assert said["counts"]["PASS"] > 20
    # what needs `isolated` waits for it; of the products, pymodbus breaks something in reads as well
    assert said["outcome"] == ("NOT_CONFORMANT" if name == "pymodbus" else "INCOMPLETE")
    assert name == "pymodbus" or said["counts"]["FAIL"] == 0


def test_on_standard_output_a_declaration_and_nothing_else(said, tmp_path):
    status, out, err = said("declare", "sim:transmitter")
    (tmp_path / "draft.yaml").write_text(out, encoding="utf-8")

    assert status == 0
    assert areas(prepare(tmp_path / "draft.yaml").declaration) == DEVICES["transmitter"]
    assert "isolated: true" in out
    assert len(err.splitlines()) == 2
    assert all(line.startswith("testbed: ") for line in err.splitlines())


def test_as_json(said):
    status, out, _ = said("declare", "sim:plc?unit=9", "--json", "--most-sessions", "1", "--at", "7")
    found = json.loads(out)

    assert status == 0
    assert (found["connect"], found["units"]) == ("sim:plc?unit=9", [9])
    assert (found["complete"], found["writes"], found["sessions"], found["transactions"]) == (True, 0, 0, 16)
    assert found["functions"]["fc03"] == {
        "served": True,
        "refused": False,
        "areas": [{"first": 0, "count": 200}, {"first": 400, "count": 256}, {"first": 800, "count": 16}],
        "doubtful": [],
        "most_values": 125,
    }
    assert found["judged"] + sum(one["allows"] for one in found["missing"]) <= found["requirements"]
    assert found["declaration"].startswith("# Drafted by `testbed declare`")


def test_a_spent_budget_is_said_aloud(said):
    status, out, err = said("declare", "sim:plc", "--budget", "300")

    assert status == 0
    assert "# INCOMPLETE: the 300 reads granted are used up." in out
    assert "testbed: INCOMPLETE: the 300 reads granted are used up" in err


def test_a_capture_is_kept(said, tmp_path):
    status, _, _ = said("declare", "sim:io-block", "--capture", "asked.pcapng", "--out", "draft.yaml")

    assert status == 0
    assert (tmp_path / "asked.pcapng").read_bytes()[:4] == b"\x0a\x0d\x0d\x0a"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tpc://plc"], "cannot connect to `tpc://plc` (did you mean `tcp`?)"),
        (["tcp://plc:502?unit=256"], "names unit `256`"),
        (["sim:plcc"], "no simulator is called `plcc`; did you mean `plc`?"),
        (["sim:plc", "--out", "there"], "there is there already and is not overwritten; name another file"),
        (["sim:plc", "--capture", "there"], "there is there already and is not overwritten"),
        (["sim:plc", "--at", "65536"], "65536 is not in the range 0<=x<=65535"),
        (["sim:plc", "--budget", "10"], "10 is not in the range x>=300"),
        ([], "Missing argument"),
    ],
)
def test_bad_input(said, tmp_path, arguments, message):
    (tmp_path / "there").write_text("mine", encoding="utf-8")
    status, out, err = said("declare", *arguments)

    assert (status, out) == (64, "")
    assert message in err
    assert "Traceback" not in err
    assert (tmp_path / "there").read_text(encoding="utf-8") == "mine"


def test_a_folder_that_is_not_there(said):
    status, _, err = said("declare", "sim:io-block", "--out", "nowhere/draft.yaml")

    assert status == 64
    assert err == "testbed: nowhere/draft.yaml cannot be written: there is no folder nowhere; make it first\n"


def test_nobody_listens(said, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    status, out, err = said("declare", f"tcp://127.0.0.1:{port}", "--out", "draft.yaml")

    assert (status, out) == (2, "")
    assert f"127.0.0.1:{port} refuses the connection" in err
    assert list(tmp_path.iterdir()) == []


def test_another_protocol_on_the_port(said, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def greet():
            with suppress(OSError):
                while True:
                    with server.accept()[0] as client:
                        client.sendall(b"220 mail.example ESMTP\r\n")
                        client.recv(100)

        thread = threading.Thread(target=greet)
        thread.start()
        status, out, err = said("declare", f"tcp://127.0.0.1:{port}", "--patience", "0.2", *PACE)
        server.shutdown(socket.SHUT_RDWR)
        thread.join(10)

    assert (status, out) == (2, "")
    assert "takes the connection, but no read is answered: what listens there speaks SMTP" in err
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_gives_out_what_was_found(tmp_path, keys):
    with simulated("io-block") as (_, endpoint):
        environment = {**os.environ, "TESTBED_KEYS": str(keys)}
        command = [
            sys.executable,
            "-m",
            "testbed",
            "declare",
            endpoint,
            "--pace",
            "40",
            "--out",
            "draft.yaml",
        ]
        with subprocess.Popen(
            command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True
        ) as asking:
            assert asking.stderr.readline().startswith("testbed: at most 2000 reads, 50 s")
            time.sleep(2)  # two dozen reads: the first area stands
            asking.send_signal(signal.SIGINT)
            _, err = asking.communicate(timeout=20)

    assert asking.returncode == 130
    assert "testbed: INCOMPLETE: stopped by Ctrl-C" in err
    assert areas(prepare(tmp_path / "draft.yaml").declaration)["coils"] == [(0, 16)]


@pytest.mark.parametrize("over", ["rtu", "ascii", "rtu+tcp"])
def test_a_draft_names_the_profile_of_its_line(said, tmp_path, over):
    status, out, _ = said("declare", f"sim:io-block?over={over}", "--out", "draft.yaml", *PACE)
    assert (status, out) == (0, "")
    (suite,) = prepare(tmp_path / "draft.yaml").suites[:1]
    assert over in suite.catalogue.over
