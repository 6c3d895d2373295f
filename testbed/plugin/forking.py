"""Does the same work many times, in as many processes as there are processors."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar, cast

Result = TypeVar("Result")


def each(work: Callable[[int], Result], count: int) -> Iterator[Result]:
    """Do a work for the numbers from 0 on and yield each result as it comes, in any order.

    What the work needs is inherited, not pickled: only its results must be. It is done in this process alone
    where that has threads, whose locks a fork would copy as they are, and wait for ever, or where none forks.
    """
    global _work  # noqa: PLW0603 - forked workers inherit it: cases and devices cannot be pickled

    workers = min(count, os.cpu_count() or 1)
    threads = threading.active_count() > 1
    if workers < 2 or threads or "fork" not in multiprocessing.get_all_start_methods():  # noqa: PLR2004 - one is no pool
        yield from map(work, range(count))
        return
    _work = work
    try:
        with multiprocessing.get_context("fork").Pool(workers) as pool:
            yield from cast("Iterator[Result]", pool.imap_unordered(_worked, range(count)))
    finally:
        _work = None


_work: Callable[[int], Any] | None = None


def _worked(number: int) -> object:
    if _work is None:
        raise RuntimeError("a worker was started before the work was known")
    return _work(number)
