"""Shots out of a seed: the same seed and device give the same shots, however many are wanted."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from hypothesis import given
from hypothesis import strategies as st

from testbed.protocols.modbus import MAX_PDU
from testbed.testers.chance import bounded, drawn_from
from testbed.testers.modbus.fuzz.shot import Shot
from testbed.testers.modbus.fuzz.strategies import Surface, corners, shots

BLOCK = 100
"""Shots between two checks that the device is alive (TCP-50 of our catalogue; a choice, no standard's)."""
_DRAWN = 20
"""Shots that one example of hypothesis holds: one by one they would take three times as long."""
_BLOCKS = 5
"""Blocks that are drawn at once."""


def block(seed: str, number: int, surface: Surface) -> tuple[Shot, ...]:
    """Return one block of shots; the corners of all fields come before anything random."""
    drawn = _drawn(f"{seed} {number // _BLOCKS}", surface)
    first = () if number else corners(surface)
    return (*first, *drawn[number % _BLOCKS * BLOCK :])[:BLOCK]


_strategy = lru_cache(maxsize=4)(shots)
"""What shots of a surface are drawn from; to make it anew would take as long as to draw a block."""


@lru_cache(maxsize=16)
def _drawn(seed: str, surface: Surface) -> tuple[Shot, ...]:
    examples: list[list[Shot]] = []
    wanted = _BLOCKS * BLOCK // _DRAWN // 2  # half of them, and their neighbours
    some = st.lists(_strategy(surface), min_size=_DRAWN, max_size=_DRAWN)

    @bounded(wanted + 1)
    @given(some)
    def draw(example: list[Shot]) -> None:
        examples.append(example)

    with drawn_from(seed):
        draw()
    drawn = [shot for example in examples[1:] for shot in example]  # the first is hypothesis's simplest
    return tuple(one for shot in drawn for one in _neighbours(shot))[: _BLOCKS * BLOCK]


def _neighbours(shot: Shot) -> Iterator[Shot]:
    """Yield a shot, and behind a PDU the same one byte shorter and one byte longer: that costs no drawing."""
    yield shot
    if shot.is_pdu and 1 < len(shot.data) < MAX_PDU:
        yield Shot(shot.data[:-1], is_pdu=True)
        yield Shot(shot.data + shot.data[-1:], is_pdu=True)
