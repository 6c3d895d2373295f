"""Processes of the load engine: started with this very package, ended however their owner ends."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import testbed

STARTED_WITHIN = 20.0
"""Seconds in which a process says its first word (assumed; it takes a tenth of one)."""
ENDED_WITHIN = 5.0
"""Seconds in which a process that has nothing left to do is gone (assumed), before it is killed."""
_LONGEST_LINE = 1 << 20
_ROOT = str(Path(testbed.__file__).resolve().parent.parent)


class EngineError(Exception):
    """A process of the load engine did not do what it is for: an error of the bed."""


@asynccontextmanager
async def process(module: str, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start a module of this package; it is gone at the end.

    Raises:
        EngineError: it cannot be started.
    """
    try:
        started = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # nothing of the current folder is imported
            "-m",
            f"testbed.testers.load.{module}",
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=os.environ
            | {"PYTHONPATH": os.pathsep.join(filter(None, [_ROOT, os.environ.get("PYTHONPATH")]))},
            limit=_LONGEST_LINE,
        )
    except OSError as error:
        raise EngineError(f"the load engine's {module} cannot be started: {error.strerror}") from error
    try:
        yield started
        await _ended(started)
    finally:
        if started.returncode is None:
            started.kill()
        await started.wait()
        started._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001 - pipes of a killed process stay open else


async def _ended(started: asyncio.subprocess.Process) -> None:
    """Let a process end by itself, for a moment: its standard input has ended, and so has its work."""
    assert started.stdin is not None  # noqa: S101 - it is a pipe
    started.stdin.close()
    with suppress(TimeoutError):
        async with asyncio.timeout(ENDED_WITHIN):
            await started.wait()


async def line_of(started: asyncio.subprocess.Process, within: float) -> bytes:
    """Return the next line that a process writes.

    Raises:
        EngineError: none comes in time.
    """
    assert started.stdout is not None  # noqa: S101 - it is a pipe
    try:
        async with asyncio.timeout(within):
            line = await started.stdout.readline()
    except TimeoutError:
        raise EngineError(f"a process of the load engine said nothing for {within:g} s") from None
    if not line:
        raise EngineError("a process of the load engine ended without a word")
    return line


@asynccontextmanager
async def responder(size: int) -> AsyncIterator[int]:
    """Run the loopback responder; its port."""
    async with process("responder", str(size)) as started:
        yield int(await line_of(started, STARTED_WITHIN))
