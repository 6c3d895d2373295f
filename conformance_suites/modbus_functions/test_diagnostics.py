"""MODBUS Application Protocol V1.1b3, 6.8: Diagnostics (08)."""

import pytest

from testbed.cases import alone, verifies
from testbed.modbus import (
    CLOSED,
    ILLEGAL_DATA_VALUE,
    ILLEGAL_FUNCTION,
    NORMAL,
    SILENCE,
    Diagnostics,
    SubFunction,
    WriteSingleRegister,
)

RESTART = SubFunction.RESTART_COMMUNICATIONS_OPTION
REGISTER = Diagnostics(SubFunction.RETURN_DIAGNOSTIC_REGISTER)
DELIMITER = SubFunction.CHANGE_ASCII_INPUT_DELIMITER
CLEAR = Diagnostics(SubFunction.CLEAR_COUNTERS_AND_DIAGNOSTIC_REGISTER)
CLEAR_OVERRUN = Diagnostics(SubFunction.CLEAR_OVERRUN_COUNTER_AND_FLAG)

BUS_MESSAGES = Diagnostics(SubFunction.RETURN_BUS_MESSAGE_COUNT)
COMMUNICATION_ERRORS = Diagnostics(SubFunction.RETURN_BUS_COMMUNICATION_ERROR_COUNT)
EXCEPTIONS = Diagnostics(SubFunction.RETURN_BUS_EXCEPTION_ERROR_COUNT)
SERVER_MESSAGES = Diagnostics(SubFunction.RETURN_SERVER_MESSAGE_COUNT)
NO_RESPONSES = Diagnostics(SubFunction.RETURN_SERVER_NO_RESPONSE_COUNT)
NAKS = Diagnostics(SubFunction.RETURN_SERVER_NAK_COUNT)
BUSY = Diagnostics(SubFunction.RETURN_SERVER_BUSY_COUNT)
OVERRUNS = Diagnostics(SubFunction.RETURN_BUS_CHARACTER_OVERRUN_COUNT)


@verifies("MB-FC08-QUERY-DATA")
@pytest.mark.parametrize("size", [2, 4, 250])
async def test_query_data(modbus, size):
    """Query data of one word, two words, and as many as a request holds come back."""
    query = Diagnostics(SubFunction.RETURN_QUERY_DATA, bytes(range(5, 5 + size)))
    reply = await modbus.ask(query)

    assert reply.echo == query.encode()


@verifies("MB-FC08-QUERY-ODD")
async def test_query_data_of_one_byte(modbus):
    """One byte of query data comes back, or is refused with exception 03."""
    reply = await modbus.ask(b"\x08\x00\x00\xa5")

    assert reply.pdu in (b"\x08\x00\x00\xa5", b"\x88\x03")


@verifies("MB-FC08-SUBFUNCTION-ECHO")
async def test_sub_function_echo(modbus, declared):
    """Every answer is the function, the sub-function that was asked for, and one word."""
    strays = await modbus.diagnosis.strays(declared.words())

    assert strays == set()


@verifies("MB-FC08-SUBFUNCTION-RESERVED")
@pytest.mark.parametrize("code", [5, 6, 7, 8, 9, 19, 21, 0xFFFF])
async def test_reserved_sub_function(modbus, code):
    """A reserved sub-function is refused with exception 01."""
    outcome = await modbus.outcome(Diagnostics(code))

    assert outcome == ILLEGAL_FUNCTION


@verifies("MB-FC08-LENGTH-SHORT")
@pytest.mark.parametrize("size", [1, 2])
async def test_length_short(modbus, size):
    """A request that ends within its sub-function is refused with exception 01 or 03, or gets no answer."""
    outcome = await modbus.outcome(REGISTER.encode()[:size])

    assert outcome in (ILLEGAL_FUNCTION, ILLEGAL_DATA_VALUE, SILENCE, CLOSED)


@verifies("MB-FC08-DATA-VALUE")
async def test_data_value(modbus, declared):
    """Data 0001 where a word is only read are refused with exception 03."""
    outcomes = await modbus.outcomes(declared.words(b"\x00\x01"))

    assert outcomes == {ILLEGAL_DATA_VALUE}


@alone
@verifies("MB-FC08-BUS-MESSAGES")
async def test_bus_messages(modbus):
    """Two reads, a refused request and the reading itself are four messages."""
    rise = await modbus.diagnosis.rise(BUS_MESSAGES, answered=2, refused=1)

    assert rise == 4


@alone
@verifies("MB-FC08-COMMUNICATION-ERRORS")
async def test_communication_errors(modbus):
    """Requests without a fault in their frames, answered or refused, are no communication errors."""
    rise = await modbus.diagnosis.rise(COMMUNICATION_ERRORS, answered=1, refused=1)

    assert rise == 0


@alone
@verifies("MB-FC08-EXCEPTIONS")
async def test_exceptions(modbus):
    """Of five requests three are refused, and these are counted."""
    rise = await modbus.diagnosis.rise(EXCEPTIONS, answered=2, refused=3)

    assert rise == 3


@alone
@verifies("MB-FC08-SERVER-MESSAGES")
async def test_server_messages(modbus):
    """Three reads and the reading itself are four messages."""
    rise = await modbus.diagnosis.rise(SERVER_MESSAGES, answered=3)

    assert rise == 4


