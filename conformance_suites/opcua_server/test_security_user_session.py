"""OPC 10000-4 1.05.04, 5.7.3: ActivateSession on secured channels: tokens, the signature, the user."""

import pytest

from testbed.cases import verifies
from testbed.opcua import CLOSED, NORMAL, SILENCE, Attribute, ids, status, structures

WRONG_TOKEN = (status.BadIdentityTokenInvalid, status.BadIdentityTokenRejected)
NULL = structures.SignatureData(Algorithm=None, Signature=None)
NOBODY = structures.UserTokenType.Anonymous


@verifies("UA-SEC-USER-ANONYMOUS")
async def test_anonymous(secure):
    """A session on a secured channel is activated by nobody in particular."""
    reaction = await secure.login(secure.identity.anonymous())

    assert reaction == NORMAL


@verifies("UA-SEC-USER-ANONYMOUS-NOT-OFFERED")
@pytest.mark.parametrize("token", [structures.AnonymousIdentityToken(), structures.ExtensionObject()])
async def test_anonymous_where_not_offered(secure, token):
    """Nobody in particular is refused at an endpoint that offers no anonymous tokens."""
    client = await secure.created()
    secure.takes_no(client, NOBODY)
    reaction = await client.ended(client.activate_session(identity=token))

    assert reaction not in (NORMAL, SILENCE, CLOSED)


@verifies("UA-SEC-USER-TYPE-NOT-OFFERED")
async def test_type_not_offered(secure):
    """A token of a type is refused that the endpoint does not offer."""
    client = await secure.created()
    token = secure.unoffered_token(client)
    reaction = await client.ended(client.activate_session(identity=token))

    assert reaction in WRONG_TOKEN


@verifies("UA-SEC-USER-POLICY-OTHER-ENDPOINT")
async def test_policy_of_another_endpoint(secure):
    """An anonymous token is refused with the PolicyId of another endpoint."""
    client = await secure.created()
    name = secure.foreign_policy_id(client, NOBODY)
    foreign = secure.identity.anonymous(policy_id=name)
    reaction = await client.ended(client.activate_session(identity=foreign))

    assert reaction not in (NORMAL, SILENCE, CLOSED)


@verifies("UA-SEC-USER-CLIENT-SIGNATURE-WRONG")
async def test_signed_by_another_key(secure):
    """A client's signature by the key of a user is refused."""
    client = await secure.created()
    forged = secure.client_signature(client, key=secure.keys.user.key)
    reaction = await client.ended(client.activate_session(ClientSignature=forged))

    assert reaction in (status.BadApplicationSignatureInvalid, status.BadSecurityChecksFailed)


@verifies("UA-SEC-USER-CLIENT-SIGNATURE-MISSING")
async def test_not_signed(secure):
    """A null signature of the client is refused."""
    reaction = await secure.login(ClientSignature=NULL)

    assert reaction in (status.BadApplicationSignatureInvalid, status.BadSecurityChecksFailed)


@verifies("UA-SEC-USER-CLIENT-SIGNATURE-NONCE")
async def test_signed_with_an_old_nonce(secure):
    """A client's signature over the nonce of CreateSession is refused once the session was activated."""
    client = await secure.session()
    old = secure.client_signature(client, nonce=secure.first_nonce(client))
    reaction = await client.ended(client.activate_session(ClientSignature=old))

    assert reaction not in (NORMAL, SILENCE, CLOSED)


@verifies("UA-SEC-USER-NONCE-NEW")
async def test_nonces(secure):
    """CreateSession and four activations return five different nonces."""
    client = await secure.created()
    nonces = await secure.nonces(client, 4)

    assert len(set(nonces)) == 5


@verifies("UA-SEC-USER-NOT-ACTIVATED")
async def test_not_activated(secure):
    """Nothing is read on a secured channel before the activation."""
    client = await secure.created()
    reaction = await client.ended(client.read(ids.Server_NamespaceArray))

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-SEC-USER-MOVES")
async def test_another_channel(secure):
    """A session is used on another secured channel on which it was activated."""
    first = await secure.session()
    other = await secure.opened()
    await other.ended(other.take_over(first))
    reaction = await other.ended(other.read(ids.Server_NamespaceArray))

    assert reaction == NORMAL


@verifies("UA-SEC-USER-MOVES-CERTIFICATE")
async def test_channel_of_another_certificate(secure):
    """A session is not activated on a channel that was opened with another certificate."""
    first = await secure.session()
    other = await secure.opened(secure.keys.renewed)
    reaction = await other.ended(other.take_over(first))

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-SEC-USER-MOVES-USER")
async def test_another_channel_with_another_user(secure):
    """A user's session is not activated on another channel by nobody in particular."""
    first = await secure.session(identity=secure.known())
    other = await secure.opened()
    reaction = await other.ended(other.take_over(first, identity=secure.identity.anonymous()))

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-SEC-USER-CHANGE")
async def test_change_of_user(secure, declared):
    """A user's session has the rights of nobody in particular once it was activated so."""
    nobody, changed = await secure.session(identity=secure.identity.anonymous()), await secure.created()
    rights = await secure.rights(nobody, declared.many)
    await secure.becomes(changed, secure.known())
    secure.differing(rights, await secure.rights(changed, declared.many))
    await secure.becomes(changed, secure.identity.anonymous())
    reply = await changed.read(*declared.many, attribute=Attribute.UserAccessLevel)

    assert reply.values == rights


@verifies("UA-SEC-USER-CHANGE-FAILED")
async def test_refused_change_of_user(secure, declared):
    """A user's session has the same rights after somebody unknown was refused in it."""
    client = await secure.session(identity=secure.known())
    rights = await secure.rights(client, declared.many)
    await client.ended(client.activate_session(identity=secure.stranger()))
    reply = await client.read(*declared.many, attribute=Attribute.UserAccessLevel)

    assert reply.values == rights
