"""RFC 9293, 3.9.1, under MODBUS Messaging on TCP/IP V1.0b, 4.3: A stream knows no message borders."""

import pytest

from testbed.cases import verifies
from testbed.modbus import CLOSED, NORMAL


@verifies("MB-STREAM-SEGMENTED")
@pytest.mark.parametrize("first", range(1, 12))
async def test_two_segments(modbus, first):
    """A request in two segments, cut after any of its bytes, is answered."""
    reply = await modbus.ask_in_pieces(modbus.harmless, [first], pause=0.02)

    assert reply.exception == NORMAL


@verifies("MB-STREAM-SEGMENTED")
async def test_a_segment_for_each_byte(modbus):
    """A request that arrives byte by byte is answered."""
    reply = await modbus.ask_in_pieces(modbus.harmless, [1] * 11, pause=0.005)

    assert reply.exception == NORMAL


@verifies("MB-STREAM-PAUSED")
@pytest.mark.parametrize("pause", [0.3, 1.0])
async def test_a_pause_within_a_request(modbus, pause):
    """A request whose second half comes some seconds later is answered, or the connection is closed."""
    outcome = await modbus.outcome_in_pieces(modbus.harmless, [6], pause)

    assert outcome in (NORMAL, CLOSED)


@verifies("MB-STREAM-COALESCED")
async def test_two_requests_in_one_segment(modbus):
    """Two requests in one segment are both answered."""
    replies = await modbus.pipeline([modbus.harmless, modbus.harmless])

    assert replies.outcomes == [NORMAL, NORMAL]


@verifies("MB-STREAM-STRADDLED")
@pytest.mark.parametrize("first", [13, 18, 23])
async def test_requests_across_segments(modbus, first):
    """One and a half requests in the first segment and the rest in a second one are both answered."""
    replies = await modbus.pipeline([modbus.harmless, modbus.harmless], sizes=[first], pause=0.02)

    assert replies.outcomes == [NORMAL, NORMAL]
