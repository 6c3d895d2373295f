"""A page of the product's own, fetched over HTTP/1.0 (RFC 1945) in bounded time and size.

The standard library's client waits anew for every byte, and follows redirects; a page that comes a byte a
second would hold a run up for days.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from urllib.parse import urlsplit

from testbed.model.base import Text

WITHIN = 2.0
"""Seconds for a whole page (assumed; it comes from a machine nearby)."""
MOST_PAGE = 1 << 20
"""Bytes of a page, its headers with it (assumed; some values take some hundred)."""

_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})\b")
_OK = 200
_REDIRECTS = range(300, 400)


class UnreadableError(Exception):
    """What the product shows cannot be read; the message says why, in both languages."""

    def __init__(self, en: str, ko: str) -> None:
        super().__init__(en)
        self.said = Text(en=en, ko=ko)


async def fetch(url: str, within: float = WITHIN) -> bytes:
    """Return the body of a page.

    Args:
        url: of the page; http alone.
        within: seconds for all of it.

    Raises:
        UnreadableError: it is not to be had in that time and size, or it is elsewhere.
    """
    try:
        async with asyncio.timeout(within):
            said = await _exchange(url)
    except TimeoutError as error:
        en = f"{url} sends no whole page within {within:g} s"
        raise UnreadableError(en, f"{url}: {within:g}초 이내에 전체 페이지가 오지 않음") from error
    except (OSError, UnicodeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableError(f"{url}: {reason}", f"{url}: {reason}") from error
    return _body(url, said)


async def _exchange(url: str) -> bytes:
    where = urlsplit(url)
    host, port = where.hostname or "", where.port or 80
    path = (where.path or "/") + (f"?{where.query}" if where.query else "")
    reader, writer = await asyncio.open_connection(host, port)
    try:
        named = where.netloc.rpartition("@")[2]
        writer.write(f"GET {path} HTTP/1.0\r\nHost: {named}\r\nAccept: */*\r\n\r\n".encode("ascii"))
        said = bytearray()
        while data := await reader.read(64 << 10):
            said += data
            if len(said) > MOST_PAGE:
                en, ko = f"{url} is larger than {MOST_PAGE} bytes", f"{url}: {MOST_PAGE}바이트보다 큼"
                raise UnreadableError(en, ko)
            if _is_whole(said):
                break
        return bytes(said)
    finally:
        writer.close()
        with suppress(OSError):
            writer.transport.abort()


def _is_whole(said: bytes | bytearray) -> bool:
    """Say whether as much has come as the header promises: some servers never close."""
    head, found, body = said.partition(b"\r\n\r\n")
    length = re.search(rb"(?im)^content-length: *(\d{1,9})\r?$", head) if found else None
    return length is not None and len(body) >= int(length[1])


def _body(url: str, said: bytes) -> bytes:
    status = _STATUS.match(said)
    if status is None:
        raise UnreadableError(f"{url} does not speak HTTP", f"{url}: HTTP 응답이 아님")
    number = int(status[1])
    if number in _REDIRECTS:
        raise UnreadableError(
            f"{url} redirects (status {number}), which is not followed: name the page itself",
            f"{url}: 리디렉션({number})은 따라가지 않음, 실제 페이지의 주소를 적을 것",
        )
    if number != _OK:
        raise UnreadableError(f"{url} answers with status {number}", f"{url}: 상태 코드 {number}")
    head, _, body = said.partition(b"\r\n\r\n")
    if re.search(rb"(?im)^transfer-encoding: *chunked", head):
        return _unchunked(url, body)
    return body


def _unchunked(url: str, body: bytes) -> bytes:
    """Put the pieces of a body together, which a server of HTTP/1.1 may send (RFC 9112, 7.1)."""
    found = bytearray()
    while True:
        size, _, body = body.partition(b"\r\n")
        if re.fullmatch(rb"[0-9A-Fa-f]{1,8}(;.*)?", size) is None:
            raise UnreadableError(f"{url}: broken chunks", f"{url}: 조각 형식 오류")
        count = int(size.partition(b";")[0], 16)
        if count == 0:
            return bytes(found)
        found += body[:count]
        body = body[count + 2 :]
