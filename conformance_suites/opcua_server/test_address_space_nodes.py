"""OPC 10000-3 1.05.04, 5.2: Base NodeClass, and names and namespaces of nodes."""

from testbed.cases import verifies
from testbed.opcua import rules


@verifies("UA-AS-MANDATORY-ATTRIBUTES")
async def test_mandatory_attributes(space):
    """No node of the device lacks a mandatory attribute of its class."""
    found = await space.follows(rules.mandatory_attributes)

    assert found.agrees


@verifies("UA-AS-ATTRIBUTE-TYPE")
async def test_attribute_types(space):
    """No node of the device has an attribute of another type than the standard's."""
    found = await space.follows(rules.attribute_types)

    assert found.agrees


@verifies("UA-AS-NODE-ID")
async def test_node_id_is_own(space):
    """No node of the device has another NodeId than its own."""
    found = await space.follows(rules.node_id_is_own)

    assert found.agrees


@verifies("UA-AS-NODE-CLASS")
async def test_class_agrees(space):
    """No node of the device has another class than a browse says."""
    found = await space.follows(rules.class_agrees)

    assert found.agrees


@verifies("UA-AS-BROWSE-NAME")
async def test_name_agrees(space):
    """No node of the device has another BrowseName than a browse says."""
    found = await space.follows(rules.name_agrees)

    assert found.agrees


@verifies("UA-AS-BROWSE-NAME-LENGTH")
async def test_name_length(space):
    """No BrowseName of the device is empty or too long."""
    found = await space.follows(rules.name_length)

    assert found.agrees


@verifies("UA-AS-DISPLAY-NAME-LENGTH")
async def test_display_name_length(space):
    """No DisplayName of the device is too long."""
    found = await space.follows(rules.display_name_length)

    assert found.agrees


@verifies("UA-AS-NAMESPACE-INDEX")
async def test_known_namespaces(space):
    """No node of the device is of a namespace that its NamespaceArray lacks."""
    found = await space.follows(rules.known_namespaces)

    assert found.agrees


@verifies("UA-AS-NAMESPACE-STANDARD")
async def test_standard_namespace(space):
    """No node of the device has an id in the standard's namespace that is not the standard's."""
    found = await space.follows(rules.standard_namespace)

    assert found.agrees


@verifies("UA-AS-STANDARD-NAMES")
async def test_standard_names(space):
    """No node of the standard has another name on the device."""
    found = await space.follows(rules.standard_names)

    assert found.agrees
