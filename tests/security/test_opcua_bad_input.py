"""Keys for OPC UA that cannot be used: one clear message each, before anything is sent."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from click.testing import CliRunner

from testbed.commands import cli
from testbed.model.document import DocumentError
from testbed.plugin.setup import prepare
from testbed.plugin.shelf import example
from testbed.wire.opcua_keys import MaterialError, OpcUaKeys, check_writable, issuing, make_folder

TESTBED = [sys.executable, "-m", "testbed"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("opcua") / "keys"
    make_folder(made)
    return made


@pytest.fixture
def copy(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "keys")
    return tmp_path / "keys"


def run(*arguments):
    return CliRunner().invoke(cli, [str(one) for one in arguments])


def missing(folder):
    (folder / "tester.key").unlink()


def no_list(folder):
    (folder / "authority.crl").unlink()


def no_password(folder):
    (folder / "login.password").unlink()


def exposed(folder):
    (folder / "user.key").chmod(0o644)


def exposed_password(folder):
    (folder / "login.password").chmod(0o640)


def exchanged(folder):
    (folder / "tester.der").write_bytes((folder / "user.der").read_bytes())


def another_key(folder):
    (folder / "tester.key").write_bytes((folder / "user.key").read_bytes())


def damaged(folder):
    (folder / "bad/expired.der").write_bytes(b"\x30\x82nothing")


def empty(folder):
    (folder / "bad/revoked.der").write_bytes(b"")


def no_key(folder):
    (folder / "tester.key").write_text("-----BEGIN PRIVATE KEY-----\nnothing\n-----END PRIVATE KEY-----\n")


def locked(folder):
    path = folder / "tester.key"
    options = ["-aes128", "-passout", "pass:secret"]
    subprocess.run(["openssl", "rsa", "-in", path, "-out", path, *options], check=True, capture_output=True)


FAULTS = {
    missing: "tester.key is missing; `testbed keys opcua FOLDER` makes a whole new folder",
    no_list: "authority.crl is missing; `testbed keys opcua FOLDER` makes",
    no_password: "login.password is missing; `testbed keys opcua FOLDER` makes",
    exposed: "user.key is open to other users (mode 0644); run: chmod 600",
    exposed_password: "login.password is open to other users (mode 0640); run: chmod 600",
    exchanged: "tester.der is not the certificate of",
    another_key: "tester.der is not the certificate of",
    damaged: "bad/expired.der is no certificate in DER",
    empty: "bad/revoked.der is empty or larger than",
    no_key: "tester.key is no private key in PEM",
    locked: "tester.key has a passphrase; write it without one: openssl pkey -in",
}


@pytest.mark.parametrize("fault", FAULTS, ids=[one.__name__ for one in FAULTS])
def test_one_clear_message(copy, fault):
    fault(copy)
    with pytest.raises(MaterialError) as said:
        OpcUaKeys(copy).check()
    assert FAULTS[fault] in str(said.value)
    assert "\n" not in str(said.value)


def test_a_folder_that_is_over(tmp_path, monkeypatch):
    monkeypatch.setattr(issuing, "VALIDITY", timedelta(0))
    monkeypatch.setattr(
        issuing.issue, "__kwdefaults__", issuing.issue.__kwdefaults__ | {"ends": timedelta(0)}
    )
    make_folder(tmp_path / "keys")
    with pytest.raises(
        MaterialError, match=r"tester.der was valid until \d{4}-\d\d-\d\d; `testbed keys opcua"
    ):
        OpcUaKeys(tmp_path / "keys").check()


def declared(path, more, connect="opc.tcp://127.0.0.1:4840"):
    text = example("sim-opcua-plc.yaml").read_text()
    text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("security"))
    path.write_text(text.replace("sim:opcua-plc", connect) + more)
    return path


def refused(path):
    with pytest.raises(DocumentError) as said:
        prepare(path)
    (complaint,) = said.value.complaints
    return complaint


def test_a_declaration_names_the_line(copy, tmp_path):
    exposed(copy)
    path = declared(tmp_path / "a.yaml", "security: { keys: keys }\n")
    complaint = refused(path)
    assert complaint.line == len(path.read_text().splitlines())
    assert complaint.what.startswith("`security.keys`: ")
    assert "user.key is open to other users (mode 0644); run: chmod 600" in complaint.what


def test_a_folder_that_is_not_there(tmp_path):
    complaint = refused(declared(tmp_path / "a.yaml", "security: { keys: nowhere }\n"))
    assert "nowhere/tester.der is missing" in complaint.what or "nowhere/" in complaint.what


def test_a_simulated_device_has_to_keep_its_lists(copy, tmp_path):
    shutil.rmtree(copy / "device", ignore_errors=True)
    (copy / "device").write_text("a file, where a folder has to be")
    with pytest.raises(MaterialError) as said:
        check_writable(OpcUaKeys(copy))
    assert f"{copy / 'device'} cannot be written: File exists" in str(said.value)
    complaint = refused(declared(tmp_path / "a.yaml", "security: { keys: keys }\n", "sim:opcua-plc"))
    assert "a simulated device keeps its trust lists there, so make it writable" in complaint.what
    done = run("simulate", "opcua-plc", "--keys", copy)
    assert done.exit_code == 64
    assert done.stderr.count("\n") == 1
    assert "cannot be written" in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(copy):
    copy.chmod(0o500)
    try:
        with pytest.raises(MaterialError, match="cannot be written: Permission denied"):
            check_writable(OpcUaKeys(copy))
    finally:
        copy.chmod(0o700)


def test_keys_opcua(tmp_path):
    done = run("keys", "opcua", tmp_path / "keys", "--json")
    assert done.exit_code == 0
    files = json.loads(done.stdout)["files"]
    assert {"authority.der", "authority.crl", "STEPS.txt", "tester.der", "bad/expired.der"} <= {*files}

    again = run("keys", "opcua", tmp_path / "keys")
    assert again.exit_code == 64
    said = f"testbed: {tmp_path / 'keys'} already holds something; keys are never overwritten\n"
    assert again.stderr == said


def test_keys_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    done = run("keys", "opcua", tmp_path / "file/keys")
    assert done.exit_code == 64
    assert re.search("keys cannot be written: (Not a directory|File exists)", done.stderr)


def test_a_server_is_not_started_with_damaged_keys(copy):
    exchanged(copy)
    done = run("simulate", "opcua-plc", "--keys", copy)
    assert done.exit_code == 64
    assert done.stderr.startswith(f"testbed: {copy / 'tester.der'} is not the certificate of")
    assert done.stderr.count("\n") == 1


@pytest.mark.acceptance
def test_a_server_of_another_process_trusts_the_tester_of_its_folder(folder, tmp_path):
    make_folder(tmp_path / "other")
    shutil.copytree(folder, tmp_path / "keys")
    command = [*TESTBED, "simulate", "opcua-plc", "--keys", tmp_path / "keys"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as plc:
        try:
            where = re.fullmatch(r"opc\.tcp://127.0.0.1:\d+\n", plc.stdout.readline())[0].strip()
            for keys in ("keys", "other"):
                declared(tmp_path / f"{keys}.yaml", f"security: {{ keys: {keys} }}\n", where)
            looked = [
                subprocess.run(
                    [*TESTBED, "preflight", tmp_path / f"{keys}.yaml"],
                    capture_output=True,
                    text=True,
                    env=os.environ | {"COLUMNS": "1000"},
                    check=False,
                )
                for keys in ("keys", "other")
            ]
        finally:
            plc.send_signal(signal.SIGTERM)
    good, bad = looked
    assert good.returncode == 0, good.stderr + good.stdout
    assert "the server trusts the tester's certificate" in good.stdout
    assert bad.returncode == 2
    told = " ".join((bad.stdout + bad.stderr).split())
    assert f"the server has not trusted us yet: it refuses {tmp_path / 'other/tester.der'}" in told
    assert f"let it trust {tmp_path / 'other/authority.der'} as an authority" in told
    assert "Traceback" not in told
