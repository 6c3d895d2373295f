"""OPC 10000-3 1.05.04, 5.6.2: Variable NodeClass, and what variables hold."""

from testbed.cases import verifies
from testbed.opcua import rules


@verifies("UA-AS-ARRAY-DIMENSIONS")
async def test_array_dimensions(space):
    """No ArrayDimensions of the device contradicts its ValueRank."""
    found = await space.follows(rules.array_dimensions)

    assert found.agrees


@verifies("UA-AS-VALUE-RANK")
async def test_value_rank(space):
    """No value of the device contradicts its ValueRank."""
    found = await space.follows(rules.value_rank)

    assert found.agrees


@verifies("UA-AS-WITHIN-DIMENSIONS")
async def test_within_dimensions(space):
    """No value of the device is longer than its ArrayDimensions."""
    found = await space.follows(rules.within_dimensions)

    assert found.agrees


@verifies("UA-AS-DATA-TYPE")
async def test_data_type(space):
    """No value of the device is of another type than its DataType."""
    found = await space.follows(rules.data_type)

    assert found.agrees


@verifies("UA-AS-VALUE-NULL")
async def test_no_empty_good(space):
    """No Variable of the device is good without a value."""
    found = await space.follows(rules.no_empty_good)

    assert found.agrees


@verifies("UA-AS-ARGUMENTS")
async def test_arguments(space):
    """No method of the device has arguments that nobody can know."""
    found = await space.follows(rules.arguments)

    assert found.agrees


@verifies("UA-AS-DATA-TYPE-DEFINITION")
async def test_data_type_definition(space):
    """No structure or enumeration of the device lacks its definition."""
    found = await space.follows(rules.data_type_definition)

    assert found.agrees


@verifies("UA-AS-ENCODING")
async def test_encoding_exists(space):
    """No structure of the device names an encoding that it does not have."""
    found = await space.follows(rules.encoding_exists)

    assert found.agrees


@verifies("UA-AS-FIELD-TYPES")
async def test_field_types_exist(space):
    """No structure of the device has a field of an unknown DataType."""
    found = await space.follows(rules.field_types_exist)

    assert found.agrees


@verifies("UA-AS-RANGE")
async def test_ranges(space):
    """No range of the device is empty."""
    found = await space.follows(rules.ranges)

    assert found.agrees


@verifies("UA-AS-UNIT-CODE")
async def test_unit_codes(space):
    """No unit of the device has a number that is no code."""
    found = await space.follows(rules.unit_codes)

    assert found.agrees
