"""Keys are made once, guarded, and loaded only where a signature by them would be worth something."""

import os
import shutil
import stat
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from testbed.bundle.certificates import Role, load_roots
from testbed.bundle.errors import Refused
from testbed.bundle.keys import KeysExist, KeyUnusable, create_keys, load_signer

posix = pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")


@pytest.fixture
def copy(keys, tmp_path):
    return shutil.copytree(keys, tmp_path / "copy")


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@posix
def test_private_from_the_start(tmp_path):
    before = os.umask(0)
    try:
        create_keys(tmp_path / "keys")
    finally:
        os.umask(before)

    assert mode(tmp_path / "keys") == 0o700
    assert {mode(path) for path in (tmp_path / "keys").glob("*.key")} == {0o600}
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]


def test_all_files(keys):
    stems = ("council", "laboratory", "root")
    assert sorted(p.name for p in keys.iterdir()) == sorted(f"{s}.{e}" for s in stems for e in ("key", "pem"))


def test_nothing_is_overwritten(copy):
    before = {path.name: path.read_bytes() for path in copy.iterdir()}

    with pytest.raises(KeysExist, match="never overwritten"):
        create_keys(copy)

    assert {path.name: path.read_bytes() for path in copy.iterdir()} == before
    assert [path.name for path in copy.parent.iterdir()] == ["copy"]


def test_an_empty_directory_is_used(tmp_path):
    (tmp_path / "keys").mkdir(mode=0o755)

    create_keys(tmp_path / "keys")

    assert load_signer(tmp_path / "keys", Role.COUNCIL).is_test
    assert os.name != "posix" or mode(tmp_path / "keys") == 0o700


def test_the_keys_kinds_and_years(keys):
    root, laboratory = (
        x509.load_pem_x509_certificate((keys / f"{n}.pem").read_bytes()) for n in ("root", "laboratory")
    )

    assert isinstance(root.public_key().curve, ec.SECP384R1)
    assert isinstance(laboratory.public_key().curve, ec.SECP256R1)
    now = datetime.now(UTC)
    assert now + timedelta(days=3650) < root.not_valid_after_utc < now + timedelta(days=3660)
    assert now + timedelta(days=728) < laboratory.not_valid_after_utc < now + timedelta(days=732)


@pytest.mark.parametrize("test", [True, False])
def test_test_keys_say_so(tmp_path, test):
    create_keys(tmp_path / "keys", test=test)

    for role in Role:
        signer = load_signer(tmp_path / "keys", role)
        assert signer.is_test is test
        assert ("TEST KEY" in signer.certificate.subject.rfc4514_string()) is test
        assert len(signer.fingerprint) == 64
        assert str(role) in signer.name


def test_a_signer_does_not_print_its_key(laboratory):
    assert "key=" not in repr(laboratory)


@posix
@pytest.mark.parametrize("bits", [0o640, 0o604, 0o620, 0o601])
def test_an_exposed_key_is_refused(copy, bits):
    (copy / "laboratory.key").chmod(bits)

    with pytest.raises(KeyUnusable, match=r"laboratory\.key is open to other users .* chmod 600"):
        load_signer(copy, Role.LABORATORY)


def test_a_foreign_certificate_is_refused(copy, other_keys):
    shutil.copy(other_keys / "laboratory.pem", copy / "laboratory.pem")

    with pytest.raises(KeyUnusable, match=r"is not the certificate of .*laboratory\.key"):
        load_signer(copy, Role.LABORATORY)


def test_another_role_is_refused(copy):
    for suffix in ("key", "pem"):
        shutil.copy(copy / f"laboratory.{suffix}", copy / f"council.{suffix}")

    with pytest.raises(KeyUnusable, match="was not issued to a council"):
        load_signer(copy, Role.COUNCIL)


def test_an_expired_certificate_is_refused(keys):
    with pytest.raises(KeyUnusable, match=r"laboratory\.pem: .* expired on"):
        load_signer(keys, Role.LABORATORY, at=datetime.now(UTC) + timedelta(days=800))


def test_a_future_certificate_is_refused(keys):
    with pytest.raises(KeyUnusable, match="is valid only from"):
        load_signer(keys, Role.LABORATORY, at=datetime.now(UTC) - timedelta(days=2))


@pytest.mark.parametrize("name", ["laboratory.key", "laboratory.pem"])
@pytest.mark.parametrize(
    "content", [None, b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_damaged_files_are_named(copy, name, content):
    (copy / name).unlink() if content is None else (copy / name).write_bytes(content)

    with pytest.raises(KeyUnusable, match=name):
        load_signer(copy, Role.LABORATORY)


def test_a_key_of_another_kind_is_refused(copy):
    key = ec.generate_private_key(ec.SECP384R1())
    (copy / "laboratory.key").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )

    with pytest.raises(KeyUnusable, match="not a P-256 key"):
        load_signer(copy, Role.LABORATORY)


def test_only_an_authority_is_a_root(keys):
    with pytest.raises(Refused, match="which is not a root"):
        load_roots(keys / "laboratory.pem")
    with pytest.raises(Refused, match="no readable root"):
        load_roots(keys / "laboratory.key")
    with pytest.raises(Refused, match="cannot be read"):
        load_roots(keys / "absent.pem")
