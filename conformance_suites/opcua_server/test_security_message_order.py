"""OPC 10000-6 1.05.04, 6.7.2.4: sequence numbers; 6.7.4: tokens and renewals; 6.7.7: what is verified."""

from testbed.cases import verifies
from testbed.opcua import (
    NORMAL,
    SILENCE,
    asking,
    carried,
    granted,
    later,
    other_mode,
    put,
    relabelled,
    renewal,
    undelivered,
    undress,
)


@verifies("UA-SEC-MSG-REPLAYED")
async def test_replayed(secure):
    """A secured request that was answered is refused when the same bytes come again."""
    client = await secure.opened()
    request = b"".join(client.seal(asking()))
    granted(await carried(client, request))
    reaction = await put(client, request)

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-SEC-MSG-ELSEWHERE")
async def test_elsewhere(secure):
    """A request that did not arrive on its channel's connection is refused on another one."""
    client, stranger = await secure.opened(), await secure.begun()
    request = undelivered(client)
    stranger.conversation.channel = client.channel
    reaction = await put(stranger, request)

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-SEC-MSG-GAP")
async def test_gap(secure):
    """A secured request whose sequence number is ten too high is refused."""
    client = await secure.opened()
    reaction = await put(client, later(client, 10))

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-SEC-MSG-WRAP")
async def test_wrap(secure):
    """A secured request with sequence number 1 is answered behind an opening with 4,294,967,000."""
    client = await secure.opened(sequence=4294967000)
    reaction = await client.ended(client.get_endpoints())

    assert reaction == NORMAL


@verifies("UA-SEC-MSG-TOKEN")
async def test_token(secure):
    """A secured request with a token id that differs in its highest bits is refused."""
    client = await secure.opened()
    strange = client.channel.token_id ^ 0x50000000
    reaction = await put(client, b"".join(client.seal(asking(), token_id=strange)))

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-SEC-MSG-TOKEN-KEYS")
async def test_token_keys(secure):
    """A request that names the new token is refused where the keys of the old one protect it."""
    client = await secure.opened()
    granted(await client.renew())
    reaction = await put(client, relabelled(client))

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-SEC-MSG-TOKEN-OVERLAP")
async def test_token_overlap(secure):
    """A request secured with the old token is answered behind a renewal."""
    client = await secure.opened()
    granted(await client.renew())
    reaction = await client.ended(carried(client, b"".join(client.seal(asking(), previous=True))))

    assert reaction == NORMAL


@verifies("UA-SEC-MSG-TOKEN-USED-UP")
async def test_token_used_up(secure):
    """A request secured with the old token is refused behind one with the new token."""
    client = await secure.opened()
    old = later(client, 2)
    granted(await client.renew())
    granted(await client.get_endpoints())
    reaction = await put(client, old)

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-SEC-MSG-TOKEN-BEFORE-LAST")
async def test_token_before_last(secure):
    """A request secured with the first token is refused behind two renewals in a row."""
    client = await secure.opened()
    first = later(client, 2)
    granted(await client.renew())
    granted(await client.renew())
    reaction = await put(client, first)

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-SEC-MSG-RENEW-CERTIFICATE")
async def test_renew_certificate(secure):
    """A renewal with another good certificate of the same application is refused."""
    client = await secure.opened()
    other = secure.keys.renewed
    reaction = await put(client, renewal(client, other), other)

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-SEC-MSG-RENEW-POLICY")
async def test_renew_policy(secure):
    """A renewal of a secured channel with the policy None is refused."""
    client = await secure.opened()
    undress(client)
    reaction = await put(client, renewal(client))

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-SEC-MSG-RENEW-MODE")
async def test_renew_mode(secure):
    """A renewal that asks for the other secured mode is refused."""
    client = await secure.opened()
    reaction = await put(client, renewal(client, mode=other_mode(client)))

    assert reaction not in (NORMAL, SILENCE)
