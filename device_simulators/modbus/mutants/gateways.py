"""Mutants of gateways (MODBUS Application Protocol V1.1b3, 7; Messaging on TCP/IP V1.0b, 4.4.1.2)."""

from __future__ import annotations

from device_simulators.modbus.cell import CONTROLLER, TRANSMITTER, Cell
from device_simulators.modbus.gateway import ADDRESSES, PATH_UNAVAILABLE, TARGET_FAILED, GatewayProtocol
from device_simulators.modbus.mutants.registry import mutant

OWN = "sim-gateway.yaml"


@mutant("MB-GATEWAY-ROUTES", declaration=OWN)
class ReachesOneUnit(Cell):
    """Reaches the controller alone, and finds no path to the transmitter."""

    def route(self, unit: int, request: bytes) -> bytes:
        """Refuse one unit more."""
        return self.refuse(request, PATH_UNAVAILABLE) if unit == TRANSMITTER else super().route(unit, request)


@mutant("MB-MBAP-UNIT-ECHO", declaration=OWN)
class AnswersAsTheFirstUnit(Cell):
    """Puts the controller's unit identifier into every answer."""

    class protocol_class(GatewayProtocol):
        """Framing that knows one unit."""

        def envelop(self, transaction: int, unit: int, pdu: bytes) -> bytes:  # noqa: ARG002 - the fault
            """Name the wrong unit."""
            return super().envelop(transaction, CONTROLLER, pdu)


@mutant("MB-GATEWAY-PATH", declaration=OWN)
class FailsWithoutPath(Cell):
    """Answers for a unit to which no path leads with exception 04."""

    def route(self, unit: int, request: bytes) -> bytes:
        """Say something else than what is the matter."""
        return super().route(unit, request) if unit in ADDRESSES else self.refuse(request, 4)


@mutant("MB-GATEWAY-TARGET", declaration=OWN)
class KeepsSilentForOthers(Cell):
    """Does not say that a unit does not answer."""

    def route(self, unit: int, request: bytes) -> bytes:
        """Wait for ever."""
        answer = super().route(unit, request)
        return b"" if answer[1:] == bytes((TARGET_FAILED,)) else answer


@mutant("MB-GATEWAY-RECOVERS", declaration=OWN)
class WaitsForSilentUnit(Cell):
    """Answers the request behind one for a unit that does not answer with exception 06."""

    waits = False

    def route(self, unit: int, request: bytes) -> bytes:
        """Be busy once."""
        waited, self.waits = self.waits, unit in ADDRESSES and unit not in self.units
        return self.refuse(request, 6) if waited else super().route(unit, request)
