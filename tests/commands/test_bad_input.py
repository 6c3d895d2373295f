"""Input that cannot be used: one clear message on standard error, the right status, nothing left behind."""

import shutil
import socket

import pytest

DEVICE = "device.yaml"

FAULTS = {
    "overlapping ranges": (
        {"count: 16, scratch: true }": "count: 16 }\n  - { first: 8, count: 4, scratch: true }"},
        "line 11: `coils`: 0 to 15 and 8 to 11 overlap; give each address to one area",
    ),
    "no registers": (
        {"count: 16 }": "count: 0 }"},
        "line 14: `discrete_inputs.0.count`: input should be greater than or equal to 1 (it is 0)",
    ),
    "unknown key": ({"sessions:": "sesions:"}, "line 7: unknown key `sesions`; did you mean `sessions`?"),
    "unknown profile": (
        {"modbus-tcp-server@1": "modbus-tcp-sevrer@1"},
        "line 3: unknown profile `modbus-tcp-sevrer@1`; did you mean `modbus-tcp-server@1`?",
    ),
    "unknown function": (
        {"fc15]": "fc51]"},
        "line 5: `supports`: `fc51` is not known to modbus-tcp-server@1",
    ),
    "a profile of another line": (
        {"sim:io-block": "sim:io-block?over=rtu"},
        "line 3: `profile`: modbus-tcp-server@1 is for devices over tcp or tls, and `connect` says rtu;",
    ),
    "unknown simulator": (
        {"sim:io-block": "sim:io-blok"},
        "line 4: no simulator is called `io-blok`; did you mean `io-block`?",
    ),
    "unknown scheme": ({"sim:io-block": "tpc://plc"}, "line 4: `connect`: cannot connect to `tpc://plc`"),
    "another transport of OPC UA": (
        {"sim:io-block": "opc.https://plc"},
        "`connect`: cannot connect to `opc.https://plc`; of OPC UA the bed speaks `opc.tcp` alone; write",
    ),
    "no duration": ({"500 ms": "500"}, "has no unit; write `500 ms` or `500 s`"),
    "not YAML": ({"[fc01": "[[fc01"}, "is not YAML"),
    "a control character": (
        {"Mother Factory": "Mother\aFactory"},
        "is not YAML: the character U+0007 is not allowed",
    ),
}


def one_message(err):
    """The message, which must be alone, in one line, and no traceback."""
    assert "Traceback" not in err
    assert "\x1b" not in err
    if err.startswith("Usage: "):
        *_, message = err.splitlines()
        assert err.count("Error: ") == 1
        return message.removeprefix("Error: ")
    (line,) = err.splitlines()
    assert line.startswith("testbed: ")
    return line.removeprefix("testbed: ")


@pytest.mark.parametrize(("words", "message"), FAULTS.values(), ids=FAULTS)
def test_declaration(said, declare, tmp_path, words, message):
    status, out, err = said("run", declare(tmp_path, words=words))

    assert (status, out) == (64, "")
    assert one_message(err).startswith(f"{tmp_path / DEVICE}: ")
    assert message in err
    assert [path.name for path in tmp_path.iterdir()] == [DEVICE]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "missing.yaml"], "missing.yaml: cannot be read: No such file or directory"),
        (["run", "."], ".: cannot be read: Is a directory"),
        (["run"], "Missing argument 'DECLARATION...'."),
        (["run", DEVICE, "--seed", "x"], "'x' is not a valid integer range"),
        (["run", DEVICE, "--seed", "-1"], "-1 is not in the range 0<=x<=4294967295"),
        (["run", DEVICE, "--seed", "4294967296"], "is not in the range 0<=x<=4294967295"),
        (["run", DEVICE, "--jobs", "0"], "0 is not in the range 1<=x<=1000"),
        (["run", DEVICE, "--lang", "de"], "'de' is not one of 'en', 'ko'"),
        (["run", DEVICE, "--bogus"], "No such option '--bogus'"),
        (["run", DEVICE, "--out", f"{DEVICE}/below"], f"{DEVICE}/below/wire: Not a directory"),
        (["run", DEVICE, "--out", DEVICE], f"{DEVICE} already holds a run; name another folder"),
        (["run", DEVICE, "--keys", DEVICE], f"{DEVICE}/laboratory.key cannot be read: Not a directory"),
        (["run", DEVICE, "missing.yaml"], "missing.yaml: cannot be read"),
        (["bogus"], "No such command 'bogus'"),
        (["verify", "missing"], "missing: there is no such file or folder"),
        (["verify", DEVICE, "--root", "missing"], "missing cannot be read: No such file or directory"),
        (["verify", DEVICE, "--root", DEVICE], f"{DEVICE} holds no readable root certificate"),
        (["grant", "missing"], "Directory 'missing' does not exist"),
        (["keys", "init", DEVICE], f"{DEVICE} already holds something; keys are never overwritten"),
        (["keys", "init", f"{DEVICE}/below"], "keys cannot be written"),
        (["keys", "bogus"], "No such command 'bogus'"),
        (["explain", "MB-FC03-QUANTITY-ZER"], "did you mean MB-FC03-QUANTITY-ZERO?"),
        (["explain", "12345"], "no requirement is called 12345; `testbed catalogue` lists them"),
        (
            ["catalogue", "nope"],
            "no suite is called `nope`; known: interop_modbus, interop_modbus_servers, interop_opcua",
        ),
        (["mutants", "--suite", "nope"], "no suite is called `nope`"),
        (["mutants", "--device", "nope"], "no simulator is called `nope`"),
        (["simulate", "plk"], "no simulator is called `plk`; did you mean `plc`?"),
        (["simulate", "plc", "--port", "65536"], "65536 is not in the range 0<=x<=65535"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_arguments(said, declare, tmp_path, arguments, message):
    declare(tmp_path)

    status, out, err = said(*arguments)

    assert (status, out) == (64, "")
    assert message in one_message(err)
    assert [path.name for path in tmp_path.iterdir()] == [DEVICE]


@pytest.mark.parametrize("content", [b"device: \xff\n", "장치".encode("euc-kr"), "a: 1".encode("utf-16")])
def test_not_utf8(said, tmp_path, content):
    (tmp_path / DEVICE).write_bytes(content)

    status, _, err = said("run", DEVICE)

    assert status == 64
    assert one_message(err).startswith(f"{DEVICE}: is not UTF-8 text")


def test_several_faults_are_several_lines_each_with_file_and_line(said, declare, tmp_path):
    path = declare(tmp_path, words={"sessions:": "sesions:", "isolated:    true": "isolated:    1"})

    status, _, err = said("run", path)

    assert status == 64
    assert [line.split(": ")[:3] for line in err.splitlines()] == [
        ["testbed", str(path), "line 9"],
        ["testbed", str(path), "line 7"],
    ]


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        (["-k", "and and"], "Wrong expression passed to '-k': and and"),
        (["-k", "nothing_of_that_name"], "no case matches"),
        (
            ["--case", "modbus_tcp_server/test_x.py::test_y"],
            "no case is called modbus_tcp_server/test_x.py::test_y",
        ),
    ],
    ids=["no expression", "no match", "no such case"],
)
def test_no_case_is_no_run(testbed, declare, tmp_path, chosen, message):
    done = testbed("run", declare(tmp_path), "--out", "bundle", *chosen)

    assert (done.returncode, done.stdout) == (64, "")
    assert message in one_message(done.stderr)
    assert [path.name for path in tmp_path.iterdir()] == [DEVICE]


