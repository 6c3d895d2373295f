"""MODBUS Application Protocol V1.1b3, 5.1 and 7: Every function code."""

from testbed.cases import verifies


@verifies("MB-FUNCTION-SWEEP")
async def test_every_function_that_is_not_declared(modbus, declared):
    """Every function code from 1 to 127 that is not declared is refused with exception 01."""
    strays = await modbus.strays(declared.unclaimed)

    assert strays == []
