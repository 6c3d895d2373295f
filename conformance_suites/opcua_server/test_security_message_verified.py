"""OPC 10000-6 1.05.04, 6.7.7: Verifying message security; 6.7.2.5: padding; 6.7.3 and 7.1.4: ends."""

from testbed.cases import verifies
from testbed.opcua import (
    CLOSED,
    CUT_SHORT,
    NORMAL,
    SIGN,
    SIGN_AND_ENCRYPT,
    WRONG_PADDING,
    WRONG_PADDING_AND_SIGNATURE,
    WRONG_SIGNATURE,
    asked_with,
    channel_in,
    closing,
    ended_by,
    ended_with,
    given_up_with,
    put,
    status,
    unprotected,
)


@verifies("UA-SEC-MSG-SIGNATURE")
async def test_signature(secure):
    """A request whose signature has one wrong bit is refused in mode Sign."""
    client = await channel_in(secure, SIGN)
    reaction = await ended_with(client, WRONG_SIGNATURE)

    assert reaction is CLOSED


@verifies("UA-SEC-MSG-SIGNATURE-ENCRYPTED")
async def test_signature_encrypted(secure):
    """A request whose signature has one wrong bit is refused in mode SignAndEncrypt."""
    client = await channel_in(secure, SIGN_AND_ENCRYPT)
    reaction = await ended_with(client, WRONG_SIGNATURE)

    assert reaction is CLOSED


@verifies("UA-SEC-MSG-ERROR")
async def test_error(secure):
    """A request whose signature has one wrong bit is met with Bad_SecurityChecksFailed."""
    client = await secure.opened()
    reaction = await asked_with(client, WRONG_SIGNATURE)

    assert reaction == status.BadSecurityChecksFailed


@verifies("UA-SEC-MSG-UNSIGNED")
async def test_unsigned(secure):
    """A request without a signature is refused in mode Sign."""
    client = await channel_in(secure, SIGN)
    reaction = await ended_with(client, unprotected(client))

    assert reaction is CLOSED


@verifies("UA-SEC-MSG-PLAIN")
async def test_plain(secure):
    """A request in clear, without padding and signature, is refused in mode SignAndEncrypt."""
    client = await channel_in(secure, SIGN_AND_ENCRYPT)
    reaction = await ended_with(client, unprotected(client))

    assert reaction is CLOSED


@verifies("UA-SEC-MSG-CIPHERTEXT")
async def test_ciphertext(secure):
    """A request whose last 7 encrypted bytes are missing is refused."""
    client = await channel_in(secure, SIGN_AND_ENCRYPT)
    reaction = await ended_with(client, CUT_SHORT)

    assert reaction is CLOSED


@verifies("UA-SEC-MSG-PADDING")
async def test_padding(secure):
    """A request of some hundred bytes with a padding size of 255, rightly signed, is refused."""
    client = await channel_in(secure, SIGN_AND_ENCRYPT)
    reaction = await ended_with(client, WRONG_PADDING)

    assert reaction is CLOSED


@verifies("UA-SEC-MSG-ORACLE")
async def test_oracle(secure):
    """A request with wrong signature and wrong padding ends as one with a wrong signature alone."""
    first = await channel_in(secure, SIGN_AND_ENCRYPT)
    wrong = await asked_with(first, WRONG_SIGNATURE)
    second = await channel_in(secure, SIGN_AND_ENCRYPT)
    both = await asked_with(second, WRONG_PADDING_AND_SIGNATURE)

    assert both == wrong


@verifies("UA-SEC-MSG-ABORT")
async def test_abort(secure):
    """A chunk that aborts a request, and whose signature has one wrong bit, is refused."""
    client = await secure.opened()
    reaction = await ended_by(client, given_up_with(client, WRONG_SIGNATURE))

    assert reaction is CLOSED


@verifies("UA-SEC-MSG-CLOSE-UNSIGNED")
async def test_close_unsigned(secure):
    """A CloseSecureChannel in clear is met with an Error message or a close."""
    client = await secure.opened()
    reaction = await ended_by(client, closing(client))

    assert reaction is CLOSED


@verifies("UA-SEC-MSG-CLOSE-FOREIGN")
async def test_close_foreign(secure):
    """A channel is served behind a CloseSecureChannel in clear that names it on another connection."""
    client, stranger = await secure.opened(), await secure.begun()
    await put(stranger, closing(client))
    reaction = await client.ended(client.get_endpoints())

    assert reaction == NORMAL
