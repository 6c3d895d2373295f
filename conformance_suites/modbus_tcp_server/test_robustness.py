"""MODBUS Messaging on TCP/IP V1.0b, 4.4.2.2: What is no Modbus request."""

import pytest

from testbed.cases import verifies
from testbed.modbus import CLOSED, NORMAL, SILENCE

GARBAGE = {
    "alternating bits": bytes([0xAA]) * 64,
    "an HTTP request": b"GET / HTTP/1.1\r\nHost: device\r\n\r\n",
    "a TLS ClientHello": bytes.fromhex("160301002f0100002b0303")
    + bytes(32)
    + bytes.fromhex("000002130101000000"),
    "an RTU frame": bytes.fromhex("0103000000018409"),
}


@verifies("MB-GARBAGE-UNANSWERED")
@pytest.mark.parametrize("name", GARBAGE)
async def test_garbage_is_not_answered(modbus, name):
    """Bytes that are no Modbus request get no Modbus answer."""
    outcome = await modbus.provoke(GARBAGE[name])

    assert outcome in (SILENCE, CLOSED)


@verifies("MB-GARBAGE-RECOVERS")
@pytest.mark.parametrize("name", GARBAGE)
async def test_next_request_after_garbage(modbus, name):
    """After bytes that are no Modbus request the connection is closed or goes on; it does not hang."""
    outcome = await modbus.recovery(GARBAGE[name])

    assert outcome in (NORMAL, CLOSED)
