"""Whatever stands where a case or the crawl reads something else: a finding, or why nothing was judged."""

from dataclasses import replace
from functools import partial

import pytest

from testbed.model.verdict import Verdict
from testbed.plugin.gather import gather
from testbed.plugin.setup import prepare_text
from testbed.plugin.shelf import example, suites
from testbed.plugin.trials import try_device
from testbed.wire.simulator import simulator
from tests.hostile.opcua.values import VALUES, server

SUITE = "opcua_server"
SLOW = pytest.mark.acceptance
"""A run of the suite takes five seconds, with ten megabytes in every answer much longer."""


@pytest.fixture(scope="module")
def errors():
    """Judges a device in process by the cases of some file, and returns what was an error of the bed."""
    file = example("sim-opcua-plc.yaml")
    setup = prepare_text(file.read_text(encoding="utf-8"), str(file))
    cases, reference = gather([suites()[SUITE]]), simulator("opcua-plc")

    def judged(made, files):
        device = replace(reference, name="opcua-strange", start=partial(reference.start.func, made))
        trial = try_device(setup, [one for one in cases if one.id.startswith(files)], device)
        return [one for one in trial.trouble if f": {Verdict.ERROR}" in one]

    return judged


@pytest.mark.parametrize("name", ["an array of NodeIds", "nothing"])
def test_what_is_indexed_is_no_array(errors, name):
    files = ("test_attribute_read_range", "test_attribute_write_range", "test_discovery_find_servers")

    assert errors(server(name, values=True, attributes=True), files) == []


@SLOW
@pytest.mark.parametrize(
    "what", [{"values": True}, {"attributes": True}, {"values": True, "attributes": True}]
)
@pytest.mark.parametrize("name", [name for name in VALUES if name != "ten megabytes"])
def test_no_value_is_an_error_of_the_bed(errors, name, what):
    assert errors(server(name, **({"values": False, "attributes": False} | what)), "") == []


@SLOW
@pytest.mark.parametrize("area", [f"test_{letter}" for letter in "abcdegmsv"])
def test_nor_are_ten_megabytes(errors, area):
    assert errors(server("ten megabytes", values=True, attributes=True), area) == []
