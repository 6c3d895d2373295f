"""Mutants of function 24 (MODBUS Application Protocol V1.1b3, 6.18)."""

from collections.abc import Sequence

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.files import QUEUE_MAX
from device_simulators.modbus.mutants.registry import mutant

_POINTER = bytes.fromhex("18 04DE")


@mutant("MB-FC24-READS")
class CountsQueuedValuesOnly(Plc):
    """Leaves the two bytes of the queue count out of the byte count."""

    def queue_response(self, request: bytes, queue: Sequence[int]) -> bytes:
        """Lower the byte count of a queue that holds something."""
        answer = super().queue_response(request, queue)
        return answer[:1] + (2 * len(queue)).to_bytes(2) + answer[3:] if queue else answer


@mutant("MB-FC24-READS")
class CountsQueuesInOneByte(Plc):
    """Sends a byte count of one byte, as the other functions do."""

    def queue_response(self, request: bytes, queue: Sequence[int]) -> bytes:
        """Drop the high byte of the byte count of a queue that holds something."""
        answer = super().queue_response(request, queue)
        return answer[:1] + answer[2:] if queue else answer


@mutant("MB-FC24-KEEPS")
class TurnsTheQueue(Plc):
    """Puts the oldest value of a queue that was read behind all others."""

    def queued(self, request: bytes, pointer: int) -> Sequence[int]:
        """Turn the queue by one value."""
        queue = super().queued(request, pointer)
        self.fifos = {**self.fifos, pointer: (*queue[1:], *queue[:1])}
        return queue


@mutant("MB-FC24-EMPTY")
class TellsAnEmptyQueueAsZero(Plc):
    """Answers an empty queue with one value, 0."""

    def queue_response(self, request: bytes, queue: Sequence[int]) -> bytes:
        """Let no queue be empty."""
        return super().queue_response(request, queue or (0,))


@mutant("MB-FC24-OVERFULL")
class TellsThirtyOneOfThirtyTwo(Plc):
    """Answers a queue of more than 31 values with the oldest 31."""

    def queued(self, request: bytes, pointer: int) -> Sequence[int]:
        """Cut the queue."""
        return super().queued(request, pointer)[:QUEUE_MAX]


@mutant("MB-FC24-NO-POINTER")
class TakesAnyAddressForAPointer(Plc):
    """Answers an address that is no FIFO pointer with an empty queue."""

    def queue_is_served(self, request: bytes, pointer: int) -> bool:  # noqa: ARG002
        """Serve every address."""
        return True

    def queued(self, request: bytes, pointer: int) -> Sequence[int]:
        """Return nothing where there is no queue."""
        return super().queued(request, pointer) if pointer in self.fifos else ()


@mutant("MB-FC24-LENGTH-SHORT")
class ReadsPointersPastTheRequest(Plc):
    """Takes what lies behind a short request in its buffer for the address of the pointer."""

    def read_fifo_queue(self, request: bytes) -> bytes:
        """Take an earlier request instead of one that is too short."""
        return super().read_fifo_queue(request if len(request) >= len(_POINTER) else _POINTER)
