"""Plots as plain geometry: axes with ticks, lines, marks and bands in the units of a drawing."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 260
"""Units of a drawing, which scales to its column."""
LEFT, RIGHT, TOP, BOTTOM = 64, 28, 22, 28
_TICKS = 6

Point = tuple[float, float]


@dataclass(frozen=True)
class Tick:
    """A place on an axis, and what stands there."""

    at: float
    label: str


@dataclass(frozen=True)
class Line:
    """A line; its name is a class of the style sheet."""

    name: str
    points: str


@dataclass(frozen=True)
class Mark:
    """A single point; its name says by which shape it is drawn."""

    name: str
    x: float
    y: float


@dataclass(frozen=True)
class Band:
    """A stretch of the horizontal axis."""

    x: float
    width: float


@dataclass(frozen=True)
class Plot:
    """Everything that a drawing shows."""

    horizontal: tuple[Tick, ...]
    vertical: tuple[Tick, ...]
    lines: tuple[Line, ...] = ()
    marks: tuple[Mark, ...] = ()
    bands: tuple[Band, ...] = ()
    limits: tuple[Tick, ...] = ()
    """Levels of the vertical axis that were to be kept."""
    knees: tuple[Tick, ...] = ()
    """Places of the horizontal axis where something changes."""

    width = WIDTH
    height = HEIGHT
    left = LEFT
    right = WIDTH - RIGHT
    top = TOP
    bottom = HEIGHT - BOTTOM


Scale = Callable[[float], float]
"""From a value to a share of its axis."""


def logarithmic(values: Iterable[float]) -> tuple[Scale, tuple[float, ...]]:
    """Return a scale over whole steps of 1, 2 and 5, and where its ticks stand; values are positive."""
    positive = [value for value in values if value > 0] or [1.0]
    low, high = _below(min(positive)), _above(max(positive))
    if low >= high:
        low, high = low / 2, high * 2
    span = math.log(high / low)
    steps = [step for step in _steps(low, high) if low <= step <= high]
    if len(steps) > _TICKS:
        steps = [
            step for step in steps if math.isclose(math.log10(step), round(math.log10(step)), abs_tol=1e-9)
        ]
    return lambda value: min(1.0, max(0.0, math.log(max(value, low) / low) / span)), tuple(steps)


def linear(most: float) -> tuple[Scale, tuple[float, ...]]:
    """Return a scale from 0 to a value, and where its ticks stand."""
    most = most if most > 0 else 1.0
    step = _above(most / _TICKS)
    return lambda value: min(1.0, max(0.0, value / most)), tuple(
        step * number for number in range(math.floor(most / step + 1e-9) + 1)
    )


def across(share: float) -> float:
    """Return where a share of the horizontal axis stands."""
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def up(share: float) -> float:
    """Return where a share of the vertical axis stands."""
    return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def line(name: str, points: Sequence[Point]) -> Line:
    """Return a line through points of the drawing."""
    return Line(name, " ".join(f"{x:g},{y:g}" for x, y in points))


def number(value: float) -> str:
    """Return a number for a tick: three digits are enough."""
    return f"{value:,.3g}" if value < 1000 else f"{value:,.0f}"  # noqa: PLR2004 - from where on `g` is no number


def _steps(low: float, high: float) -> Iterable[float]:
    for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1):
        yield from (factor * 10.0**power for factor in (1, 2, 5))


def _above(value: float) -> float:
    return next(step for step in _steps(value, value * 10) if step >= value * (1 - 1e-9))


def _below(value: float) -> float:
    return [step for step in _steps(value / 10, value) if step <= value * (1 + 1e-9)][-1]
