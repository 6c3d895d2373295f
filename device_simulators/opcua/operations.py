"""Rules that hold for every service with a list of operations (OPC 10000-4 1.05.04, 5.3, 7.38)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from device_simulators.opcua.clock import Clock
from device_simulators.opcua.errors import Refused
from testbed.protocols.opcua.status import status

if TYPE_CHECKING:
    from collections.abc import Sequence


class Operations(Clock):
    """How many operations a request may have; the service is named, so that a mutant can look at it."""

    def check_operations(self, service: str, operations: Sequence[Any] | None, maximum: int) -> None:
        """Refuse a request with nothing to do, or with too much."""
        if not self.has_work(service, operations or ()):
            raise Refused(status.BadNothingToDo)
        if not self.is_bearable(service, operations or (), maximum):
            raise Refused(status.BadTooManyOperations)

    def has_work(self, service: str, operations: Sequence[Any]) -> bool:  # noqa: ARG002 - for a mutant
        """A request has one operation at least (7.38.2, Bad_NothingToDo)."""
        return bool(operations)

    def is_bearable(self, service: str, operations: Sequence[Any], maximum: int) -> bool:  # noqa: ARG002
        """A request has no more operations than OperationLimits says (10000-5, 6.3.11)."""
        return len(operations) <= maximum
