"""Mutants whose fault only a sequence of requests shows."""

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant
from testbed.protocols.modbus import Function


@mutant("MB-REGISTERS-CONSISTENT")
class ReadsStaleCopies(Plc):
    """Function 23 returns registers as they were before a mask write: its copy is not told of that."""

    def __init__(self) -> None:
        super().__init__()
        self.stale: dict[int, bytes] = {}

    def write_registers(self, request: bytes, address: int, data: bytes) -> None:
        """Keep what a mask write overwrites; other writes bring the copy up to date."""
        for at in range(address, address + len(data) // 2):
            if request[0] != Function.MASK_WRITE_REGISTER:
                self.stale.pop(at, None)
            elif at not in self.stale:
                self.stale[at] = bytes(self.holding_registers.read(at, 1))
        super().write_registers(request, address, data)

    def write_then_read(self, request: bytes, read: tuple[int, int], address: int, data: bytes) -> bytearray:
        """Read from the copy."""
        values = super().write_then_read(request, read, address, data)
        for place in range(read[1]):
            if (kept := self.stale.get(read[0] + place)) is not None:
                values[2 * place : 2 * place + 2] = kept
        return values
