"""OPC 10000-6 1.05.04, 5.2.2: Built-in types, what was written comes back in the same bytes."""

import pytest

from testbed.cases import verifies
from testbed.opcua import Raw


@verifies("UA-ENCODING-BOOLEAN")
@pytest.mark.parametrize("octets", ["01 00"])
async def test_boolean(ua, scratch, octets):
    """A Boolean is read in the bytes in which it was written."""
    written = bytes.fromhex(octets)
    await ua.store(scratch.node, Raw(written))
    reply = await ua.read(scratch.node)

    assert reply.raw_value == written


@verifies("UA-ENCODING-SBYTE")
@pytest.mark.parametrize("octets", ["02 7f", "02 81"])
async def test_sbyte(ua, scratch, octets):
    """An SByte is read in the bytes in which it was written."""
    written = bytes.fromhex(octets)
    await ua.store(scratch.node, Raw(written))
    reply = await ua.read(scratch.node)

    assert reply.raw_value == written


@verifies("UA-ENCODING-BYTE")
@pytest.mark.parametrize("octets", ["03 00", "03 fe"])
async def test_byte(ua, scratch, octets):
    """A Byte is read in the bytes in which it was written."""
    written = bytes.fromhex(octets)
    await ua.store(scratch.node, Raw(written))
    reply = await ua.read(scratch.node)

    assert reply.raw_value == written


@verifies("UA-ENCODING-INT16")
@pytest.mark.parametrize("octets", ["04 ff 7f", "04 01 80"])
async def test_int16(ua, scratch, octets):
    """An Int16 is read in the bytes in which it was written."""
    written = bytes.fromhex(octets)
    await ua.store(scratch.node, Raw(written))
    reply = await ua.read(scratch.node)

    assert reply.raw_value == written


@verifies("UA-ENCODING-UINT16")
@pytest.mark.parametrize("octets", ["05 00 80", "05 fe ff"])
async def test_uint16(ua, scratch, octets):
    """A UInt16 is read in the bytes in which it was written."""
    written = bytes.fromhex(octets)
    await ua.store(scratch.node, Raw(written))
    reply = await ua.read(scratch.node)

    assert reply.raw_value == written


@verifies("UA-ENCODING-INT32")
@pytest.mark.parametrize("octets", ["06 ff ff ff 7f", "06 01 00 00 80"])
async def test_int32(ua, scratch, octets):
    """An Int32 is read in the bytes in which it was written."""
    written = bytes.fromhex(octets)
    await ua.store(scratch.node, Raw(written))
    reply = await ua.read(scratch.node)

    assert reply.raw_value == written


@verifies("UA-ENCODING-UINT32")
@pytest.mark.parametrize("octets", ["07 00 00 00 80", "07 fe ff ff ff"])
async def test_uint32(ua, scratch, octets):
    """A UInt32 is read in the bytes in which it was written."""
    written = bytes.fromhex(octets)
    await ua.store(scratch.node, Raw(written))
    reply = await ua.read(scratch.node)

    assert reply.raw_value == written


@verifies("UA-ENCODING-INT64")
@pytest.mark.parametrize("octets", ["08 ff ff ff ff ff ff ff 7f", "08 00 00 00 00 00 00 00 80"])
async def test_int64(ua, scratch, octets):
    """An Int64 is read in the bytes in which it was written."""
    written = bytes.fromhex(octets)
    await ua.store(scratch.node, Raw(written))
    reply = await ua.read(scratch.node)

    assert reply.raw_value == written


@verifies("UA-ENCODING-UINT64")
@pytest.mark.parametrize("octets", ["09 00 00 00 00 00 00 00 80", "09 fe ff ff ff ff ff ff ff"])
async def test_uint64(ua, scratch, octets):
    """A UInt64 is read in the bytes in which it was written."""
    written = bytes.fromhex(octets)
    await ua.store(scratch.node, Raw(written))
    reply = await ua.read(scratch.node)

    assert reply.raw_value == written


@verifies("UA-ENCODING-FLOAT")
@pytest.mark.parametrize("octets", ["0a 00 00 00 80", "0a 00 00 80 7f", "0a 01 00 00 00"])
async def test_float(ua, scratch, octets):
    """A Float is read in the bytes in which it was written."""
    written = bytes.fromhex(octets)
    await ua.store(scratch.node, Raw(written))
    reply = await ua.read(scratch.node)

    assert reply.raw_value == written


@verifies("UA-ENCODING-DOUBLE")
@pytest.mark.parametrize(
    "octets", ["0b 00 00 00 00 00 00 00 80", "0b 00 00 00 00 00 00 f0 ff", "0b 01 00 00 00 00 00 00 00"]
)
async def test_double(ua, scratch, octets):
    """A Double is read in the bytes in which it was written."""
    written = bytes.fromhex(octets)
    await ua.store(scratch.node, Raw(written))
    reply = await ua.read(scratch.node)

    assert reply.raw_value == written


@verifies("UA-ENCODING-STRING")
@pytest.mark.parametrize(
    "octets", ["0c 09 00 00 00 f0 9d 84 9e 20 f0 90 8d 88", "0c 07 00 00 00 65 cc 81 20 0d 0a 09"]
)
async def test_string(ua, scratch, octets):
    """A String is read in the bytes in which it was written."""
    written = bytes.fromhex(octets)
    await ua.store(scratch.node, Raw(written))
    reply = await ua.read(scratch.node)

    assert reply.raw_value == written


