"""Mutants of values that are written (OPC 10000-4 1.05.04, 5.11.4): what a server keeps of them."""

from __future__ import annotations

import struct
from datetime import timedelta
from typing import Any
from uuid import UUID

from asyncua import ua
from asyncua.ua import VariantType

from device_simulators.opcua.errors import Failed
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.nodes import Key, Node
from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua.status import status


class Kept(Plc):
    """Keeps scalars otherwise than they were written."""

    def store(self, node: Key, value: ua.Variant, given: ua.DataValue) -> None:
        """Change a scalar on its way."""
        if not value.is_array and value.Value is not None:
            value = ua.Variant(self.kept(value.VariantType, value.Value), value.VariantType, is_array=False)
        super().store(node, value, given)

    def kept(self, kind: VariantType, value: Any) -> Any:
        """Return what is kept of a value."""
        raise NotImplementedError


@mutant(
    "UA-WRITE-SBYTE",
    "UA-WRITE-BYTE",
    "UA-WRITE-INT16",
    "UA-WRITE-UINT16",
    "UA-WRITE-INT32",
    "UA-WRITE-UINT32",
    "UA-WRITE-INT64",
    "UA-WRITE-UINT64",
)
class LosesTheHighestBit(Kept):
    """Loses the highest bit of every integer."""

    def kept(self, kind: VariantType, value: Any) -> Any:
        """Keep one bit less."""
        bits = {VariantType.SByte: 8, VariantType.Byte: 8}.get(kind, 0)
        if VariantType.Int16 <= kind <= VariantType.UInt64:
            bits = 16 << (kind - VariantType.Int16) // 2
        return value & ((1 << bits - 1) - 1) if bits else value


@mutant("UA-WRITE-INT64", "UA-WRITE-UINT64")
class CountsInDoubles(Kept):
    """Keeps integers of 64 bits as Doubles, which have 53 bits for them."""

    def kept(self, kind: VariantType, value: Any) -> Any:
        """Round as a Double does."""
        if kind in (VariantType.Int64, VariantType.UInt64):
            rounded = int(float(value))
            return rounded if kind == VariantType.Int64 else min(rounded, 0xFFFFFFFFFFFFF800)
        return value


@mutant("UA-WRITE-BOOLEAN")
class KeepsFalse(Kept):
    """Keeps a Boolean as false where it is not encoded as FF."""

    def kept(self, kind: VariantType, value: Any) -> Any:
        """Compare with a number."""
        return value == 0xFF if kind == VariantType.Boolean else value


@mutant("UA-WRITE-FLOAT", "UA-WRITE-OTHERS-WRITTEN", "UA-WRITE-STATUS")
class KeepsNoFractions(Kept):
    """Keeps the integer part of numbers with a fraction."""

    def kept(self, kind: VariantType, value: Any) -> Any:
        """Cut off what is behind the point; 0.1 is rounded to itself."""
        fraction = kind in (VariantType.Float, VariantType.Double) and abs(value) > 1
        return float(int(value)) if fraction else value


@mutant("UA-WRITE-DOUBLE")
class KeepsDoublesAsFloats(Kept):
    """Keeps a Double with the precision of a Float."""

    def kept(self, kind: VariantType, value: Any) -> Any:
        """Round as a Float does."""
        return struct.unpack("<f", struct.pack("<f", value))[0] if kind == VariantType.Double else value


@mutant("UA-WRITE-STRING", "UA-WRITE-LOCALIZED-TEXT")
class KnowsLatinLettersOnly(Kept):
    """Keeps question marks for letters that are not Latin."""

    def kept(self, kind: VariantType, value: Any) -> Any:
        """Encode as Latin 1."""
        if kind == VariantType.String:
            return value.encode("latin-1", "replace").decode("latin-1")
        if kind == VariantType.LocalizedText and value.Text:
            return ua.LocalizedText(value.Text.encode("latin-1", "replace").decode("latin-1"), value.Locale)
        return value


@mutant("UA-WRITE-BYTE-STRING")
class EndsByteStringsEarly(Kept):
    """Keeps one byte less of every ByteString than was written."""

    def kept(self, kind: VariantType, value: Any) -> Any:
        """Overwrite the last byte by one that ends the string, and lose it."""
        return value[:-1] if kind == VariantType.ByteString else value


@mutant("UA-WRITE-DATE-TIME")
class KeepsLocalTimes(Kept):
    """Keeps times in the zone of Korea."""

    def kept(self, kind: VariantType, value: Any) -> Any:
        """Add nine hours."""
        return value + timedelta(hours=9) if kind == VariantType.DateTime else value


@mutant("UA-WRITE-GUID")
class SwapsGuids(Kept):
    """Keeps the first fields of a Guid in the other order of bytes."""

    def kept(self, kind: VariantType, value: Any) -> Any:
        """Read the bytes as they come."""
        return UUID(bytes=value.bytes_le) if kind == VariantType.Guid else value


@mutant("UA-WRITE-NODE-ID", "UA-WRITE-QUALIFIED-NAME")
class ForgetsNamespaces(Kept):
    """Keeps node ids and names without their namespace."""

    def kept(self, kind: VariantType, value: Any) -> Any:
        """Put namespace 0 in its place."""
        if kind == VariantType.NodeId:
            return ua.NodeId(value.Identifier, 0)
        return ua.QualifiedName(value.Name, 0) if kind == VariantType.QualifiedName else value


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
