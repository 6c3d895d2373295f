"""Mutants of access levels, write masks and atomicity (OPC 10000-3 1.05.04, 5.2, 5.6.2 and 8.58)."""

from __future__ import annotations

import asyncio
from typing import Any

from asyncua import ua
from asyncua.ua import AttributeIds

from device_simulators.opcua.access import CURRENT_READ, CURRENT_WRITE, FULL_ARRAY_ONLY
from device_simulators.opcua.errors import Failed
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.nodes import Key, Node
from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua.status import status

HISTORY = 1 << 2
"""HistoryRead of AccessLevel."""
RESERVED = 1 << 20
"""A bit of AccessLevelEx without a meaning."""
DESCRIPTION, VALUE = 1 << 5, 1 << 21
"""Bits of the write masks."""


class Told(Plc):
    """Says of one attribute of every Variable something else than it keeps."""

    ATTRIBUTE: AttributeIds

    def attribute_value(self, node: Node, attribute: int, session: Any) -> ua.Variant:
        """Change what is said."""
        found = super().attribute_value(node, attribute, session)
        if attribute == self.ATTRIBUTE and node.node_class == ua.NodeClass.Variable:
            return ua.Variant(self.told(found.Value), found.VariantType)
        return found

    def told(self, kept: int) -> int:
        """Return what is said of the attribute."""
        raise NotImplementedError


@mutant("UA-ACCESS-USER-LEVEL")
class LetsUsersReadHistory(Told):
    """Says that the user may read a history that nobody can read."""

    ATTRIBUTE = AttributeIds.UserAccessLevel

    def told(self, kept: int) -> int:
        """Add HistoryRead."""
        return kept | HISTORY


@mutant("UA-ACCESS-WRITE-ONLY-LEVEL")
class SaysThatAllIsReadable(Told):
    """Says that the user can read every value."""

    ATTRIBUTE = AttributeIds.UserAccessLevel

    def told(self, kept: int) -> int:
        """Add CurrentRead to what can be written alone."""
        return kept | CURRENT_READ


@mutant("UA-ACCESS-READ-ONLY-LEVEL", "UA-ACCESS-USER-LEVEL")
class SaysThatAllIsWritable(Told):
    """Says that the user can write every value."""

    ATTRIBUTE = AttributeIds.UserAccessLevel

    def told(self, kept: int) -> int:
        """Add CurrentWrite."""
        return kept | CURRENT_WRITE


@mutant("UA-ACCESS-SCRATCH-LEVEL")
class SaysThatNothingIsWritable(Told):
    """Says that the user can write no value, though every write is carried out."""

    ATTRIBUTE = AttributeIds.UserAccessLevel

    def told(self, kept: int) -> int:
        """Take CurrentWrite away."""
        return kept & ~CURRENT_WRITE


@mutant("UA-ACCESS-WRITE-ONLY-REFUSED")
class ReadsWhatIsWriteOnly(Plc):
    """Returns the value of a write-only Variable."""

    def check_readable(self, node: Node, session: Any) -> None:
        """Look at nothing."""


@mutant("UA-ACCESS-WRITE-ONLY-REFUSED")
class HidesWhatIsWriteOnly(Plc):
    """Answers for the value of a write-only Variable that there is no such attribute."""

    def check_readable(self, node: Node, session: Any) -> None:
        """Refuse with another code."""
        try:
            super().check_readable(node, session)
        except Failed:
            raise Failed(status.BadAttributeIdInvalid) from None


@mutant("UA-ACCESS-EX-LOW-BITS")
class ExtendsNoAccessLevel(Told):
    """Returns an AccessLevelEx without the bits of AccessLevel."""

    ATTRIBUTE = AttributeIds.AccessLevelEx

    def told(self, kept: int) -> int:
        """Return the upper bits alone."""
        return kept & ~0xFF


@mutant("UA-ACCESS-EX-RESERVED")
class UsesReservedBits(Told):
    """Sets a reserved bit of AccessLevelEx."""

    ATTRIBUTE = AttributeIds.AccessLevelEx

    def told(self, kept: int) -> int:
        """Add a bit."""
        return kept | RESERVED


@mutant("UA-WRITE-FULL-ARRAY-ONLY")
class SaysFullArrayOnly(Told):
    """Says that arrays are written as a whole only, and writes parts of them."""

    ATTRIBUTE = AttributeIds.AccessLevelEx

    def told(self, kept: int) -> int:
        """Add WriteFullArrayOnly."""
        return kept | FULL_ARRAY_ONLY


@mutant("UA-ACCESS-USER-WRITE-MASK")
class LetsUsersWriteMore(Told):
    """Says that the user may write a Description that nobody can write."""

    ATTRIBUTE = AttributeIds.UserWriteMask

    def told(self, kept: int) -> int:
        """Add a bit."""
        return kept | DESCRIPTION


@mutant("UA-ACCESS-VALUE-BIT")
class MasksTheValue(Told):
    """Says in the WriteMask of a Variable that its Value can be written."""

    ATTRIBUTE = AttributeIds.WriteMask

    def told(self, kept: int) -> int:
        """Add the bit of VariableTypes."""
        return kept | VALUE


@mutant("UA-ACCESS-ATOMIC")
class WritesInTwoHalves(Plc):
    """Writes the second half of a whole array a moment after the first."""

    MOMENT = 0.005
    """Seconds between the halves: shorter than any exchange, longer than none."""

    def store(self, node: Key, value: ua.Variant, given: ua.DataValue) -> None:
        """Keep the old second half for a moment."""
        old = self.space[node].value
        super().store(node, value, given)
        is_array = value.is_array and not value.Dimensions and value.VariantType == ua.VariantType.Int32
        if is_array and old is not None and old.Value != value.Value and len(set(value.Value)) == 1:
            half = len(value.Value) // 2
            torn = ua.Variant(value.Value[:half] + old.Value[half:], value.VariantType, is_array=True)
            super().store(node, torn, given)
            asyncio.get_running_loop().call_later(self.MOMENT, super().store, node, value, given)
