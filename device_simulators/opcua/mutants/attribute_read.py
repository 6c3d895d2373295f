"""Mutants of Read (OPC 10000-4 1.05.04, 5.11.2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from asyncua import ua

from device_simulators.opcua.errors import Failed, Refused
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.nodes import Node
from device_simulators.opcua.plc import Plc
from device_simulators.opcua.reading import VALUE, Asked
from testbed.protocols.opcua.status import Status, status

NODE_ID = int(ua.AttributeIds.NodeId)
SHORT = 3
"""Operations of a request that is looked through."""


@mutant("UA-READ-ORDER")
class ReadsInOrderOfAttributes(Plc):
    """Sorts the attributes of a short Read by their number, to fetch them faster, and returns them so."""

    def read(self, session: Any, request: ua.ReadRequest) -> ua.ReadResponse:
        """Sort what is to be read."""
        items = request.Parameters.NodesToRead or []
        if len(items) == SHORT and len({one.AttributeId for one in items}) > 1:
            request.Parameters.NodesToRead = sorted(items, key=lambda one: one.AttributeId)
        return super().read(session, request)


@mutant("UA-READ-REPEATED")
class ReadsANodeOnce(Plc):
    """Reads a value that is asked for several times in a short request the first time only."""

    def read(self, session: Any, request: ua.ReadRequest) -> ua.ReadResponse:
        """Empty the results of what stood before already."""
        response = super().read(session, request)
        items = request.Parameters.NodesToRead or []
        for at, one in enumerate(items[1:], 1):
            if len(items) == SHORT and items[at - 1] == one and one.AttributeId == VALUE:
                response.Results[at] = ua.DataValue(ua.Variant(), ua.StatusCode(status.BadNothingToDo))
        return response


@mutant("UA-READ-NODE-UNKNOWN", "UA-OPERATIONS-ORDER", "UA-RETURN-DIAGNOSTICS")
class CallsUnknownNodesInvalid(Plc):
    """Answers for a node that does not exist with Bad_NodeIdInvalid."""

    def node_to_read(self, node_id: ua.NodeId) -> Node:
        """Confuse unknown with invalid."""
        try:
            return super().node_to_read(node_id)
        except Failed:
            raise Failed(status.BadNodeIdInvalid) from None


@mutant("UA-READ-NODE-NULL")
class TakesTheNullNodeForTheRoot(Plc):
    """Reads the root folder where the null node id is asked for."""

    def node_to_read(self, node_id: ua.NodeId) -> Node:
        """Put the root in its place."""
        return super().node_to_read(ua.NodeId(ua.ObjectIds.RootFolder) if node_id.is_null() else node_id)

    def read_value(self, node: Node, item: ua.ReadValueId, ask: Asked) -> ua.DataValue:
        """Give the root a value."""
        if item.NodeId.is_null():
            return ua.DataValue(ua.Variant(0, ua.VariantType.Int32))
        return super().read_value(node, item, ask)


@mutant(
    "UA-READ-OTHERS-SERVED",
    "UA-READ-NODE-UNKNOWN",
    "UA-READ-NODE-NULL",
    "UA-VALUE-BAD-IS-NULL",
    "UA-INFO-COUNTS-NOTHING-ELSE",
    "UA-OPERATIONS-ORDER",
    "UA-RETURN-DIAGNOSTICS",
)
class RefusesAllForOneUnknownNode(Plc):
    """Refuses a whole Read in which one node does not exist."""

    def node_to_read(self, node_id: ua.NodeId) -> Node:
        """Raise what belongs to one operation for all of them."""
        try:
            return super().node_to_read(node_id)
        except Failed as failed:
            raise Refused(failed.status) from None


@mutant("UA-READ-NOTHING", "UA-INFO-COUNTS-REJECTED")
class ReadsNothingGladly(Plc):
    """Answers a Read of no nodes with no results."""

    def has_work(self, service: str, operations: Sequence[Any]) -> bool:
        """Take an empty Read for work."""
        return service == "read" or super().has_work(service, operations)


@mutant("UA-READ-ATTRIBUTE-INVALID")
class HasAttributesWithoutEnd(Plc):
    """Returns null for attributes that no node has."""

    def read_attribute(self, node: Node, item: ua.ReadValueId, ask: Asked) -> ua.DataValue:
        """Find something for every number."""
        if not NODE_ID <= item.AttributeId <= ua.AttributeIds.AccessLevelEx:
            return ua.DataValue(ua.Variant(0, ua.VariantType.UInt32))
        return super().read_attribute(node, item, ask)


@mutant("UA-READ-ATTRIBUTE-FOREIGN")
class HasEveryAttributeEverywhere(Plc):
    """Returns null, with a good status, for attributes of other node classes."""

    OTHERS = frozenset(
        {
            int(ua.AttributeIds.EventNotifier),
            int(ua.AttributeIds.DataType),
            int(ua.AttributeIds.AccessLevel),
            int(ua.AttributeIds.ValueRank),
        }
    )

    def read_attribute(self, node: Node, item: ua.ReadValueId, ask: Asked) -> ua.DataValue:
        """Return null for what the node lacks."""
        if item.AttributeId in self.OTHERS and item.AttributeId not in node.attributes:
            return ua.DataValue(ua.Variant())
        return super().read_attribute(node, item, ask)

    def read_value(self, node: Node, item: ua.ReadValueId, ask: Asked) -> ua.DataValue:
        """Return null for the Value of what is no Variable."""
        if node.value is None and node.binding is None:
            return ua.DataValue(ua.Variant())
        return super().read_value(node, item, ask)


@mutant("UA-READ-MAX-AGE-NEGATIVE")
class TakesNegativeAges(Plc):
    """Serves a Read with a negative MaxAge."""

    def check_max_age(self, age: float) -> None:
        """Look at nothing."""


@mutant("UA-READ-MAX-AGE-ANY")
class RefusesAnyAge(Plc):
    """Refuses a MaxAge above 0, since it keeps no old values."""

    def check_max_age(self, age: float) -> None:
        """Let only 0 pass."""
        if age != 0:
            raise Refused(status.BadMaxAgeInvalid)


@mutant("UA-READ-MAX-AGE-FRESH")
class ReturnsOldServerTimestamps(Plc):
    """Returns values from a cache that is a minute old, with a server timestamp that says so."""

    def read_one(self, item: ua.ReadValueId, ask: Asked) -> ua.DataValue:
        """Stamp a value with its time in the cache; beside a source timestamp it has none of its own."""
        found = super().read_one(item, ask)
        if ask.server and not ask.source:
            found.ServerTimestamp = self.started - timedelta(minutes=1)
        return found


@mutant("UA-READ-LIMIT-SERVED")
class ServesOneNodeLess(Plc):
    """Refuses a Read of as many nodes as it says that it serves."""

    def is_bearable(self, service: str, operations: Sequence[Any], maximum: int) -> bool:
        """Count from 1."""
        return super().is_bearable(service, operations, maximum - (service == "read"))


@mutant("UA-READ-LIMIT-EXCEEDED")
class ReadsAnyNumberOfNodes(Plc):
    """Serves a Read of more nodes than it says."""

    def is_bearable(self, service: str, operations: Sequence[Any], maximum: int) -> bool:
        """Never count the nodes of a Read."""
        return service == "read" or super().is_bearable(service, operations, maximum)


@mutant("UA-VALUE-BAD-IS-NULL")
class ReturnsZeroForWhatFailed(Plc):
    """Returns a zero together with the status of a node that does not exist."""

    def no_value(self, why: Status, ask: Asked) -> ua.DataValue:
        """Fill the value up."""
        found = super().no_value(why, ask)
        if why == status.BadNodeIdUnknown:
            found.Value = ua.Variant(0, ua.VariantType.Int32)
        return found
