"""A mutant of functions 20 and 21 that no single request shows (MODBUS Application Protocol, 6.14, 6.15)."""

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant


@mutant("MB-FILES-CONSISTENT")
class KeepsRecordsInACache(Plc):
    """Keeps what it read of a file, and forgets it only when a write begins at the same record."""

    def __init__(self) -> None:
        super().__init__()
        self.cache: dict[tuple[int, int, int], bytearray] = {}

    def read_records(self, request: bytes, file: int, record: int, length: int) -> bytearray:
        """Read what was read before."""
        key = file, record, length
        if key not in self.cache:
            self.cache[key] = super().read_records(request, file, record, length)
        return self.cache[key]

    def write_records(self, request: bytes, file: int, record: int, data: bytes) -> None:
        """Forget what began where the write begins."""
        self.cache = {key: kept for key, kept in self.cache.items() if key[:2] != (file, record)}
        super().write_records(request, file, record, data)
