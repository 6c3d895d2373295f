"""How the reference server judges certificates: steps, masking, audit, rejected list (10000-4, 6.1.3)."""

import shutil

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate

from device_simulators.opcua import trust
from device_simulators.opcua.certificates import certificates_in, read_certificate, uris_of
from device_simulators.opcua.errors import Broken
from device_simulators.opcua.trust import TrustFolder
from testbed.protocols.opcua import POLICIES, status
from testbed.protocols.opcua.asymmetric import thumbprint
from testbed.wire.opcua_keys import device_side, throw_away
from tests.device_simulators.opcua.peer import CLOSED, plays, said
from tests.device_simulators.opcua.test_security import Secured, active, certificate, ready

FOUND = {
    "expired": status.BadCertificateTimeInvalid,
    "not-yet-valid": status.BadCertificateTimeInvalid,
    "untrusted": status.BadCertificateUntrusted,
    "revoked": status.BadCertificateRevoked,
    "unknown-issuer": status.BadCertificateUntrusted,
    "chain-incomplete": status.BadCertificateChainIncomplete,
    "issuer-expired": status.BadCertificateIssuerTimeInvalid,
    "issuer-no-ca": status.BadCertificateIssuerUseNotAllowed,
    "issuer-no-cert-sign": status.BadCertificateIssuerUseNotAllowed,
    "no-crl": status.BadCertificateRevocationUnknown,
    "no-digital-signature": status.BadCertificateUseNotAllowed,
    "no-data-encipherment": status.BadCertificateUseNotAllowed,
    "no-client-auth": status.BadCertificateUseNotAllowed,
    "weak-key": status.BadCertificatePolicyCheckFailed,
    "overlong-key": status.BadCertificatePolicyCheckFailed,
    "broken-signature": status.BadCertificateInvalid,
    "sha1": status.BadCertificatePolicyCheckFailed,
    "garbage": status.BadCertificateInvalid,
}
TOLD = {
    status.BadCertificateTimeInvalid,
    status.BadCertificateUseNotAllowed,
    status.BadCertificateRevocationUnknown,
}
SECURED = [policy for policy in POLICIES.values() if not policy.is_none]


@pytest.fixture
def folder(tmp_path):
    """A device's folder of its own, without what other devices of this process have rejected."""
    common = device_side(throw_away(), "urn:mother-factory:sim-plc")
    made = shutil.copytree(common, tmp_path / "device", ignore=shutil.ignore_patterns("rejected"))
    (made / "rejected").mkdir()
    return made


@pytest.mark.parametrize("name", FOUND)
def test_the_precise_reason_is_noted_and_a_masked_one_told(name, folder):
    @plays
    async def play(device):
        device.trust = TrustFolder(folder)
        peer = Secured(device, name=name)
        await peer.hello()
        told = await peer.opened()
        assert told == (FOUND[name] if FOUND[name] in TOLD else status.BadSecurityChecksFailed)
        assert await peer.answer() == CLOSED
        noted = [one for one in device.audit if one.type.startswith("AuditCertificate")]
        assert [(one.status, one.subject) for one in noted] == [(FOUND[name], thumbprint(peer.own).hex())]
        assert device.audit[-1].type == "AuditOpenSecureChannelEventType"

    play()


@pytest.mark.parametrize("policy", SECURED, ids=lambda one: one.name)
@pytest.mark.parametrize("name", ["client", "self-signed", "other", "chained"])
def test_good_certificates_are_taken_under_each_policy(name, policy):
    @plays
    async def play(device):
        peer = await active(device, name=name, policy=policy)
        assert said(await peer.read()) == status.Good

    play()


def test_only_who_is_not_trusted_comes_to_the_rejected_list_and_is_trusted_when_moved(folder):
    @plays
    async def play(device):
        device.trust = TrustFolder(folder)
        for name in ("expired", "untrusted", "untrusted"):
            peer = Secured(device, name=name)
            await peer.hello()
            await peer.opened()
        (rejected,) = (folder / "rejected").iterdir()
        assert rejected.read_bytes() == certificate("untrusted")
        rejected.rename(folder / "trusted" / "certs" / rejected.name)
        await ready(device, name="untrusted")

    play()


