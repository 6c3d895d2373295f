"""A device that names a NodeSet has its types, instances and values; what is lost is said."""

import logging
from pathlib import Path
from shutil import copy

import pytest
from asyncua import ua
from asyncua.ua import AttributeIds

from device_simulators.opcua.device_yaml import read_device
from device_simulators.opcua.nodes import standard

HERE = Path(__file__).parent / "nodesets"
PUMPS = "https://example.org/mother-factory/pumps"

DEVICE = f"""
application: urn:example:pumps
namespace: https://example.org/pump-station
build: {{}}
profiles: []
supports: []
nodesets: [pumps.xml]
nodes:
  - {{ object: Second, type: "nsu={PUMPS};i=1001" }}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The device, and what was logged while it was read."""
    folder = tmp_path_factory.mktemp("device")
    copy(HERE / "pumps.xml", folder)
    (folder / "pumps.yaml").write_text(DEVICE)
    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    logger = logging.getLogger("device_simulators.opcua.nodeset")
    logger.addHandler(handler)
    try:
        return read_device(folder / "pumps.yaml"), lines
    finally:
        logger.removeHandler(handler)


@pytest.fixture(scope="module")
def nodes(made):
    """The nodes of the device, its own and the imported ones."""
    return made[0].nodes


def test_namespaces_are_added_behind_the_devices_own(made):
    assert made[0].namespaces == ("https://example.org/pump-station", PUMPS)


def test_values_are_imported(nodes):
    assert nodes[3, 6101].value == ua.Variant(12.5, ua.VariantType.Double)
    assert nodes[3, 6102].value == ua.Variant([1, 2, 3], ua.VariantType.Int32)


def test_attributes_are_those_of_the_file_or_its_defaults(nodes):
    assert nodes[3, 6101].attributes[AttributeIds.AccessLevel] == 3
    assert nodes[3, 6102].attributes[AttributeIds.AccessLevel] == 1
    assert nodes[3, 4001].attributes[AttributeIds.Symmetric] is False
    assert nodes[3, 6001].value == ua.Variant(0.0, ua.VariantType.Double)


def test_a_device_has_instances_of_imported_types(nodes):
    assert (standard("HasTypeDefinition"), True, (3, 1001)) in nodes[2, "Second"].references


@pytest.mark.parametrize("lost", ["value of ns=3;i=6103", "(3, 6103) to (3, 9999)"])
def test_what_is_lost_is_said(made, lost):
    assert any(lost in line for line in made[1])


@pytest.mark.parametrize(("text", "told"), [("<a/>", "no NodeSet"), ("<a", "no XML")])
def test_what_is_no_nodeset_is_refused(tmp_path, text, told):
    (tmp_path / "pumps.yaml").write_text(DEVICE)
    (tmp_path / "pumps.xml").write_text(text)

    with pytest.raises(ValueError, match=told):
        read_device(tmp_path / "pumps.yaml")
