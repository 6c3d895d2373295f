"""Mutants of function 17 (MODBUS Application Protocol V1.1b3, 6.13)."""

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant


@mutant("MB-FC17-BYTE-COUNT")
class CountsItsIdentityWithoutTheRunIndicator(Plc):
    """Leaves the run indicator out of the byte count, and sends it."""

    def report_server_id(self, request: bytes) -> bytes:
        """Count one byte less than follows."""
        answer = super().report_server_id(request)
        return answer[:1] + bytes((answer[1] - 1,)) + answer[2:] if len(request) == 1 else answer


@mutant("MB-FC17-RUN-INDICATOR")
class TellsOnByOne(Plc):
    """Tells that it is on by 01 in place of FF."""

    def run_indicator(self) -> bytes:
        """Return a truth value."""
        return b"\x01"


@mutant("MB-FC17-STABLE")
class NumbersItsIdentities(Plc):
    """Appends to its server id how often it was asked for."""

    asked = 0

    def report_server_id(self, request: bytes) -> bytes:
        """Count in the additional data."""
        self.asked = self.asked + 1 & 0xFF
        return self.values(request, self.server_id + self.run_indicator() + bytes((self.asked,)))