def test_the_rejected_list_is_bounded_and_the_oldest_goes_first(folder, monkeypatch):
    monkeypatch.setattr(trust, "REJECTED_MAX", 3)
    lists = TrustFolder(folder)

    for number in range(5):
        lists.reject(bytes((number,)))

    assert len(list((folder / "rejected").iterdir())) == 3
    newest = thumbprint(bytes((4,))).hex()
    assert (folder / "rejected" / f"{newest}.der").exists()


def test_files_that_are_no_certificates_are_not_read(folder):
    (folder / "trusted" / "certs" / "STEPS.txt").write_text("move it here")

    assert len(TrustFolder(folder).applications.trusted) == 3


def test_certificates_in_pem_are_read_too(folder):
    for path in (folder / "trusted" / "certs").iterdir():
        path.write_bytes(load_der_x509_certificate(path.read_bytes()).public_bytes(Encoding.PEM))

    assert len(TrustFolder(folder).applications.trusted) == 3


def test_a_rejected_list_that_cannot_be_written_stops_no_answer(folder, caplog):
    (folder / "rejected").rmdir()
    (folder / "rejected").write_bytes(b"a file")

    @plays
    async def play(device):
        device.trust = TrustFolder(folder)
        peer = Secured(device, name="untrusted")
        await peer.hello()
        assert await peer.opened() == status.BadSecurityChecksFailed

    play()

    assert "the rejected list cannot be written" in caplog.text


def test_a_list_that_is_over_is_no_list(folder):
    @plays
    async def play(device):
        device.trust = TrustFolder(folder)
        (issued,) = certificates_in(certificate(), 2)
        authority = read_certificate(throw_away().authority)
        lists, (good, *_) = device.trust.applications, device.trust.applications.revocations
        chain = [read_certificate(issued), authority]
        assert device.find_revocation(chain, lists, device.now()) is not None
        later = good.next_update_utc + (good.next_update_utc - good.last_update_utc)
        with pytest.raises(Broken) as caught:
            device.find_revocation(chain, lists, later)
        assert caught.value.status == status.BadCertificateRevocationUnknown

    play()


@pytest.mark.parametrize("sent", [b"", b"\x30", b"\x30\x82", b"\x30\x84\xff\xff\xff\xff", bytes(64)])
def test_bytes_that_are_no_certificate(sent):
    @plays
    async def play(device):
        with pytest.raises(Broken) as caught:
            device.check_structure(sent)
        assert caught.value.status == status.BadCertificateInvalid

    play()


def test_a_chain_is_followed_so_far():
    with pytest.raises(Broken):
        certificates_in(certificate() * 9, 8)
    assert uris_of(b"none") == []


@plays
async def test_the_uri_is_judged_when_a_session_is_created(device):
    peer = await ready(device, name="wrong-uri")
    assert said(await peer.created()) == status.BadCertificateUriInvalid
    assert device.audit[-1].type == "AuditCertificateDataMismatchEventType"


@plays
async def test_an_open_for_another_certificate_is_refused(device):
    peer = Secured(device)
    await peer.hello()
    device.identity  # noqa: B018 - made before it is looked at
    peer.secure.peer_certificate = certificate("other")
    assert await peer.opened() == status.BadCertificateInvalid


@plays
async def test_a_nonce_opens_one_channel(device):
    nonce = bytes(31) + b"\1"
    for expected in (status.Good, status.BadNonceInvalid):
        peer = Secured(device)
        await peer.hello()
        assert said(await peer.opened(nonce=nonce)) == expected


def test_a_server_with_keys_shows_the_certificate_of_its_folder():
    @plays
    async def play(device):
        device.serve(keys=throw_away().folder)
        own = device_side(throw_away(), device.application_uri) / "own"
        assert device.identity.certificate == (own / "certs" / "self-signed.der").read_bytes()
        assert device.application_uri in uris_of(device.identity.certificate)
        await ready(device)

    play()
