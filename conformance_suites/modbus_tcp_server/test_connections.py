"""MODBUS Messaging on TCP/IP V1.0b, 4.2: Connections."""

from testbed.cases import alone, verifies
from testbed.modbus import CLOSED, NORMAL, ReadHoldingRegisters


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
    """A connection is still served after a second without a request."""
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


@alone
@verifies("MB-CONNECTIONS-POLICY")
async def test_one_connection_too_many(crowd, declared):
    """One connection beyond the limit takes the place of the oldest one, or is refused, as declared."""
    oldest, _, newest = await crowd.beyond()

    assert (oldest, newest) == declared.beyond


@alone
@verifies("MB-CONNECTIONS-EXCESS")
async def test_the_others_beside_one_too_many(crowd):
    """One connection beyond the limit leaves all but the one that was unused for longest served."""
    _, others, _ = await crowd.beyond()

    assert others == {NORMAL}


@verifies("MB-CONNECTION-IDLE")
async def test_connection_at_rest(modbus, declared):
    """A connection is still served after nine tenths of the declared idle time, or after a minute."""
    await modbus.wait(declared.rest)
    reply = await modbus.ping()

    assert reply.exception == NORMAL


@alone
@verifies("MB-HALF-OPEN-SERVED")
async def test_back_from_another_port(modbus, other):
    """While a connection stands from which nothing comes any more, a new one is served."""
    await other.ping()
    await modbus.wait(0.5)
    await modbus.reconnect()
    reply = await modbus.ping()

    assert reply.exception == NORMAL


@verifies("MB-HALF-CLOSE")
async def test_half_close(modbus):
    """A request behind which the client has closed its sending half is answered, or the connection ended."""
    outcome = await modbus.half_closed()

    assert outcome in (NORMAL, CLOSED)


@alone
@verifies("MB-CHURN")
async def test_coming_and_going(modbus):
    """Each of 500 connections that come, ask once and go is served, and one more."""
    outcomes = await modbus.come_and_go(500, ask=True)

    assert outcomes == {NORMAL}


@alone
@verifies("MB-CHURN")
async def test_coming_and_going_without_a_word(modbus):
    """After 100 connections without a byte, the next one is served."""
    outcomes = await modbus.come_and_go(100, ask=False)

    assert outcomes == {NORMAL}


@alone
@verifies("MB-CONNECTION-UNREAD")
async def test_a_client_that_never_reads(modbus, other, declared):
    """A client that has sent 400 requests and reads no answer does not hold up another one."""
    await other.never_read(declared.longest, 400)
    reply = await modbus.ping()

    assert reply.exception == NORMAL
