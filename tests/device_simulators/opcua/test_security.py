"""Secured channels and their sessions, on the wire (10000-4, 5.6, 5.7; 10000-6, 6.7)."""

from functools import cache

import pytest
from asyncua import ua
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from testbed.protocols.opcua import POLICIES, SIGN, SIGN_AND_ENCRYPT, SecureChannel, Tamper, status
from testbed.wire.opcua_keys import APPLICATION_URI, throw_away
from tests.device_simulators.opcua.peer import CLOSED, Peer, plays, said

BASIC = POLICIES["http://opcfoundation.org/UA/SecurityPolicy#Basic256Sha256"]
URI = APPLICATION_URI


@cache
def pairs():
    """The tester's certificates, made once a process."""
    keys = throw_away()
    good = {"client": keys.signed, "other": keys.renewed}
    good |= {"self-signed": keys.self_signed, "chained": keys.chained}
    return good | keys.bad


def certificate(name="client"):
    return pairs()[name].certificate


class Secured(Peer):
    """A peer with a certificate."""

    def __init__(self, device, name="client", mode=SIGN_AND_ENCRYPT, policy=BASIC):
        super().__init__(device)
        self.name = name
        self.mode = mode
        self.own = certificate(name)
        self.server = device.identity.certificate
        self.policy = policy
        self.key = pairs()[name].key
        self.secure = SecureChannel(
            policy,
            mode,
            server=False,
            certificate=pairs()[name].sent,
            key=self.key,
            peer_certificate=self.server,
        )

    async def opened(self, kind=0, nonce=None, mode=None, **fields):
        request = self.open_request(kind=kind, mode=self.mode if mode is None else mode)
        nonce = self.policy.nonce() if nonce is None else nonce
        request.Parameters.ClientNonce = nonce
        self.send(*self.sealed(request, type=b"OPN", **fields))
        answer = await self.answer()
        if isinstance(answer, ua.OpenSecureChannelResponse):
            given = answer.Parameters.SecurityToken
            self.secure.install(given.ChannelId, given.TokenId, nonce, answer.Parameters.ServerNonce)
        return answer

    async def created(self, **fields):
        described = ua.ApplicationDescription(ApplicationUri=URI)
        fields = {"ClientCertificate": self.own, "ClientDescription": described} | fields
        response = await self.create(**fields)
        if self.session is not None:
            self.nonce = self.session.ServerNonce
        return response

    def signed(self, nonce=None, algorithm=None):
        data = self.server + (self.nonce if nonce is None else nonce)
        return ua.SignatureData(
            algorithm or self.policy.rsa.signature_uri,
            self.key.sign(data, self.policy.rsa.signature(), SHA256()),
        )

    async def activated(self, signature=None):
        response = await self.activate(ClientSignature=signature or self.signed())
        if isinstance(response, ua.ActivateSessionResponse):
            self.nonce = response.Parameters.ServerNonce
        return response


async def ready(device, **fields):
    peer = Secured(device, **fields)
    await peer.hello()
    assert said(await peer.opened()) == status.Good
    return peer


async def active(device, **fields):
    peer = await ready(device, **fields)
    assert said(await peer.created()) == status.Good
    assert said(await peer.activated()) == status.Good
    return peer


@pytest.mark.parametrize("mode", [SIGN, SIGN_AND_ENCRYPT])
def test_a_secured_session_reads_and_is_renewed(mode):
    @plays
    async def play(device):
        peer = await active(device, mode=mode)
        for _ in range(3):
            assert said(await peer.read()) == status.Good
            assert said(await peer.opened(kind=1)) == status.Good
            assert said(await peer.read(previous=True)) == status.Good
        signature = peer.session.ServerSignature
        own = x509.load_der_x509_certificate(peer.server).public_key()
        own.verify(signature.Signature, peer.own + bytes(32), PKCS1v15(), SHA256())
        assert signature.Algorithm == BASIC.rsa.signature_uri

    play()


OPENINGS = {
    "short nonce": ({}, {"nonce": bytes(16)}, status.BadNonceInvalid),
    "no security": ({}, {"mode": 1}, status.BadSecurityModeRejected),
    "signature": (
        {},
        {"tamper": Tamper(signed=lambda it: it[:-1] + bytes((it[-1] ^ 1,)))},
        status.BadSecurityChecksFailed,
    ),
}


