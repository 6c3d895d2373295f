"""Which values a Variable takes: type, rank, dimensions, ranges (OPC 10000-4 1.05.04, 5.11.4.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from asyncua import ua
from asyncua.ua import AttributeIds, ValueRank, VariantType

from device_simulators.opcua.errors import Failed
from device_simulators.opcua.nodes import Key, Node, key, standard
from device_simulators.opcua.numeric_range import rank_of, shape_of
from device_simulators.opcua.space import Space
from device_simulators.opcua.values import BASE_DATA_TYPE, ENUMERATION, STRUCTURE, built_in
from testbed.protocols.opcua.status import status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HAS_ENCODING = standard("HasEncoding")
NUMBER = standard("Number")

BYTE_STRING, BYTE = VariantType.ByteString, VariantType.Byte


class ValueTypes:
    """The rules of what may be stored in a Variable, or given to a Method; each a method of its own."""

    MAX_ARRAY_LENGTH: ClassVar[int]
    MAX_STRING_LENGTH: ClassVar[int]
    MAX_BYTE_STRING_LENGTH: ClassVar[int]

    space: Space

    def accepted(self, node: Node, value: ua.Variant) -> ua.Variant:
        """Return a value as the Variable keeps it.

        Raises:
            Failed: Bad_TypeMismatch.
        """
        attributes = node.attributes
        data_type = key(attributes[int(AttributeIds.DataType)])
        rank = attributes[int(AttributeIds.ValueRank)]
        dimensions = attributes.get(int(AttributeIds.ArrayDimensions)) or ()
        wanted = built_in(self.space, data_type)
        if wanted is not None and (rank >= 0 or rank == ValueRank.Any):
            value = self.alike(wanted, value)
        if not (self.has_type(data_type, value) and self.has_shape(rank, dimensions, value)):
            raise Failed(status.BadTypeMismatch)
        return value

    def alike(self, wanted: VariantType, value: ua.Variant) -> ua.Variant:
        """A ByteString stands for an array of Byte (5.11.4.2)."""
        if wanted == BYTE and value.VariantType == BYTE_STRING and not value.is_array:
            return ua.Variant(list(value.Value or b""), BYTE, is_array=True)
        return value

    def has_type(self, data_type: Key, value: ua.Variant) -> bool:
        """Whether a value is of a DataType or of one of its subtypes; nothing is converted (5.11.4.2)."""
        kind = value.VariantType
        if kind == VariantType.Null:
            return self.takes_null(data_type)
        wanted = built_in(self.space, data_type)
        if wanted == VariantType.Variant:
            return True
        if wanted == VariantType.ExtensionObject and kind == wanted:
            return all(self.is_structure(data_type, one) for one in elements(value))
        if wanted is not None:
            return bool(kind == wanted)
        return (0, int(kind)) in self.space.subtypes(data_type)

    def takes_null(self, data_type: Key) -> bool:
        """Only a Variable of any type can hold nothing (5.11.4.2)."""
        return data_type == BASE_DATA_TYPE

    def is_structure(self, data_type: Key, value: Any) -> bool:
        """Whether a structure has a DataType or one of its subtypes."""
        allowed = self.space.subtypes(data_type)
        if isinstance(value, ua.ExtensionObject):
            encoding = key(value.TypeId)
            if encoding not in self.space:
                return False
            described = self.space.targets(encoding, HAS_ENCODING, forward=False)
            return any(one in allowed for one in described)
        told = getattr(value, "data_type", None)
        return data_type == STRUCTURE or (told is not None and key(told) in allowed)

    def has_shape(self, rank: int, dimensions: Sequence[int], value: ua.Variant) -> bool:
        """Whether a value has as many dimensions as ValueRank says, none too long (10000-3, 5.6.2)."""
        if not self.has_rank(rank, rank_of(value)):
            return False
        lengths = shape_of(value)
        return len(lengths) != len(dimensions) or all(
            not most or length <= most for most, length in zip(dimensions, lengths, strict=True)
        )

    def has_rank(self, rank: int, found: int) -> bool:
        """Whether a ValueRank allows a number of dimensions, 0 for a scalar (10000-3, 5.6.2)."""
        if rank == ValueRank.Any:
            return True
        if rank == ValueRank.ScalarOrOneDimension:
            return found <= 1
        if rank == ValueRank.OneOrMoreDimensions:
            return found >= 1
        return found == max(rank, 0)

    def check_limits(self, value: ua.Variant) -> None:
        """Arrays and strings are no longer than the capabilities say (10000-5, 6.3.2)."""
        count = 0
        for one in elements(value):
            count += 1
            if isinstance(one, str) and len(one.encode()) > self.MAX_STRING_LENGTH:
                raise Failed(status.BadOutOfRange)
            if isinstance(one, bytes) and len(one) > self.MAX_BYTE_STRING_LENGTH:
                raise Failed(status.BadOutOfRange)
        if count > self.MAX_ARRAY_LENGTH:
            raise Failed(status.BadOutOfRange)

    def check_bounds(self, node: Node, value: ua.Variant) -> None:
        """Numbers are within InstrumentRange, enumerations have names (5.11.4.4; 10000-8, 5.3.2)."""
        data_type = key(node.attributes[int(AttributeIds.DataType)])
        if data_type in self.space.subtypes(ENUMERATION):
            numbers = self.enumerated(data_type)
            if numbers and any(one not in numbers for one in elements(value)):
                raise Failed(status.BadOutOfRange)
        limits = self.instrument_range(node)
        if limits is not None and not all(limits.Low <= one <= limits.High for one in elements(value)):
            raise Failed(status.BadOutOfRange)

    def enumerated(self, data_type: Key) -> frozenset[int]:
        """Return the numbers of an enumeration; none where it does not say them."""
        definition = self.space[data_type].attributes.get(int(AttributeIds.DataTypeDefinition))
        return frozenset(one.Value for one in definition.Fields) if definition is not None else frozenset()

    def instrument_range(self, node: Node) -> ua.Range | None:
        """Return what an analog item can measure or be set to; None where it does not say."""
        found = self.space.child(key(node.node_id), "InstrumentRange")
        value = self.space[found].value if found is not None else None
        return None if value is None else value.Value


def elements(value: ua.Variant) -> Iterator[Any]:
    """Yield the scalars of a value, those of nested lists too."""
    waiting = [value.Value] if value.is_array or value.Value is not None else []
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting.extend(reversed(one))
        else:
            yield one
