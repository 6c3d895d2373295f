"""Mutants of values that are written (OPC 10000-4 1.05.04, 5.11.4): what a server keeps of them."""

from __future__ import annotations

import struct

from asyncua import ua
from asyncua.ua import VariantType

from device_simulators.opcua.errors import Failed
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.nodes import Key, Node
from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua.status import status

LARGEST = 3.4e38
"""What a Float can hold, about."""


@mutant("UA-WRITE-VALUE", "UA-ENCODING-DOUBLE")
class KeepsDoublesAsFloats(Plc):
    """Keeps a Double with the precision of a Float."""

    def store(self, node: Key, value: ua.Variant, given: ua.DataValue) -> None:
        """Round as a Float does, which has no number as large as some Doubles."""
        if value.VariantType == VariantType.Double and not value.is_array and abs(value.Value) < LARGEST:
            value = ua.Variant(struct.unpack("<f", struct.pack("<f", value.Value))[0], VariantType.Double)
        super().store(node, value, given)


@mutant("UA-WRITE-ARRAY", "UA-RANGE-ELEMENTS")
class ReversesArrays(Plc):
    """Keeps the elements of an array in their opposite order."""

    def store(self, node: Key, value: ua.Variant, given: ua.DataValue) -> None:
        """Turn whole arrays of numbers round; those that a part was written to come as they are."""
        if value.is_array and value is given.Value and value.VariantType == VariantType.Int32:
            value = ua.Variant(value.Value[::-1], value.VariantType, value.Dimensions, is_array=True)
        super().store(node, value, given)


@mutant("UA-WRITE-MATRIX", "UA-WRITE-RANGE-MATRIX")
class KeepsColumnsFirst(Plc):
    """Keeps the elements of a matrix column by column."""

    def store(self, node: Key, value: ua.Variant, given: ua.DataValue) -> None:
        """Take what comes by rows for columns."""
        if value.Dimensions and value.VariantType == VariantType.Double:
            flat = [one for column in zip(*value.Value, strict=True) for one in column]
            width = len(value.Value[0])
            rows = [flat[at : at + width] for at in range(0, len(flat), width)]
            value = ua.Variant(rows, value.VariantType, value.Dimensions, is_array=True)
        super().store(node, value, given)


@mutant("UA-WRITE-SUBTYPE")
class KeepsTheTypeOfTheFirstValue(Plc):
    """Takes only values of the type that an abstract Variable holds already, or that no number has."""

    def accepted(self, node: Node, value: ua.Variant) -> ua.Variant:
        """Compare with what is held."""
        if node.value is not None and node.value.VariantType != value.VariantType:
            wanted = node.attributes[int(ua.AttributeIds.DataType)].Identifier
            if wanted == ua.ObjectIds.BaseDataType:
                raise Failed(status.BadTypeMismatch)
        return super().accepted(node, value)


@mutant("UA-WRITE-BYTES")
class TakesNoByteStringForBytes(Plc):
    """Refuses a ByteString where an array of Byte is expected."""

    def alike(self, wanted: VariantType, value: ua.Variant) -> ua.Variant:  # noqa: ARG002 - the fault
        """See a difference."""
        return value
