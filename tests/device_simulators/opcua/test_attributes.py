"""Read and Write (10000-4, 5.11.2, 5.11.4) and index ranges (7.27), rule by rule."""

from datetime import UTC, datetime

import pytest
from asyncua import ua
from asyncua.ua import AttributeIds, VariantType

from device_simulators.opcua.errors import Failed, Refused
from device_simulators.opcua.numeric_range import NumericRanges
from device_simulators.opcua.plc import Transmitter
from tests.device_simulators.opcua.asking import Asking, name_of

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def plc():
    """A fresh controller."""
    return Asking()


def int32(value):
    return ua.Variant(value, VariantType.Int32, is_array=isinstance(value, list))


class TestRead:
    def test_each_node_has_its_own_result(self, plc):
        good, unknown, again = plc.read("Static.Double", "Nowhere", "Static.Double")

        assert good.Value == again.Value
        assert name_of(unknown.StatusCode) == "BadNodeIdUnknown"

    @pytest.mark.parametrize(
        ("node", "attribute", "wanted"),
        [
            ("Static.Double", 999, "BadAttributeIdInvalid"),
            ("Static", AttributeIds.Value, "BadAttributeIdInvalid"),
            ("Static.Double", AttributeIds.EventNotifier, "BadAttributeIdInvalid"),
            ("Static.Double", AttributeIds.DataType, "Good"),
            ("Access.WriteOnly", AttributeIds.Value, "BadNotReadable"),
            ("Access.UserWriteOnly", AttributeIds.Value, "BadUserAccessDenied"),
            ("Access.WriteOnly", AttributeIds.AccessLevel, "Good"),
        ],
    )
    def test_what_can_be_read(self, plc, node, attribute, wanted):
        assert plc.status(node, attribute=attribute) == wanted

    @pytest.mark.parametrize(
        ("parameters", "wanted"),
        [
            ({"max_age": -1}, "BadMaxAgeInvalid"),
            ({"max_age": float("nan")}, "BadMaxAgeInvalid"),
            ({"timestamps": ua.TimestampsToReturn.Invalid}, "BadTimestampsToReturnInvalid"),
            ({"timestamps": 5}, "BadTimestampsToReturnInvalid"),
        ],
    )
    def test_parameters(self, plc, parameters, wanted):
        with pytest.raises(Refused) as refused:
            plc.read("Static.Double", **parameters)

        assert refused.value.status.name == wanted

    def test_too_few_and_too_many(self, plc):
        with pytest.raises(Refused, match="NothingToDo"):
            plc.read()
        with pytest.raises(Refused, match="TooManyOperations"):
            plc.read(*["Static.Double"] * (plc.device.MAX_NODES_PER_READ + 1))

    @pytest.mark.parametrize(
        ("which", "has_source", "has_server"),
        [(0, True, False), (1, False, True), (2, True, True), (3, False, False)],
    )
    def test_timestamps(self, plc, which, has_source, has_server):
        found = plc.read("Static.Double", timestamps=ua.TimestampsToReturn(which))[0]

        assert (found.SourceTimestamp is not None, found.ServerTimestamp is not None) == (
            has_source,
            has_server,
        )

    def test_only_a_value_has_a_source_timestamp(self, plc):
        assert plc.read("Static.Double", attribute=AttributeIds.DisplayName)[0].SourceTimestamp is None

    def test_a_value_is_as_old_as_its_last_change(self, plc):
        first = plc.read("Modbus.Coils", "Static.Double", 2254)
        plc.device.modbus.coils[0] = not plc.device.modbus.coils[0]
        second = plc.read("Modbus.Coils", "Static.Double", 2254)

        times = [
            (one.SourceTimestamp, other.SourceTimestamp) for one, other in zip(first, second, strict=True)
        ]
        assert [one == other for one, other in times] == [False, True, True]

    @pytest.mark.parametrize(
        ("node", "encoding", "wanted"),
        [
            ("Structure.Point", "Default Binary", "Good"),
            ("Structure.Point", "Default XML", "BadDataEncodingUnsupported"),
            ("Structure.Point", "Nonsense", "BadDataEncodingUnsupported"),
            (2256, "Default Binary", "Good"),
            ("Static.Double", "Default Binary", "BadDataEncodingInvalid"),
        ],
    )
    def test_encodings(self, plc, node, encoding, wanted):
        assert plc.status(node, encoding=encoding) == wanted

    def test_other_attributes_have_no_encoding(self, plc):
        status = plc.status("Structure.Point", attribute=AttributeIds.DisplayName, encoding="Default Binary")

        assert status == "BadDataEncodingInvalid"


