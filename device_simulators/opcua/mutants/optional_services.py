"""Mutants that answer services which they do not have (OPC 10000-4 1.05.04, 5.8, 5.10, 5.11, 5.14.7)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from asyncua import ua

from device_simulators.opcua.channel_rules import Channel
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc
from device_simulators.opcua.session_rules import Session

GOOD = ua.StatusCode(0)


class Obliging(Plc):
    """Answers requests of services that it does not have as if it had done something."""

    PRETENDED: ClassVar[Mapping[type, str]]
    """Where a request of each type holds its operations; no name where it holds none."""

    def perform(self, channel: Channel, request: Any) -> tuple[Any, Session | None]:
        """Answer with good results."""
        if type(request) not in self.PRETENDED:
            return super().perform(channel, request)
        operations = getattr(request.Parameters, self.PRETENDED[type(request)], None) or ()
        if bool(operations) != self.is_for_something():
            return super().perform(channel, request)
        response = getattr(ua, type(request).__name__.replace("Request", "Response"))()
        if operations:
            response.Results = [self.outcome() for _ in operations]
        return response, None

    def is_for_something(self) -> bool:
        """Say whether requests with operations are answered, or those without."""
        return False

    def outcome(self) -> Any:
        """Return the result of one operation."""
        return GOOD


@mutant("UA-QUERY")
class AnswersQueries(Obliging):
    """Answers queries for nothing with nothing."""

    PRETENDED = MappingProxyType({ua.QueryFirstRequest: "", ua.QueryNextRequest: ""})


@mutant("UA-HISTORY-READ-NOTHING")
class ReadsTheHistoryOfNothing(Obliging):
    """Answers a HistoryRead of no nodes with no results."""

    PRETENDED = MappingProxyType({ua.HistoryReadRequest: "NodesToRead"})


@mutant("UA-HISTORY-READ-NONE")
class ReadsAnEmptyHistory(Obliging):
    """Answers a HistoryRead of any node with a good result."""

    PRETENDED = MappingProxyType({ua.HistoryReadRequest: "NodesToRead"})

    def is_for_something(self) -> bool:
        """Answer those with nodes."""
        return True

    def outcome(self) -> Any:
        """Return a history without values."""
        return ua.HistoryReadResult(StatusCode=GOOD)


@mutant("UA-HISTORY-UPDATE-NOTHING")
class UpdatesNothing(Obliging):
    """Answers a HistoryUpdate without details with no results."""

    PRETENDED = MappingProxyType({ua.HistoryUpdateRequest: "HistoryUpdateDetails"})


@mutant("UA-NODE-MANAGEMENT-NOTHING")
class AddsAndDeletesNothing(Obliging):
    """Answers requests to add or delete nothing with no results."""

    PRETENDED = MappingProxyType(
        {
            ua.AddNodesRequest: "NodesToAdd",
            ua.AddReferencesRequest: "ReferencesToAdd",
            ua.DeleteNodesRequest: "NodesToDelete",
            ua.DeleteReferencesRequest: "ReferencesToDelete",
        }
    )


@mutant("UA-ADD-NODES-PARENT")
class AddsOrphans(Obliging):
    """Says that it has added a node below a parent that does not exist."""

    PRETENDED = MappingProxyType({ua.AddNodesRequest: "NodesToAdd"})

    def is_for_something(self) -> bool:
        """Answer those with nodes."""
        return True

    def outcome(self) -> Any:
        """Return a new node."""
        return ua.AddNodesResult(StatusCode=GOOD, AddedNodeId=ua.NodeId("orphan", 1))


@mutant("UA-DELETE-NODES-SERVER")
class DeletesTheServer(Obliging):
    """Says that it has deleted its Server object for anybody."""

    PRETENDED = MappingProxyType({ua.DeleteNodesRequest: "NodesToDelete"})

    def is_for_something(self) -> bool:
        """Answer those with nodes."""
        return True


@mutant("UA-TRANSFER-NOTHING")
class TransfersNothing(Obliging):
    """Answers a transfer of no subscriptions with no results."""

    PRETENDED = MappingProxyType({ua.TransferSubscriptionsRequest: "SubscriptionIds"})
