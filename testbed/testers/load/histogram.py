"""Latencies as an HdrHistogram: three digits whatever the size, in the exchange format of its authors.

What others draw and merge (HdrHistogram's plotter and its libraries in every language) reads the text that
`encoded` writes: version 2 of the format, compressed, in base64. It is written here since the library of PyPI
wants a C compiler and setuptools to do that much; a test reads it by the library.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections import Counter
from collections.abc import Iterable

HIGHEST = 3_600_000_000_000
"""Nanoseconds of the longest latency that can be told: an hour."""
_DIGITS = 3
_HALF_BITS = 10
_HALF = 1 << _HALF_BITS
"""Half of the steps in which a bucket is divided: two times a thousand, for three digits."""
_PLAIN, _COMPRESSED = 0x1C849303 | 0x10, 0x1C849304 | 0x10


def index(value: int) -> int:
    """Return the counter of a value."""
    bucket = max(0, value.bit_length() - _HALF_BITS - 1)
    return (bucket << _HALF_BITS) + (value >> bucket)


def encoded(latencies: Iterable[int]) -> str:
    """Return the histogram of some latencies in nanoseconds as text."""
    counts = Counter(index(min(value, HIGHEST)) for value in latencies)
    body = bytearray()
    at = 0
    for place in sorted(counts):
        if place > at:
            body += _varint(at - place)  # so many counters of zero
        body += _varint(counts[place])
        at = place + 1
    head = struct.pack(">iiiiqqd", _PLAIN, len(body), 0, _DIGITS, 1, HIGHEST, 1.0)
    packed = zlib.compress(head + bytes(body), 9)
    return base64.b64encode(struct.pack(">ii", _COMPRESSED, len(packed)) + packed).decode("ascii")


def _varint(number: int) -> bytes:
    """Return a number as ZigZag LEB128; numbers here need less than eight bytes."""
    rest = number << 1 if number >= 0 else (-number << 1) - 1
    found = bytearray()
    while rest > 0x7F:  # noqa: PLR2004 - seven bits a byte
        found.append(rest & 0x7F | 0x80)
        rest >>= 7
    found.append(rest)
    return bytes(found)
