"""MODBUS Application Protocol V1.1b3, 6.7: Read Exception Status (07)."""

from testbed.cases import verifies
from testbed.modbus import ILLEGAL_DATA_VALUE, NORMAL, ReadExceptionStatus


@verifies("MB-FC07-STATUS")
async def test_status(modbus):
    """The response is the function code and one byte of outputs."""
    reply = await modbus.ask(ReadExceptionStatus())

    assert reply.size == 2


@verifies("MB-FC07-LENGTH-EXCESS")
async def test_length_excess(modbus):
    """A request with a byte behind its function code is refused with exception 03, or served."""
    outcome = await modbus.outcome(ReadExceptionStatus().encode() + b"\0")

    assert outcome in (ILLEGAL_DATA_VALUE, NORMAL)
