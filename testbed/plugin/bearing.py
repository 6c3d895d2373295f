"""Which cases bear on a mutant: those that make the reference call a method that the mutant overrides.

A mutant is the reference with some methods replaced. A case that makes the reference call none of them meets
the same code in both and ends the same way, so it need not be run again. That is how mutation testing chooses
tests by coverage (PIT, "How does it work?": only tests that exercise a mutated line are run against it).
What a mutant changes otherwise, as its constructor or a constant, may show anywhere: it meets every case.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import cached_property, partial, wraps
from types import FunctionType

from testbed.wire.simulator import Simulator, serve

Bearing = Mapping[str, frozenset[str]]
"""Of each case, the methods that it makes the reference call."""

_NO_BEHAVIOUR = frozenset(
    {
        "__module__",
        "__qualname__",
        "__doc__",
        "__annotations__",
        "__dict__",
        "__weakref__",
        "__orig_bases__",
        "__parameters__",
        "__static_attributes__",
        "__firstlineno__",
        "__abstractmethods__",
        "_abc_impl",
    }
)
"""What every class statement writes into a class."""

_NEW = object()
"""Stands for what the reference does not have."""


def overridden(mutant: Simulator, reference: Simulator) -> frozenset[str] | None:
    """Return the names of the reference's methods that a mutant overrides.

    None where that does not say all: its class is not known, is none of the reference's, or replaces more
    than methods. What it adds under new names is called by nobody but itself.
    """
    if mutant.kind is None or reference.kind is None or reference.kind not in mutant.kind.__mro__:
        return None
    names = set()
    for part in mutant.kind.__mro__:
        if part in reference.kind.__mro__:
            continue
        for name, made in vars(part).items():
            if name in _NO_BEHAVIOUR:
                continue
            known = inspect.getattr_static(reference.kind, name, _NEW)
            if isinstance(made, FunctionType) and isinstance(known, FunctionType) and name != "__init__":
                names.add(name)
            elif known is not _NEW or isinstance(made, property | cached_property):
                return None  # the reference may read it where no call is seen, as an attribute of an object
    return frozenset(names)


def watched(reference: Simulator, names: Collection[str], note: Callable[[str], object]) -> Simulator:
    """Return the reference as a device that notes each call of some of its methods.

    Args:
        reference: a device whose class is known.
        names: of the methods.
        note: hears the name of each that is called.
    """
    if reference.kind is None:
        raise ValueError(f"nobody knows what {reference.name} is made of")

    def noting(name: str) -> Callable[..., object]:
        method = getattr(reference.kind, name)

        @wraps(method)
        def noted(*args: object, **keywords: object) -> object:
            note(name)
            return method(*args, **keywords)

        return noted

    kind = type("Watched", (reference.kind,), {name: noting(name) for name in names})
    return replace(reference, kind=kind, start=partial(serve, kind))


def bears(case: str, touched: frozenset[str] | None, bearing: Bearing) -> bool:
    """Say whether a case may end otherwise for a mutant that overrides these methods."""
    return touched is None or not touched.isdisjoint(bearing[case])