@verifies("UA-ENCODING-DATE-TIME")
@pytest.mark.parametrize("octets", ["0d 80 96 98 00 00 00 00 00", "0d 00 13 8f d0 5e 5a c8 24"])
async def test_date_time(ua, scratch, octets):
    """A DateTime of whole seconds is read in the bytes in which it was written."""
    written = bytes.fromhex(octets)
    await ua.store(scratch.node, Raw(written))
    reply = await ua.read(scratch.node)

    assert reply.raw_value == written


@verifies("UA-ENCODING-GUID")
@pytest.mark.parametrize("octets", ["0e 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f"])
async def test_guid(ua, scratch, octets):
    """A Guid is read in the bytes in which it was written."""
    written = bytes.fromhex(octets)
    await ua.store(scratch.node, Raw(written))
    reply = await ua.read(scratch.node)

    assert reply.raw_value == written


@verifies("UA-ENCODING-BYTE-STRING")
@pytest.mark.parametrize("octets", ["0f 05 00 00 00 00 ff 80 0a 7f"])
async def test_byte_string(ua, scratch, octets):
    """A ByteString is read in the bytes in which it was written."""
    written = bytes.fromhex(octets)
    await ua.store(scratch.node, Raw(written))
    reply = await ua.read(scratch.node)

    assert reply.raw_value == written


@verifies("UA-ENCODING-XML-ELEMENT")
@pytest.mark.parametrize("octets", ["10 12 00 00 00 3c 61 20 62 3d 22 31 22 3e 26 61 6d 70 3b 3c 2f 61 3e"])
async def test_xml_element(ua, scratch, octets):
    """An XmlElement is read in the bytes in which it was written."""
    written = bytes.fromhex(octets)
    await ua.store(scratch.node, Raw(written))
    reply = await ua.read(scratch.node)

    assert reply.raw_value == written


@verifies("UA-ENCODING-NODE-ID")
@pytest.mark.parametrize(
    "octets",
    [
        "11 03 01 00 03 00 00 00 ea b0 80",
        "11 04 02 00 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f",
        "11 05 03 00 03 00 00 00 00 ff 80",
    ],
)
async def test_node_id(ua, scratch, octets):
    """A NodeId is read in the bytes in which it was written."""
    written = bytes.fromhex(octets)
    await ua.store(scratch.node, Raw(written))
    reply = await ua.read(scratch.node)

    assert reply.raw_value == written


@verifies("UA-ENCODING-EXPANDED-NODE-ID")
@pytest.mark.parametrize("octets", ["12 c3 00 00 01 00 00 00 78 05 00 00 00 75 72 6e 3a 61 07 00 00 00"])
async def test_expanded_node_id(ua, scratch, octets):
    """An ExpandedNodeId is read in the bytes in which it was written."""
    written = bytes.fromhex(octets)
    await ua.store(scratch.node, Raw(written))
    reply = await ua.read(scratch.node)

    assert reply.raw_value == written


@verifies("UA-ENCODING-STATUS-CODE")
@pytest.mark.parametrize("octets", ["13 80 04 34 80"])
async def test_status_code(ua, scratch, octets):
    """A StatusCode is read in the bytes in which it was written."""
    written = bytes.fromhex(octets)
    await ua.store(scratch.node, Raw(written))
    reply = await ua.read(scratch.node)

    assert reply.raw_value == written


@verifies("UA-ENCODING-QUALIFIED-NAME")
@pytest.mark.parametrize("octets", ["14 ff ff 03 00 00 00 eb 82 98"])
async def test_qualified_name(ua, scratch, octets):
    """A QualifiedName is read in the bytes in which it was written."""
    written = bytes.fromhex(octets)
    await ua.store(scratch.node, Raw(written))
    reply = await ua.read(scratch.node)

    assert reply.raw_value == written


@verifies("UA-ENCODING-LOCALIZED-TEXT")
@pytest.mark.parametrize("octets", ["15 02 04 00 00 00 74 65 78 74", "15 01 05 00 00 00 6b 6f 2d 4b 52"])
async def test_localized_text(ua, scratch, octets):
    """A LocalizedText of a text or of a locale alone is read in the bytes in which it was written."""
    written = bytes.fromhex(octets)
    await ua.store(scratch.node, Raw(written))
    reply = await ua.read(scratch.node)

    assert reply.raw_value == written


@verifies("UA-ENCODING-EXTENSION-OBJECT")
@pytest.mark.parametrize(
    "octets", ["16 01 00 76 03 01 10 00 00 00 00 00 00 00 00 00 f8 bf 00 00 00 00 00 00 04 40"]
)
async def test_extension_object(ua, scratch, octets):
    """An ExtensionObject with a Range is read in the bytes in which it was written."""
    written = bytes.fromhex(octets)
    await ua.store(scratch.node, Raw(written))
    reply = await ua.read(scratch.node)

    assert reply.raw_value == written


@verifies("UA-ENCODING-VARIANT")
@pytest.mark.parametrize("octets", ["98 03 00 00 00 03 07 0c 01 00 00 00 78 0b 00 00 00 00 00 00 e0 3f"])
async def test_variant(ua, scratch, octets):
    """An array of a Byte, a String and a Double as Variants is read in the bytes in which it was written."""
    written = bytes.fromhex(octets)
    await ua.store(scratch.node, Raw(written))
    reply = await ua.read(scratch.node)

    assert reply.raw_value == written