@pytest.mark.parametrize("what", OPENINGS)
def test_an_open_that_is_not_secure_is_refused_without_a_reason(what):
    who, fields, why = OPENINGS[what]

    @plays
    async def play(device):
        peer = Secured(device, **who)
        await peer.hello()
        assert await peer.opened(**fields) == why
        assert await peer.answer() == CLOSED

    play()


@plays
async def test_a_chain_is_taken_by_its_first_certificate(device):
    peer = Secured(device)
    peer.secure.certificate = peer.own + throw_away().authority
    await peer.hello()
    assert said(await peer.opened()) == status.Good
    assert said(await peer.created(ClientCertificate=peer.own + throw_away().authority)) == status.Good
    assert said(await peer.activated()) == status.Good


@plays
async def test_a_channel_is_renewed_by_who_opened_it_with_the_same_mode(device):
    peer = await ready(device)
    other = Secured(device, name="other")
    peer.secure.certificate, peer.secure.key = other.own, other.key
    assert await peer.opened(kind=1) == status.BadSecurityChecksFailed
    peer = await ready(device)
    assert await peer.opened(kind=1, mode=SIGN) == status.BadSecurityModeRejected


MESSAGES = {
    "signature": Tamper(signed=lambda it: it[:-1] + bytes((it[-1] ^ 1,))),
    "body": Tamper(signed=lambda it: it[:30] + bytes((it[30] ^ 1,)) + it[31:]),
    "cipher text": Tamper(sent=lambda it: it[:40] + bytes((it[40] ^ 1,)) + it[41:]),
}


@pytest.mark.parametrize("what", MESSAGES)
def test_a_message_that_was_changed_is_not_answered(what):
    @plays
    async def play(device):
        peer = await active(device)
        assert await peer.read(tamper=MESSAGES[what]) == status.BadSecurityChecksFailed
        assert await peer.answer() == CLOSED

    play()


@plays
async def test_a_replayed_message_is_not_answered(device):
    peer = await active(device)
    frames = peer.sealed(ua.GetEndpointsRequest())
    peer.send(*frames, *frames)
    assert said(await peer.answer()) == status.Good
    assert await peer.answer() == status.BadSecurityChecksFailed


SESSIONS = {
    "short nonce": ({"ClientNonce": bytes(31)}, status.BadNonceInvalid),
    "long nonce": ({"ClientNonce": bytes(129)}, status.BadNonceInvalid),
    "no nonce": ({"ClientNonce": None}, status.BadNonceInvalid),
    "another certificate": ({"ClientCertificate": b"other"}, status.BadSecurityChecksFailed),
    "no certificate": ({"ClientCertificate": None}, status.BadSecurityChecksFailed),
    "another application": (
        {"ClientDescription": ua.ApplicationDescription(ApplicationUri="urn:x")},
        status.BadCertificateUriInvalid,
    ),
}


@pytest.mark.parametrize("what", SESSIONS)
def test_a_session_that_does_not_fit_its_channel_is_refused(what):
    fields, why = SESSIONS[what]

    @plays
    async def play(device):
        peer = await ready(device)
        assert said(await peer.created(**fields)) == why
        counters = device.counters
        assert (counters.RejectedSessionCount, counters.SecurityRejectedSessionCount) == (1, 1)
        assert said(await peer.created()) == status.Good

    play()


@plays
async def test_a_session_is_activated_by_a_signature_over_the_last_nonce(device):
    peer = await ready(device)
    await peer.created()
    first = peer.nonce
    for wrong in (ua.SignatureData(), peer.signed(bytes(32)), peer.signed(algorithm="http://x")):
        assert said(await peer.activated(wrong)) == status.BadApplicationSignatureInvalid
    assert said(await peer.activated()) == status.Good
    assert said(await peer.activated(peer.signed(first))) == status.BadApplicationSignatureInvalid
    assert said(await peer.read()) == status.Good


@plays
async def test_a_session_moves_to_no_channel_of_another_client_or_of_less_security(device):
    owner = await active(device)
    for fields in ({"name": "other"}, {"mode": SIGN}):
        thief = await ready(device, **fields)
        thief.token, thief.nonce = owner.token, owner.nonce
        assert said(await thief.activated()) == status.BadSecurityChecksFailed
        assert said(await owner.read()) == status.Good
    heir = await ready(device)
    heir.token, heir.nonce = owner.token, owner.nonce
    assert said(await heir.activated()) == status.Good
    assert said(await owner.read()) == status.BadSecureChannelIdInvalid
