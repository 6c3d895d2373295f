"""Mutants of Write with an index range, a status or timestamps (OPC 10000-4 1.05.04, 5.11.4 and 7.27)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from asyncua import ua

from device_simulators.opcua.errors import Failed
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.nodes import Key, Node, key
from device_simulators.opcua.numeric_range import Bounds
from device_simulators.opcua.plc import Plc
from device_simulators.opcua.reading import Asked
from testbed.protocols.opcua.status import status

STRINGS = (str, bytes)


@mutant("UA-WRITE-RANGE-ELEMENTS", "UA-WRITE-RANGE-MATRIX", "UA-WRITE-RANGE-STRING")
class SaysThatItWroteParts(Plc):
    """Answers a write with a range with Good, and leaves the value."""

    def replaced(self, old: ua.Variant, bounds: Sequence[Bounds], new: ua.Variant) -> ua.Variant:
        """Check all, and return what was there."""
        super().replaced(old, bounds, new)
        return old


@mutant("UA-WRITE-RANGE-NEIGHBOURS")
class ClearsTheRest(Plc):
    """Clears the elements behind a range of an array that was written."""

    def replaced(self, old: ua.Variant, bounds: Sequence[Bounds], new: ua.Variant) -> ua.Variant:
        """Put zeros behind the range."""
        found = super().replaced(old, bounds, new)
        if found.VariantType == ua.VariantType.Int32 and len(bounds) == 1:
            behind = bounds[0][1] + 1
            found.Value[behind:] = [0] * len(found.Value[behind:])
        return found


@mutant("UA-WRITE-RANGE-MATRIX")
class WritesWholeRows(Plc):
    """Writes a value of one element into the whole row of a matrix."""

    def replaced(self, old: ua.Variant, bounds: Sequence[Bounds], new: ua.Variant) -> ua.Variant:
        """Spread the element."""
        found = super().replaced(old, bounds, new)
        if found.Dimensions and bounds[0][0] == bounds[0][1]:
            row = bounds[0][0]
            found.Value[row] = [found.Value[row][bounds[1][0]]] * len(found.Value[row])
        return found


@mutant("UA-WRITE-RANGE-SIZE", "UA-WRITE-RANGE-SIZE-UNCHANGED")
class WritesWhatThereIs(Plc):
    """Writes as many elements as there are, however many the range has."""

    def fills(self, bounds: Bounds, new: Any) -> bool:
        """Let any number of elements pass."""
        return not isinstance(new, STRINGS) or super().fills(bounds, new)


@mutant("UA-WRITE-RANGE-SIZE")
class CallsAWrongSizeAWrongType(Plc):
    """Answers data of another size than the range with Bad_TypeMismatch."""

    def overwrite(self, data: Any, outer: list[Bounds], inner: Bounds | None, new: Any) -> Any:
        """Confuse the two codes."""
        try:
            return super().overwrite(data, outer, inner, new)
        except Failed:
            raise Failed(status.BadTypeMismatch) from None


@mutant("UA-WRITE-RANGE-OUTSIDE")
class CallsOutsideInvalid(Plc):
    """Answers a write behind the last element with Bad_IndexRangeInvalid."""

    def replaced(self, old: ua.Variant, bounds: Sequence[Bounds], new: ua.Variant) -> ua.Variant:
        """Confuse the two codes."""
        try:
            return super().replaced(old, bounds, new)
        except Failed as failed:
            if failed.status != status.BadIndexRangeNoData:
                raise
            raise Failed(status.BadIndexRangeInvalid) from None


@mutant("UA-WRITE-RANGE-OUTSIDE-UNCHANGED")
class ClampsRanges(Plc):
    """Overwrites the last elements with what was written right behind them."""

    def replaced(self, old: ua.Variant, bounds: Sequence[Bounds], new: ua.Variant) -> ua.Variant:
        """Move a range that begins right behind the last element back inside."""
        if old.is_array and not old.Dimensions and bounds[0][0] == len(old.Value):
            size = bounds[0][1] - bounds[0][0] + 1
            bounds = [(len(old.Value) - size, len(old.Value) - 1)]
        return super().replaced(old, bounds, new)


@mutant("UA-WRITE-RANGE-SYNTAX")
class WritesWithADash(Plc):
    """Takes a dash for a colon where a range is written."""

    def with_part(self, session: Any, node: Node, text: str, value: ua.Variant) -> ua.Variant:
        """Mend the text."""
        return super().with_part(session, node, text.replace("-", ":"), value)


@mutant("UA-WRITE-RANGE-TYPE")
class ConvertsElements(Plc):
    """Converts Doubles that are written to a range of integers."""

    def with_part(self, session: Any, node: Node, text: str, value: ua.Variant) -> ua.Variant:
        """Cut off the fractions."""
        whole = node.value.VariantType if node.value else value.VariantType
        if value.VariantType == ua.VariantType.Double and whole == ua.VariantType.Int32:
            value = ua.Variant([int(one) for one in value.Value], whole, is_array=True)
        return super().with_part(session, node, text, value)


@mutant("UA-WRITE-RANGE-STRING-SIZE")
class ShortensStrings(Plc):
    """Puts in however many characters are given for a range of a String."""

    def fills(self, bounds: Bounds, new: Any) -> bool:
        """Let any length pass."""
        return isinstance(new, STRINGS) or super().fills(bounds, new)


@mutant("UA-WRITE-FULL-ARRAY-ONLY", "UA-WRITE-RANGE-ELEMENTS", "UA-WRITE-RANGE-SIZE", "UA-WRITE-RANGE-TYPE")
class WritesWholeArraysOnly(Plc):
    """Writes no parts of arrays, though it says that it does."""

    def check_parts_allowed(self, node: Node) -> None:
        """Refuse parts of every array of integers."""
        super().check_parts_allowed(node)
        if node.value is not None and node.value.is_array and not node.value.Dimensions:
            raise Failed(status.BadWriteNotSupported)


@mutant("UA-WRITE-COMBINATION", "UA-WRITE-STATUS", "UA-WRITE-SOURCE-TIMESTAMP")
class RefusesCombinationsAsTypes(Plc):
    """Answers a write of a status or a source timestamp with Bad_TypeMismatch."""

    def check_extras(self, node: Node, value: ua.DataValue) -> None:
        """Refuse with another code."""
        has_status = value.StatusCode is not None and value.StatusCode.value
        if has_status or value.SourceTimestamp is not None:
            raise Failed(status.BadTypeMismatch)
        super().check_extras(node, value)


@mutant("UA-WRITE-COMBINATION-UNCHANGED")
class WritesTheValueOfWhatItRefuses(Plc):
    """Keeps the value of a combination that it answers with Bad_WriteNotSupported."""

    def check_extras(self, node: Node, value: ua.DataValue) -> None:
        """Store the value before the refusal."""
        try:
            super().check_extras(node, value)
        except Failed:
            self.store(key(node.node_id), value.Value, ua.DataValue())
            raise


@mutant("UA-WRITE-STATUS")
class KeepsGood(Plc):
    """Keeps every value with the status Good."""

    def store(self, node: Key, value: ua.Variant, given: ua.DataValue) -> None:
        """Drop the status."""
        given.StatusCode = None
        super().store(node, value, given)


@mutant("UA-WRITE-SOURCE-TIMESTAMP")
class StampsWhatIsWritten(Plc):
    """Stamps every value with the time of its writing."""

    def store(self, node: Key, value: ua.Variant, given: ua.DataValue) -> None:
        """Drop the client's timestamp."""
        given.SourceTimestamp = None
        super().store(node, value, given)


@mutant("UA-WRITE-SERVER-TIMESTAMP")
class KeepsServerTimestamps(Plc):
    """Returns the server timestamp that a client wrote."""

    def __init__(self) -> None:
        super().__init__()
        self.told: dict[Key, datetime] = {}

    def check_extras(self, node: Node, value: ua.DataValue) -> None:
        """Keep a server timestamp, and nothing else of what is refused."""
        if value.ServerTimestamp is not None:
            self.told[key(node.node_id)] = value.ServerTimestamp
        super().check_extras(node, value)

    def read_value(self, node: Node, item: ua.ReadValueId, ask: Asked) -> ua.DataValue:
        """Return it."""
        found = super().read_value(node, item, ask)
        kept = self.told.get(key(node.node_id))
        if kept is not None and not ask.source:
            found.ServerTimestamp = kept
        return found
