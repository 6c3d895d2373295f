"""The request that carries a task out, as the Application Protocol has it."""

from __future__ import annotations

from testbed.model.client import Task
from testbed.protocols.modbus import (
    COIL_OFF,
    COIL_ON,
    ReadCoils,
    ReadDiscreteInputs,
    ReadHoldingRegisters,
    ReadInputRegisters,
    Request,
    WriteMultipleCoils,
    WriteMultipleRegisters,
    WriteSingleCoil,
    WriteSingleRegister,
)

_READS: dict[str, type[ReadCoils | ReadDiscreteInputs | ReadHoldingRegisters | ReadInputRegisters]] = {
    "fc01": ReadCoils,
    "fc02": ReadDiscreteInputs,
    "fc03": ReadHoldingRegisters,
    "fc04": ReadInputRegisters,
}


def due(task: Task) -> Request:
    """Return the request that a client is to make for a task (AP 6.1 to 6.6, 6.11, 6.12)."""
    if task.does in _READS:
        return _READS[task.does](task.at, task.quantity)
    registers = tuple(int(one) for one in task.values)
    if task.does == "fc05":
        return WriteSingleCoil(task.at, COIL_ON if registers[0] else COIL_OFF)
    if task.does == "fc06":
        return WriteSingleRegister(task.at, registers[0])
    if task.does == "fc15":
        return WriteMultipleCoils(task.at, tuple(bool(one) for one in registers))
    return WriteMultipleRegisters(task.at, registers)
