"""What the suites of serial lines say of products that nobody here wrote; README.md argues each verdict."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from types import MappingProxyType

import pytest

from tests.third_party.products import LINES, Product

RUN_WITHIN = 900.0
"""Seconds within which a run ends; the longest here takes 150, most of it waiting for what does not come."""
FROM_NOTHING = frozenset({"PASS", "NOT_APPLICABLE", "NOT_TESTED"})
"""Kept, not declared, or not to be seen on a pseudo-terminal."""
FUZZED = frozenset({"MB-FUZZ-SURVIVES", "MB-FUZZ-WELL-FORMED"})
"""What fuzzing finds depends on the seed."""

ONE_CAUSE = "INCONCLUSIVE"
"""The answer that the case was about broke MB-FUNCTION-ECHO."""
REFUSALS = (
    *(
        f"MB-FC0{code}-{row}"
        for code in range(1, 5)
        for row in ("QUANTITY-ZERO", "QUANTITY-OVER", "BOTH-WRONG")
    ),
    "MB-FC15-QUANTITY-ZERO",
    "MB-FC15-BOTH-WRONG",
    "MB-FC23-READ-QUANTITY",
    "MB-FC23-WRITE-QUANTITY",
    "MB-FC23-QUANTITY-UNCHANGED",
)
OF_PYMODBUS = {
    "MB-FUNCTION-ECHO": "FAIL",
    "MB-FC05-VALUE-ILLEGAL": "FAIL",
    "MB-FC05-REFUSED-UNCHANGED": "FAIL",
    "MB-FC15-QUANTITY-OVER": "FAIL",
    "MB-FC23-REFUSED-UNCHANGED": "FAIL",
    "MB-SERIAL-ADDRESS-OTHER": "FAIL",
    "MB-SERIAL-ADDRESS-RESERVED": "FAIL",
    "MB-SURVIVES": "FAIL",
    **dict.fromkeys(REFUSALS, ONE_CAUSE),
}
"""On whatever line."""
IN_RTU = OF_PYMODBUS | {"MB-RTU-RECOVERS": "FAIL", "MB-SERIAL-OTHERS-TRAFFIC": "FAIL"}
NOT_KNOWN = ("MB-FUNCTION-UNASSIGNED", "MB-FUNCTION-RESERVED", "MB-FUNCTION-USER-DEFINED", "MB-FUNCTION-ZERO")
ON_A_LINE = IN_RTU | dict.fromkeys(
    (
        *NOT_KNOWN,
        "MB-FC05-LENGTH-SHORT",
        "MB-FC06-SHORT-UNCHANGED",
        "MB-FC15-LENGTH-SHORT",
        "MB-FC16-LENGTH-SHORT",
    ),
    "INCONCLUSIVE",
)
"""Nothing is said of these: the request is what the server does not survive."""
BEHIND_A_GATEWAY = IN_RTU | dict.fromkeys(NOT_KNOWN, "FAIL")
"""A new connection has a new buffer."""
IN_ASCII = OF_PYMODBUS | {
    "MB-ASCII-RESTART": "FAIL",
    "MB-ASCII-GAP-ENDS": "WEAK",
    "MB-ASCII-LOWER-CASE": "INFO",
    "MB-SERIAL-BROADCAST-SILENT": "FAIL",
    "MB-FUNCTION-HIGH-BIT": "FAIL",
    **{f"MB-FC0{code}-LENGTH-SHORT": ONE_CAUSE for code in range(1, 7)},
    "MB-FC06-SHORT-UNCHANGED": ONE_CAUSE,
    "MB-FC22-LENGTH-SHORT": ONE_CAUSE,
    "MB-FUNCTION-UNASSIGNED": ONE_CAUSE,
    "MB-FUNCTION-RESERVED": ONE_CAUSE,
    "MB-FUNCTION-USER-DEFINED": ONE_CAUSE,
    "MB-FUNCTION-RECOVERS": ONE_CAUSE,
}
OF_LIBMODBUS = {
    "MB-SURVIVES": "FAIL",
    "MB-FC15-BYTE-COUNT": "FAIL",
    "MB-FUNCTION-UNASSIGNED": "FAIL",
    "MB-FUNCTION-RESERVED": "FAIL",
    "MB-FUNCTION-USER-DEFINED": "FAIL",
    "MB-FUNCTION-WITHOUT-DATA": "FAIL",
}
VERDICTS = MappingProxyType(
    {
        "pymodbus over rtu": ON_A_LINE,
        "pymodbus over ascii": IN_ASCII,
        "pymodbus over rtu+tcp": BEHIND_A_GATEWAY,
        "libmodbus over rtu": OF_LIBMODBUS,
    }
)
SHORT = MappingProxyType(
    {
        "pymodbus over ascii": ("test_another_address", {"MB-SERIAL-ADDRESS-OTHER": "FAIL"}),
        "libmodbus over rtu": ("coils and test_byte_count", {"MB-FC15-BYTE-COUNT": "FAIL"}),
    }
)
"""Cases whose verdict comes at once."""


@pytest.fixture(scope="session")
def keys(tmp_path_factory):
    """Return a folder in which the first run makes test keys."""
    return tmp_path_factory.mktemp("laboratory") / "keys"


def judged(product: Product, folder, keys, seed: int, *chosen: str) -> dict[str, str]:
    """Run the suite of a product's line as a person would; return the verdicts that tell of it."""
    if product.installed != product.judged:
        pytest.skip(f"{product.name} {product.installed}; the verdicts are those of {product.judged}")
    if product.name == "libmodbus" and not shutil.which("cc"):
        pytest.skip("no C compiler")
    with product.served(folder) as declaration:
        options = ["--out", folder / "bundle", "--json", "--seed", str(seed), "--keys", keys, *chosen]
        done = subprocess.run(
            [sys.executable, "-m", "testbed", "run", declaration, "--fuzz-budget", "20", *options],
            capture_output=True,
            text=True,
            check=False,
            timeout=RUN_WITHIN,
            env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
        )
    assert done.returncode == 1, done.stderr
    said = json.loads(done.stdout)
    assert said["outcome"] == "NOT_CONFORMANT"
    assert said["counts"]["ERROR"] == 0
    found = {name: one["verdict"] for name, one in said["requirements"].items() if name not in FUZZED}
    return {name: verdict for name, verdict in found.items() if verdict not in FROM_NOTHING}


@pytest.mark.parametrize("product", [one for one in LINES if str(one) in SHORT], ids=str)
def test_a_verdict_of_each(product, tmp_path, keys):
    case, verdicts = SHORT[str(product)]

    assert judged(product, tmp_path, keys, 1, "-k", case) == verdicts


@pytest.mark.acceptance
@pytest.mark.parametrize("product", LINES, ids=str)
@pytest.mark.parametrize("seed", range(20))
def test_verdicts_whatever_the_seed(product, tmp_path, keys, seed):
    assert judged(product, tmp_path, keys, seed) == VERDICTS[str(product)]
