"""Where a product shows its values, looked at once: a file, a page, a JSON document, nodes of OPC UA."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Protocol

from testbed.model.client_belief import Belief
from testbed.testers.modbus_client.numbers import Values
from testbed.testers.modbus_client.pages import UnreadableError, fetch
from testbed.testers.modbus_client.pointers import values_at

MOST_FILE = 1 << 20
"""Bytes by which a file may grow in one act (assumed; some values take some hundred)."""


class Marked(Enum):
    """Values that the product itself marks."""

    BAD = "bad"
    """It reports an error."""


Shown = str | Values | Marked | None
"""A text with values in it, the values themselves, a mark that they are bad, or nothing."""


class FloodError(UnreadableError):
    """A product shows more than anybody reads, and has to be ended."""


class Source(Protocol):
    """A place that is looked at again and again."""

    async def look(self) -> Shown:
        """Return what is shown.

        Raises:
            UnreadableError: it cannot be read.
        """

    async def leave(self) -> None:
        """Look no more."""


class FileSource:
    """A file that the product writes anew, or appends to; a large one is read from its end on."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._from: int | None = None

    async def look(self) -> Shown:
        """Return its text; an empty one where it is not there yet."""
        return await asyncio.get_running_loop().run_in_executor(None, self._read)

    async def leave(self) -> None:
        """Nothing is kept open."""

    def _read(self) -> str:
        try:  # without waiting: a pipe that nobody writes to would block
            handle = os.open(self._path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        except FileNotFoundError:
            self._from = self._from or 0
            return ""
        except (OSError, ValueError) as error:
            said = f"{self._path}: {getattr(error, 'strerror', None) or error}"
            raise UnreadableError(said, said) from error
        try:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                raise UnreadableError(f"{self._path} is no file", f"{self._path}: 일반 파일이 아님")
            if self._from is None:
                self._from = status.st_size if status.st_size > MOST_FILE // 2 else 0
            if status.st_size < self._from:
                self._from = 0  # it was written anew
            if status.st_size - self._from > MOST_FILE:
                raise FloodError(
                    f"the product floods {self._path}: more than {MOST_FILE} bytes in one act",
                    f"제품이 {self._path}에 지나치게 많이 씀: 한 번에 {MOST_FILE}바이트 초과",
                )
            os.lseek(handle, self._from, os.SEEK_SET)
            return os.read(handle, MOST_FILE).decode(errors="replace")
        except OSError as error:
            said = f"{self._path}: {error.strerror or error}"
            raise UnreadableError(said, said) from error
        finally:
            os.close(handle)


class PageSource:
    """A page of text of the product's own."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def look(self) -> Shown:
        """Return its text."""
        return (await fetch(self._url)).decode(errors="replace")

    async def leave(self) -> None:
        """Nothing is kept open."""


class JsonSource:
    """A JSON document on a page of the product's own; what else stands there, as the time, is no news."""

    def __init__(self, url: str, pointers: Sequence[str]) -> None:
        self._url, self._pointers = url, tuple(pointers)

    async def look(self) -> Shown:
        """Return the values that the pointers name; None where one names none."""
        page = await fetch(self._url)
        try:
            read: Callable[[Sequence[str], bytes], Values | None] = values_at
            return await asyncio.get_running_loop().run_in_executor(None, read, self._pointers, page)
        except UnreadableError as error:
            raise UnreadableError(f"{self._url}: {error.said.en}", f"{self._url}: {error.said.ko}") from error

    async def leave(self) -> None:
        """Nothing is kept open."""


def source_of(belief: Belief) -> Source | None:
    """Return what is looked at; None where nothing is: standard output, or what a person reads."""
    if belief.where == "file":
        return FileSource(belief.path)
    if belief.where == "http":
        return JsonSource(belief.url, belief.pointers) if belief.pointers else PageSource(belief.url)
    if belief.where == "opcua":
        from testbed.testers.modbus_client.nodes import NodeSource  # noqa: PLC0415 - heavy; few products need it

        return NodeSource(belief.url, belief.nodes)
    return None
