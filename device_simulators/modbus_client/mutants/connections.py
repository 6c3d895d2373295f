"""Clients that wait, repeat and connect wrongly."""

import asyncio
from copy import copy

from device_simulators.modbus_client.client import Connect, ReferenceClient
from device_simulators.modbus_client.line import Line, LostError
from device_simulators.modbus_client.mutants.registry import mutant
from testbed.model.client import Client, Task
from testbed.wire.simulator import Tell


@mutant("MBC-SLOW", "MBC-PENDING")
class WaitsTooLittle(ReferenceClient):
    """Gives up after a third of the time that it declares."""

    def patience(self) -> float:
        """Return less."""
        return super().patience() / 3

    def tries(self, task: Task) -> int:  # noqa: ARG002 - alike for all
        """Ask once."""
        return 1


@mutant("MBC-PENDING")
class AsksAgainTooSoon(ReferenceClient):
    """Repeats a request after half of the time that it declares, while the first is open."""

    def patience(self) -> float:
        """Return less, but for what comes soon enough."""
        return super().patience() * 0.55


@mutant("MBC-SILENCE-IN-TIME")
class ReportsTooLate(ReferenceClient):
    """Waits a little longer than the longest time in which it has to report an error."""

    def patience(self) -> float:
        """Return more, in all tries together."""
        return (self.declared.gives_up_within + 0.2) / self.declared.tries


@mutant("MBC-SILENCE-REPORTED", "MBC-SILENCE-IN-TIME")
class WaitsForEver(ReferenceClient):
    """Waits for an answer without end."""

    def patience(self) -> float:
        """Return an hour."""
        return 3600.0


@mutant("MBC-RETRIES")
class RepeatsOnceMore(ReferenceClient):
    """Repeats requests once more than it declares."""

    def tries(self, task: Task) -> int:
        """Return one more for reads."""
        return super().tries(task) + task.reads


@mutant("MBC-WRITE-ONCE")
class RepeatsWrites(ReferenceClient):
    """Repeats a write whose answer was lost, without having declared it."""

    def tries(self, task: Task) -> int:  # noqa: ARG002 - alike for all
        """Return as many as for reads."""
        return self.declared.tries


@mutant("MBC-WRITE-LOST", "MBC-WRITE-REFUSED", "MBC-ECHO-VALUE", "MBC-ECHO-ADDRESS", "MBC-ECHO-QUANTITY")
class WritesAndForgets(ReferenceClient):
    """Reports a write as done as soon as it is sent."""

    async def answer(
        self, line: Line, transaction: int, unit: int, task: Task, asked: bytes
    ) -> tuple[float, ...]:
        """Wait for no answer to a write."""
        if not task.reads:
            await asyncio.sleep(0.01)  # what was sent is on its way
            return ()
        return await super().answer(line, transaction, unit, task, asked)


@mutant("MBC-CLOSED-REPORTED", "MBC-RESET-REPORTED")
class HushesEnds(ReferenceClient):
    """Keeps it to itself that the connection ended."""

    def report(self, tell: Tell, error: Exception) -> None:
        """Report everything else."""
        if not isinstance(error, LostError):
            super().report(tell, error)


@mutant("MBC-NOBODY-REPORTED")
class HushesNobody(ReferenceClient):
    """Keeps it to itself that nobody listens."""

    def report(self, tell: Tell, error: Exception) -> None:
        """Report everything else."""
        if not isinstance(error, ConnectionRefusedError):
            super().report(tell, error)


@mutant(
    "MBC-NO-REMAINS",
    "MBC-TRANSACTION-FOREIGN",
    "MBC-UNSOLICITED",
    "MBC-DUPLICATE",
    "MBC-LATE",
)
class KeepsItsBuffer(ReferenceClient):
    """Keeps the bytes of a connection that ended, and takes any transaction."""

    def __init__(self, declared: Client) -> None:
        super().__init__(declared)
        self._remains: Line | None = None

    async def perform(self, task: Task, unit: int, connect: Connect, tell: Tell) -> None:
        """Begin each task afresh, whatever other task is done at the same time."""
        mine = copy(self)
        mine.forget()
        await super(KeepsItsBuffer, mine).perform(task, unit, connect, tell)

    def forget(self) -> None:
        """Forget what came before."""
        self._remains = None

    def is_awaited(self, adu: bytes, transaction: int) -> bool:  # noqa: ARG002 - that is the fault
        """Await anything."""
        return True

    async def connected(self, line: Line | None, connect: Connect) -> Line:
        """Begin with what the last connection left."""
        found = await super().connected(line, connect)
        if self._remains is not None and found is not self._remains:
            found.data_received(self._remains.rest)
        self._remains = found
        return found


@mutant("MBC-RECONNECTS")
class NeverReconnects(ReferenceClient):
    """Goes on with a connection that has ended."""

    async def connected(self, line: Line | None, connect: Connect) -> Line:
        """Connect once."""
        return line if line is not None else await super().connected(line, connect)

    def after_failure(self, line: Line | None, error: Exception) -> Line | None:  # noqa: ARG002 - that is the fault
        """Keep it."""
        return line


@mutant("MBC-BACK-OFF")
class HammersAtTheDoor(ReferenceClient):
    """Connects a hundred times a second."""

    def pause(self) -> float:
        """Return less."""
        return 0.01


@mutant("MBC-KEEPS-CONNECTION")
class ConnectsForEachRequest(ReferenceClient):
    """Closes the connection after each transaction."""

    def after_poll(self, line: Line | None) -> Line | None:
        """Close it."""
        if line is not None:
            line.close()
        return None


@mutant("MBC-SURVIVES")
class DiesOfALength(ReferenceClient):
    """Does nothing any more once it was told a length that no ADU has."""

    is_dead = False

    def length_is_legal(self, length: int) -> bool:
        """Die of it."""
        self.is_dead = self.is_dead or not super().length_is_legal(length)
        return super().length_is_legal(length)

    async def perform(self, task: Task, unit: int, connect: Connect, tell: Tell) -> None:
        """Do nothing once dead."""
        if not self.is_dead:
            await super().perform(task, unit, connect, tell)
