"""OPC 10000-4 1.05.04, 5.7.3: ActivateSession."""

from testbed.cases import verifies
from testbed.opcua import NORMAL, SILENCE, ids, reading, status, structures


@verifies("UA-SESSION-NOT-ACTIVATED")
async def test_not_activated(channel):
    """A Read in a session that is not activated is refused."""
    await channel.create_session()
    reply = await channel.ask(reading(ids.Server_NamespaceArray))

    assert reply.status == status.BadSessionNotActivated


@verifies("UA-SESSION-EARLY-CALL-CLOSES")
async def test_early_call(channel):
    """A session in which something was read before the activation can not be activated."""
    await channel.create_session()
    await channel.ended(channel.ask(reading(ids.Server_NamespaceArray)))
    reaction = await channel.ended(channel.activate_session())

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-SESSION-FIRST-CHANNEL")
async def test_first_activation_on_another_channel(channel, other_channel):
    """A session is not activated on a channel other than the one on which it was created."""
    await channel.create_session()
    reaction = await other_channel.ended(other_channel.take_over(channel))

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-SESSION-ACTIVATE-AGAIN")
async def test_again(ua):
    """An active session is activated again."""
    reply = await ua.activate_session()

    assert reply.status == status.Good


@verifies("UA-SESSION-ACTIVATE-UNKNOWN")
async def test_unknown(channel):
    """A token of no session is refused."""
    reply = await channel.activate_session(structures.NodeId(b"testbed: no such session", 0))

    assert reply.status == status.BadSessionIdInvalid


@verifies("UA-SESSION-MOVES")
async def test_moved(ua, other_channel):
    """A session that was activated on a new channel is used there."""
    await other_channel.take_over(ua)
    reply = await other_channel.read(ids.Server_NamespaceArray)

    assert reply.status == status.Good


@verifies("UA-SESSION-MOVED-OLD-CHANNEL")
async def test_moved_away(ua, other_channel):
    """A session that was activated on a new channel is refused on the old one."""
    await other_channel.take_over(ua)
    reaction = await ua.ended(ua.read(ids.Server_NamespaceArray))

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-SESSION-ANONYMOUS-POLICY")
async def test_anonymous_with_a_wrong_policy(channel):
    """An anonymous token of a policy that is not offered is refused."""
    await channel.create_session()
    nobody = structures.AnonymousIdentityToken(PolicyId="testbed: no such policy")
    reaction = await channel.ended(channel.activate_session(identity=nobody))

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-SESSION-NULL-IDENTITY")
async def test_null_identity(channel):
    """A session is activated with a null identity token."""
    await channel.create_session()
    reply = await channel.activate_session(identity=structures.ExtensionObject())

    assert reply.status == status.Good


@verifies("UA-SESSION-USER-UNKNOWN")
async def test_user_of_a_wrong_policy(channel):
    """A user name token of a policy that is not offered is refused."""
    await channel.create_session()
    nobody = structures.UserNameIdentityToken(
        PolicyId="testbed: no such policy", UserName="nobody", Password=b"none", EncryptionAlgorithm=None
    )
    reaction = await channel.ended(channel.activate_session(identity=nobody))

    assert reaction not in (NORMAL, SILENCE)
