"""The encoded values that OPC 10000-6 (5.2.2) itself prints, and some written by hand after its tables."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from asyncua import ua

from testbed.protocols.opcua.cursor import Cursor
from testbed.protocols.opcua.decoding import BUILT_IN
from testbed.protocols.opcua.decoding_structures import structure_reader
from testbed.protocols.opcua.encoding import WRITERS
from testbed.protocols.opcua.encoding_nested import structure_writer
from testbed.protocols.opcua.errors import DecodeError
from testbed.protocols.opcua.services import decode_service, encode_service, encoding_id

GUID = UUID("72962B91-FA75-4AE6-8D28-B404DC7DAF63")
TYPE = ua.VariantType

EXAMPLES = [
    ("Int32", 1_000_000_000, "00 CA 9A 3B"),  # figure 2
    ("Float", -6.5, "00 00 D0 C0"),  # figure 3
    ("String", "水Boy", "06 00 00 00 E6 B0 B4 42 6F 79"),  # figure 4
    ("Guid", GUID, "91 2B 96 72 75 FA E6 4A 8D 28 B4 04 DC 7D AF 63"),  # figure 5
    ("XmlElement", ua.XmlElement("<A>Hot水</A>"), "0D 00 00 00 3C 41 3E 48 6F 74 E6 B0 B4 3C 2F 41 3E"),
    ("NodeId", ua.NodeId("Hot水", 1), "03 01 00 06 00 00 00 48 6F 74 E6 B0 B4"),  # figure 7
    ("NodeId", ua.NodeId(72, 0), "00 48"),  # figure 8
    ("NodeId", ua.NodeId(1025, 5), "01 05 01 04"),  # figure 9
    ("NodeId", ua.NodeId(70000, 300), "02 2C 01 70 11 01 00"),
    ("NodeId", ua.NodeId(GUID, 4), "04 04 00 91 2B 96 72 75 FA E6 4A 8D 28 B4 04 DC 7D AF 63"),
    ("NodeId", ua.NodeId(b"\xfe\xca", 2), "05 02 00 02 00 00 00 FE CA"),
    (
        "ExpandedNodeId",
        ua.ExpandedNodeId(72, 0, ua.NodeIdType.TwoByte, "urn:a", 3),
        "C0 48 05 00 00 00 75 72 6E 3A 61 03 00 00 00",
    ),
    ("Boolean", True, "01"),
    ("SByte", -2, "FE"),
    ("UInt16", 0xABCD, "CD AB"),
    ("UInt64", 1 << 63, "00 00 00 00 00 00 00 80"),
    ("Double", -6.5, "00 00 00 00 00 00 1A C0"),
    ("String", None, "FF FF FF FF"),
    ("String", "", "00 00 00 00"),
    ("ByteString", b"\x00\xff", "02 00 00 00 00 FF"),
    ("DateTime", datetime(1601, 1, 1, tzinfo=UTC), "00 00 00 00 00 00 00 00"),
    ("DateTime", datetime(1970, 1, 1, tzinfo=UTC), "00 80 3E D5 DE B1 9D 01"),
    ("StatusCode", ua.StatusCode(0x80340000), "00 00 34 80"),
    ("QualifiedName", ua.QualifiedName("Hot水", 1), "01 00 06 00 00 00 48 6F 74 E6 B0 B4"),
    ("LocalizedText", ua.LocalizedText("水", "ja"), "03 02 00 00 00 6A 61 03 00 00 00 E6 B0 B4"),
    ("LocalizedText", ua.LocalizedText("a"), "02 01 00 00 00 61"),
    ("LocalizedText", ua.LocalizedText(), "00"),
    ("Variant", ua.Variant(), "00"),
    ("Variant", ua.Variant(1_000_000_000, TYPE.Int32), "06 00 CA 9A 3B"),
    ("Variant", ua.Variant([1, 2], TYPE.Byte), "83 02 00 00 00 01 02"),
    (
        "Variant",
        ua.Variant([[1, 2, 3], [4, 5, 6]], TYPE.Byte),
        "C3 06 00 00 00 01 02 03 04 05 06 02 00 00 00 02 00 00 00 03 00 00 00",
    ),
    ("Variant", ua.Variant(None, TYPE.Byte, is_array=True), "83 FF FF FF FF"),
    ("Variant", ua.Variant([], TYPE.Byte), "83 00 00 00 00"),
    ("Variant", ua.Variant([ua.Variant(5, TYPE.Byte)], TYPE.Variant), "98 01 00 00 00 03 05"),
    ("ExtensionObject", ua.ExtensionObject(), "00 00 00"),
    ("ExtensionObject", ua.ExtensionObject(ua.NodeId(9, 9), b"\x07"), "01 09 09 00 01 01 00 00 00 07"),
    ("ExtensionObject", ua.ExtensionObject(ua.NodeId(9, 9), b""), "01 09 09 00 01 00 00 00 00"),
    (
        "ExtensionObject",
        ua.Range(1.0, 2.0),
        "01 00 76 03 01 10 00 00 00 00 00 00 00 00 00 F0 3F 00 00 00 00 00 00 00 40",
    ),
    (
        "DataValue",  # its picoseconds stand behind their time, which asyncua has otherwise
        ua.DataValue(
            ua.Variant(5, TYPE.Byte),
            ua.StatusCode(0x40000000),
            datetime(1601, 1, 1, 0, 0, 1, tzinfo=UTC),
            datetime(1601, 1, 1, 0, 0, 2, tzinfo=UTC),
            3,
            4,
        ),
        "3F 03 05 00 00 00 40 80 96 98 00 00 00 00 00 03 00 00 2D 31 01 00 00 00 00 04 00",
    ),
    ("DataValue", ua.DataValue(), "00"),
    (
        "DiagnosticInfo",  # bit 4 is the text and bit 8 the locale, which comes first
        ua.DiagnosticInfo(1, 2, 3, 4, "a", ua.StatusCode(5), ua.DiagnosticInfo(SymbolicId=6)),
        "7F 01 00 00 00 02 00 00 00 03 00 00 00 04 00 00 00 01 00 00 00 61 05 00 00 00 01 06 00 00 00",
    ),
    ("DiagnosticInfo", ua.DiagnosticInfo(LocalizedText=4), "04 04 00 00 00"),
]


def bytes_of(text):
    return bytes.fromhex(text)


@pytest.mark.parametrize(("name", "value", "encoded"), EXAMPLES, ids=lambda value: str(value)[:30])
def test_a_value_has_these_bytes(name, value, encoded):
    out = bytearray()
    WRITERS[name](out, value)

    assert out == bytes_of(encoded)


@pytest.mark.parametrize(("name", "value", "encoded"), EXAMPLES, ids=lambda value: str(value)[:30])
def test_these_bytes_have_a_value(name, value, encoded):
    cursor = Cursor(bytes_of(encoded))

    assert BUILT_IN[name](cursor) == value
    assert cursor.at == len(bytes_of(encoded))


@pytest.mark.parametrize(
    ("name", "encoded", "value"),
    [
        ("Boolean", "07", True),
        ("DateTime", "FF FF FF FF FF FF FF 7F", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("DateTime", "00 00 00 00 00 00 00 80", datetime(1601, 1, 1, tzinfo=UTC)),
        ("NodeId", "03 00 00 FF FF FF FF", ua.NodeId("", 0)),
        ("DataValue", "14 00 00 00 00 00 00 00 00 FF FF", None),
    ],
)
def test_what_a_decoder_shall_take_as_well(name, encoded, value):
    found = BUILT_IN[name](Cursor(bytes_of(encoded)))

    assert found == value if name != "DataValue" else found.SourcePicoseconds == 9999


def test_a_variant_of_a_reserved_type_holds_bytes():
    found = BUILT_IN["Variant"](Cursor(bytes_of("1A 01 00 00 00 61")))

    assert (found.VariantType.value, found.Value) == (26, b"a")


def test_a_read_request_by_hand():
    request = ua.ReadRequest()
    request.RequestHeader.Timestamp = None
    request.RequestHeader.RequestHandle = 1
    request.Parameters.TimestampsToReturn = ua.TimestampsToReturn.Neither
    request.Parameters.NodesToRead = [ua.ReadValueId(ua.NodeId(2258), ua.AttributeIds.Value)]

    encoded = encode_service(request)

    assert encoded == bytes_of(
        "01 00 77 02"  # the type id, 631
        "00 00  00 00 00 00 00 00 00 00  01 00 00 00  00 00 00 00  FF FF FF FF  00 00 00 00  00 00 00"
        "00 00 00 00 00 00 00 00  03 00 00 00"
        "01 00 00 00  01 00 D2 08  0D 00 00 00  FF FF FF FF  00 00 FF FF FF FF".replace("  ", " ")
    )
    assert encoding_id(ua.ReadRequest) == 631
    assert decode_service(encoded).Parameters.NodesToRead == request.Parameters.NodesToRead


def test_a_number_that_no_enumeration_names_stays_a_number():
    request = ua.ReadRequest()
    request.Parameters.TimestampsToReturn = 99

    assert decode_service(encode_service(request)).Parameters.TimestampsToReturn == 99


def both_ways(value, encoded):
    """Whether a structure is written and read as its bytes say."""
    out = bytearray()
    structure_writer(type(value))(out, value)
    assert out == bytes_of(encoded)
    cursor = Cursor(bytes(out))
    found = structure_reader(type(value))(cursor)
    assert (found, cursor.at) == (value, len(out))
    return found


def test_optional_fields_stand_behind_a_mask_of_32_bits():
    both_ways(
        ua.LogRecord(
            datetime(1601, 1, 1, tzinfo=UTC), 5, None, ua.NodeId(7), "a", ua.LocalizedText(), None, None
        ),
        "06 00 00 00  00 00 00 00 00 00 00 00  05 00  00 07  01 00 00 00 61  00",
    )
    with pytest.raises(DecodeError, match="mask 0x20"):
        structure_reader(ua.LogRecord)(Cursor(b"\x20\0\0\0"))


def test_the_text_that_asyncua_takes_for_a_mask_is_a_text():
    value = ua.SessionSecurityDiagnosticsDataType(ua.NodeId(7), "a", ["b"])
    value.Encoding = "c"
    encoded = (
        "00 07  01 00 00 00 61  01 00 00 00 01 00 00 00 62  FF FF FF FF  01 00 00 00 63"
        "FF FF FF FF  00 00 00 00  FF FF FF FF  FF FF FF FF"
    )
    assert both_ways(value, encoded).Encoding == "c"
    both_ways(
        ua.SessionSecurityDiagnosticsDataType(ua.NodeId(7), "a", ["b"]),
        encoded.replace("01 00 00 00 63", "FF FF FF FF"),
    )


def test_a_structure_derived_from_one_of_the_standard_has_its_encoding():
    class Derived(ua.Range):
        pass

    out = bytearray()
    WRITERS["ExtensionObject"](out, Derived(1.0, 2.0))

    assert BUILT_IN["ExtensionObject"](Cursor(bytes(out))) == ua.Range(1.0, 2.0)
    with pytest.raises(TypeError, match="object has no binary encoding"):
        WRITERS["ExtensionObject"](out, object())


def test_enumerations_are_named_in_arrays_too():
    value = ua.SecuritySettingsDataType(SecurityModes=[ua.MessageSecurityMode.Sign])

    found = both_ways(value, "FF FF FF FF  00 00 00 00  01 00 00 00 02 00 00 00  00 00 00 00  FF FF FF FF")
    assert found.SecurityModes[0] is ua.MessageSecurityMode.Sign
