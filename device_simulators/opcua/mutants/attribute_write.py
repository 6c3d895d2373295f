"""Mutants of Write (OPC 10000-4 1.05.04, 5.11.4): what a server takes and what it refuses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from asyncua import ua
from asyncua.ua import AttributeIds, VariantType

from device_simulators.opcua.errors import Failed
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.nodes import Key, Node, key
from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua.status import status

DOUBLE = (0, int(VariantType.Double))
NUMBERS = frozenset({VariantType.Int32, VariantType.Float})


@mutant("UA-WRITE-TYPE-OTHER", "UA-WRITE-REFUSED-UNCHANGED")
class ParsesNumbers(Plc):
    """Takes a String for a Double, and parses it."""

    def accepted(self, node: Node, value: ua.Variant) -> ua.Variant:
        """Convert a String."""
        wanted = node.attributes[int(AttributeIds.DataType)]
        if value.VariantType == VariantType.String and wanted.Identifier == ua.ObjectIds.Double:
            value = ua.Variant(float(value.Value), VariantType.Double)
        return super().accepted(node, value)


@mutant("UA-WRITE-TYPE-NUMBER")
class ConvertsNumbers(Plc):
    """Takes any number for a Double, and converts it."""

    def accepted(self, node: Node, value: ua.Variant) -> ua.Variant:
        """Convert a number."""
        wanted = node.attributes[int(AttributeIds.DataType)]
        if value.VariantType in NUMBERS and not value.is_array and wanted.Identifier == ua.ObjectIds.Double:
            value = ua.Variant(float(value.Value), VariantType.Double)
        return super().accepted(node, value)


@mutant("UA-WRITE-TYPE-ARRAY")
class TakesArraysForScalars(Plc):
    """Takes an array for a scalar."""

    def accepted(self, node: Node, value: ua.Variant) -> ua.Variant:
        """Judge the first element of an array."""
        wanted = node.attributes[int(AttributeIds.ValueRank)]
        if value.is_array and value.Value and wanted == ua.ValueRank.Scalar:
            super().accepted(node, ua.Variant(value.Value[0], value.VariantType))
            return value
        return super().accepted(node, value)


@mutant("UA-WRITE-TYPE-SCALAR")
class TakesScalarsForArrays(Plc):
    """Takes a scalar for an array."""

    def has_rank(self, rank: int, found: int) -> bool:
        """Let an element stand for an array of one."""
        return (rank == ua.ValueRank.OneDimension and found == 0) or super().has_rank(rank, found)


@mutant("UA-WRITE-TYPE-NULL")
class TakesNullForANumber(Plc):
    """Takes a null value for a Double."""

    def takes_null(self, data_type: Key) -> bool:
        """Let nothing stand for a number."""
        return data_type == DOUBLE or super().takes_null(data_type)


@mutant("UA-WRITE-REFUSED-UNCHANGED")
class RefusesTooLate(Plc):
    """Clears a Double before it finds that what was written to it has the wrong type."""

    def accepted(self, node: Node, value: ua.Variant) -> ua.Variant:
        """Store zero first."""
        is_double = node.value is not None and node.value.VariantType == VariantType.Double
        if is_double and value.VariantType == VariantType.String:
            self.space.own(key(node.node_id)).value = ua.Variant(0.0, VariantType.Double)
        return super().accepted(node, value)


@mutant("UA-WRITE-NOTHING")
class WritesNothingGladly(Plc):
    """Answers a Write of no nodes with no results."""

    def has_work(self, service: str, operations: Sequence[Any]) -> bool:
        """Take an empty Write for work."""
        return service == "write" or super().has_work(service, operations)


@mutant("UA-WRITE-NODE-UNKNOWN")
class CallsUnknownNodesNotWritable(Plc):
    """Answers a write to a node that does not exist with Bad_NotWritable."""

    def node_to_write(self, node_id: ua.NodeId) -> Node:
        """Confuse what is not there with what is not writable."""
        try:
            return super().node_to_write(node_id)
        except Failed:
            raise Failed(status.BadNotWritable) from None


@mutant("UA-WRITE-READ-ONLY")
class SaysThatItWrote(Plc):
    """Answers a write to a read-only value with Good, and leaves it."""

    def write_one(self, session: Any, item: ua.WriteValue) -> int:
        """Turn the refusal into a success."""
        found = super().write_one(session, item)
        is_hidden = found == status.BadNotWritable and item.AttributeId == AttributeIds.Value
        return status.Good if is_hidden else found


@mutant("UA-WRITE-READ-ONLY", "UA-WRITE-READ-ONLY-UNCHANGED")
class WritesWhatIsReadOnly(Plc):
    """Writes a read-only value."""

    def check_writable(self, node: Node, session: Any) -> None:
        """Look at nothing."""


@mutant("UA-WRITE-ATTRIBUTE-INVALID")
class CallsAttributesNotWritable(Plc):
    """Answers a write to an attribute that no node has with Bad_NotWritable."""

    def write_attribute(self, node: Node, item: ua.WriteValue) -> None:
        """Confuse what is not there with what is not writable."""
        if item.AttributeId not in node.attributes:
            raise Failed(status.BadNotWritable)
        super().write_attribute(node, item)


@mutant("UA-WRITE-ATTRIBUTE-FOREIGN")
class CallsObjectsNotWritable(Plc):
    """Answers a write to the Value of an Object with Bad_NotWritable."""

    def write_value(self, session: Any, node: Node, item: ua.WriteValue) -> None:
        """Look at the access first."""
        if node.value is None and node.binding is None:
            raise Failed(status.BadNotWritable)
        super().write_value(session, node, item)


@mutant("UA-WRITE-NODE-CLASS", "UA-WRITE-DISPLAY-NAME")
class WritesEveryAttribute(Plc):
    """Writes attributes that the WriteMask forbids."""

    def check_mask(self, node: Node, attribute: int) -> None:
        """Look at nothing."""


@mutant("UA-WRITE-ORDER", "UA-CALL-ORDER")
class ReturnsBadResultsFirst(Plc):
    """Returns the results of what failed in front of all others."""

    def write(self, session: Any, request: ua.WriteRequest) -> ua.WriteResponse:
        """Sort the results."""
        response = super().write(session, request)
        response.Results.sort(key=lambda one: -one.value)
        return response

    def call(self, session: Any, request: ua.CallRequest) -> ua.CallResponse:
        """Sort the results."""
        response = super().call(session, request)
        response.Results.sort(key=lambda one: -one.StatusCode.value)
        return response


@mutant("UA-WRITE-OTHERS-WRITTEN")
class StopsWritingAtTheFirstFault(Plc):
    """Carries out no write behind one that fails, and answers as if it had."""

    def write(self, session: Any, request: ua.WriteRequest) -> ua.WriteResponse:
        """Stop at the first result that is bad."""
        items = request.Parameters.NodesToWrite or []
        self.check_operations("write", items, self.MAX_NODES_PER_WRITE)
        response, has_failed = ua.WriteResponse(), False
        response.Results = []
        for item in items:
            found = status.Good if has_failed else self.write_one(session, item)
            has_failed = has_failed or found != status.Good
            response.Results.append(ua.StatusCode(int(found)))
        return response


@mutant("UA-WRITE-LIMIT-SERVED", "UA-CALL-LIMIT-SERVED")
class ServesOneOperationLess(Plc):
    """Refuses a Write, and a Call, of as many operations as it says that it serves."""

    def is_bearable(self, service: str, operations: Sequence[Any], maximum: int) -> bool:
        """Count from 1."""
        return super().is_bearable(service, operations, maximum - (service in {"write", "call"}))


@mutant("UA-WRITE-LIMIT-EXCEEDED", "UA-CALL-LIMIT-EXCEEDED")
class ServesAnyNumberOfOperations(Plc):
    """Serves a Write, and a Call, of more operations than it says."""

    def is_bearable(self, service: str, operations: Sequence[Any], maximum: int) -> bool:
        """Never count them."""
        return service in {"write", "call"} or super().is_bearable(service, operations, maximum)


@mutant("UA-WRITE-STRING-LENGTH", "UA-WRITE-BYTE-STRING-LENGTH", "UA-WRITE-ARRAY-LENGTH")
class KeepsNoLimits(Plc):
    """Takes longer values than it says, whatever the dimensions of an array."""

    def check_limits(self, value: ua.Variant) -> None:
        """Look at nothing."""

    def has_shape(self, rank: int, dimensions: Sequence[int], value: ua.Variant) -> bool:  # noqa: ARG002
        """Forget the lengths of the dimensions."""
        return super().has_shape(rank, (), value)
