"""What the suite says of OPC UA servers that nobody here wrote; README.md argues what is no PASS."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.third_party.opcua.products import ASYNCUA, NODE_OPCUA, OPCUA

VERDICTS = Path(__file__).parent / "verdicts"
PREFLIGHT_WITHIN = 60.0
"""Seconds within which preflight ends; three are usual."""

products = pytest.mark.parametrize("served", [ASYNCUA, OPCUA, NODE_OPCUA], indirect=True, ids=str)


@pytest.fixture(scope="module")
def served(request, tmp_path_factory, lacking):
    """Serve the product that a test is parametrized with; the value is its declaration."""
    product = request.param
    if not product.installed:
        lacking(f"{product.name} is not installed")
    if product.installed != product.judged:
        pytest.skip(f"{product.name} {product.installed}; the verdicts are those of {product.judged}")
    with product.served(tmp_path_factory.mktemp(product.name)) as declaration:
        yield declaration


def verdicts(product):
    """Return what is known of a product: a verdict for each requirement that it does not pass."""
    known = yaml.safe_load((VERDICTS / f"{product.name}.yaml").read_text(encoding="utf-8"))
    return {requirement: verdict for verdict, some in known.items() for requirement in some}


@products
@pytest.mark.acceptance
def test_set_up(served):
    """Preflight finds nothing wrong with a declaration that the verdicts rest on."""
    command = [sys.executable, "-m", "testbed", "preflight", served]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PREFLIGHT_WITHIN)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.acceptance
@products
@pytest.mark.parametrize("jobs", [1, 8])
@pytest.mark.parametrize("seed", range(10))
def test_verdicts_whatever_the_seed(request, judge, seed, jobs):
    product = request.node.callspec.params["served"]

    assert judge(seed, jobs) == verdicts(product)
