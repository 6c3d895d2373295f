"""Which of the declared tasks a case lets the product do."""

from __future__ import annotations

from collections.abc import Collection

from testbed.model.base import Text
from testbed.model.client import Task
from testbed.testers.trouble import Undecided


def choose(
    tasks: Collection[Task],
    *,
    function: str = "",
    kind: str = "",
    writes: bool = False,
    again: bool = False,
) -> Task:
    """Return the declared task that fits best.

    Raises:
        Undecided: none fits.
    """
    fit = [
        task
        for task in tasks
        if task.reads != writes
        and _fits(function, kind, task)
        and (task.again or not again)
        and (function or writes or not task.is_bits)
    ]
    fit.sort(
        key=lambda task: (
            task.again != again,
            task.is_typed,
            task.is_by_hand,
            not kind and task.type != "uint16",
            -task.quantity,
        )
    )
    if not fit and not (function or kind or again):
        fit = list(tasks)
    if not fit:
        said = " ".join(filter(None, (function, kind, "again" * again)))
        raise Undecided(Text(en=f"no task does {said}", ko=f"해당하는 작업이 선언되지 않음: {said}"))
    return fit[0]


def _fits(function: str, kind: str, task: Task) -> bool:
    """Say whether a task uses a function and a type that are named, or are of a named sort."""
    has_function = function in {"", task.does} or (function == "bits" and task.is_bits)
    return has_function and (kind in {"", task.type} or (kind == "float" and "float" in task.type))