class TestRanges:
    @pytest.mark.parametrize(
        "text", ["5:2", "2:2", "a", "-1:3", "1:", ":1", "1:2:3", "", "1,,2", " 1", "\u0661", "9" * 99]
    )
    def test_syntax(self, text):
        with pytest.raises(Failed, match="IndexRangeInvalid"):
            NumericRanges().parse_range(text)

    @pytest.mark.parametrize(
        ("node", "text", "wanted"),
        [
            ("Static.Int32Array", "2:4", [-999998, -999997, -999996]),
            ("Static.Int32Array", "5", [-999995]),
            ("Static.Int32Array", "8:20", [-999992, -999991]),
            ("Static.Int32Matrix", "0:1,1", [[-999999], [-999996]]),
            ("Static.String", "1:2", "el"),
            ("Static.ByteString", "0:4", b"bytes"),
            ("Static.StringArray", "2:3,0:1", ["he", "he"]),
        ],
    )
    def test_parts(self, plc, node, text, wanted):
        assert plc.value(node, text) == wanted

    @pytest.mark.parametrize(
        ("node", "text", "wanted"),
        [
            ("Static.Int32Array", "100:110", "BadIndexRangeNoData"),
            ("Static.Int32Array", "1,1", "BadIndexRangeNoData"),
            ("Static.Int32Matrix", "1", "BadIndexRangeInvalid"),
            ("Static.Int32Matrix", "1,9", "BadIndexRangeNoData"),
            ("Static.Double", "0", "BadIndexRangeNoData"),
            ("Static.String", "100", "BadIndexRangeNoData"),
        ],
    )
    def test_no_parts(self, plc, node, text, wanted):
        assert plc.status(node, index_range=text) == wanted

    @pytest.mark.parametrize(
        ("node", "text", "value", "wanted"),
        [
            ("Scratch.Int32Array", "2:3", int32([1, 2]), "Good"),
            ("Scratch.Int32Matrix", "0:1,1", ua.Variant([[7], [8]], VariantType.Int32), "Good"),
            ("Scratch.String", "0:1", ua.Variant("HE"), "Good"),
            ("Scratch.Int32Array", "2:5", int32([1, 2]), "BadIndexRangeDataMismatch"),
            ("Scratch.Int32Array", "9:10", int32([1, 2]), "BadIndexRangeNoData"),
            ("Scratch.Int32Array", "x", int32([1]), "BadIndexRangeInvalid"),
            ("Scratch.Int32Array", "1", ua.Variant([1.0], VariantType.Double), "BadTypeMismatch"),
            ("Scratch.Double", "0", ua.Variant([1.0], VariantType.Double), "BadIndexRangeNoData"),
            ("Access.FullArrayOnly", "1:2", int32([1, 2]), "BadWriteNotSupported"),
        ],
    )
    def test_writing_parts(self, plc, node, text, value, wanted):
        before = plc.value(node)

        assert plc.write(node, value, text) == wanted
        assert (plc.value(node, text) == value.Value) if wanted == "Good" else (plc.value(node) == before)


