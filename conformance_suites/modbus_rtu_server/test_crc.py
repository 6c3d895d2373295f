"""MODBUS over Serial Line V1.02, 2.5.1.2: The CRC of an RTU frame."""

import pytest

from testbed.cases import verifies
from testbed.modbus import NORMAL, SILENCE


@verifies("MB-RTU-CRC-WRONG")
@pytest.mark.parametrize("bit", [16, 39, 40, 47, 48, 55, 56, 63])
async def test_a_bit_turned_over(modbus, bit):
    """A frame in which one bit of data or CRC was turned over gets no answer."""
    outcome = await modbus.heard(modbus.flipped(bit))

    assert outcome == SILENCE


@verifies("MB-RTU-CRC-SWAPPED")
async def test_crc_high_byte_first(modbus):
    """A frame whose CRC comes high byte first gets no answer."""
    outcome = await modbus.heard(modbus.swapped)

    assert outcome == SILENCE


@verifies("MB-RTU-RECOVERS")
async def test_next_request_after_a_wrong_crc(modbus):
    """After a frame with a wrong CRC, the next request is answered."""
    outcome = await modbus.next(modbus.frame(check_off_by=1))

    assert outcome == NORMAL
