"""OPC 10000-4 1.05.04, 7.28: ReadValueId, data encoding."""

import pytest

from testbed.cases import verifies
from testbed.opcua import Attribute, ids, status

STRUCTURE = ids.Server_ServerStatus
SCALAR = ids.Server_ServerStatus_State


@verifies("UA-ENCODING-BINARY")
async def test_binary(ua):
    """ServerStatus is returned where its encoding Default Binary is asked for."""
    reply = await ua.read(STRUCTURE, encoding="Default Binary")

    assert (reply.operation, reply.types) == (status.Good, ("ExtensionObject",))


@verifies("UA-ENCODING-OTHER")
@pytest.mark.parametrize("encoding", ["Default XML", "Default JSON"])
async def test_other(ua, encoding):
    """ServerStatus in XML, and in JSON, is returned or refused with Bad_DataEncodingUnsupported."""
    reply = await ua.read(STRUCTURE, encoding=encoding)

    assert reply.operation in (status.Good, status.BadDataEncodingUnsupported)


@verifies("UA-ENCODING-UNKNOWN")
async def test_unknown(ua):
    """ServerStatus in an encoding that does not exist is refused, or the encoding ignored."""
    reply = await ua.read(STRUCTURE, encoding="No Such Encoding")

    assert reply.operation in (status.Good, status.BadDataEncodingUnsupported, status.BadDataEncodingInvalid)


@verifies("UA-ENCODING-NO-STRUCTURE")
async def test_no_structure(ua):
    """The encoding Default Binary of an enumeration is ignored, or refused with Bad_DataEncodingInvalid."""
    reply = await ua.read(SCALAR, encoding="Default Binary")

    assert reply.operation in (status.Good, status.BadDataEncodingInvalid)


@verifies("UA-ENCODING-OTHER-ATTRIBUTE")
async def test_other_attribute(ua):
    """The encoding Default Binary of a DisplayName is ignored, or refused with Bad_DataEncodingInvalid."""
    reply = await ua.read(STRUCTURE, attribute=Attribute.DisplayName, encoding="Default Binary")

    assert reply.operation in (status.Good, status.BadDataEncodingInvalid)