class TestWrite:
    @pytest.mark.parametrize(
        ("node", "value", "wanted"),
        [
            ("Scratch.Double", ua.Variant(2.5), "Good"),
            ("Scratch.Double", int32(1), "BadTypeMismatch"),
            ("Scratch.Double", ua.Variant("1"), "BadTypeMismatch"),
            ("Scratch.Double", ua.Variant(), "BadTypeMismatch"),
            ("Scratch.Double", ua.Variant([1.0]), "BadTypeMismatch"),
            ("Scratch.Int32Array", int32(1), "BadTypeMismatch"),
            ("Scratch.Int32Array", int32([0] * 11), "BadTypeMismatch"),
            ("Scratch.Int32Matrix", int32([1]), "BadTypeMismatch"),
            ("Scratch.Number", int32(1), "Good"),
            ("Scratch.Number", ua.Variant("1"), "BadTypeMismatch"),
            ("Scratch.Integer", ua.Variant(1, VariantType.UInt32), "BadTypeMismatch"),
            ("Scratch.Variant", ua.Variant("anything"), "Good"),
            ("Scratch.Mode", int32(2), "Good"),
            ("Scratch.Mode", int32(3), "BadOutOfRange"),
            ("Scratch.ByteArray", ua.Variant(b"abc"), "Good"),
            ("Scratch.ByteString", ua.Variant([1], VariantType.Byte), "BadTypeMismatch"),
            ("Scratch.String", ua.Variant("x" * 65_537), "BadOutOfRange"),
            ("Scratch.Point", ua.Variant(ua.Range(1, 2)), "BadTypeMismatch"),
            ("Scratch.ExtensionObject", ua.Variant(ua.Range(1, 2)), "Good"),
            ("Analog.Temperature", ua.Variant(200.5), "BadOutOfRange"),
            ("Static.Double", ua.Variant(1.0), "BadNotWritable"),
            ("Access.UserReadOnly", int32(1), "BadUserAccessDenied"),
            ("Nowhere", int32(1), "BadNodeIdUnknown"),
            ("Static", int32(1), "BadAttributeIdInvalid"),
        ],
    )
    def test_values(self, plc, node, value, wanted):
        assert plc.write(node, value) == wanted

    def test_what_was_written_is_read(self, plc):
        plc.write("Scratch.Point", plc.read("Structure.Point")[0].Value)

        assert plc.read("Scratch.Point")[0].Value == plc.read("Structure.Point")[0].Value

    def test_a_byte_string_becomes_an_array_of_bytes(self, plc):
        plc.write("Scratch.ByteArray", ua.Variant(b"abc"))

        assert plc.read("Scratch.ByteArray")[0].Value == ua.Variant([97, 98, 99], VariantType.Byte)

    def test_status_and_source_timestamp_are_kept_where_they_may_be_written(self, plc):
        extras = {"StatusCode": ua.StatusCode(0x40000000), "SourceTimestamp": LONG_AGO}

        assert plc.write("Scratch.Double", ua.Variant(1.0), **extras) == "Good"
        found = plc.read("Scratch.Double")[0]
        assert (found.StatusCode.value, found.SourceTimestamp) == (0x40000000, LONG_AGO)
        assert plc.write("Access.ValueOnly", int32(1), **extras) == "BadWriteNotSupported"

    def test_a_server_timestamp_cannot_be_written(self, plc):
        assert (
            plc.write("Scratch.Double", ua.Variant(1.0), ServerTimestamp=LONG_AGO) == "BadWriteNotSupported"
        )

    @pytest.mark.parametrize(
        ("node", "attribute", "value", "wanted"),
        [
            ("Access.Describable", AttributeIds.DisplayName, ua.Variant(ua.LocalizedText("new")), "Good"),
            ("Access.Describable", AttributeIds.DisplayName, ua.Variant("new"), "BadTypeMismatch"),
            ("Access.Describable", AttributeIds.NodeClass, int32(1), "BadNotWritable"),
            (
                "Scratch.Double",
                AttributeIds.DisplayName,
                ua.Variant(ua.LocalizedText("new")),
                "BadNotWritable",
            ),
            ("Scratch.Double", AttributeIds.Executable, ua.Variant(Value=True), "BadAttributeIdInvalid"),
        ],
    )
    def test_other_attributes(self, plc, node, attribute, value, wanted):
        assert plc.write(node, value, attribute=attribute) == wanted


class TestBothProtocols:
    def test_values_are_equal(self, plc):
        tables = plc.device.modbus

        assert plc.value("Modbus.HoldingRegisters") == [tables.holding_registers[one] for one in range(200)]
        assert plc.value("Modbus.InputRegisters") == [tables.input_registers[one] for one in range(200)]
        assert plc.value("Modbus.Coils") == [tables.coils[one] for one in range(2048)]

    def test_what_opc_ua_writes_modbus_reads(self, plc):
        plc.write("Modbus.HoldingRegisters", ua.Variant([700, 800], VariantType.UInt16), "3:4")
        plc.write("Modbus.Coils", ua.Variant([True], VariantType.Boolean), "9")

        answer = plc.device.modbus.read_holding_registers(bytes((3, 0, 3, 0, 2)))
        assert answer[2:] == bytes((700 >> 8, 700 & 255, 800 >> 8, 800 & 255))
        assert plc.device.modbus.coils[9] is True

    def test_what_modbus_writes_opc_ua_reads(self, plc):
        plc.device.modbus.write_single_register(bytes((6, 0, 5, 0x12, 0x34)))

        assert plc.value("Modbus.HoldingRegisters", "5") == [0x1234]

    def test_a_table_is_written_as_a_whole_or_by_parts(self, plc):
        assert plc.write("Modbus.HoldingRegisters", ua.Variant([1], VariantType.UInt16)) == "BadOutOfRange"
        assert (
            plc.write("Modbus.InputRegisters", ua.Variant([1], VariantType.UInt16), "0") == "BadNotWritable"
        )


def test_a_transmitter_measures_for_both_protocols():

    device = Asking(Transmitter())
    device.device.modbus.set_temperature(99.5)

    assert device.value("Measurement.Temperature") == 99.5
    assert device.write("Settings.Tag", ua.Variant("TT-101")) == "Good"
    assert bytes(device.device.modbus.holding_registers.read(16, 8)) == b"TT-101".ljust(16)


def test_the_server_tells_its_time(plc):
    status, now = (one.Value.Value for one in plc.read(2256, 2258))

    assert status.StartTime <= status.CurrentTime <= now
    assert status.State == ua.ServerState.Running
    assert plc.value(2255) == plc.device.namespace_array()


def test_limits_are_kept_by_who_names_them(plc):
    assert plc.value(11705) == plc.device.MAX_NODES_PER_READ
    assert plc.value(2735) == plc.device.MAX_CONTINUATION_POINTS
