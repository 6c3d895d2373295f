"""MODBUS Application Protocol V1.1b3, 7, and Messaging on TCP/IP V1.0b, 4.4.1.2: Gateways."""

from testbed.cases import verifies
from testbed.modbus import (
    CLOSED,
    GATEWAY_PATH_UNAVAILABLE,
    GATEWAY_TARGET_FAILED,
    NORMAL,
    SILENCE,
)


@verifies("MB-GATEWAY-ROUTES")
async def test_each_unit_answers(modbus, declared):
    """Each unit behind the gateway answers a read, with data or an exception of its own."""
    outcomes = await modbus.outcomes_of(declared.gateway.units)

    assert outcomes & {SILENCE, CLOSED, GATEWAY_PATH_UNAVAILABLE, GATEWAY_TARGET_FAILED} == set()


@verifies("MB-GATEWAY-PATH")
async def test_unit_without_a_path(modbus, declared):
    """A read for a unit to which no path leads is answered with exception 0A, or 0B."""
    outcome = await modbus.outcome_of(declared.gateway.absent)

    assert outcome in (GATEWAY_PATH_UNAVAILABLE, GATEWAY_TARGET_FAILED)


@verifies("MB-GATEWAY-TARGET")
async def test_unit_that_does_not_answer(modbus, declared):
    """A read for a unit that does not answer is answered with exception 0B."""
    outcome = await modbus.outcome_of(declared.gateway.silent)

    assert outcome == GATEWAY_TARGET_FAILED


@verifies("MB-GATEWAY-RECOVERS")
async def test_next_unit_after_one_that_does_not_answer(modbus, declared):
    """After a read for a unit that does not answer, a read for one that does is answered."""
    await modbus.outcome_of(declared.gateway.silent)
    outcome = await modbus.outcome_of(modbus.unit)

    assert outcome == NORMAL
