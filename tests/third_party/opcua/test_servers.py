"""What the suite says of OPC UA servers that nobody here wrote; README.md argues what is no PASS."""

import re
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
import yaml

from tests.third_party.opcua.products import ASYNCUA, NODE_OPCUA, OPCUA

VERDICTS = Path(__file__).parent / "verdicts"
README = Path(__file__).with_name("README.md")
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


def named(chapter):
    """Return patterns of what a chapter names: `-CODE` behind `ERR-SENT` means `ERR-CODE`."""
    patterns, last = [], []
    for word in re.findall(r"`(-?[A-Z*][A-Z0-9*-]+)`", chapter):
        if word.startswith("-"):
            patterns += ["UA-" + "-".join(last[:kept]) + word for kept in range(1, len(last) + 1)]
        else:
            last = word.split("-")
            patterns.append(word if word.startswith("IOP-") else f"UA-{word}")
    return patterns


@pytest.mark.parametrize(
    ("product", "title"),
    [(ASYNCUA, "asyncua and python-opcua"), (OPCUA, "asyncua and python-opcua"), (NODE_OPCUA, "node-opcua")],
    ids=str,
)
def test_whatever_is_no_pass_is_argued(product, title):
    page = README.read_text(encoding="utf-8")
    chapter = page.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    patterns = named(chapter)

    assert [one for one in verdicts(product) if not any(fnmatchcase(one, like) for like in patterns)] == []


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
def test_verdicts_whatever_the_seed(request, judge, lacking, seed, jobs):
    product = request.node.callspec.params["served"]
    if not NODE_OPCUA.installed:
        lacking("node-opcua is not installed, whose client the servers meet, too")

    assert judge(seed, jobs) == verdicts(product)
