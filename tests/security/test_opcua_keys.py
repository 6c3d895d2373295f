"""The tester's folder for OPC UA: each bad certificate has the fault that its name says, and no other."""

import shutil
import subprocess
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from testbed.protocols.opcua.asymmetric import leaf
from testbed.wire.opcua_keys import (
    APPLICATION_URI,
    BAD,
    BAD_USERS,
    GOOD,
    MaterialError,
    OpcUaKeys,
    device_side,
    make_folder,
)

URI = "urn:mother-factory:a-device"
NOT_SAID = {"unknown-issuer": "untrusted", "chain-incomplete": "no-issuer", "garbage": "unreadable"}
"""Where the fault that is found has another name than the certificate."""


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    made = tmp_path_factory.mktemp("opcua") / "keys"
    make_folder(made)
    return OpcUaKeys(made)


@pytest.fixture(scope="module")
def device(keys):
    return device_side(keys, URI)


def pairs(keys):
    good = {"tester": keys.signed, "self-signed": keys.self_signed}
    return good | {"renewed": keys.renewed, "chained": keys.chained} | dict(keys.bad)


def read(folder, load):
    return [load(path.read_bytes()) for path in sorted(folder.iterdir())]


def certificates(chain):
    while chain:
        yield x509.load_der_x509_certificate(leaf(chain))
        chain = chain[len(leaf(chain)) :]


def extension(certificate, kind):
    return certificate.extensions.get_extension_for_class(kind).value


def is_signed_by(certificate, issuer):
    """Without a look at anything but the signature itself; SHA-1 is no reason against it here."""
    try:
        issuer.public_key().verify(
            certificate.signature,
            certificate.tbs_certificate_bytes,
            padding.PKCS1v15(),
            certificate.signature_hash_algorithm,
        )
    except InvalidSignature:
        return False
    return True


def path(sent, trusted):
    """The certificate, and its issuers up to the root as far as they are sent or known."""
    chain = [sent[0]]
    while chain[-1].issuer != chain[-1].subject:
        above = [one for one in (*sent[1:], *trusted) if one.subject == chain[-1].issuer]
        if not above:
            return chain, {"no-issuer"}
        chain.append(above[0])
    return chain, set()


def of_chain(sent, trusted, lists):
    """All faults of trust, time and revocation, as a strict server would find them."""
    chain, found = path(sent, trusted)
    now = datetime.now(UTC)
    if not found and chain[-1] not in trusted:
        found.add("untrusted")
    if chain[0].not_valid_after_utc <= now:
        found.add("expired")
    if chain[0].not_valid_before_utc > now:
        found.add("not-yet-valid")
    if chain[-1].issuer == chain[-1].subject:
        for one, above in zip(chain, [*chain[1:], chain[-1]], strict=True):
            found |= of_link(one, above, lists)
    for one in chain[1:]:
        found |= of_issuer(one, now)
    return found


def of_link(one, above, lists):
    """What is wrong with a signature, and what the list of who made it says."""
    found = set()
    if not is_signed_by(one, above):
        found.add("broken-signature")
    if one.signature_hash_algorithm.name != "sha256":
        found.add("sha1")
    if one.subject == above.subject:
        return found
    known = [crl for crl in lists if crl.issuer == above.subject]
    assert all(crl.is_signature_valid(above.public_key()) for crl in known)
    if not known:
        found.add("no-crl")
    if any(crl.get_revoked_certificate_by_serial_number(one.serial_number) for crl in known):
        found.add("revoked")
    return found


def of_issuer(one, now):
    found = set()
    if not one.not_valid_before_utc <= now < one.not_valid_after_utc:
        found.add("issuer-expired")
    if not extension(one, x509.BasicConstraints).ca:
        found.add("issuer-no-ca")
    if not extension(one, x509.KeyUsage).key_cert_sign:
        found.add("issuer-no-cert-sign")
    return found


def of_application(certificate):
    """All faults of what an application's certificate says of itself."""
    found = set()
    if (size := certificate.public_key().key_size) not in range(2048, 4097):
        found.add("weak-key" if size < 2048 else "overlong-key")
    names = extension(certificate, x509.SubjectAlternativeName)
    if names.get_values_for_type(x509.UniformResourceIdentifier) != [APPLICATION_URI]:
        found.add("wrong-uri")
    usage = extension(certificate, x509.KeyUsage)
    if not usage.digital_signature:
        found.add("no-digital-signature")
    if not usage.data_encipherment:
        found.add("no-data-encipherment")
    if ExtendedKeyUsageOID.CLIENT_AUTH not in extension(certificate, x509.ExtendedKeyUsage):
        found.add("no-client-auth")
    assert usage.key_encipherment
    assert usage.content_commitment
    assert not extension(certificate, x509.BasicConstraints).ca
    return found


@pytest.mark.parametrize("name", [*GOOD, *BAD])
def test_each_has_its_fault_and_no_other(keys, device, name):
    pair = pairs(keys)[name]
    trusted = read(device / "trusted/certs", x509.load_der_x509_certificate)
    lists = [
        one for at in ("trusted", "issuers") for one in read(device / at / "crl", x509.load_der_x509_crl)
    ]
    try:
        sent = list(certificates(pair.sent))
    except ValueError:
        found = {"unreadable"}
    else:
        found = of_chain(sent, trusted, lists) | of_application(sent[0])
        numbers = sent[0].public_key().public_numbers()
        assert numbers == pair.key.public_key().public_numbers()

    assert found == ({NOT_SAID.get(name, name)} if name in BAD else set())


