"""Controllers whose variables hold what they should not (OPC 10000-3 1.05.04, 5.6.2 to 5.8; 10000-8, 5.6)."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from asyncua import ua
from asyncua.ua import AttributeIds

from device_simulators.opcua.mutants.address_space import Altered, own
from device_simulators.opcua.mutants.registry import mutant

if TYPE_CHECKING:
    from device_simulators.opcua.space import Space

UNKNOWN_TYPE = ua.NodeId("NoSuchType", 0)
"""Of the standard's namespace, but not numbered as the standard's nodes of this and later editions are."""


def put(space: Space, name: str, attribute: AttributeIds, value: Any) -> None:
    """Change an attribute of one node."""
    space.own(own(name)).attributes[int(attribute)] = value


@mutant("UA-AS-ARRAY-DIMENSIONS")
class StatesOneDimensionOfTwo(Altered):
    """Has a matrix with one entry in ArrayDimensions."""

    def alter(self, space: Space) -> None:
        """Cut ArrayDimensions."""
        put(space, "Static.GuidMatrix", AttributeIds.ArrayDimensions, [2])


@mutant("UA-AS-VALUE-RANK")
class ArrayIsScalar(Altered):
    """Has an array with the ValueRank of a scalar."""

    def alter(self, space: Space) -> None:
        """Change the ValueRank."""
        put(space, "Static.GuidArray", AttributeIds.ValueRank, int(ua.ValueRank.Scalar))
        del space.own(own("Static.GuidArray")).attributes[int(AttributeIds.ArrayDimensions)]


@mutant("UA-AS-WITHIN-DIMENSIONS")
class ArrayIsLongerThanStated(Altered):
    """Has ten elements where ArrayDimensions says five."""

    def alter(self, space: Space) -> None:
        """Change ArrayDimensions."""
        put(space, "Static.GuidArray", AttributeIds.ArrayDimensions, [5])


@mutant("UA-AS-DATA-TYPE")
class ValueIsOfOtherType(Altered):
    """Says that a Double is a Float."""

    def alter(self, space: Space) -> None:
        """Change the DataType."""
        put(space, "Analog.Pressure", AttributeIds.DataType, ua.NodeId(ua.ObjectIds.Double))


@mutant("UA-AS-DATA-TYPE")
class EnumerationIsUnsigned(Altered):
    """Holds an enumeration as a UInt32."""

    def alter(self, space: Space) -> None:
        """Change the value."""
        space.own(own("Discrete.Mode")).value = ua.Variant(2, ua.VariantType.UInt32)


@mutant("UA-AS-VALUE-NULL")
class IsGoodBeforeFirstValue(Altered):
    """Says that a value which nobody has measured yet is good."""

    def alter(self, space: Space) -> None:
        """Take the value away."""
        space.own(own("Analog.Pressure")).value = ua.Variant()


@mutant("UA-AS-ARGUMENTS")
class ArgumentOfUnknownType(Altered):
    """Has an argument of a DataType that does not exist."""

    def alter(self, space: Space) -> None:
        """Change the first argument of a method."""
        node = space.own(own("Methods.Total.InputArguments"))
        first = copy(node.value.Value[0]) if node.value is not None else ua.Argument()
        first.DataType = UNKNOWN_TYPE
        node.value = ua.Variant([first], ua.VariantType.ExtensionObject, is_array=True)


@mutant("UA-AS-DATA-TYPE-DEFINITION")
class LacksDefinition(Altered):
    """Has a structure without a DataTypeDefinition."""

    def alter(self, space: Space) -> None:
        """Remove the attribute."""
        del space.own(own("PointType")).attributes[int(AttributeIds.DataTypeDefinition)]


class _Redefined(Altered):
    """Has a wrong definition of a structure."""

    def alter(self, space: Space) -> None:
        """Change a copy of the definition."""
        node = space.own(own("PointType"))
        attribute = int(AttributeIds.DataTypeDefinition)
        node.attributes[attribute] = self.redefined(copy(node.attributes[attribute]))

    def redefined(self, definition: Any) -> Any:
        """Return what stands there instead."""
        raise NotImplementedError


@mutant("UA-AS-ENCODING")
class NamesUnknownEncoding(_Redefined):
    """Has a structure whose default encoding is no node of it."""

    def redefined(self, definition: Any) -> Any:
        """Name another encoding."""
        definition.DefaultEncodingId = ua.NodeId("PointType.NoBinary", 2)
        return definition


@mutant("UA-AS-FIELD-TYPES")
class FieldOfUnknownType(_Redefined):
    """Has a structure with a field of a DataType that does not exist."""

    def redefined(self, definition: Any) -> Any:
        """Change the first field."""
        first, *others = definition.Fields
        first = copy(first)
        first.DataType = UNKNOWN_TYPE
        definition.Fields = [first, *others]
        return definition


@mutant("UA-AS-RANGE")
class TurnsRangeRound(Altered):
    """Has a range whose low end is above its high end."""

    def alter(self, space: Space) -> None:
        """Change the range."""
        turned = ua.Variant(ua.Range(10.0, 0.0), ua.VariantType.ExtensionObject)
        space.own(own("Analog.Pressure.EURange")).value = turned


@mutant("UA-AS-UNIT-CODE")
class HasNoUnitCode(Altered):
    """Names the UNECE list for a unit, but no unit of it."""

    def alter(self, space: Space) -> None:
        """Change the number of the unit."""
        node = space.own(own("Analog.Pressure.EngineeringUnits"))
        if node.value is not None:
            unit = copy(node.value.Value)
            unit.UnitId = 1
            node.value = ua.Variant(unit, ua.VariantType.ExtensionObject)
