"""One thing that the fuzzer sends, and what it found wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from testbed.model.base import Text


@dataclass(frozen=True, slots=True)
class Shot:
    """A PDU that the tester frames rightly, or whole bytes of the line, right or not."""

    data: bytes
    is_pdu: bool
    sizes: tuple[int, ...] = ()
    """Sizes of the segments in which bytes of a TCP stream are sent; the rest is the last one."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What a device did wrong, or no longer does."""

    kind: str
    """The invariant that broke, or one of the two below: what shrinking must not lose sight of."""
    expected: Text
    received: Text
    guilty: tuple[int, int, int] | None = None
    """Frame number, first guilty byte and first after."""


SILENCE = "silence"
"""The kind of failure of a device that is not there any more."""
MALFORMED = "malformed"
"""The kind of a response whose own layout is broken."""


def simpler(shot: Shot) -> Iterator[Shot]:
    """Yield simpler shots: whole before split, shorter before longer, zeros before other bytes."""
    if shot.sizes:
        yield replace(shot, sizes=())
    size = len(shot.data)
    for length in dict.fromkeys((1, size // 4, size // 2, size - 4, size - 1)):
        if 0 < length < size:
            yield replace(shot, data=shot.data[:length])
    half = size // 2
    for start, end in ((half, size), (1, half)):
        if any(shot.data[start:end]):
            yield replace(shot, data=shot.data[:start] + bytes(end - start) + shot.data[end:])
    for at in range(1, min(size, _ZEROED)):
        if shot.data[at]:
            yield replace(shot, data=shot.data[:at] + b"\0" + shot.data[at + 1 :])


_ZEROED = 16
"""First bytes that are tried as zero one by one (assumed: beyond them stand values, not fields)."""