@alone
@verifies("MB-FC08-NO-RESPONSES")
async def test_no_responses(modbus):
    """Requests that were answered, normally or with an exception, are not counted."""
    rise = await modbus.diagnosis.rise(NO_RESPONSES, answered=1, refused=1)

    assert rise == 0


@alone
@verifies("MB-FC08-NAKS")
async def test_naks(modbus):
    """Exception 01 is not counted as a negative acknowledge."""
    rise = await modbus.diagnosis.rise(NAKS, answered=1, refused=1)

    assert rise == 0


@alone
@verifies("MB-FC08-BUSY")
async def test_busy(modbus):
    """Exception 01 is not counted as busy."""
    rise = await modbus.diagnosis.rise(BUSY, answered=1, refused=1)

    assert rise == 0


@alone
@verifies("MB-FC08-OVERRUNS")
async def test_overruns(modbus):
    """Requests that arrived whole are not counted as overruns."""
    rise = await modbus.diagnosis.rise(OVERRUNS, answered=1, refused=1)

    assert rise == 0


@alone
@verifies("MB-FC08-CLEAR-ECHO")
async def test_clear_echo(modbus):
    """A request to clear the counters is answered with itself."""
    reply = await modbus.ask(CLEAR)

    assert reply.echo == CLEAR.encode()


@alone
@verifies("MB-FC08-CLEAR-COUNTERS")
async def test_clear_counters(modbus, declared):
    """After clearing, no counter holds more than the requests since."""
    await modbus.diagnosis.stir(answered=3, refused=3)
    await modbus.ask(CLEAR)
    most = await modbus.diagnosis.most(declared.counters())

    assert most in range(3)


@alone
@verifies("MB-FC08-CLEAR-REGISTER")
async def test_clear_register(modbus):
    """After clearing, the diagnostic register is 0."""
    await modbus.diagnosis.stir(refused=1)
    await modbus.ask(CLEAR)
    reply = await modbus.ask(REGISTER)

    assert reply.count == 0


@alone
@verifies("MB-FC08-CLEAR-OVERRUN")
async def test_clear_overrun(modbus):
    """A request to clear the overrun counter is answered with itself."""
    reply = await modbus.ask(CLEAR_OVERRUN)

    assert reply.echo == CLEAR_OVERRUN.encode()


@alone
@verifies("MB-FC08-RESTART-ECHO")
@pytest.mark.parametrize("data", ["0000", "ff00"])
async def test_restart_echo(modbus, data):
    """A request to restart is answered with itself."""
    request = Diagnostics(RESTART, bytes.fromhex(data))
    reply = await modbus.diagnosis.restarted(request.data)

    assert reply.echo == request.encode()


@alone
@verifies("MB-FC08-RESTART-COUNTERS")
async def test_restart_counters(modbus, declared):
    """After a restart, no counter holds more than the requests since."""
    await modbus.diagnosis.stir(answered=3, refused=3)
    await modbus.diagnosis.restarted()
    most = await modbus.diagnosis.most(declared.counters())

    assert most in range(3)


@alone
@verifies("MB-FC08-RESTART-VALUE")
async def test_restart_value(modbus):
    """A restart with data 1234 is refused with exception 03."""
    outcome = await modbus.outcome(Diagnostics(RESTART, b"\x12\x34"))

    assert outcome == ILLEGAL_DATA_VALUE


@alone
@verifies("MB-FC08-DELIMITER-ECHO")
async def test_delimiter_echo(modbus):
    """A request for line feed, the usual delimiter, is answered with itself."""
    request = Diagnostics(DELIMITER, b"\n\x00")
    reply = await modbus.ask(request)

    assert reply.echo == request.encode()


@alone
@verifies("MB-FC08-DELIMITER-VALUE")
async def test_delimiter_value(modbus):
    """A request for line feed whose second data byte is 01 is refused with exception 03."""
    outcome = await modbus.outcome(Diagnostics(DELIMITER, b"\n\x01"))

    assert outcome == ILLEGAL_DATA_VALUE


@alone
@verifies("MB-FC08-LISTEN-ONLY-SILENT")
async def test_listen_only_silent(modbus):
    """A request that forces listen-only mode gets no answer."""
    met = await modbus.diagnosis.hush()

    assert met.entering == SILENCE


@alone
@verifies("MB-FC08-LISTEN-ONLY-UNANSWERED")
async def test_listen_only_unanswered(modbus):
    """In listen-only mode a read gets no answer."""
    met = await modbus.diagnosis.hush()

    assert met.meanwhile == SILENCE


@alone
@verifies("MB-FC08-LISTEN-ONLY-INERT")
async def test_listen_only_inert(modbus, registers):
    """A register that was to be written in listen-only mode holds its old value after a restart."""
    await registers.set(0x5A5A)
    await modbus.diagnosis.hush(WriteSingleRegister(registers.first, 0xA5A5))
    await modbus.diagnosis.wake()
    values = await registers.values(1)

    assert values == (0x5A5A,)


@alone
@verifies("MB-FC08-LISTEN-ONLY-RESTART-SILENT")
async def test_listen_only_restart_silent(modbus):
    """The restart that ends listen-only mode gets no answer."""
    met = await modbus.diagnosis.hush()

    assert met.leaving == SILENCE


@alone
@verifies("MB-FC08-LISTEN-ONLY-LEAVES")
async def test_listen_only_leaves(modbus):
    """After a restart a device that only listened answers a read."""
    met = await modbus.diagnosis.hush()

    assert met.behind == NORMAL
