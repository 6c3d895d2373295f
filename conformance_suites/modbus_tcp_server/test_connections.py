"""MODBUS Messaging on TCP/IP V1.0b, 4.2: Connections."""

from testbed.cases import alone, verifies
from testbed.modbus import NORMAL, ReadHoldingRegisters


@alone
@verifies("MB-CONNECTIONS-DECLARED")
async def test_as_many_connections_as_declared(crowd):
    """As many connections as the device declares are served at once."""
    outcomes = await crowd.outcomes()

    assert outcomes == {NORMAL}


@alone
@verifies("MB-CONNECTIONS-SEPARATE")
async def test_answers_go_where_they_belong(modbus, other, registers):
    """Two connections that ask for different registers at once each get their own."""
    await registers.set(0x1111, 0x2222)
    first, second = ReadHoldingRegisters(registers.first, 1), ReadHoldingRegisters(registers.first + 1, 1)
    values = await modbus.beside(other, first, second)

    assert values == ((0x1111,), (0x2222,))


@verifies("MB-CONNECTION-STUCK")
async def test_half_a_request_elsewhere(modbus, other):
    """Half a request that waits on one connection does not hold up another one."""
    await other.send(other.probe()[:8])
    reply = await modbus.ping()

    assert reply.exception == NORMAL


@verifies("MB-CONNECTION-KEPT")
async def test_connection_after_a_pause(modbus):
    """A connection is still served after one second without a request."""
    await modbus.wait(1.0)
    reply = await modbus.ping()

    assert reply.exception == NORMAL


@alone
@verifies("MB-RESET-SERVED")
async def test_reset_within_a_request(modbus):
    """Half a second after a reset within a request, a new connection is served."""
    await modbus.send(modbus.probe()[:8])
    modbus.reset()
    await modbus.wait(0.5)
    await modbus.connect()
    reply = await modbus.ping()

    assert reply.exception == NORMAL
