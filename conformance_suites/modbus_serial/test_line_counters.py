"""MODBUS over Serial Line V1.02, Appendix A: Counters that only a line can move."""

from testbed.cases import alone, verifies
from testbed.modbus import Diagnostics, WriteSingleRegister

UNASSIGNED = bytes([73, 0, 0, 0, 0])


@verifies("MB-SERIAL-BUS-MESSAGE-COUNT")
@alone
async def test_bus_messages(modbus):
    """Two frames of another exchange and the reading itself raise the bus message count by three."""
    rise = await modbus.diagnosis.rise(Diagnostics(11), frames=modbus.traffic)

    assert rise == 3


@verifies("MB-SERIAL-COMM-ERROR-COUNT")
@alone
async def test_communication_errors(modbus):
    """Two frames with a wrong check raise the communication error count by two."""
    rise = await modbus.diagnosis.rise(Diagnostics(12), frames=[modbus.frame(check_off_by=1)] * 2)

    assert rise == 2


@verifies("MB-SERIAL-EXCEPTION-COUNT")
@alone
async def test_exceptions_in_broadcasts(modbus):
    """A broadcast request that would be refused raises the exception error count by one."""
    rise = await modbus.diagnosis.rise(Diagnostics(13), frames=[modbus.to_all(UNASSIGNED)])

    assert rise == 1


@verifies("MB-SERIAL-SERVER-MESSAGE-COUNT")
@alone
async def test_messages_for_the_device(modbus, registers):
    """Of a broadcast write and another device's exchange, the write alone counts as one to the device."""
    frames = [modbus.to_all(WriteSingleRegister(registers.first, 1)), *modbus.traffic]
    rise = await modbus.diagnosis.rise(Diagnostics(14), frames=frames)

    assert rise == 2


@verifies("MB-SERIAL-NO-RESPONSE-COUNT")
@alone
async def test_messages_without_a_response(modbus, registers):
    """A broadcast write raises the count of messages without a response by one."""
    write = modbus.to_all(WriteSingleRegister(registers.first, 1))
    rise = await modbus.diagnosis.rise(Diagnostics(15), frames=[write])

    assert rise == 1
