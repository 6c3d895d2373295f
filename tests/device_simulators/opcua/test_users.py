"""Users of the reference server: tokens, roles, permissions, guessing (10000-4, 5.7.3 and 7.40)."""

import asyncio

import pytest
from asyncua import ua

from device_simulators.opcua.users import PERMISSIONS
from testbed.protocols.opcua import POLICIES, status
from testbed.testers.opcua import identity
from testbed.wire.opcua_keys import throw_away
from tests.device_simulators.opcua.peer import channel, plays, said, session
from tests.device_simulators.opcua.test_security import Secured

NODE = ua.NodeId("Access.UserReadOnly", 2)
LOCKED = ua.NodeId("Methods.UserLocked", 2)
LEVEL, EXECUTABLE, GRANTED = 18, 22, 25
SECURED = [policy for policy in POLICIES.values() if not policy.is_none]
RIGHT = "simulated"
OPERATOR, ANYBODY = (0x63, True), (0x01, False)


def policy_of(peer, kind):
    secure = peer.secure
    return identity.token_policy(peer.session, secure.policy.uri, secure.mode, kind)


def named(peer, secret=RIGHT, name="operator"):
    policy = policy_of(peer, ua.UserTokenType.UserName)
    certificate = peer.certificate
    return identity.user_name(
        policy, peer.secure.policy.uri, name, secret, certificate, peer.session.ServerNonce
    )


def certified(peer, pair, key=None):
    policy = policy_of(peer, ua.UserTokenType.Certificate)
    token = ua.X509IdentityToken(policy.PolicyId, pair.certificate)
    used = POLICIES[policy.SecurityPolicyUri]
    made = identity.signature(used, key or pair.key, peer.certificate, peer.session.ServerNonce)
    return token, made


async def created(device):
    peer = await channel(device)
    await peer.create()
    peer.certificate = device.identity.certificate
    return peer


async def rights(peer):
    request = ua.ReadRequest()
    request.Parameters.NodesToRead = [ua.ReadValueId(NODE, LEVEL), ua.ReadValueId(LOCKED, EXECUTABLE)]
    response = await peer.ask(request)
    return tuple(one.Value.Value for one in response.Results)


@plays
async def test_rights_change_with_the_user_at_once(device):
    peer = await created(device)
    for make, expected in ((lambda _: None, ANYBODY), (named, OPERATOR)):
        response = await peer.activate(make(peer))
        assert said(response) == status.Good
        peer.session.ServerNonce = response.Parameters.ServerNonce
        assert await rights(peer) == expected
    request = ua.WriteRequest()
    value = ua.DataValue(ua.Variant(9, ua.VariantType.Int32))
    request.Parameters.NodesToWrite = [ua.WriteValue(NODE, 13, None, value)]
    assert (await peer.ask(request)).Results[0].value == status.Good
    assert said(await peer.activate(named(peer, "wrong"))) == status.BadIdentityTokenRejected
    assert await rights(peer) == OPERATOR
    assert said(await peer.activate()) == status.Good
    assert (await peer.ask(request)).Results[0].value == status.BadUserAccessDenied


@plays
async def test_permissions_are_told_by_role(device):
    peer = await session(device)
    request = ua.ReadRequest()
    request.Parameters.NodesToRead = [ua.ReadValueId(NODE, GRANTED)]
    (found,) = (await peer.ask(request)).Results
    (mine,) = found.Value.Value
    assert mine.RoleId == ua.NodeId(ua.ObjectIds.WellKnownRole_Anonymous)
    assert [name for bit, name in enumerate(PERMISSIONS) if mine.Permissions >> bit & 1] == ["Browse", "Read"]


@pytest.mark.parametrize("policy", SECURED, ids=lambda one: one.name)
def test_each_kind_of_user_under_each_policy(policy):
    @plays
    async def play(device):
        peer = Secured(device, policy=policy)
        await peer.hello()
        await peer.opened()
        await peer.created()
        peer.certificate = device.identity.certificate
        for make, expected in (
            (lambda: (None, None), ANYBODY),
            (lambda: (named(peer), None), OPERATOR),
            (lambda: certified(peer, throw_away().user), OPERATOR),
        ):
            token, proof = make()
            fields = {"UserTokenSignature": proof} if proof else {}
            response = await peer.activate(token, ClientSignature=peer.signed(), **fields)
            assert said(response) == status.Good
            peer.nonce = peer.session.ServerNonce = response.Parameters.ServerNonce
            assert await rights(peer) == expected

    play()


CERTIFICATES = {
    "untrusted": status.BadIdentityTokenRejected,
    "expired": status.BadIdentityTokenRejected,
    "revoked": status.BadIdentityTokenRejected,
}


@pytest.mark.parametrize("name", CERTIFICATES)
def test_a_bad_certificate_of_a_user(name):
    @plays
    async def play(device):
        peer = await created(device)
        token, proof = certified(peer, throw_away().bad_users[name])
        assert said(await peer.activate(token, UserTokenSignature=proof)) == CERTIFICATES[name]

    play()


@plays
async def test_a_certificate_needs_its_key_and_has_to_be_one(device):
    peer = await created(device)
    token, proof = certified(peer, throw_away().user, key=throw_away().good.key)
    for wrong in (proof, ua.SignatureData()):
        assert said(await peer.activate(token, UserTokenSignature=wrong)) == status.BadUserSignatureInvalid
    token.CertificateData = b"none"
    assert said(await peer.activate(token, UserTokenSignature=proof)) == status.BadIdentityTokenInvalid


@plays
async def test_the_login_of_the_testers_folder(device):
    peer = await created(device)
    name, password = device.trust.login
    assert said(await peer.activate(named(peer, password, name))) == status.Good
    assert await rights(peer) == OPERATOR


@plays
async def test_refusals_are_held_back_after_some_and_noted(device):
    peer = await created(device)
    loop, waits = asyncio.get_running_loop(), []
    for _ in range(8):
        begun = loop.time()
        assert said(await peer.activate(named(peer, "wrong"))) == status.BadIdentityTokenRejected
        waits.append(round(loop.time() - begun, 2))
    assert waits == [0.0, 0.0, 0.0, 0.05, 0.1, 0.2, 0.4, 0.4]
    assert {(one.status, one.subject) for one in device.audit} == {
        (status.BadIdentityTokenRejected, "operator")
    }
    begun = loop.time()
    assert said(await peer.activate(named(peer))) == status.Good
    assert loop.time() - begun < 0.01
    assert device.failures == {}


@plays
async def test_a_refusal_that_is_held_back_needs_its_connection(device):
    peer = await created(device)
    device.failures["operator"] = 9
    request = ua.ActivateSessionRequest()
    request.Parameters.UserIdentityToken = named(peer, "wrong")
    request.RequestHeader.AuthenticationToken = peer.token
    peer.send(*peer.sealed(request))
    await asyncio.sleep(0.1)
    peer.transport.close()
    await asyncio.sleep(1)
    assert device.lines == {}


@plays
async def test_names_that_failed_are_forgotten_one_day(device):
    for number in range(1200):
        device.failed_login(str(number))
    assert len(device.failures) == 1000
    assert "0" not in device.failures
