"""The terminal at which an operator sits: one question at a time, each with an end to its waiting."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress

from testbed.model.base import Language

TERMINAL = "/dev/tty"
"""The terminal of this process, whatever its standard input and output are (POSIX, 10.1)."""
LONGEST = 4096
"""Bytes of one line (assumed; a terminal takes no longer ones)."""
_RETRIES_EVERY = 0.05
_CLEAR = "\r\x1b[2K"
"""Takes away a line that stands unfinished."""


class NoTerminalError(Exception):
    """There is nobody to ask: no terminal, or this process runs in its background."""


def language() -> Language:
    """Return the language of the terminal, as its variables say (POSIX, 8.2)."""
    said = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "ko" if said.lower().startswith("ko") else "en"


class Terminal:
    """An open terminal.

    Raises:
        NoTerminalError: there is none.
    """

    def __init__(self, path: str = TERMINAL) -> None:
        try:
            self._handle = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
        except (OSError, AttributeError) as error:
            raise NoTerminalError(path) from error
        try:
            is_ours = os.tcgetpgrp(self._handle) == os.getpgrp()
        except OSError as error:
            os.close(self._handle)
            raise NoTerminalError(path) from error
        if not is_ours:  # reading would stop the whole program
            os.close(self._handle)
            raise NoTerminalError(path)

    def close(self) -> None:
        """Close it."""
        os.close(self._handle)

    async def ask(self, question: str, within: float) -> str | None:
        """Return what is typed; None where that ends without a line.

        Raises:
            TimeoutError: nothing is typed in time.
        """
        import termios  # noqa: PLC0415 - not everywhere, and only people are asked here

        try:
            termios.tcflush(self._handle, termios.TCIFLUSH)  # what was typed before is no answer
        except termios.error as error:  # it was hung up
            raise OSError(*error.args) from error
        async with asyncio.timeout(within):
            await self.say(f"{_CLEAR}\a{question}")
            return await self._line()

    async def say(self, text: str) -> None:
        """Write, waiting where the terminal is held."""
        data = text.encode()
        while data:
            try:
                data = data[os.write(self._handle, data) :]
            except BlockingIOError:
                await asyncio.sleep(_RETRIES_EVERY)

    async def _line(self) -> str | None:
        loop, came = asyncio.get_running_loop(), asyncio.Event()
        typed = b""
        loop.add_reader(self._handle, came.set)
        try:
            while b"\n" not in typed:
                await came.wait()
                came.clear()
                with suppress(BlockingIOError):
                    try:
                        data = os.read(self._handle, LONGEST)
                    except OSError as error:
                        if isinstance(error, BlockingIOError):
                            raise
                        return None  # the terminal was closed
                    if not data:
                        return None
                    typed = (typed + data)[-LONGEST:]
        finally:
            loop.remove_reader(self._handle)
        return typed.decode(errors="replace").partition("\n")[0].strip()
