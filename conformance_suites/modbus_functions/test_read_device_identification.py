"""MODBUS Application Protocol V1.1b3, 6.19 to 6.21: Read Device Identification (43/14)."""

import pytest

from testbed.cases import verifies
from testbed.modbus import (
    CLOSED,
    ILLEGAL_DATA_ADDRESS,
    ILLEGAL_DATA_VALUE,
    ILLEGAL_FUNCTION,
    SILENCE,
    ReadDeviceIdentification,
)

BASIC = 1
REGULAR = 2
EXTENDED = 3
SPECIFIC = 4
UNKNOWN = 0x7F
"""An object that the standard reserves, so that no device has it."""


@verifies("MB-FC43-BASIC")
@pytest.mark.parametrize("code", [BASIC, REGULAR, EXTENDED])
async def test_basic(modbus, code):
    """Vendor name, product code and revision are there at every level."""
    told = await modbus.identify(code)

    assert told.basic == (0, 1, 2)


@verifies("MB-FC43-BASIC-ALONE")
async def test_basic_alone(modbus):
    """A request for the basic identification is answered with its three objects only."""
    told = await modbus.identify(BASIC)

    assert told.past_basic == ()


@verifies("MB-FC43-REGULAR")
async def test_regular(modbus):
    """A request for the regular identification is answered without private objects."""
    told = await modbus.identify(REGULAR)

    assert told.private == ()


@verifies("MB-FC43-EXTENDED")
async def test_extended(modbus):
    """The extended identification repeats every object of the regular one."""
    regular = await modbus.identify(REGULAR)
    extended = await modbus.identify(EXTENDED)

    assert extended.named == regular.named


@verifies("MB-FC43-ASCII")
async def test_ascii(modbus):
    """Objects 00 to 06 are ASCII strings."""
    told = await modbus.identify(EXTENDED)

    assert told.not_ascii == ()


@verifies("MB-FC43-DECLARED")
async def test_declared(modbus, declared):
    """Objects whose value is declared hold that value."""
    told = await modbus.identify(EXTENDED)
    held = told.values(declared.identification.ids)

    assert held == declared.identification.values


@verifies("MB-FC43-CONFORMITY")
@pytest.mark.parametrize("code", [BASIC, REGULAR, EXTENDED])
async def test_conformity(modbus, declared, code):
    """Every response carries the declared conformity level, whatever level was asked for."""
    told = await modbus.identify(code)

    assert told.conformity == {declared.identification.conformity}


@verifies("MB-FC43-INTERFACE-ECHO")
async def test_interface_echo(modbus):
    """A response carries the interface of its request, 14."""
    told = await modbus.identify(BASIC)

    assert told.interfaces == {14}


@verifies("MB-FC43-CODE-ECHO")
@pytest.mark.parametrize("code", [BASIC, REGULAR, EXTENDED])
async def test_code_echo(modbus, code):
    """A response carries the access code of its request, even where the device answers at a lower level."""
    told = await modbus.identify(code)

    assert told.codes == {code}


@verifies("MB-FC43-MORE-FOLLOWS")
async def test_more_follows(modbus):
    """More Follows is 00 or FF in every answer."""
    told = await modbus.identify(EXTENDED)

    assert told.strange_flags == ()


@verifies("MB-FC43-NEXT-OBJECT")
async def test_next_object(modbus):
    """Where more follows, the next answer begins with the object that Next Object Id names."""
    told = await modbus.identify(EXTENDED)

    assert told.gaps == ()


@verifies("MB-FC43-CHAIN-ENDS")
async def test_chain_ends(modbus):
    """No object is told twice, and what follows comes to an end."""
    told = await modbus.identify(EXTENDED)

    assert (told.repeated, told.ends) == ((), True)


@verifies("MB-FC43-LAST-PART")
@pytest.mark.parametrize("code", [BASIC, EXTENDED])
async def test_last_part(modbus, code):
    """An answer with More Follows 00 has Next Object Id 00."""
    told = await modbus.identify(code)

    assert told.dangling == ()


