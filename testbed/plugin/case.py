"""A case as the engine runs it, and what comes of it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from types import CodeType

from testbed.model.needs import Needs
from testbed.model.record import CaseRecord
from testbed.model.standard import Catalogue


@dataclass(frozen=True)
class Case:
    """One test case with one set of parameters."""

    suite: str
    id: str
    """`test_file.py::test_name[parameters]`."""
    title: str
    call: Callable[..., Coroutine[object, object, None]]
    parameters: Mapping[str, object]
    fixtures: tuple[str, ...]
    verifies: tuple[str, ...]
    needs: Needs
    gate: str = ""
    """The declared fact that this case opens for all others."""
    alone: bool = False
    lasting: bool = False
    """Whether it waits for seconds."""

    @property
    def code(self) -> CodeType:
        """The case's own code, where its assertions stand."""
        return self.call.__code__


@dataclass(frozen=True)
class Result:
    """What one case left: its line of the record and its capture."""

    record: CaseRecord
    capture: bytes = b""


class SuiteError(Exception):
    """A suite is wrong: a case names no requirement of the catalogue, or lacks its sentence."""


def make_case(
    catalogue: Catalogue, name: str, function: Callable[..., object], parameters: Mapping[str, object]
) -> Case:
    """Read a case off its function.

    Args:
        catalogue: of its suite.
        name: its id in the suite.
        function: a coroutine function marked with `verifies`.
        parameters: the values of its parameters.

    Raises:
        SuiteError: the function does not say what it should.
    """
    verified: tuple[str, ...] = getattr(function, "__verifies__", ())
    if not verified:
        raise SuiteError(f"{name}: say which requirement it verifies: @verifies(...)")
    if unknown := [one for one in verified if one not in catalogue]:
        raise SuiteError(f"{name}: {unknown[0]} is not in the catalogue of {catalogue.id}")
    if not inspect.iscoroutinefunction(function):
        raise SuiteError(f"{name}: a case is an `async def`")
    if not function.__doc__:
        raise SuiteError(f"{name}: its docstring is the sentence on the certificate, and is missing")
    opened = getattr(function, "__opens__", None)
    gate = str(parameters[opened]) if opened else ""
    needs = tuple(dict.fromkeys(need for one in verified for need in catalogue[one].needs))
    return Case(
        suite=catalogue.id,
        id=name,
        title=inspect.cleandoc(function.__doc__).splitlines()[0],
        call=function,
        parameters=dict(parameters),
        fixtures=tuple(arg for arg in inspect.signature(function).parameters if arg not in parameters),
        verifies=verified,
        needs=(*needs, gate) if gate else needs,
        gate=gate,
        alone=bool(getattr(function, "__alone__", False)),
        lasting=bool(getattr(function, "__lasting__", False)),
    )
