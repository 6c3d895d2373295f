"""Places where a product shows its values, and what is new there: a file, a page, nodes of OPC UA."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Timer
from typing import IO, TYPE_CHECKING, Protocol
from urllib.parse import urlsplit, urlunsplit

from testbed.model.base import Text
from testbed.model.client_belief import Belief
from testbed.testers.product import readable

if TYPE_CHECKING:
    from testbed.testers.opcua.glance import Glance

MOST = 256 << 10
"""Bytes taken at one look of what is new in a file or on a page (assumed; a few values take some hundred)."""
MOST_GROWN = 16 << 20
"""Bytes by which a file may grow in one act (assumed; some values take some hundred)."""
_ANCHOR = 4096
"""Bytes before the place where reading goes on, by which it is seen that a file only grew."""
_WITHIN = 2.0
"""Seconds in which a page has to come, whole (assumed; it is the product's own, and small)."""
_OF_NUMBERS = b"0123456789.eE+-"


def _unread(where: object, en: str, ko: str) -> Text:
    return Text(en=f"{where}: {readable(en)}", ko=f"{where}: {readable(ko)}")


class Place(Protocol):
    """Where values are shown."""

    @property
    def fault(self) -> Text | None:
        """Why the last look could not see anything."""

    @property
    def is_bad(self) -> bool:
        """Whether the product itself says there that its values are bad."""

    @property
    def flood(self) -> Text | None:
        """That the product shows more than anybody reads."""

    async def begin(self) -> str:
        """Return what stands there already: no belief."""

    async def look(self) -> tuple[bool, str]:
        """Return whether all of it was written anew, and the text that is new."""

    async def end(self) -> None:
        """Look no more."""


class Aside:
    """A file or a page, read in a thread: neither answers at once for certain."""

    def __init__(self, place: File | Page) -> None:
        self._place = place
        self.is_bad = False

    @property
    def fault(self) -> Text | None:
        """Why the last look could not see anything."""
        return self._place.fault

    @property
    def flood(self) -> Text | None:
        """That the product shows more than anybody reads."""
        return self._place.flood

    async def begin(self) -> str:
        """Return what stands there already."""
        return await asyncio.get_running_loop().run_in_executor(None, self._place.begin)

    async def look(self) -> tuple[bool, str]:
        """Return what is new."""
        return await asyncio.get_running_loop().run_in_executor(None, self._place.look)

    async def end(self) -> None:
        """Nothing is open."""


class File:
    """A file that a product writes anew or appends to."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.fault: Text | None = None
        self.flood: Text | None = None
        self._most = 0
        """Bytes that it may grow to."""
        self._offset = 0
        self._anchor = b""

    def begin(self) -> str:
        """Go to its end."""
        self.look()
        _, text = self._read(anew=True)
        self._most = self._offset + MOST_GROWN
        return text

    def look(self) -> tuple[bool, str]:
        """Read what was appended; all of it, where what had been read is no longer there."""
        return self._read(anew=False)

    def _read(self, *, anew: bool) -> tuple[bool, str]:
        self.fault = None
        try:
            # Without waiting: a pipe, which may come in the place of a file, would keep the reader for ever.
            with open(os.open(self._path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:  # noqa: PTH123 - a descriptor
                found = os.fstat(file.fileno())
                if not stat.S_ISREG(found.st_mode):
                    self.fault = _unread(self._path, "no regular file", "일반 파일이 아님")
                    return False, ""
                return self._news(file, found.st_size, anew=anew)
        except OSError as error:
            if not isinstance(error, FileNotFoundError):  # nothing was written yet
                said = error.strerror or str(error)
                self.fault = _unread(self._path, said, said)
            was_there, self._offset, self._anchor = bool(self._anchor), 0, b""
            return was_there, ""

    def _news(self, file: IO[bytes], size: int, *, anew: bool) -> tuple[bool, str]:
        if size > self._most > 0:
            self.flood = Text(
                en=f"the product floods {self._path}: more than {MOST_GROWN} bytes in one act",
                ko=f"제품이 {self._path}에 지나치게 많이 씀: 한 번에 {MOST_GROWN}바이트 초과",
            )
        file.seek(self._offset - len(self._anchor))
        anew = anew or file.read(len(self._anchor)) != self._anchor
        data = b"" if anew else file.read(MOST)
        if data and self._anchor and {self._anchor[-1], data[0]} <= set(_OF_NUMBERS):
            anew = True  # 5 became 57: another number, not one more
        if anew:
            self._offset, self._anchor = max(0, size - MOST), b""
            file.seek(self._offset)
            data = file.read(MOST)
        self._offset += len(data)
        self._anchor = (self._anchor + data)[-_ANCHOR:]
        return anew, data.decode(errors="replace")


class Page:
    """A page over HTTP: all of it, or what JSON Pointers (RFC 6901) lead to in it."""

    def __init__(self, url: str, pointers: Sequence[str]) -> None:
        self._url, self._pointers = url, pointers
        self.fault: Text | None = None
        self.flood: Text | None = None
        where = urlsplit(url)
        self._host, self._port = where.hostname or "", where.port or 80
        self._path = urlunsplit(("", "", where.path or "/", where.query, ""))
        self._seen = ""

    def begin(self) -> str:
        """Remember what it shows."""
        return self.look()[1]

    def look(self) -> tuple[bool, str]:
        """Return what it shows, where that is something else than before."""
        self.fault = None
        try:
            shown = self._fetched()
            text = "\n".join(pointed(json.loads(shown), self._pointers)) if self._pointers else shown
        except (OSError, HTTPException) as error:
            said = str(getattr(error, "reason", None) or error) or type(error).__name__
            self.fault = _unread(self._url, said, said)
            return False, ""
        except (ValueError, RecursionError):  # the latter is nested without end
            self.fault = _unread(self._url, "no JSON document", "JSON 문서가 아님")
            return False, ""
        if text == self._seen:
            return False, ""
        self._seen = text
        return True, text

    def _fetched(self) -> str:
        """Read the page, so far as it comes in time; it leads nowhere else.

        Raises:
            OSError: it does not.
        """
        until = time.monotonic() + _WITHIN
        line = HTTPConnection(self._host, self._port, timeout=_WITHIN)
        try:
            line.connect()
            guard = Timer(
                max(0.0, until - time.monotonic()), _shut, [line.sock]
            )  # each byte has a time-out anew
            guard.daemon = True
            guard.start()
            try:
                line.request("GET", self._path)
                page = line.getresponse()
                if page.status != HTTPStatus.OK:
                    raise OSError(f"status {page.status}")
                data = b""
                while len(data) < MOST and (more := page.read1(MOST - len(data))):
                    data += more
            finally:
                guard.cancel()
        finally:
            line.close()
        if time.monotonic() > until:
            raise TimeoutError(f"no whole page within {_WITHIN:g} s")
        return data.decode(errors="replace")


def _shut(plug: socket.socket) -> None:
    with suppress(OSError):  # it has ended by now
        plug.shutdown(socket.SHUT_RDWR)


class Nodes:
    """Variables of an OPC UA server that the product is, or has beside it."""

    def __init__(self, url: str, nodes: Sequence[str]) -> None:
        self._url, self._nodes = url, nodes
        self._glance: Glance | None = None
        self.fault: Text | None = None
        self.flood: Text | None = None
        self.is_bad = False
        self._seen = ""

    async def begin(self) -> str:
        """Remember what they hold."""
        from testbed.testers.opcua.glance import Glance  # noqa: PLC0415 - few products show values so

        self._glance = Glance(self._url, self._nodes)
        return (await self.look())[1]

    async def look(self) -> tuple[bool, str]:
        """Return what they hold, where that is something else than before."""
        if self._glance is None:
            return False, ""
        found = await self._glance.look()
        self.fault, self.is_bad = found.fault, found.is_bad
        text = "\n".join(_numbers(found.values))
        if found.fault is not None or text == self._seen:
            return False, ""
        self._seen = text
        return True, text

    async def end(self) -> None:
        """Close the session."""
        if self._glance is not None:
            await self._glance.leave()


def place_of(belief: Belief) -> Place:
    """Return the place that a declaration names."""
    if belief.where == "opcua":
        return Nodes(belief.url, belief.nodes)
    if belief.where == "http":
        return Aside(Page(belief.url, belief.pointers))
    return Aside(File(Path(belief.path)))


def pointed(document: object, pointers: Sequence[str]) -> Iterator[str]:
    """Yield, as text, the numbers to which JSON Pointers lead; those of a list one by one."""
    for pointer in pointers:
        found = _follow(document, pointer)
        yield from _numbers(found if isinstance(found, list) else [found])


def _numbers(values: Sequence[object]) -> Iterator[str]:
    """Yield, as text, what may be a number."""
    for one in values:
        if isinstance(one, bool):
            yield str(int(one))
        elif isinstance(one, int | float | str):
            yield str(one)


def _follow(document: object, pointer: str) -> object:
    """Return what a JSON Pointer leads to; None where it leads nowhere (RFC 6901, 4)."""
    for word in pointer.split("/")[1:]:
        name = word.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict):
            document = document.get(name)
        elif isinstance(document, list) and name.isascii() and name.isdigit() and len(name) < 10:  # noqa: PLR2004 - no list is as long
            document = document[int(name)] if int(name) < len(document) else None
        else:
            return None
    return document
