"""OPC 10000-3 1.05.04, 5.3: References, and 7, what types and instances demand of them."""

from testbed.cases import verifies
from testbed.opcua import rules


@verifies("UA-AS-INVERSE-REFERENCES")
async def test_has_inverse(space):
    """No hierarchical reference of the device is missing at its target."""
    found = await space.follows(rules.has_inverse)

    assert found.agrees


@verifies("UA-AS-TARGETS-EXIST")
async def test_targets_exist(space):
    """No reference of the device leads to a node that does not exist."""
    found = await space.follows(rules.targets_exist)

    assert found.agrees


@verifies("UA-AS-TYPE-DEFINITION")
async def test_one_type_definition(space):
    """No Object or Variable of the device has no type definition, or several."""
    found = await space.follows(rules.one_type_definition)

    assert found.agrees


@verifies("UA-AS-TYPE-DEFINITION-CLASS")
async def test_type_definition_class(space):
    """No Object or Variable of the device is of a type of the other kind."""
    found = await space.follows(rules.type_definition_class)

    assert found.agrees


@verifies("UA-AS-TYPE-ABSTRACT")
async def test_type_is_concrete(space):
    """No Object or Variable of the device is of an abstract type."""
    found = await space.follows(rules.type_is_concrete)

    assert found.agrees


@verifies("UA-AS-SUPERTYPE")
async def test_one_supertype(space):
    """No type of the device has no supertype, several, or one that leads round."""
    found = await space.follows(rules.one_supertype)

    assert found.agrees


@verifies("UA-AS-MANDATORY-CHILDREN")
async def test_mandatory_children(space):
    """No Object or Variable of the device lacks what is mandatory in its type."""
    found = await space.follows(rules.mandatory_children)

    assert found.agrees


@verifies("UA-AS-PROPERTY-UNIQUE")
async def test_unique_properties(space):
    """No node of the device has two properties of the same name."""
    found = await space.follows(rules.unique_properties)

    assert found.agrees


@verifies("UA-AS-PROPERTY-LEAF")
async def test_properties_are_leaves(space):
    """No property of the device has nodes below it."""
    found = await space.follows(rules.properties_are_leaves)

    assert found.agrees


@verifies("UA-AS-PROPERTY-TYPE")
async def test_property_type(space):
    """No property of the device is of another type."""
    found = await space.follows(rules.property_type)

    assert found.agrees
