"""Nothing secret stands in a bundle of a run against a secured OPC UA server: every byte is looked at."""

import base64
import gzip
import io
import zipfile

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from testbed.commands import cli
from testbed.plugin.shelf import example
from testbed.protocols.opcua import policies
from testbed.wire.masking import SAID, masked
from testbed.wire.opcua_keys import throw_away

TEXT = example("sim-opcua-plc.yaml").read_text(encoding="utf-8")
SECURED = (
    "channel:  { policy: Basic256Sha256, mode: SignAndEncrypt }\n"
    "user: { name: NAME, password: { env: SECRET } }"
)
CASES = "password or user or nonce or signed or plain or trusted"
BESIDE = 16
"""Bytes of a number of a key that are looked for: no shorter piece of it may stand there either."""


class Run:
    """One run of the cases of users, in this process, and what was secret in it."""

    def __init__(self, folder, monkeypatch, security):
        self.login = throw_away().login
        self.sessions, derive = [], policies.derive

        def watched(*told):
            self.sessions.append(derive(*told))
            return self.sessions[-1]

        monkeypatch.setattr(policies, "derive", watched)
        monkeypatch.setenv("SECRET", self.login.password)
        text = TEXT.replace(
            "channel:  { policy: None, mode: None }", SECURED.replace("NAME", self.login.name)
        )
        declaration = folder / "device.yaml"
        declaration.write_text(text.replace("trusts: [", f"{security}trusts: ["), encoding="utf-8")
        self.bundle = folder / "bundle"
        command = [
            "run",
            str(declaration),
            "--out",
            str(self.bundle),
            "-k",
            CASES,
            "--seed",
            "1",
        ]
        done = CliRunner().invoke(cli, command)
        assert done.exit_code in {0, 2}, done.output
        assert "FAIL" not in done.output
        assert len(list((self.bundle / "wire").iterdir())) > 20

    @property
    def files(self):
        """Every file, and what is packed in it."""
        for path in sorted(self.bundle.rglob("*")):
            if path.is_file():
                yield from unpacked(path.name, path.read_bytes())

    def found(self, secrets):
        """Which secrets stand in which files, whichever way they are written."""
        written = {form: name for name, secret in secrets.items() for form in forms(secret)}
        return {(name, file) for file, data in self.files for form, name in written.items() if form in data}


def unpacked(name, data):
    """A file's own bytes, and those of all that is packed in it."""
    yield name, data
    if data[:2] == b"\x1f\x8b":
        yield from unpacked(f"{name}!", gzip.decompress(data))
    elif zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for one in archive.namelist():
                yield from unpacked(f"{name}!{one}", archive.read(one))


def forms(secret):
    """The ways in which bytes can be written: as they are, in hexadecimal, in base64 at any offset."""
    yield secret
    yield secret.hex().encode()
    yield secret.hex().upper().encode()
    for offset in range(3):
        text = base64.b64encode(bytes(offset) + secret)
        yield text[4 if offset else 0 : -4]


def private_keys(folder):
    """The numbers of all private keys of a folder, and pieces of the files that hold them."""
    found = {}
    for path in folder.rglob("*.key"):
        key = load_pem_private_key(path.read_bytes(), None, unsafe_skip_rsa_key_validation=True)
        numbers = key.private_numbers()
        for name in ("d", "p", "q"):
            number = getattr(numbers, name)
            found[f"{path.name} {name}"] = number.to_bytes(-(-number.bit_length() // 8))[:BESIDE]
        der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        found[f"{path.name} file"] = der[-BESIDE:]
    return found


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return what runs the cases of users, with some words more in `security`."""
    return lambda security="": Run(tmp_path, monkeypatch, security)


def test_no_secret_stands_in_a_bundle(run):
    done = run()
    keys = private_keys(throw_away().folder)
    sessions = {
        f"{index} {name}": key
        for index, one in enumerate(done.sessions)
        for name, key in one._asdict().items()
    }
    assert len(keys) > 16
    assert len(sessions) > 100
    assert done.found({"password": done.login.password.encode()} | keys | sessions) == set()


def test_a_password_in_clear_is_masked_and_said_to_be(run):
    said = [name for name, data in run().files if SAID.encode() in data]
    assert [name for name in said if name.endswith(".pcapng")]


def test_captures_hold_the_keys_of_channels_where_that_is_asked_for(run):
    done = run("key_log: true, ")
    captures = b"".join(data for name, data in done.files if name.endswith(".pcapng"))
    encrypting = {one.encrypting.hex().upper().encode() for one in done.sessions}
    assert sum(key in captures for key in encrypting) > 20
    assert b"client_siglen_" in captures
    signing = {str(index): one.signing for index, one in enumerate(done.sessions)}
    kept = {"password": done.login.password.encode()} | private_keys(throw_away().folder)
    assert done.found(kept | signing) == set()


@pytest.mark.parametrize(
    ("data", "secret", "kept"),
    [
        (b"..a long secret..", b"a long secret", b"..*************.."),
        (b"\x03\0\0\0pin pin", b"pin", b"\x03\0\0\0*** pin"),
        (b"pin", b"pin", b"pin"),
        (b"nothing", b"", b"nothing"),
    ],
)
def test_masking_keeps_lengths_and_leaves_short_words_alone(data, secret, kept):
    assert masked(data, {secret}) == kept
