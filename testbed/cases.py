"""What every suite imports: how a case says which requirement it verifies."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Function = TypeVar("Function", bound=Callable[..., object])


def verifies(*requirements: str) -> Callable[[Function], Function]:
    """Say which requirements of the suite's catalogue a case verifies."""
    return _mark("__verifies__", requirements)


def opens(parameter: str) -> Callable[[Function], Function]:
    """Say that a case runs before all others, and that its parameter names a fact that must hold for them.

    Where the case finds it broken, cases that need the fact are inconclusive: what was declared is refused.
    """
    return _mark("__opens__", parameter)


def alone(function: Function) -> Function:
    """Say that a case must not run beside any other."""
    return _mark("__alone__", True)(function)  # noqa: FBT003 - an attribute, not an argument


def lasting(function: Function) -> Function:
    """Say that a case waits for seconds: it begins before the others, so that they run meanwhile."""
    return _mark("__lasting__", True)(function)  # noqa: FBT003 - an attribute, not an argument


def _mark(name: str, value: object) -> Callable[[Function], Function]:
    def mark(function: Function) -> Function:
        setattr(function, name, value)
        return function

    return mark
