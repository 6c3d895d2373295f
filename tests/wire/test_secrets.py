"""Passwords, certificates and keys that a declaration names: faults are said before anything is sent."""

import datetime as dt
import os

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from testbed.model.document import DocumentError
from testbed.model.opcua.user import Secret
from testbed.plugin.setup import prepare
from testbed.wire.secrets import SecretError, read_secret

HEAD = """device: { vendor: V, model: M, firmware: F }
profile: opcua-server@1
connect: opc.tcp://plc
"""
SECURED = "channel: { policy: Basic256Sha256, mode: Sign, certificate: own.pem, key: own.key }\n"


@pytest.fixture(scope="module")
def keys():
    return {bits: rsa.generate_private_key(65537, bits) for bits in (1024, 2048)} | {
        "ec": ec.generate_private_key(ec.SECP256R1())
    }


def certificate(key, *, uri="urn:a"):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "testbed")])
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + dt.timedelta(9999))
    if uri:
        names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri)])
        made = made.add_extension(names, critical=False)
    return made.sign(key, hashes.SHA256())


def pem_of(key, password=None):
    how = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how)


def kept(folder, name, data, mode=0o600):
    (folder / name).write_bytes(data)
    (folder / name).chmod(mode)


def refused(folder, text):
    (folder / "a.yaml").write_text(HEAD + text, encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        prepare(folder / "a.yaml")
    (said,) = str(caught.value).splitlines()
    assert said.startswith(f"{folder / 'a.yaml'}: line 4: ")
    return said


def test_a_password_stands_in_a_variable_or_in_a_private_file(tmp_path):
    kept(tmp_path, "password", "pässword\n".encode())

    assert read_secret(Secret(env="PLC"), {"PLC": "pässword"}) == "pässword"
    assert read_secret(Secret(file=str(tmp_path / "password"))) == "pässword"


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"\n", "is empty"), (b"\xff", "is not text in UTF-8"), (b"a" * 1025, "is longer than 1024 bytes")],
)
def test_what_is_no_password(tmp_path, data, said):
    kept(tmp_path, "password", data)
    with pytest.raises(SecretError, match=said):
        read_secret(Secret(file=str(tmp_path / "password")))


def test_a_variable_that_is_not_set(tmp_path, monkeypatch):
    monkeypatch.delenv("PLC_PASSWORD", raising=False)
    said = refused(tmp_path, "user: { name: operator, password: { env: PLC_PASSWORD } }\n")

    wanted = "`user.password`: the variable PLC_PASSWORD is not set; write `export PLC_PASSWORD=...` first"
    assert said.endswith(wanted)


def test_a_file_that_is_missing_or_open_to_others(tmp_path):
    text = "user: { name: operator, password: { file: plc.password } }\n"
    assert "plc.password cannot be read: No such file or directory" in refused(tmp_path, text)
    kept(tmp_path, "plc.password", b"secret", 0o644)
    if os.name == "posix":
        said = refused(tmp_path, text)
        assert said.endswith(f"can be read by others; write `chmod 600 {tmp_path / 'plc.password'}`")
        assert "secret" not in said


def test_a_certificate_and_its_key_are_taken(tmp_path, keys):
    kept(tmp_path, "own.pem", certificate(keys[2048]).public_bytes(serialization.Encoding.DER), 0o644)
    kept(tmp_path, "own.key", pem_of(keys[2048]))
    (tmp_path / "a.yaml").write_text(HEAD + SECURED, encoding="utf-8")

    assert prepare(tmp_path / "a.yaml").declaration.facts["secured"] == 1


@pytest.mark.parametrize(
    ("of", "with_key", "said"),
    [
        ({"key": 1024}, 1024, "has no RSA key of 2048 to 4096 bits"),
        ({"key": "ec"}, "ec", "has no RSA key"),
        ({"key": 2048, "uri": ""}, 2048, "names no application URI (subjectAltName)"),
        ({"key": 2048}, "ec", "own.key is not the key of"),
    ],
)
def test_a_certificate_that_does_not_do(tmp_path, keys, of, with_key, said):
    made = certificate(**(of | {"key": keys[of["key"]]})).public_bytes(serialization.Encoding.PEM)
    kept(tmp_path, "own.pem", made)
    kept(tmp_path, "own.key", pem_of(keys[with_key]))

    assert said in refused(tmp_path, SECURED)


def test_files_that_are_no_certificate_or_key(tmp_path, keys):
    assert "`channel.certificate`" in refused(tmp_path, SECURED)
    kept(tmp_path, "own.pem", b"none")
    assert "own.pem is no certificate in PEM or DER" in refused(tmp_path, SECURED)
    kept(tmp_path, "own.pem", certificate(keys[2048]).public_bytes(serialization.Encoding.PEM))
    kept(tmp_path, "own.key", b"none")
    assert "own.key is no private key in PEM or DER" in refused(tmp_path, SECURED)
    kept(tmp_path, "own.key", pem_of(keys[2048], b"secret"))
    assert "has a passphrase; take it off with `openssl pkey -in" in refused(tmp_path, SECURED)
    kept(tmp_path, "own.key", pem_of(keys[2048]), 0o640)
    if os.name == "posix":
        assert "own.key can be read by others; write `chmod 600" in refused(tmp_path, SECURED)


def test_a_policy_without_certificate_says_how_to_make_one(tmp_path):
    said = refused(tmp_path, "channel: { policy: Basic256Sha256, mode: SignAndEncrypt }\n")

    assert "needs certificates of the tester: make some with `testbed keys opcua FOLDER`" in said