def test_a_port_where_nothing_listens(said, declare, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    path = declare(tmp_path, words={"sim:io-block": f"tcp://127.0.0.1:{port}"})

    status, out, err = said("run", path)

    assert (status, out) == (2, "")
    assert f"127.0.0.1:{port} refuses the connection: nothing listens on that port" in one_message(err)
    assert [path.name for path in tmp_path.iterdir()] == [DEVICE]


def test_a_name_that_does_not_resolve(said, declare, tmp_path):
    path = declare(tmp_path, words={"sim:io-block": "tcp://no-such-device.invalid"})

    status, out, err = said("run", path)

    assert (status, out) == (2, "")
    assert "the name no-such-device.invalid does not resolve" in one_message(err)


def test_keys_that_others_may_read(said, declare, tmp_path, keys):
    loose = shutil.copytree(keys, tmp_path / "loose")
    (loose / "laboratory.key").chmod(0o644)

    status, _, err = said("run", declare(tmp_path), "--keys", loose, "--out", "bundle")

    assert status == 64
    assert "laboratory.key" in one_message(err)
    assert not (tmp_path / "bundle").exists()


def test_a_bundle_is_never_overwritten(said, declare, tmp_path, granted):
    before = sorted(path.stat().st_mtime_ns for path in granted.rglob("*"))

    status, _, err = said("run", declare(tmp_path), "--out", granted)

    assert status == 64
    assert one_message(err) == f"{granted} already holds a run; name another folder or leave --out away"
    assert sorted(path.stat().st_mtime_ns for path in granted.rglob("*")) == before


def test_keys_are_never_overwritten(said, tmp_path):
    status, out, _ = said("keys", "init", "new")
    assert (status, out) == (0, "test keys of root, laboratory and council: new\n")
    before = {path.name: path.read_bytes() for path in (tmp_path / "new").iterdir()}

    status, _, err = said("keys", "init", "new")

    assert status == 64
    assert one_message(err) == "new already holds something; keys are never overwritten"
    assert {path.name: path.read_bytes() for path in (tmp_path / "new").iterdir()} == before


def test_a_port_in_use(said):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        status, out, err = said("simulate", "plc", "--port", port)

    assert (status, out) == (2, "")
    assert f"cannot listen on 127.0.0.1:{port}" in one_message(err)


def test_a_place_that_is_taken_is_no_fault_of_a_client(said, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        path = tmp_path / "client.yaml"
        path.write_text(
            "device: { vendor: nobody, model: script, firmware: '1' }\nprofile: modbus-tcp-client@1\n"
            f"connect: listen://127.0.0.1:{port}?unit=17\nclient: {{ tasks: {{ read: {{ does: fc03, "
            "count: 3, command: [none], belief: { where: stdout } } } }\n"
        )
        status, out, err = said("preflight", path)

    assert status == 2
    assert f"cannot listen at 127.0.0.1:{port}: Address already in use" in out + err
    assert (
        "PF-CLIENT-PLACE: name in `connect` an address of this host and a port that nobody has" in out + err
    )
