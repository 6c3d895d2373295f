"""MODBUS Application Protocol V1.1b3, 6.9 and 6.10: Get Comm Event Counter (11), Get Comm Event Log (12)."""

import pytest

from testbed.cases import alone, verifies
from testbed.modbus import Diagnostics, GetCommEventCounter, GetCommEventLog, SubFunction

CLEAR_LOG = b"\xff\x00"

RESTARTED = 0x00
ENTERED_LISTEN_ONLY = 0x04
SENT = 0x40
SENT_EXCEPTION = 0x41
"""Exception 01, 02 or 03."""
ANSWERS = range(0x40, 0x80)


@verifies("MB-FC11-STATUS")
async def test_counter_status(modbus):
    """The status word of function 11 is 0000 or FFFF."""
    reply = await modbus.ask(GetCommEventCounter())

    assert reply.status in (0x0000, 0xFFFF)


@alone
@verifies("MB-FC11-COUNTS")
@pytest.mark.parametrize(("answered", "refused"), [(3, 0), (0, 3), (0, 0)])
async def test_counts(modbus, answered, refused):
    """The event count goes up by the number of requests carried out since it was read last."""
    rise = await modbus.diagnosis.rise(GetCommEventCounter(), answered=answered, refused=refused)

    assert rise == answered


@alone
@verifies("MB-FC11-CLEARED")
async def test_cleared(modbus):
    """After the counters were cleared the event count is 0, or 1 where that request is counted itself."""
    await modbus.diagnosis.stir(answered=3)
    await modbus.ask(Diagnostics(SubFunction.CLEAR_COUNTERS_AND_DIAGNOSTIC_REGISTER))
    reply = await modbus.ask(GetCommEventCounter())

    assert reply.count in (0, 1)


@alone
@verifies("MB-FC11-RESTARTED")
async def test_restarted(modbus):
    """After a restart the event count is 0, or 1 where that request is counted itself."""
    await modbus.diagnosis.stir(answered=3)
    await modbus.diagnosis.restarted()
    reply = await modbus.ask(GetCommEventCounter())

    assert reply.count in (0, 1)


@verifies("MB-FC12-BYTE-COUNT")
async def test_byte_count(modbus):
    """The byte count counts the bytes that follow: three words and at most 64 events."""
    reply = await modbus.ask(GetCommEventLog())

    assert reply.byte_count in range(6, 71)


@verifies("MB-FC12-STATUS")
async def test_log_status(modbus):
    """The status word of function 12 is 0000 or FFFF."""
    reply = await modbus.ask(GetCommEventLog())

    assert reply.status in (0x0000, 0xFFFF)


@alone
@verifies("MB-FC12-EVENT-COUNT")
async def test_event_count(modbus):
    """The event count in the log is the one that function 11 has just returned."""
    count = await modbus.diagnosis.count(GetCommEventCounter())
    reply = await modbus.ask(GetCommEventLog())

    assert reply.count == count


@alone
@verifies("MB-FC12-MESSAGE-COUNT")
async def test_message_count(modbus):
    """The message count in the log is the bus message count, one message later."""
    count = await modbus.diagnosis.count(Diagnostics(SubFunction.RETURN_BUS_MESSAGE_COUNT))
    reply = await modbus.ask(GetCommEventLog())

    assert reply.message_count == (count + 1) % 0x10000


@verifies("MB-FC12-EVENT-TYPES")
async def test_event_types(modbus):
    """The log holds no event that is of none of the four types."""
    reply = await modbus.ask(GetCommEventLog())

    assert reply.unknown_events == frozenset()


@alone
@verifies("MB-FC12-EXCEPTION-EVENT")
async def test_exception_event(modbus):
    """In a log full of exceptions, each is told as one: the order of events is another case's."""
    await modbus.diagnosis.stir(refused=64)
    reply = await modbus.ask(GetCommEventLog())

    assert reply.newest(ANSWERS) == SENT_EXCEPTION


@alone
@verifies("MB-FC12-NEWEST-FIRST")
async def test_newest_first(modbus):
    """A normal answer stands before the exceptions that fill the rest of the log."""
    await modbus.diagnosis.stir(refused=64, answered=1)
    reply = await modbus.ask(GetCommEventLog())

    assert reply.newest(ANSWERS) == SENT


@alone
@verifies("MB-FC12-OLDEST-FLUSHED")
async def test_oldest_flushed(modbus):
    """An exception is no longer in the log when 64 requests were answered after it."""
    await modbus.diagnosis.stir(refused=1, answered=64)
    reply = await modbus.ask(GetCommEventLog())

    assert reply.newest([SENT_EXCEPTION]) is None


@alone
@verifies("MB-FC12-RESTART-EVENT")
async def test_restart_event(modbus):
    """After a restart its event is newer than every answer."""
    await modbus.diagnosis.restarted()
    reply = await modbus.ask(GetCommEventLog())

    assert reply.newest([RESTARTED, *ANSWERS]) == RESTARTED


@alone
@verifies("MB-FC12-LOG-KEPT")
async def test_log_kept(modbus):
    """An exception is still in the log after a restart with data 0000."""
    await modbus.diagnosis.stir(refused=1)
    await modbus.diagnosis.restarted()
    reply = await modbus.ask(GetCommEventLog())

    assert reply.newest([SENT_EXCEPTION]) == SENT_EXCEPTION


@alone
@verifies("MB-FC12-LOG-CLEARED")
async def test_log_cleared(modbus):
    """An exception is no longer in the log after a restart with data FF00."""
    await modbus.diagnosis.stir(refused=1)
    await modbus.diagnosis.restarted(CLEAR_LOG)
    reply = await modbus.ask(GetCommEventLog())

    assert reply.newest([SENT_EXCEPTION]) is None


@alone
@verifies("MB-FC12-LISTEN-ONLY-EVENT")
async def test_listen_only_event(modbus):
    """After listen-only mode, event 04 is in a log that was cleared before."""
    await modbus.diagnosis.restarted(CLEAR_LOG)
    await modbus.diagnosis.hush()
    await modbus.diagnosis.wake()
    reply = await modbus.ask(GetCommEventLog())

    assert reply.newest([ENTERED_LISTEN_ONLY]) == ENTERED_LISTEN_ONLY
