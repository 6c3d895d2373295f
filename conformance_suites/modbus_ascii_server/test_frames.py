"""MODBUS over Serial Line V1.02, 2.5.2: ASCII frames."""

import pytest

from testbed.cases import alone, verifies
from testbed.modbus import NORMAL, SILENCE, ascii_frame

EXCLAMATION = b"!"
LONG = bytes([73] * 260)


@verifies("MB-ASCII-LRC-WRONG")
@pytest.mark.parametrize("off_by", [1, 128])
async def test_wrong_lrc(modbus, off_by):
    """A frame with a wrong LRC gets no answer."""
    outcome = await modbus.heard(modbus.frame(check_off_by=off_by))

    assert outcome == SILENCE


@verifies("MB-ASCII-RECOVERS")
async def test_next_request_after_a_wrong_lrc(modbus):
    """After a frame with a wrong LRC, the next request is answered."""
    outcome = await modbus.next(modbus.frame(check_off_by=1))

    assert outcome == NORMAL


@verifies("MB-ASCII-RESTART")
async def test_colon_in_the_middle(modbus):
    """A frame behind the beginning of another one is answered."""
    outcome = await modbus.heard(modbus.frame()[:5] + modbus.frame())

    assert outcome == NORMAL


@verifies("MB-ASCII-NOISE")
@pytest.mark.parametrize("noise", [b"x", b"0103", b"\r\n"])
async def test_noise_in_front_of_a_frame(modbus, noise):
    """A frame with characters in front of its colon is answered."""
    outcome = await modbus.heard(noise + modbus.frame())

    assert outcome == NORMAL


@verifies("MB-ASCII-END-MISSING")
@pytest.mark.parametrize("missing", [1, 2])
async def test_end_missing(modbus, missing):
    """A frame without its LF, or without CR and LF, gets no answer."""
    outcome = await modbus.heard(modbus.frame()[:-missing])

    assert outcome == SILENCE


@verifies("MB-ASCII-DIGITS-ODD")
async def test_odd_number_of_digits(modbus):
    """A frame from whose end one digit is missing gets no answer."""
    outcome = await modbus.heard(modbus.frame()[:-3] + modbus.frame()[-2:])

    assert outcome == SILENCE


@verifies("MB-ASCII-DIGITS-STRANGE")
async def test_strange_digit(modbus):
    """A frame with a character that is no digit gets no answer."""
    outcome = await modbus.heard(modbus.frame()[:6] + b"G" + modbus.frame()[7:])

    assert outcome == SILENCE


@verifies("MB-ASCII-LOWER-CASE")
async def test_lower_case(modbus):
    """A frame whose digits are in lower case gets no answer."""
    outcome = await modbus.heard(modbus.lower_case)

    assert outcome == SILENCE


@verifies("MB-ASCII-FRAME-LONG")
async def test_long_frame(modbus):
    """A frame of more than 513 characters gets no answer, whatever its LRC."""
    outcome = await modbus.heard(ascii_frame(modbus.unit, LONG))

    assert outcome == SILENCE


@verifies("MB-ASCII-FRAME-LONG")
async def test_next_request_after_a_long_frame(modbus):
    """After a frame of more than 513 characters, the next request is answered."""
    outcome = await modbus.next(ascii_frame(modbus.unit, LONG))

    assert outcome == NORMAL


@verifies("MB-ASCII-GAP-TOLERATED")
async def test_gap_of_most_of_a_second(modbus):
    """A frame with a silence of 0.8 s in its middle is answered."""
    outcome = await modbus.spread_out(modbus.frame(), 7, 0.8)

    assert outcome == NORMAL


@verifies("MB-ASCII-GAP-ENDS")
async def test_gap_of_more_than_a_second(modbus):
    """A frame with a silence of 1.5 s in its middle gets no answer."""
    outcome = await modbus.spread_out(modbus.frame(), 7, 1.5)

    assert outcome == SILENCE


@verifies("MB-ASCII-DELIMITER")
@alone
async def test_delimiter_changed(modbus):
    """After the delimiter was changed to an exclamation mark, a frame that it ends is answered."""
    outcome = await modbus.delimited(EXCLAMATION)

    assert outcome == NORMAL
