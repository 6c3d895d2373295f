"""Where a scout looks for areas, and how long it goes on without an answer."""

from __future__ import annotations

from testbed.model.declaration import ADDRESSES

SAMPLES = tuple(
    sorted(
        {0, ADDRESSES - 1, 9999}
        | {1 << power for power in range(16)}
        | set(range(10, 60, 10))
        | set(range(100, 1001, 100))
        | set(range(1000, ADDRESSES, 1000))
        | set(range(4096, ADDRESSES, 4096))
        | {10_000 * table + 1 for table in range(1, 7)}
    )
)
"""Addresses at which vendors let areas begin, and a grid of a thousand (assumed)."""
STEPS = (1, 2, 3, 4, 8, 16, 32, 64)
"""Distances past a refused end at which the next run is looked for: gaps are often narrow (assumed)."""
MOST_UNANSWERED = 32
"""Reads of one table that may stay without a usable answer before the rest of it is left alone (assumed)."""
MOST_MUTE = 8
"""The same where nothing of the table was answered yet: the function itself may be ignored (assumed)."""
