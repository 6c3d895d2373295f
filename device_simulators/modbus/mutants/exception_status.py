"""Mutants of function 07 (MODBUS Application Protocol V1.1b3, 6.7)."""

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant


@mutant("MB-FC07-STATUS")
class TellsAWordOfStatus(Plc):
    """Answers with sixteen outputs in place of eight."""

    def read_exception_status(self, request: bytes) -> bytes:
        """Append a byte."""
        return super().read_exception_status(request) + (b"\0" if len(request) == 1 else b"")


@mutant("MB-FC07-LENGTH-EXCESS")
class IgnoresLongStatusRequests(Plc):
    """Does not answer a request of function 07 that has a byte too many."""

    def read_exception_status(self, request: bytes) -> bytes:
        """Answer a function code alone."""
        return super().read_exception_status(request) if len(request) == 1 else b""