@pytest.mark.parametrize("name", ["user", *BAD_USERS])
def test_each_user_has_its_fault_and_no_other(keys, device, name):
    pair = keys.user if name == "user" else keys.bad_users[name]
    trusted = read(device / "users/certs", x509.load_der_x509_certificate)
    lists = read(device / "users/crl", x509.load_der_x509_crl)
    (certificate,) = certificates(pair.sent)

    assert of_chain([certificate], trusted, lists) == ({name} if name in BAD_USERS else set())
    assert certificate.public_key() == pair.key.public_key()


SAID = {
    "expired": "certificate has expired",
    "not-yet-valid": "certificate is not yet valid",
    "untrusted": "self-signed certificate",
    "revoked": "certificate revoked",
    "unknown-issuer": "self-signed certificate in certificate chain",
    "chain-incomplete": "unable to get local issuer certificate",
    "issuer-expired": "error 10 at 1 depth lookup: certificate has expired",
    "issuer-no-ca": "error 79 at 1 depth lookup: invalid CA certificate",
    "issuer-no-cert-sign": "error 79 at 1 depth lookup: invalid CA certificate",
    "no-crl": "unable to get certificate CRL",
    "no-digital-signature": "unsuitable certificate purpose",
    "no-client-auth": "unsuitable certificate purpose",
    "broken-signature": "certificate signature failure",
}
"""What openssl says of each; it has nothing against the others, whose faults are OPC UA's own."""


def pem(folder, name, found):
    file = folder / name
    file.write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in found))
    return file


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
@pytest.mark.parametrize("name", [one for one in (*GOOD, *BAD) if one not in {"garbage", "self-signed"}])
def test_openssl_finds_the_same(keys, device, tmp_path, name):
    sent = list(certificates(pairs(keys)[name].sent))
    roots = read(device / "trusted/certs", x509.load_der_x509_certificate)
    roots = [one for one in roots if extension(one, x509.BasicConstraints).ca]
    lists = [
        one for at in ("trusted", "issuers") for one in read(device / at / "crl", x509.load_der_x509_crl)
    ]
    command = ["openssl", "verify", "-purpose", "sslclient", "-crl_check_all"]
    command += ["-CAfile", pem(tmp_path, "roots", roots), "-CRLfile", pem(tmp_path, "lists", lists)]
    command += ["-untrusted", pem(tmp_path, "above", sent[1:])] if sent[1:] else []
    done = subprocess.run(
        [*command, pem(tmp_path, "own", sent[:1])], capture_output=True, text=True, check=False
    )

    assert (done.returncode == 0) == (name not in SAID)
    assert SAID.get(name, "OK") in done.stdout + done.stderr


def test_a_chain_is_the_certificate_and_its_issuers_up_to_the_root(keys):
    for name, length in {"tester": 2, "chained": 3, "issuer-expired": 3, "self-signed": 1}.items():
        chain = list(certificates(pairs(keys)[name].chain))
        assert len(chain) == length
        assert chain[-1].issuer == chain[-1].subject
    assert len(list(certificates(keys.bad["chain-incomplete"].chain))) == 1


def test_a_device_that_trusts_the_certificate_alone_is_shown_that(keys):
    assert OpcUaKeys(keys.folder, by_authority=False).good.certificate == keys.self_signed.certificate
    assert keys.good.certificate == keys.signed.certificate


def test_keys_are_nobody_elses_to_read(keys, device):
    secret = [*keys.folder.rglob("*.key"), keys.folder / "login.password", device / "users/login"]
    assert {one.stat().st_mode & 0o777 for one in secret} == {0o600}
    assert keys.folder.stat().st_mode & 0o777 == 0o700
    assert device.stat().st_mode & 0o777 == 0o700
    assert not list(keys.folder.rglob("*authority.key"))  # nobody can sign anything further


def test_what_stands_is_never_overwritten(keys):
    with pytest.raises(MaterialError, match="already holds something; keys are never overwritten"):
        make_folder(keys.folder)
    assert [one.name for one in keys.folder.parent.iterdir()] == ["keys"]


def test_every_certificate_is_explained(keys):
    steps = (keys.folder / "STEPS.txt").read_text()
    for folder in (".", "bad", "bad-users"):
        for one in (keys.folder / folder).glob("*.der"):
            assert str(one.relative_to(keys.folder)) in steps
    assert all(len(line) <= 110 for line in steps.splitlines())


def test_a_device_is_made_once(keys, device):
    before = {one: one.read_bytes() for one in device.rglob("*") if one.is_file()}
    assert device_side(keys, URI) == device
    assert {one: one.read_bytes() for one in device.rglob("*") if one.is_file()} == before
    assert device_side(keys, "urn:other/../../device") != device
    assert {one.parent for one in (keys.folder / "device").iterdir()} == {keys.folder / "device"}
