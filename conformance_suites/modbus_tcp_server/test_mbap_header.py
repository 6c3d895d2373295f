"""MODBUS Messaging on TCP/IP V1.0b, 3.1.3 and 4.4.2: MBAP header."""

import pytest

from testbed.cases import verifies
from testbed.modbus import CLOSED, ILLEGAL_DATA_VALUE, NORMAL, SILENCE, WriteSingleRegister


@verifies("MB-MBAP-TRANSACTION-ECHO")
@pytest.mark.parametrize("transaction", [0x0000, 0x0001, 0x00FF, 0x0100, 0xFFFF])
async def test_transaction_identifier(modbus, transaction):
    """The response carries the transaction identifier of its request."""
    reply = await modbus.ping(transaction=transaction)

    assert reply.transaction == transaction


@verifies("MB-MBAP-PROTOCOL-DISCARDED")
@pytest.mark.parametrize("protocol", [0x0001, 0x0100, 0xFFFF])
async def test_foreign_protocol_is_discarded(modbus, protocol):
    """A request of another protocol identifier gets no answer."""
    outcome = await modbus.provoke(modbus.probe(protocol=protocol))

    assert outcome in (SILENCE, CLOSED)


@verifies("MB-MBAP-PROTOCOL-RECOVERS")
@pytest.mark.parametrize("protocol", [0x0001, 0x0100, 0xFFFF])
async def test_next_request_after_a_foreign_protocol(modbus, protocol):
    """After a discarded request the next one is answered, or the connection is closed."""
    outcome = await modbus.recovery(modbus.probe(protocol=protocol))

    assert outcome in (NORMAL, CLOSED)


@verifies("MB-MBAP-LENGTH-TINY")
@pytest.mark.parametrize("length", [0, 1])
async def test_length_without_room_for_a_pdu(modbus, length):
    """A length field of 0 or 1 gets no answer."""
    outcome = await modbus.provoke(modbus.adu(b"", length=length)[: 6 + length])

    assert outcome in (SILENCE, CLOSED)


@verifies("MB-MBAP-LENGTH-OVER")
@pytest.mark.parametrize("length", [255, 256, 0xFFFF])
async def test_length_above_the_limit(modbus, length):
    """A length field above 254 does not yield data."""
    outcome = await modbus.provoke(modbus.probe(length=length))

    assert outcome in (SILENCE, CLOSED, ILLEGAL_DATA_VALUE)


@verifies("MB-MBAP-LENGTH-SHORT")
@pytest.mark.parametrize("length", [3, 4, 5])
async def test_length_that_cuts_the_request_short(modbus, length):
    """A read request whose length field leaves out its last bytes does not yield data."""
    outcome = await modbus.provoke(modbus.probe(length=length))

    assert outcome != NORMAL


@verifies("MB-MBAP-LENGTH-WAITS")
async def test_length_that_announces_more(modbus):
    """A request is not answered before all bytes that its length field announces have come."""
    outcome = await modbus.before_the_rest(modbus.probe(length=10), rest=bytes(4))

    assert outcome in (SILENCE, CLOSED)


@verifies("MB-EXCESS-RECOVERS")
async def test_next_request_after_excess_bytes(modbus):
    """After a read with two bytes too many the next request is answered, or the connection is closed."""
    await modbus.outcome(modbus.harmless.encode() + bytes(2))  # it is whole, so that it may be answered first
    outcome = await modbus.outcome(modbus.harmless)

    assert outcome in (NORMAL, CLOSED)


@verifies("MB-EMBEDDED-UNEXECUTED")
async def test_embedded_write(modbus, registers):
    """A write that stands inside the length of a read leaves its register as it was."""
    await registers.set(0x1111)
    write = modbus.adu(WriteSingleRegister(registers.first, 0x2222).encode())
    await modbus.outcome(modbus.harmless.encode() + write)
    held = await registers.values()

    assert held == (0x1111,)


@verifies("MB-UNIT-ANY")
@pytest.mark.parametrize("unit", [0x00, 0x11, 0xF7, 0xFF], ids="{:02X}".format)
async def test_any_unit(modbus, unit):
    """A device that declares so answers a unit identifier that is not the one of its declaration."""
    outcome = await modbus.outcome_of(unit)

    assert outcome == NORMAL
