"""MODBUS Application Protocol V1.1b3, 6.6: Registers written and read by whatever function."""

from testbed.cases import alone, verifies


@alone
@verifies("MB-REGISTERS-CONSISTENT")
async def test_registers_machine(machine, registers):
    """Registers agree with a model of them over random sequences of functions 03, 06, 16, 22 and 23."""
    outcome = await machine("registers", registers)

    assert outcome.agrees
