"""MODBUS Application Protocol V1.1b3, 6.18: Read FIFO Queue (24)."""

import pytest

from testbed.cases import verifies
from testbed.modbus import CLOSED, ILLEGAL_DATA_ADDRESS, ILLEGAL_DATA_VALUE, SILENCE, ReadFifoQueue


@verifies("MB-FC24-READS")
async def test_reads(modbus, declared):
    """A queue is answered with a byte count of two bytes, its queue count and as many registers."""
    reply = await modbus.read_fifo_queue(declared.queues.filled)
    queued = max(0, len(reply.pdu) - 5)
    head = bytes([24, *(2 + queued).to_bytes(2), *(queued // 2).to_bytes(2)])

    assert reply.pdu[:5] == head


@verifies("MB-FC24-KEEPS")
async def test_keeps(modbus, declared):
    """A queue that was read holds the same values when it is read again."""
    once = await modbus.read_fifo_queue(declared.queues.filled)
    again = await modbus.read_fifo_queue(declared.queues.filled)

    assert again.pdu == once.pdu


@verifies("MB-FC24-EMPTY")
async def test_empty(modbus, declared):
    """An empty queue is answered with a byte count of 2 and a queue count of 0."""
    reply = await modbus.read_fifo_queue(declared.queues.empty)

    assert reply.pdu == b"\x18\x00\x02\x00\x00"


@verifies("MB-FC24-OVERFULL")
async def test_overfull(modbus, declared):
    """A queue of more than 31 values is refused with exception 03."""
    reply = await modbus.read_fifo_queue(declared.queues.overfull)

    assert reply.exception == ILLEGAL_DATA_VALUE


@verifies("MB-FC24-NO-POINTER")
async def test_no_pointer(modbus, declared):
    """An address that is no FIFO pointer is refused with exception 02."""
    reply = await modbus.read_fifo_queue(declared.queues.absent)

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC24-LENGTH-SHORT")
@pytest.mark.parametrize("size", [1, 2])
async def test_length_short(modbus, declared, size):
    """A request whose PDU ends before its address does is refused with exception 03, or gets no answer."""
    request = ReadFifoQueue(declared.queues.absent)
    outcome = await modbus.outcome(request.encode()[:size])

    assert outcome in (ILLEGAL_DATA_VALUE, SILENCE, CLOSED)
