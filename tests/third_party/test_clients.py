"""What the suite says of clients that nobody here wrote; README.md argues each verdict that is no PASS."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from types import MappingProxyType

import pytest

from tests.third_party.client_products import PRODUCTS, ClientProduct

RUN_WITHIN = 300.0
"""Seconds within which a run ends; the longest takes 50."""
UNJUDGED = ("PASS", "NOT_APPLICABLE", "NOT_TESTED")

OF_PYMODBUS = MappingProxyType(
    {
        "MBC-FUNCTION-FOREIGN": "FAIL",
        "MBC-BYTE-COUNT": "FAIL",
        "MBC-MORE-REGISTERS": "FAIL",
        "MBC-FEWER-REGISTERS": "FAIL",
        "MBC-ECHO-VALUE": "INFO",
        "MBC-ECHO-ADDRESS": "INFO",
        "MBC-ECHO-QUANTITY": "INFO",
    }
)
VERDICTS = MappingProxyType(
    {
        "pymodbus sync": OF_PYMODBUS,
        "pymodbus async": OF_PYMODBUS,
        "pyModbusTCP": MappingProxyType({"MBC-FUNCTION-FOREIGN": "FAIL", "MBC-MORE-REGISTERS": "FAIL"}),
        "mbpoll": MappingProxyType(
            {
                "MBC-PROTOCOL-FOREIGN": "FAIL",
                "MBC-LENGTH-HUGE": "FAIL",
                "MBC-LENGTH-SMALL": "FAIL",
                "MBC-UNIT-FOREIGN": "INFO",
                "MBC-ECHO-VALUE": "INFO",
                "MBC-ECHO-ADDRESS": "INFO",
                "MBC-RECONNECTS": "INFO",
                "IOP-MBC-RECONNECTS": "INFO",
            }
        ),
    }
)
SERVERS = ("reference", "pymodbus", "pyModbusTCP", "libmodbus")
EXCHANGES = MappingProxyType({"pymodbus sync": 14, "pymodbus async": 14, "pyModbusTCP": 11, "mbpoll": 11})
"""Cases in which each product exchanged values with each server, as it should."""


def judged(product: ClientProduct, folder, seed: int) -> dict[str, str]:
    """Run the suite as a person would, and return the verdicts that are no PASS."""
    if product.installed != product.judged:
        pytest.skip(f"{product.name} {product.judged} was judged, {product.installed} is here")
    declaration = product.declaration(folder)
    options = ["--out", folder / "bundle", "--json", "--seed", str(seed), "--keys", folder / "keys"]
    done = subprocess.run(
        [sys.executable, "-m", "testbed", "run", declaration, *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=RUN_WITHIN,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
    )
    assert done.returncode == 1, done.stderr
    said = json.loads(done.stdout)
    assert said["counts"]["ERROR"] == 0
    assert (folder / "bundle" / "report.html").is_file()
    assert exchanged(folder / "bundle" / "results.jsonl") == dict.fromkeys(SERVERS, EXCHANGES[product.name])
    found = {name: one["verdict"] for name, one in said["requirements"].items()}
    return {name: verdict for name, verdict in found.items() if verdict not in UNJUDGED}


def exchanged(results) -> dict[str, int]:
    """Return in how many cases values were exchanged as they should be, by server."""
    lines = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
    met = [one for one in lines if one.get("peer") and one["verdict"] == "PASS"]
    return dict(Counter(one["peer"].partition(" ")[0] for one in met))


@pytest.mark.acceptance
@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.name)
def test_verdicts(product, tmp_path):
    assert judged(product, tmp_path, 1) == VERDICTS[product.name]


@pytest.mark.acceptance
@pytest.mark.parametrize("seed", range(2, 11))
@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.name)
def test_other_seeds_change_nothing(product, seed, tmp_path):
    assert judged(product, tmp_path, seed) == VERDICTS[product.name]
