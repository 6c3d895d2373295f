"""OPC 10000-4 1.05.04, 7.40.4: UserNameIdentityToken, and 7.40.2: how its secret is protected."""

from testbed.cases import lasting, verifies
from testbed.opcua import CLOSED, NO_SECURITY, NORMAL, SIGN, SILENCE, ids, status, structures

NOBODY = (status.BadIdentityTokenRejected, status.BadUserAccessDenied)
NONE = "http://opcfoundation.org/UA/SecurityPolicy#None"
PASSWORD = structures.UserTokenType.UserName


@verifies("UA-SEC-USER-PASSWORD")
async def test_right_password(secure):
    """A session is activated with the right password."""
    reaction = await secure.login(secure.known())

    assert reaction == NORMAL


@verifies("UA-SEC-USER-PASSWORD-WRONG")
async def test_wrong_password(secure):
    """The name of a known user with a wrong password is refused."""
    reaction = await secure.login(secure.mistaken())

    assert reaction in NOBODY


@verifies("UA-SEC-USER-UNKNOWN")
async def test_unknown_user(secure):
    """A user whom nobody knows is refused."""
    reaction = await secure.login(secure.stranger())

    assert reaction in NOBODY


@verifies("UA-SEC-USER-UNKNOWN-ALIKE")
async def test_unknown_like_wrong(secure):
    """An unknown user is refused with the status of a wrong password."""
    wrong = await secure.login(secure.mistaken())
    unknown = await secure.login(secure.stranger())

    assert unknown == wrong


@verifies("UA-SEC-USER-NAME-EMPTY")
async def test_empty_name(secure):
    """A password without a user name is refused."""
    reaction = await secure.login(secure.identity.user_name("", secure.password))

    assert reaction not in (NORMAL, SILENCE, CLOSED)


@verifies("UA-SEC-USER-PASSWORD-LONG")
async def test_long_password(secure):
    """A password of 4096 bytes is refused."""
    reaction = await secure.login(secure.mistaken("x" * 4096))

    assert reaction not in (NORMAL, SILENCE, CLOSED)


@verifies("UA-SEC-USER-PASSWORD-NUL")
async def test_nul_in_password(secure):
    """The right password is refused with a NUL and more behind it."""
    reaction = await secure.login(secure.mistaken(f"{secure.password}\0x"))

    assert reaction not in (NORMAL, SILENCE, CLOSED)


@verifies("UA-SEC-USER-PASSWORD-NONCE-OLD")
async def test_old_nonce(secure):
    """A password encrypted with the nonce of CreateSession is refused once the session was activated."""
    client = await secure.protecting(PASSWORD)
    await secure.becomes(client, secure.known())
    old = secure.known(nonce=secure.first_nonce(client))
    reaction = await client.ended(client.activate_session(identity=old))

    assert reaction not in (NORMAL, SILENCE, CLOSED)


@verifies("UA-SEC-USER-PASSWORD-NONCE-MISSING")
async def test_no_nonce(secure):
    """A password encrypted without a nonce is refused."""
    client = await secure.protecting(PASSWORD)
    reaction = await client.ended(client.activate_session(identity=secure.known(nonce=b"")))

    assert reaction not in (NORMAL, SILENCE, CLOSED)


@verifies("UA-SEC-USER-PASSWORD-ALGORITHM")
async def test_encryption_of_another_policy(secure):
    """A password is refused that is encrypted as another security policy has it."""
    client = await secure.protecting(PASSWORD)
    other = secure.known(policy=secure.other_encryption(client))
    reaction = await client.ended(client.activate_session(identity=other))

    assert reaction not in (NORMAL, SILENCE, CLOSED)


@verifies("UA-SEC-USER-PASSWORD-GARBAGE")
async def test_garbage(secure):
    """256 bytes of no meaning in place of an encrypted password are refused, and the connection serves on."""
    client = await secure.protecting(PASSWORD)
    garbage = secure.known(secret=b"\xa5" * 256)
    reaction = await client.ended(client.activate_session(identity=garbage))

    assert reaction not in (NORMAL, SILENCE, CLOSED)


@verifies("UA-SEC-USER-PASSWORD-PLAIN-SECURED")
async def test_plain_on_a_secured_channel(secure):
    """A password in clear is refused on a secured channel."""
    client = await secure.protecting(PASSWORD)
    reaction = await client.ended(client.activate_session(identity=secure.known(policy="None")))

    assert reaction not in (NORMAL, SILENCE, CLOSED)


@verifies("UA-SEC-USER-PASSWORD-PLAIN-UNSECURED")
async def test_plain_on_an_unsecured_channel(secure):
    """A password in clear is refused on an unsecured channel."""
    client = await secure.unsecured()
    secure.demands(client, PASSWORD)
    reaction = await client.ended(client.activate_session(identity=secure.known(policy="None")))

    assert reaction not in (NORMAL, SILENCE, CLOSED)


@verifies("UA-SEC-USER-PASSWORD-UNPROTECTED")
async def test_unsecured_endpoints_protect_passwords(secure):
    """No unsecured endpoint takes passwords in clear."""
    policies = secure.protections(NO_SECURITY)

    assert NONE not in policies


@verifies("UA-SEC-USER-PASSWORD-SIGN-ONLY")
async def test_signing_endpoints_protect_passwords(secure):
    """No endpoint that signs only takes passwords in clear."""
    policies = secure.protections(SIGN)

    assert NONE not in policies


@verifies("UA-SEC-USER-REFUSED-UNUSABLE")
async def test_unusable_after_a_refusal(secure):
    """Nothing is read in a session whose activation was refused."""
    client = await secure.created()
    await client.ended(client.activate_session(identity=secure.stranger()))
    reaction = await client.ended(client.read(ids.Server_NamespaceArray))

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-SEC-USER-BACK-OFF")
@lasting
async def test_repeated_failures(secure):
    """The tenth login of a user whom nobody knows is refused later than the first, or otherwise."""
    held_back = await secure.slows_down(10)

    assert held_back
