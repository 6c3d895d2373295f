"""Hypothesis with one source of chance, whatever other threads do."""

import random

from hypothesis import given
from hypothesis import strategies as st

from testbed.testers.chance import bounded, drawn_from


def drawn(seed, meanwhile=lambda: None):
    found = []

    @bounded(20)
    @given(st.integers(0, 1 << 32).map(lambda one: (meanwhile(), one)[1]))
    def draw(one):
        found.append(one)

    with drawn_from(seed):
        draw()
    return found


def test_a_seed_draws_the_same_whatever_else_draws():
    assert drawn("a") == drawn("a")
    assert drawn("a") != drawn("b")


def test_a_library_that_draws_from_the_common_source_meanwhile_is_no_fault_of_a_strategy():
    """Warnings are errors here: hypothesis has one for a common state that is another behind a strategy."""
    assert drawn("a", random.random) == drawn("a")
