"""What the suite says of products that nobody here wrote; README.md argues each verdict that is no PASS."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

import pytest

from tests.third_party.products import LIBMODBUS, PYMODBUS, PYMODBUSTCP, Product

ONE_CAUSE = "INCONCLUSIVE"
"""The answer that the case was about broke MB-FUNCTION-ECHO."""

OUT_OF_STEP = "INCONCLUSIVE"
"""What libmodbus takes for the next request begins within this one: its answer broke an invariant."""

OF_PYMODBUS = MappingProxyType(
    {
        "MB-FUNCTION-ECHO": "FAIL",
        "MB-FC05-VALUE-ILLEGAL": "FAIL",
        "MB-FC05-REFUSED-UNCHANGED": "FAIL",
        "MB-FC15-QUANTITY-OVER": "FAIL",
        "MB-FC23-REFUSED-UNCHANGED": "FAIL",
        "MB-FUNCTION-HIGH-BIT": "FAIL",
        "MB-MBAP-PROTOCOL-RECOVERS": "FAIL",
        "MB-PIPELINE-EXCESS": "FAIL",
        "MB-GARBAGE-RECOVERS": "INFO",
        "MB-FC01-QUANTITY-ZERO": ONE_CAUSE,
        "MB-FC01-QUANTITY-OVER": ONE_CAUSE,
        "MB-FC01-LENGTH-SHORT": ONE_CAUSE,
        "MB-FC02-QUANTITY-ZERO": ONE_CAUSE,
        "MB-FC02-QUANTITY-OVER": ONE_CAUSE,
        "MB-FC02-LENGTH-SHORT": ONE_CAUSE,
        "MB-FC03-QUANTITY-ZERO": ONE_CAUSE,
        "MB-FC03-QUANTITY-OVER": ONE_CAUSE,
        "MB-FC03-LENGTH-SHORT": ONE_CAUSE,
        "MB-FC04-QUANTITY-ZERO": ONE_CAUSE,
        "MB-FC04-QUANTITY-OVER": ONE_CAUSE,
        "MB-FC04-LENGTH-SHORT": ONE_CAUSE,
        "MB-FC06-LENGTH-SHORT": ONE_CAUSE,
        "MB-FC15-QUANTITY-ZERO": ONE_CAUSE,
        "MB-FC23-READ-QUANTITY": ONE_CAUSE,
        "MB-FC23-WRITE-QUANTITY": ONE_CAUSE,
        "MB-FUNCTION-UNASSIGNED": ONE_CAUSE,
        "MB-FUNCTION-RESERVED": ONE_CAUSE,
        "MB-FUNCTION-USER-DEFINED": ONE_CAUSE,
        "MB-FUNCTION-RECOVERS": ONE_CAUSE,
        "MB-FUNCTION-SWEEP": ONE_CAUSE,
        "MB-FC01-BOTH-WRONG": ONE_CAUSE,
        "MB-FC02-BOTH-WRONG": ONE_CAUSE,
        "MB-FC03-BOTH-WRONG": ONE_CAUSE,
        "MB-FC04-BOTH-WRONG": ONE_CAUSE,
        "MB-FC05-LENGTH-SHORT": ONE_CAUSE,
        "MB-FC06-SHORT-UNCHANGED": ONE_CAUSE,
        "MB-FC15-BOTH-WRONG": ONE_CAUSE,
        "MB-FC22-LENGTH-SHORT": ONE_CAUSE,
        "MB-FC23-QUANTITY-UNCHANGED": ONE_CAUSE,
        "MB-FUZZ-SURVIVES": ONE_CAUSE,
        "MB-FUZZ-WELL-FORMED": ONE_CAUSE,
    }
)
OF_PYMODBUSTCP = MappingProxyType(
    {
        "MB-FC05-VALUE-ILLEGAL": "FAIL",
        "MB-FC05-REFUSED-UNCHANGED": "FAIL",
        "MB-FC15-BYTE-COUNT": "FAIL",
        "MB-FC23-QUANTITY-MAX": "FAIL",
        "MB-FC23-WRITE-QUANTITY": "FAIL",
        "MB-FC23-REFUSED-UNCHANGED": "FAIL",
        "MB-FUNCTION-WITHOUT-DATA": "FAIL",
        "MB-FUNCTION-SWEEP": "INFO",
    }
)
OF_LIBMODBUS = MappingProxyType(
    {
        "MB-FC15-BYTE-COUNT": "FAIL",
        "MB-FUNCTION-HIGH-BIT": "FAIL",
        "MB-FUNCTION-WITHOUT-DATA": "FAIL",
        "MB-MBAP-PROTOCOL-DISCARDED": "FAIL",
        "MB-MBAP-LENGTH-TINY": "FAIL",
        "MB-MBAP-LENGTH-SHORT": "FAIL",
        "MB-MBAP-LENGTH-WAITS": "FAIL",
        "MB-MBAP-LENGTH-OVER": "FAIL",
        "MB-PIPELINE-ERROR": "FAIL",
        "MB-GARBAGE-UNANSWERED": "FAIL",
        "MB-GARBAGE-RECOVERS": "INFO",
        "MB-MBAP-PROTOCOL-ZERO": "FAIL",
        "MB-MBAP-TRANSACTION-ECHO": "FAIL",
        "MB-EMBEDDED-UNEXECUTED": OUT_OF_STEP,
        "MB-EXCESS-RECOVERS": OUT_OF_STEP,
        "MB-FC01-LENGTH-LONG": OUT_OF_STEP,
        "MB-FC02-LENGTH-LONG": OUT_OF_STEP,
        "MB-FC03-LENGTH-LONG": OUT_OF_STEP,
        "MB-FC04-LENGTH-LONG": OUT_OF_STEP,
        "MB-FUNCTION-SWEEP": OUT_OF_STEP,
        "MB-FUZZ-SURVIVES": OUT_OF_STEP,
        "MB-FUZZ-WELL-FORMED": OUT_OF_STEP,
    }
)

QUICK = [(PYMODBUS, OF_PYMODBUS), (PYMODBUSTCP, OF_PYMODBUSTCP)]
SLOW = [(LIBMODBUS, OF_LIBMODBUS)]
"""It sleeps half a second, and serves nobody, before each exception response."""


def products(of, slow=()):
    """Parametrize with products and their verdicts; slow ones wait for acceptance."""
    given = [
        pytest.param(*one, id=one[0].name, marks=[pytest.mark.acceptance] if one[0] in slow else [])
        for one in of
    ]
    return pytest.mark.parametrize(("served", "verdicts"), given, indirect=["served"])


@pytest.fixture(scope="module")
def served(request, tmp_path_factory) -> Iterator[Path]:
    """Serve the product that a test is parametrized with; the value is its declaration."""
    product: Product = request.param
    if product.installed != product.judged:
        pytest.skip(f"{product.name} {product.installed}; the verdicts are those of {product.judged}")
    if product is LIBMODBUS and not shutil.which("cc"):
        pytest.skip("no C compiler")
    with product.served(tmp_path_factory.mktemp(product.name)) as declaration:
        yield declaration


@products(QUICK, slow=[PYMODBUS])
def test_verdicts(judge, verdicts):
    assert judge(1, 8) == verdicts


@pytest.mark.acceptance
@products(QUICK)
@pytest.mark.parametrize("jobs", [1, 8])
@pytest.mark.parametrize("seed", range(20))
def test_verdicts_whatever_the_seed(judge, verdicts, seed, jobs):
    assert judge(seed, jobs) == verdicts


@pytest.mark.acceptance
@products(SLOW)
@pytest.mark.parametrize(("seed", "jobs"), [(1, 8), (2, 1), (3, 8)])
def test_verdicts_of_a_server_that_one_request_holds_up(judge, verdicts, seed, jobs):
    assert judge(seed, jobs) == verdicts
