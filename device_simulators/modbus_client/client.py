"""The reference client: asks, waits, believes what is valid, and reports everything else as an error."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from device_simulators.modbus_client.line import Line, LostError
from device_simulators.modbus_client.rules import Asking, Believing
from testbed.model.client import Client, Task
from testbed.wire.simulator import Tell

Connect = Callable[[asyncio.Protocol], Awaitable[None]]
PACE = 0.2
"""Seconds between two polls (assumed; a panel is refreshed five times a second)."""
MOST_POLLS = 64
"""Polls of one task, should nobody end it."""


class FailedError(Exception):
    """A transaction came to nothing."""


class ReferenceClient(Asking, Believing):
    """A Modbus client that keeps every rule of the standard."""

    def __init__(self, declared: Client) -> None:
        super().__init__()
        self.declared = declared

    async def perform(self, task: Task, unit: int, connect: Connect, tell: Tell) -> None:
        """Do what a task says, once or again and again, and tell what came of each time."""
        line: Line | None = None
        try:
            for _ in range(MOST_POLLS if task.again else 1):
                try:
                    line = await self.connected(line, connect)
                    tell(await self.transact(line, task, unit))
                except (FailedError, LostError, OSError, TimeoutError) as error:
                    line = self.after_failure(line, error)
                    self.report(tell, error)
                if task.again:
                    line = self.after_poll(line)
                    await asyncio.sleep(self.pause())
        finally:
            if line is not None:
                line.close()

    async def connected(self, line: Line | None, connect: Connect) -> Line:
        """Return the connection, a new one where there is none any more."""
        if line is not None and not line.is_lost:
            return line
        line = Line(self.is_sane, self.whole)
        await connect(line)
        return line

    async def transact(self, line: Line, task: Task, unit: int) -> tuple[float, ...]:
        """Ask, as often as declared, and return what the valid answer says; nothing for a write.

        Raises:
            FailedError: the answer is a refusal, or no valid one.
            LostError: the connection ended.
            TimeoutError: no answer came.
        """
        pdu = self.pdu(task)
        for attempt in range(self.tries(task)):
            transaction = self.transaction()
            for segment in self.segments(self.adu(transaction, unit, pdu)):
                line.send(segment)
            try:
                return await self.answer(line, transaction, unit, task, pdu)
            except TimeoutError:
                if attempt == self.tries(task) - 1:
                    raise
        raise TimeoutError

    async def answer(
        self, line: Line, transaction: int, unit: int, task: Task, asked: bytes
    ) -> tuple[float, ...]:
        """Wait for the answer to a transaction, discard what belongs to another."""
        until = asyncio.get_running_loop().time() + self.patience()
        while True:
            adu = await line.receive(until)
            if len(adu) > 7 and self.is_awaited(adu, transaction):  # noqa: PLR2004 - a header and a function code
                return self.believed(adu, unit, task, asked)

    def believed(self, adu: bytes, unit: int, task: Task, asked: bytes) -> tuple[float, ...]:
        """Return what an answer says.

        Raises:
            FailedError: it is a refusal, or not valid.
        """
        pdu = adu[7:]
        if not self.unit_is_right(adu, unit) or not self.is_of_function(pdu, asked):
            raise FailedError("not the answer to the request")
        if self.is_exception(pdu):
            return self.refused(pdu)
        if not task.reads:
            if not self.echo_is_right(pdu, asked):
                raise FailedError("another echo than what was written")
            return ()
        if not self.byte_count_is_right(pdu) or not self.quantity_is_right(pdu, task):
            raise FailedError("not as much as was asked for")
        return self.bits(pdu[2:], task.count) if task.is_bits else self.numbers(pdu[2:], task)

    def refused(self, pdu: bytes) -> tuple[float, ...]:
        """Take an exception.

        Raises:
            FailedError: always.
        """
        raise FailedError(f"exception {pdu[1] if len(pdu) > 1 else 0}")

    # How it waits and goes on.

    def patience(self) -> float:
        """Return the seconds for which an answer is waited for."""
        return self.declared.timeout

    def tries(self, task: Task) -> int:
        """Return how often a request is made that is not answered; a write once: it may have had effect."""
        return 1 + self.declared.retries if task.reads else 1

    def pause(self) -> float:
        """Return the seconds between two polls."""
        return PACE

    def after_failure(self, line: Line | None, error: Exception) -> Line | None:
        """Return the connection to go on with: none, where what comes over it cannot be trusted any more."""
        if line is not None and not isinstance(error, TimeoutError):
            line.close()
            return None
        return line

    def after_poll(self, line: Line | None) -> Line | None:
        """Return the connection to go on with: it is kept open (IG 4.2.1.1)."""
        return line

    def report(self, tell: Tell, error: Exception) -> None:  # noqa: ARG002 - a mutant looks at it
        """Say that there are no values."""
        tell(None)
