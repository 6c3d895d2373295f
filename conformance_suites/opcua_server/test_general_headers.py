"""OPC 10000-4 1.05.04, 7.32: RequestHeader, and what a response says of it."""

from testbed.cases import verifies
from testbed.opcua import NULL_NODE, reading, status, structures, utc


@verifies("UA-TOKEN-UNKNOWN")
async def test_unknown_token(ua, declared):
    """A Read with a token of no session is refused."""
    reply = await ua.ask(reading(declared.many[0]), token=structures.NodeId(b"testbed: no such session", 0))

    assert reply.status == status.BadSessionIdInvalid


@verifies("UA-TOKEN-NULL")
async def test_null_token(ua, declared):
    """A Read with a null token is refused."""
    reply = await ua.ask(reading(declared.many[0]), token=NULL_NODE)

    assert reply.status == status.BadSessionIdInvalid


@verifies("UA-RESPONSE-TIME")
async def test_response_time(channel):
    """The timestamp of a response is less than a minute from the tester's time."""
    reply = await channel.get_endpoints()
    apart = channel.apart(reply.message.ResponseHeader.Timestamp)

    assert apart < 60


@verifies("UA-REQUEST-TIMESTAMP-OLD")
async def test_old_request(ua, declared):
    """A Read with a timestamp of 2001 is answered, or refused for that."""
    reply = await ua.ask(reading(declared.many[0]), timestamp=utc(2001, 2, 3))

    assert reply.status in (status.Good, status.BadInvalidTimestamp)


@verifies("UA-TIMEOUT-HINT")
async def test_timeout_hint(ua, declared):
    """A Read that is worth waiting for a millisecond is answered, or refused for that."""
    reply = await ua.ask(reading(declared.many[0]), timeout_hint=1)

    assert reply.status in (status.Good, status.BadTimeout)


@verifies("UA-ADDITIONAL-HEADER")
async def test_additional_header(ua, declared):
    """A Read with an additional header of an unknown type is answered."""
    unknown = structures.ExtensionObject(structures.NodeId(65001, 0), b"\x01\x02\x03")
    reply = await ua.ask(reading(declared.many[0]), additional=unknown)

    assert reply.status == status.Good


@verifies("UA-RETURN-DIAGNOSTICS")
async def test_all_diagnostics(ua, declared):
    """A Read of a node that does not exist has the same result where all diagnostics are asked for."""
    reply = await ua.ask(reading(declared.unknown), diagnostics=0x3FF)

    assert reply.operation == status.BadNodeIdUnknown


@verifies("UA-DIAGNOSTICS-STRINGS")
async def test_strings_of_diagnostics(ua, declared):
    """No diagnostics of a failing Read name a string that the response lacks."""
    reply = await ua.ask(reading(declared.unknown), diagnostics=0x3FF)

    assert reply.missing_strings == ()
