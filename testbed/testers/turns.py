"""A synchronous program and the tester's loop by turns: what hypothesis drives can talk to a device.

Hypothesis calls, draws and shrinks synchronously; a device is reached through coroutines of one loop. So the
program runs in a thread of its own and hands each exchange over to the case that waits for it. One of the two
always waits for the other, so that the order of all frames is that of a single thread, and on a virtual clock
no time passes while the program thinks.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from queue import SimpleQueue
from typing import Any, Generic, TypeVar, cast

from testbed.wire.clock import standing_still

T = TypeVar("T")
R = TypeVar("R")

Job = Callable[[], Awaitable[Any]]


class Stopped(BaseException):
    """The case is over, and what is left of the program is not wanted; hypothesis lets it pass."""


class Turns(Generic[T]):
    """One program beside one coroutine.

    Args:
        program: runs in a thread of its own; it gets what carries a job out in the loop, and returns the
            job's result.
    """

    def __init__(self, program: Callable[[Callable[[Job], Any]], T]) -> None:
        self._program = program
        self._loop = asyncio.get_running_loop()
        self._wanted: asyncio.Future[Job | None] = self._loop.create_future()
        self._done: SimpleQueue[Any] = SimpleQueue()
        self._result: T | None = None
        self._error: BaseException | None = None
        self._over = False

    async def take(self) -> T:
        """Run the program to its end, do what it wants done, and return what it returns.

        What a job raises ends the program, and is raised here unless the program has a result all the same.
        So is what the program raises.
        """
        context = copy_context()
        thread = threading.Thread(target=context.run, args=(self._run,), name="testbed-turns", daemon=True)
        thread.start()
        trouble: Exception | None = None
        try:
            while (job := await self._next()) is not None:
                self._done.put(await job())
        except Exception as error:  # noqa: BLE001 - raised below, unless the program knows better
            trouble = error
        finally:
            self._over = True
            self._done.put(Stopped)  # the program may wait for a job that nobody does any more
            thread.join()
        if self._error is not None:
            raise self._error if trouble is None else trouble
        return cast("T", self._result)

    async def _next(self) -> Job | None:
        with standing_still(self._loop):
            job = await self._wanted
        self._wanted = self._loop.create_future()
        return job

    def _run(self) -> None:
        try:
            self._result = self._program(self._have_done)
        except BaseException as error:  # noqa: BLE001 - raised again in the loop's thread
            self._error = error
        self._hand_over(None)

    def _have_done(self, job: Job) -> Any:
        if not self._over:
            self._hand_over(job)
            result = self._done.get()
            if result is not Stopped:
                return result
        raise Stopped

    def _hand_over(self, job: Job | None) -> None:
        self._loop.call_soon_threadsafe(self._offer, job)

    def _offer(self, job: Job | None) -> None:
        if not self._wanted.done():
            self._wanted.set_result(job)


async def by_turns(program: Callable[[Callable[[Job], Any]], T]) -> T:
    """Run a synchronous program in a thread, and in this loop whatever coroutines it wants run."""
    return await Turns(program).take()