@verifies("MB-FC43-OBJECTS-COUNTED")
@pytest.mark.parametrize("code", [BASIC, EXTENDED])
async def test_objects_counted(modbus, code):
    """Each answer has as many objects as it says, and each object as many bytes."""
    told = await modbus.identify(code)

    assert told.miscounted == ()


@verifies("MB-FC43-RESTARTS")
@pytest.mark.parametrize("code", [BASIC, REGULAR, EXTENDED])
async def test_restarts(modbus, code):
    """A stream that is asked for from an unknown object on begins with object 00."""
    told = await modbus.read_device_identification(code, UNKNOWN)

    assert told.first == 0


@verifies("MB-FC43-SINGLE")
@pytest.mark.parametrize("object_id", [0, 1, 2])
async def test_single(modbus, object_id):
    """A request for one object is answered with that object alone."""
    told = await modbus.read_device_identification(SPECIFIC, object_id)

    assert told.ids == (object_id,)


@verifies("MB-FC43-SINGLE-FOLLOWS")
async def test_single_follows(modbus):
    """An answer with one object has More Follows 00 and Next Object Id 00."""
    told = await modbus.read_device_identification(SPECIFIC, 0)

    assert told.last == (0, 0)


@verifies("MB-FC43-SINGLE-EQUAL")
async def test_single_equal(modbus):
    """An object asked for alone holds what it holds in a stream."""
    stream = await modbus.identify(BASIC)
    alone = await modbus.read_device_identification(SPECIFIC, 1)
    held = alone.values((1,))
    streamed = stream.values((1,))

    assert held == streamed


@verifies("MB-FC43-SINGLE-UNKNOWN")
async def test_single_unknown(modbus):
    """A request for one object that the device does not have is refused with exception 02."""
    reply = await modbus.ask(ReadDeviceIdentification(SPECIFIC, UNKNOWN))

    assert reply.exception == ILLEGAL_DATA_ADDRESS


@verifies("MB-FC43-SINGLE-CLAIMED")
async def test_single_claimed(modbus, declared):
    """Single objects are given where bit 7 of the declared conformity says so, and refused elsewhere."""
    outcome = await modbus.outcome(ReadDeviceIdentification(SPECIFIC, 0))

    assert outcome in declared.identification.single


@verifies("MB-FC43-CODE-ILLEGAL")
@pytest.mark.parametrize("code", [0, 5, 255])
async def test_code_illegal(modbus, code):
    """An access code other than 01 to 04 is refused with exception 03."""
    reply = await modbus.ask(ReadDeviceIdentification(code))

    assert reply.exception == ILLEGAL_DATA_VALUE


@verifies("MB-FC43-LENGTH-SHORT")
@pytest.mark.parametrize("size", [2, 3])
async def test_length_short(modbus, size):
    """A request that ends before its object id is refused with exception 03, or gets no answer."""
    outcome = await modbus.outcome(ReadDeviceIdentification(BASIC).encode()[:size])

    assert outcome in (ILLEGAL_DATA_VALUE, SILENCE, CLOSED)


@verifies("MB-FC43-CANOPEN-UNDECLARED")
async def test_canopen_undeclared(modbus):
    """The CANopen interface, where it is not declared, is refused with exception 01, 02 or 03."""
    outcome = await modbus.outcome(bytes([43, 13, 0, 0]))

    assert outcome in (ILLEGAL_FUNCTION, ILLEGAL_DATA_ADDRESS, ILLEGAL_DATA_VALUE)


@verifies("MB-FC43-RESERVED")
@pytest.mark.parametrize("interface", [0, 12, 15, 255])
async def test_reserved(modbus, interface):
    """A reserved interface is refused with exception 01, 02 or 03."""
    outcome = await modbus.outcome(bytes([43, interface, 0, 0]))

    assert outcome in (ILLEGAL_FUNCTION, ILLEGAL_DATA_ADDRESS, ILLEGAL_DATA_VALUE)
