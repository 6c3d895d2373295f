"""The tester's folder: what it holds, who may read it, and one clear message where a file does not serve."""

import shutil
import ssl
import subprocess

import pytest
from cryptography import x509

from testbed.model.document import DocumentError
from testbed.plugin.setup import prepare
from testbed.plugin.shelf import example
from testbed.protocols.tls import roles_of
from testbed.wire.mbaps import BAD, Material, MaterialError, make_folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("mbaps") / "keys"
    make_folder(made)
    return made


@pytest.fixture
def copy(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "keys")
    return tmp_path / "keys"


def certificate(folder, stem):
    return x509.load_pem_x509_certificate((folder / f"{stem}.pem").read_bytes())


def test_keys_are_nobody_elses_to_read(folder):
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {one.stat().st_mode & 0o777 for one in folder.glob("*.key")} == {0o600}


def test_what_stands_is_never_overwritten(folder):
    with pytest.raises(MaterialError, match="already holds something; keys are never overwritten"):
        make_folder(folder)
    assert not list(folder.parent.glob(".mbaps-*"))


def test_every_file_is_explained(folder):
    steps = (folder / "STEPS.txt").read_text()
    assert all(one.name in steps for one in folder.glob("*.pem"))
    assert {one.stem for one in folder.glob("*.key")} == {*BAD, "role-Operator", "role-Viewer", "ca"}


@pytest.mark.parametrize(
    ("stem", "roles"),
    [
        ("role-Operator", [(0x0C, "Operator")]),
        ("role-Viewer", [(0x0C, "Viewer")]),
        ("printable-role", [(0x13, "Operator")]),
        ("two-roles", [(0x0C, "Operator"), (0x0C, "Admin")]),
        ("role-list", [(0x0C, "Operator,Admin")]),
        ("no-role", []),
    ],
)
def test_roles(folder, stem, roles):
    der = ssl.PEM_cert_to_DER_cert((folder / f"{stem}.pem").read_text().partition("\n-----BEGIN")[0])
    assert [(one.tag, one.text) for one in roles_of(der)] == roles


def verified(folder, stem, *options):
    command = ["openssl", "verify", "-purpose", "sslclient", "-CAfile", folder / "ca.pem", *options]
    done = subprocess.run([*command, folder / f"{stem}.pem"], capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else "OK"


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
@pytest.mark.parametrize(
    ("stem", "said"),
    [
        ("role-Operator", "OK"),
        ("two-roles", "OK"),
        ("expired", "has expired"),
        ("not-yet-valid", "not yet valid"),
        ("untrusted", "error"),
        ("self-signed", "self-signed"),
        ("wrong-purpose", "purpose"),
        ("revoked", "revoked"),
    ],
)
def test_openssl_says_what_is_wrong_with_each(folder, stem, said):
    assert said in verified(folder, stem, "-crl_check", "-CRLfile", folder / "crl.pem")


def test_weak_is_1024_bits(folder):
    assert certificate(folder, "weak-key").public_key().key_size == 1024


def test_rsa_keys_where_they_are_wanted(tmp_path):
    make_folder(tmp_path / "keys", ("Engineer",), "rsa")
    assert certificate(tmp_path / "keys", "role-Engineer").public_key().key_size == 2048


def missing(folder):
    (folder / "expired.key").unlink()


def exposed(folder):
    (folder / "role-Viewer.key").chmod(0o644)


def exchanged(folder):
    (folder / "role-Viewer.pem").write_bytes((folder / "role-Operator.pem").read_bytes())


def damaged(folder):
    (folder / "revoked.pem").write_text("-----BEGIN CERTIFICATE-----\nnothing\n")


def locked(folder):
    path = folder / "no-role.key"
    options = ["-aes128", "-passout", "pass:secret"]
    subprocess.run(["openssl", "ec", "-in", path, "-out", path, *options], check=True, capture_output=True)


FAULTS = {
    missing: "expired.key is missing; `testbed keys mbaps",
    exposed: "role-Viewer.key is open to other users (mode 0644); run: chmod 600",
    exchanged: "role-Viewer.pem is not the certificate of",
    damaged: "revoked.key hold no certificate and key that can be used",
    locked: "no-role.key hold no certificate and key that can be used: the key has a password",
}


@pytest.mark.parametrize("fault", FAULTS, ids=[one.__name__ for one in FAULTS])
def test_one_clear_message(copy, fault):
    fault(copy)
    with pytest.raises(MaterialError) as said:
        Material(copy).check(("Operator", "Viewer"))
    assert FAULTS[fault] in str(said.value)


def declared(path, security, connect="tls://127.0.0.1:8020"):
    text = example("sim-plc-tls.yaml").read_text().partition("security:")[0]
    path.write_text(text.replace("sim:plc?over=tls", connect) + security)
    return path


def test_a_declaration_names_the_file_and_line(copy):
    missing(copy)
    path = declared(copy.parent / "plc.yaml", "security:\n  keys: keys\n")
    with pytest.raises(DocumentError, match=r"plc.yaml: line \d+: `security.keys`: .*expired.key is missing"):
        prepare(path)


@pytest.mark.parametrize(
    ("security", "said"),
    [
        ("", "`security` is missing: over TLS the tester needs certificates"),
        ("security: { versions: ['1.3'] }\n", "`security.keys` is missing: the folder that"),
        ("security: { keys: keys, roles: [{ name: null }] }\n", "the first role must have a name"),
        ("security: { keys: keys, roles: [{ name: A }, { name: A }] }\n", "the role `A` stands twice"),
        ("security: { keys: keys, roles: [{ name: 'a/b' }] }\n", "roles.0.name"),
        ("security: { keys: keys, version: ['1.2'] }\n", "did you mean `versions`?"),
    ],
)
def test_a_declaration_that_does_not_fit_says_so(tmp_path, security, said):
    with pytest.raises(DocumentError) as refused:
        prepare(declared(tmp_path / "plc.yaml", security))
    assert said in str(refused.value)
