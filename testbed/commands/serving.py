"""Serving until somebody says that it is enough: Ctrl-C, or a plain `kill`."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress


def serve_until_told(main: Coroutine[None, None, None]) -> None:
    """Run a coroutine that serves; Ctrl-C and SIGTERM end it, and that is how it is meant to end.

    Raises:
        OSError: what it serves at cannot be had.
    """
    try:
        import uvloop as fast  # noqa: PLC0415 - where it is installed
    except ImportError:
        fast = None  # type: ignore[assignment]  # a plain loop does as well, slower
    with (
        suppress(KeyboardInterrupt, asyncio.CancelledError),
        asyncio.Runner(loop_factory=fast.new_event_loop if fast else None) as runner,
    ):
        runner.run(_ending_gently(main))


async def _ending_gently(main: Coroutine[None, None, None]) -> None:
    task = asyncio.current_task()
    if task is not None:
        with suppress(NotImplementedError):  # Windows has no such signal
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    await main
