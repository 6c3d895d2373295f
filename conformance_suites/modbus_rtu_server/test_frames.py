"""MODBUS over Serial Line V1.02, 2.5.1, 2.5.1.1: RTU frames, and the silences between them."""

import pytest

from testbed.cases import verifies
from testbed.modbus import NORMAL, SILENCE, rtu

NOISE = b"\xff"


@verifies("MB-RTU-FRAME-SHORT")
@pytest.mark.parametrize("size", [1, 2, 3])
async def test_short_frame(modbus, size):
    """The first bytes of a frame alone get no answer."""
    outcome = await modbus.heard(modbus.frame()[:size])

    assert outcome == SILENCE


@verifies("MB-RTU-RECOVERS")
async def test_next_request_after_a_short_frame(modbus):
    """After three bytes alone, the next request is answered."""
    outcome = await modbus.next(modbus.frame()[:3])

    assert outcome == NORMAL


@verifies("MB-RTU-FRAME-LONG")
@pytest.mark.parametrize("size", [257, 300])
async def test_long_frame(modbus, size):
    """A frame of more than 256 bytes gets no answer, whatever its CRC."""
    outcome = await modbus.heard(rtu(modbus.unit, bytes([73] * (size - 3))))

    assert outcome == SILENCE


@verifies("MB-RTU-FRAME-LONG")
async def test_next_request_after_a_long_frame(modbus):
    """After a frame of more than 256 bytes, the next request is answered."""
    outcome = await modbus.next(rtu(modbus.unit, bytes([73] * 300)))

    assert outcome == NORMAL


@verifies("MB-RTU-NOISE")
async def test_noise_in_front_of_a_frame(modbus):
    """A frame with a byte in front of it gets no answer."""
    outcome = await modbus.heard(NOISE + modbus.frame())

    assert outcome == SILENCE


@verifies("MB-RTU-NOISE")
async def test_next_request_after_noise(modbus):
    """After a frame with a byte in front of it, the next request is answered."""
    outcome = await modbus.next(NOISE + modbus.frame())

    assert outcome == NORMAL


@verifies("MB-RTU-GAP-TOLERATED")
async def test_short_gap(modbus):
    """A request with a silence of 1.4 characters in its middle is answered."""
    outcome = await modbus.spread((modbus.frame()[:4], 0), (modbus.frame()[4:], 1.4))

    assert outcome == NORMAL


@verifies("MB-RTU-GAP-SPOILS")
@pytest.mark.parametrize("gap", [1.6, 3.4])
async def test_gap_that_spoils(modbus, gap):
    """A request with a silence of 1.5 to 3.5 characters in its middle gets no answer."""
    outcome = await modbus.spread((modbus.frame()[:4], 0), (modbus.frame()[4:], gap))

    assert outcome == SILENCE


@verifies("MB-RTU-GAP-ENDS")
async def test_gap_that_ends_a_frame(modbus):
    """The two halves of a request, four characters of silence between them, get no answer."""
    outcome = await modbus.spread((modbus.frame()[:4], 0), (modbus.frame()[4:], 4))

    assert outcome == SILENCE


@verifies("MB-RTU-BACK-TO-BACK")
async def test_requests_back_to_back(modbus):
    """Of sixteen requests, each sent 3.5 characters after the response before, every one is answered."""
    outcomes = await modbus.outcomes([modbus.harmless] * 16)

    assert outcomes == {NORMAL}


@verifies("MB-RTU-RESPONSE-DELAY")
async def test_response_delay(modbus):
    """The response begins at least 3.5 characters after the request."""
    times = await modbus.times(modbus.harmless)

    assert times.delay >= 3.5


@verifies("MB-RTU-RESPONSE-CONTINUOUS")
async def test_response_without_gaps(modbus):
    """No silence inside the response is longer than 1.5 characters."""
    times = await modbus.times(modbus.harmless)

    assert times.gap <= 1.5


@verifies("MB-RTU-PARITY")
@pytest.mark.parametrize("place", [0, 7])
async def test_wrong_parity(modbus, place):
    """A request with a character of wrong parity gets no answer."""
    outcome = await modbus.spread((modbus.frame(), 0), bad=[place])

    assert outcome == SILENCE
