"""Cases as a suite has them, in a module of its own: pytest rewrites the assertions of a test module."""

from testbed.modbus import CLOSED, ILLEGAL_DATA_VALUE, NORMAL, SILENCE


async def passes(modbus):
    """A good request is answered."""
    reply = await modbus.ping()

    assert reply.exception == NORMAL


async def equal(reply):
    """Compares with one value."""
    assert reply.exception == ILLEGAL_DATA_VALUE


async def values(reply):
    """Compares what was read."""
    assert reply.values == (1, 2)


async def within(outcome):
    """Lists what is right."""
    assert outcome in (SILENCE, CLOSED)


async def not_within(outcome):
    """Lists what is wrong."""
    assert outcome not in (
        SILENCE,
        CLOSED,
    )


async def different(outcome):
    """Excludes one value."""
    assert outcome != NORMAL


async def at_most(number):
    """Sets a limit."""
    assert number <= 250


async def both(reply):
    """Asks for two things at once."""
    assert reply.byte_count == 4 and reply.values == (1, 2)  # noqa: PT018 - what is tried here


async def several(replies):
    """Looks at a slice of many outcomes."""
    assert replies[0::2] == [NORMAL, NORMAL]


async def outcomes(found):
    """Looks at a set."""
    assert found == {NORMAL}


async def holds(reply):
    """Compares nothing."""
    assert not reply.exception


async def explained(number):
    """Says something of its own."""
    assert number == 1, "a message"


async def comprehends(replies):
    """Looks at each of several replies, in a scope of its own."""
    assert all(reply.exception == NORMAL for reply in replies)


async def elsewhere(outcome):
    """Fails in a helper."""
    _helper(outcome)


def _helper(outcome):
    assert outcome == NORMAL


async def reads_two(modbus, declared):
    """Two registers are read."""
    reply = await modbus.read_holding_registers(declared.holding_registers.first, 2)

    assert reply.exception == NORMAL
