"""What a failed assertion saw: expected and received in the standard's words, and the guilty bytes.

The assertion's source is evaluated again in the frame that failed. That is safe because an observation of a
case only looks at values; it never awaits (a test of the suites holds them to it).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, FrameType, TracebackType

from testbed.model.base import Text
from testbed.testers.answer import Agreement, Answer, Array, Reaction
from testbed.testers.words import either, words

_MARKS = {
    ast.NotEq: ("anything but ", "다음이 아닌 값: "),
    ast.NotIn: ("none of ", "다음 중 어느 것도 아님: "),
}
_MARKS |= {ast.LtE: ("at most ", "최대 "), ast.GtE: ("at least ", "최소 ")}
_MARKS |= {ast.Lt: ("less than ", "미만: "), ast.Gt: ("more than ", "초과: ")}


@dataclass(frozen=True, slots=True)
class Observation:
    """One failed assertion."""

    expected: Text
    received: Text
    guilty: tuple[int, int, int] | None = None
    """Frame number, first guilty byte and first after, where the assertion looked at one reply."""
    absence: bool = False
    """Whether what was received is that nothing came."""
    shown: bool = False
    """Whether what was received is a value that a product shows."""


def observe(error: AssertionError, code: CodeType) -> Observation:
    """Explain an assertion that failed in a case's own code.

    Raises:
        LookupError: it failed elsewhere, which is an error of the bed and no finding.
    """
    frame, line = _place(error.__traceback__, code)
    node = next(
        (node for node in _assertions(code.co_filename) if node.lineno <= line <= (node.end_lineno or 0)),
        None,
    )
    if node is None:
        raise LookupError("the assertion's source is gone")
    return _explain(node.test, frame)


def _place(trace: TracebackType | None, code: CodeType) -> tuple[FrameType, int]:
    places = []
    while trace is not None:
        places.append((trace.tb_frame, trace.tb_lineno))
        trace = trace.tb_next
    frame, line = places[-1]
    if frame.f_code is not code:
        raise LookupError("an assertion failed outside the case")
    return frame, line


def _explain(test: ast.expr, frame: FrameType) -> Observation:
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return next(_explain(part, frame) for part in test.values if not _value(part, frame))
    owner = _value(test.value, frame) if isinstance(test, ast.Attribute) else None
    if isinstance(owner, Agreement) and owner.expected and owner.received:
        return Observation(owner.expected, owner.received, owner.guilty, absence=owner.is_absence)
    guilty = next(_guilty(test, frame), None)
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        left, right = _value(test.left, frame), _value(test.comparators[0], frame)
        several = isinstance(test.ops[0], ast.In | ast.NotIn) and isinstance(
            right, tuple | list | set | frozenset
        )
        if isinstance(left, Array) and isinstance(right, tuple) and not several:
            right = Array(right)
        expected = either(right) if several else words(right)  # type: ignore[arg-type]  # `several` says so
        before = _MARKS.get(type(test.ops[0]), ("", ""))
        said = Text(en=before[0] + expected.en, ko=before[1] + expected.ko)
        shown = getattr(left, "is_shown", False) is True
        return Observation(said, words(left), guilty, absence=_is_absence(left), shown=shown)
    return Observation(Text(en="that this holds", ko="성립"), words(_value(test, frame)), guilty)


def _is_absence(value: object) -> bool:
    if isinstance(value, tuple | list | set | frozenset):
        return any(_is_absence(item) for item in value)
    return (
        value is Reaction.SILENCE or value is Reaction.CLOSED or getattr(value, "is_absence", False) is True
    )


def _guilty(test: ast.expr, frame: FrameType) -> Iterator[tuple[int, int, int]]:
    """Find the replies that an assertion looks at, and which of their bytes."""
    for node in ast.walk(test):
        if isinstance(node, ast.Attribute):
            owner = _value(node.value, frame)
            if isinstance(owner, Answer):
                yield (owner.number, *owner.span(node.attr))


def _value(node: ast.expr, frame: FrameType) -> object:
    code = compile(ast.Expression(node), "<assertion>", "eval")
    return eval(code, frame.f_globals, frame.f_locals)  # noqa: S307 - the suite's own source, not outside data


@cache
def _assertions(file: str) -> list[ast.Assert]:
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Assert)]
