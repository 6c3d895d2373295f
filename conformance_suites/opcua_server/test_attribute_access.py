"""OPC 10000-3 1.05.04, 5.6.2: Variable NodeClass, access levels."""

from testbed.cases import verifies
from testbed.opcua import Attribute, status

NOT_READABLE = (status.BadNotReadable, status.BadUserAccessDenied)
READ = 1
WRITE = 1 << 1
"""Bits of AccessLevel (10000-3, 8.57)."""
NONATOMIC_READ = 1 << 8
RESERVED = 0xFFFFC000
"""Bits of AccessLevelEx (10000-3, 8.58)."""
VALUE_BIT = 1 << 21
"""The bit of the WriteMask for the Value of a VariableType (10000-3, 8.60)."""


@verifies("UA-ACCESS-USER-LEVEL")
async def test_user_level(ua, declared):
    """The UserAccessLevel of a declared variable allows nothing that its AccessLevel does not."""
    level = await ua.held(declared.many[0], Attribute.AccessLevel)
    user = await ua.held(declared.many[0], Attribute.UserAccessLevel)

    assert user.value & ~level.value == 0


@verifies("UA-ACCESS-WRITE-ONLY-REFUSED")
async def test_write_only_refused(ua, declared):
    """Reading a write-only value is refused."""
    reply = await ua.read(declared.write_only)

    assert reply.operation in NOT_READABLE


@verifies("UA-ACCESS-WRITE-ONLY-LEVEL")
async def test_write_only_level(ua, declared):
    """The UserAccessLevel of a write-only value lacks CurrentRead."""
    user = await ua.held(declared.write_only, Attribute.UserAccessLevel)

    assert user.value & READ == 0


@verifies("UA-ACCESS-READ-ONLY-LEVEL")
async def test_read_only_level(ua, declared):
    """The UserAccessLevel of a read-only value lacks CurrentWrite."""
    user = await ua.held(declared.read_only, Attribute.UserAccessLevel)

    assert user.value & WRITE == 0


@verifies("UA-ACCESS-SCRATCH-LEVEL")
async def test_scratch_level(ua, scratch):
    """The UserAccessLevel of a value that may be read and written has CurrentRead and CurrentWrite."""
    user = await ua.held(scratch.node, Attribute.UserAccessLevel)

    assert user.value & (READ | WRITE) == READ | WRITE


@verifies("UA-ACCESS-EX-LOW-BITS")
async def test_ex_low_bits(ua, declared):
    """The first eight bits of a variable's AccessLevelEx, where it has one, are those of its AccessLevel."""
    level = await ua.held(declared.many[0], Attribute.AccessLevel)
    extended = await ua.held(declared.many[0], Attribute.AccessLevelEx, absent=level.value)

    assert extended.value & 0xFF == level.value


@verifies("UA-ACCESS-EX-RESERVED")
async def test_ex_reserved(ua, declared):
    """The bits from 14 on of a variable's AccessLevelEx, where it has one, are zero."""
    extended = await ua.held(declared.many[0], Attribute.AccessLevelEx, absent=0)

    assert extended.value & RESERVED == 0


@verifies("UA-ACCESS-ATOMIC")
async def test_atomic(ua, other, scratch):
    """A read that comes right behind a write of another session sees the array before it, or after it."""
    level = await ua.held(scratch.node, Attribute.AccessLevelEx, absent=NONATOMIC_READ)
    ones, twos = [1] * len(scratch.value), [2] * len(scratch.value)
    await ua.store(scratch.node, ones, "Int32")
    reply = await ua.read_beside(other.write(scratch.node, twos, "Int32"), scratch.node)

    assert level.value & NONATOMIC_READ or reply.value in (tuple(ones), tuple(twos))


@verifies("UA-ACCESS-USER-WRITE-MASK")
async def test_user_write_mask(ua, declared):
    """The UserWriteMask of a declared variable allows nothing that its WriteMask does not."""
    mask = await ua.held(declared.many[0], Attribute.WriteMask, absent=0)
    user = await ua.held(declared.many[0], Attribute.UserWriteMask, absent=0)

    assert user.value & ~mask.value == 0


@verifies("UA-ACCESS-VALUE-BIT")
async def test_value_bit(ua, declared):
    """The WriteMask of a declared variable does not speak of its Value."""
    mask = await ua.held(declared.many[0], Attribute.WriteMask, absent=0)

    assert mask.value & VALUE_BIT == 0
