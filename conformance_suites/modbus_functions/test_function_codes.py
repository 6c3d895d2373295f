"""MODBUS Application Protocol V1.1b3, 4.1, 5 and Annex A: Function codes."""

import pytest

from testbed.cases import opens, verifies
from testbed.modbus import (
    CLOSED,
    ILLEGAL_FUNCTION,
    NORMAL,
    SERVER_DEVICE_FAILURE,
    SILENCE,
    observation,
    rewrite,
)


@verifies("MB-DECLARED-SERVED")
@opens("function")
@pytest.mark.parametrize("function", ["fc03", "fc04", "fc01", "fc02", "fc20", "fc24", "fc43/14"])
async def test_declared_reads_are_served(modbus, declared, function):
    """A declared read function answers at the first and last address or record of every declared area."""
    outcomes = await modbus.outcomes(declared.edges(function))

    assert outcomes == {NORMAL}


@verifies("MB-DECLARED-SERVED")
@opens("function")
@pytest.mark.parametrize("function", ["fc06", "fc16", "fc22", "fc23"])
async def test_declared_register_writes_are_served(modbus, registers, function):
    """A declared function that writes registers is carried out in a scratch area."""
    value = await registers.values(1)
    outcome = await modbus.outcome(rewrite(function, registers.first, value))

    assert outcome == NORMAL


@verifies("MB-DECLARED-SERVED")
@opens("function")
@pytest.mark.parametrize("function", ["fc05", "fc15"])
async def test_declared_coil_writes_are_served(modbus, coils, function):
    """A declared function that writes coils is carried out in a scratch area."""
    value = await coils.values(1)
    outcome = await modbus.outcome(rewrite(function, coils.first, value))

    assert outcome == NORMAL


@verifies("MB-DECLARED-SERVED")
@opens("function")
@pytest.mark.parametrize("function", ["fc21"])
async def test_declared_record_writes_are_served(modbus, files, function):
    """A declared function that writes records is carried out in a scratch area."""
    value = await files.values(1)
    outcome = await modbus.outcome(rewrite(function, files.first, value, file=files.file))

    assert outcome == NORMAL


@verifies("MB-DECLARED-SERVED")
@opens("function")
@pytest.mark.parametrize(
    "function",
    ["fc07", "fc08/00", "fc08/02", *(f"fc08/{code}" for code in range(11, 19)), "fc11", "fc12", "fc17"],
)
async def test_declared_observations_are_served(modbus, function):
    """A declared function that tells what the device keeps of its communication is served."""
    outcome = await modbus.outcome(observation(function))

    assert outcome == NORMAL


@verifies("MB-FUNCTION-UNASSIGNED")
@pytest.mark.parametrize("function", [18, 19, 25, 40, 44, 64, 73, 89, 92, 99, 111, 124])
async def test_unassigned_function(modbus, function):
    """A function code that the standard leaves unassigned is refused with exception 01."""
    outcome = await modbus.outcome(bytes([function, 0, 0, 0, 0]))

    assert outcome == ILLEGAL_FUNCTION


@verifies("MB-FUNCTION-RESERVED")
@pytest.mark.parametrize("function", [9, 10, 13, 14, 41, 42, 90, 91, 125, 126, 127])
async def test_reserved_function(modbus, function):
    """A function code that is reserved for legacy products is refused with exception 01."""
    outcome = await modbus.outcome(bytes([function, 0, 0, 0, 0]))

    assert outcome == ILLEGAL_FUNCTION


@verifies("MB-FUNCTION-USER-DEFINED")
@pytest.mark.parametrize("function", [65, 72, 100, 110])
async def test_user_defined_function(modbus, function):
    """A user-defined function code that is not declared is refused with exception 01."""
    outcome = await modbus.outcome(bytes([function, 0, 0, 0, 0]))

    assert outcome == ILLEGAL_FUNCTION


@verifies("MB-FUNCTION-ZERO")
async def test_function_zero(modbus):
    """Function code 0 is refused with exception 01."""
    outcome = await modbus.outcome(bytes([0, 0, 0, 0, 0]))

    assert outcome == ILLEGAL_FUNCTION


@verifies("MB-FUNCTION-WITHOUT-DATA")
@pytest.mark.parametrize("function", [7, 11, 12, 17])
async def test_function_without_data(modbus, function):
    """A request that is a function code alone is served, or refused with exception 01, or 04 if it fails."""
    outcome = await modbus.outcome(bytes([function]))

    assert outcome in (NORMAL, ILLEGAL_FUNCTION, SERVER_DEVICE_FAILURE)


@verifies("MB-FUNCTION-HIGH-BIT")
@pytest.mark.parametrize("function", [0x81, 0x82, 0x83, 0x84])
async def test_function_with_the_highest_bit_set(modbus, function):
    """A read request with the highest bit of its function code set is not answered with data."""
    outcome = await modbus.outcome(bytes([function, 0, 0, 0, 1]))

    assert outcome in (ILLEGAL_FUNCTION, SILENCE, CLOSED)


@verifies("MB-FUNCTION-RECOVERS")
async def test_next_request_after_an_unknown_function(modbus):
    """After an unknown function with data behind it, the next request on the connection is answered."""
    await modbus.outcome(bytes([65, *range(20)]))
    reply = await modbus.ping()

    assert reply.exception == NORMAL
