"""OPC 10000-6 1.05.04, 5.2: OPC UA Binary, requests that cannot be decoded."""

from testbed.cases import verifies
from testbed.opcua import NORMAL, SILENCE, reading


@verifies("UA-DECODING-TRUNCATED")
async def test_truncated_request(ua, declared):
    """A Read whose last three bytes are missing is refused, or the connection is closed."""
    body = ua.request(reading(declared.many[0]))
    reaction = await ua.ended(ua.ask_raw(body[:-3]))

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-DECODING-ARRAY-LENGTH")
async def test_endless_array(ua):
    """A Read that announces 2147483647 nodes and has none is refused, or the connection is closed."""
    body = ua.request(reading())
    reaction = await ua.ended(ua.ask_raw(body[:-4] + b"\xff\xff\xff\x7f"))

    assert reaction not in (NORMAL, SILENCE)


@verifies("UA-DAMAGED-READ")
async def test_damaged_requests(crowd, declared):
    """None of 300 Reads, of each of which another byte was changed, is met with silence."""
    outcomes = await crowd.damaged(reading(declared.many[0]), 300)

    assert SILENCE not in outcomes
