"""How a simulated process moves: a value that drifts around a mean, a pure function of time and seed."""

from __future__ import annotations

from math import sin, tau
from random import Random

from testbed.model.fleet import Signal

_SECOND_WAVE = 0.3
"""Share of the swing that the second wave has."""
_GOLDEN = (1 + 5**0.5) / 2
"""Turns of the second wave to one of the first: no fraction, so that their sum never repeats."""


class Drift:
    """Two waves whose sum stays within the swing.

    Args:
        signal: mean, swing and time of a turn.
        seed: of the phases; the same seed gives the same values.
    """

    __slots__ = ("_around", "_first", "_second", "_speed", "_swing")

    def __init__(self, signal: Signal, seed: str) -> None:
        chance = Random(seed)  # noqa: S311 - a simulation, no secret
        self._around, self._swing = signal.around, signal.swing
        self._speed = tau / signal.every
        self._first, self._second = chance.uniform(0, tau), chance.uniform(0, tau)

    def at(self, seconds: float) -> float:
        """Return the value at a time since the process began."""
        angle = self._speed * seconds
        wave = (1 - _SECOND_WAVE) * sin(angle + self._first) + _SECOND_WAVE * sin(
            _GOLDEN * angle + self._second
        )
        return self._around + self._swing * wave
