"""What a case may send: what provably changes nothing, writes to what it has leased, declared calls.

Anything else needs a device that is declared `isolated`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from asyncua import ua

from testbed.model.base import Text
from testbed.testers.trouble import Undecided, Unsafe

_HARMLESS = frozenset(
    {
        "ReadRequest",
        "BrowseRequest",
        "BrowseNextRequest",
        "TranslateBrowsePathsToNodeIdsRequest",
        "RegisterNodesRequest",
        "UnregisterNodesRequest",
        "GetEndpointsRequest",
        "FindServersRequest",
        "FindServersOnNetworkRequest",
        "CreateSessionRequest",
        "ActivateSessionRequest",
        "CloseSessionRequest",
        "CancelRequest",
        "OpenSecureChannelRequest",
        "CloseSecureChannelRequest",
        "QueryFirstRequest",
        "QueryNextRequest",
        "HistoryReadRequest",
        "CreateSubscriptionRequest",
        "ModifySubscriptionRequest",
        "DeleteSubscriptionsRequest",
        "SetPublishingModeRequest",
        "TransferSubscriptionsRequest",
        "PublishRequest",
        "RepublishRequest",
        "CreateMonitoredItemsRequest",
        "ModifyMonitoredItemsRequest",
        "DeleteMonitoredItemsRequest",
        "SetMonitoringModeRequest",
        "SetTriggeringRequest",
    }
)
"""Services that change nothing of the process behind a server (10000-4, 5.4 to 5.14)."""
MOST_WRITES = 1000
"""Writes to one node in one run. Assumed: flash of 10,000 cycles outlives ten runs."""
FIRST_WRITES = MOST_WRITES // 4
"""Of these, how many first tries may use, so that repetitions are never refused."""
MOST_NAMED = 16
"""Nodes of one request that are named one by one, where they are not leased (assumed)."""

Call = tuple[str, str]
"""Object and method, as text."""


@dataclass
class Permission:
    """Stands between one case and the device, and keeps account of what is written."""

    leased: Collection[ua.NodeId]
    """Nodes that the case may write."""
    methods: Collection[Call]
    """Methods that the case may call."""
    isolated: bool
    """Whether the device is declared to have nothing real behind it."""
    counted: Counter[str] = field(default_factory=Counter)
    """Writes of the whole run, by what is said of them."""
    repeated: bool = False
    """Whether the case was tried before: writes are kept back for that."""
    restoring: bool = False
    """Whether values are put back now, which is never refused."""
    writes: list[str] = field(default_factory=list)
    """What was written or called, and what only an isolated device may get, in order."""

    def check(self, request: Any) -> None:
        """Raise Unsafe where the declaration does not allow a request.

        Args:
            request: a structure of asyncua's, or bytes that are none.
        """
        name = type(request).__name__
        if name in _HARMLESS:
            return
        if isinstance(request, ua.WriteRequest):
            nodes = [one.NodeId for one in request.Parameters.NodesToWrite or ()]
            allowed = [one in self.leased for one in nodes]
            self._count([f"writes {_text(one)}" for one in self._named(nodes)])
        elif isinstance(request, ua.CallRequest):
            calls = [
                (_text(one.ObjectId), _text(one.MethodId)) for one in request.Parameters.MethodsToCall or ()
            ]
            allowed = [call in self.methods for call in calls]
            named = calls if len(calls) <= MOST_NAMED else sorted(set(calls))[:MOST_NAMED]
            self.writes += [f"calls {method} of {owner}" for owner, method in named]
        else:
            said = f"{len(request)} bytes" if isinstance(request, bytes) else f"a {name}"
            shown = f": {request[:16].hex(' ')}" if isinstance(request, bytes) else ""
            self.writes.append(f"{said} that only an isolated device may get{shown}")
            allowed = [False]
        if not all(allowed) and not self.isolated:
            raise Unsafe(
                Text(
                    en="the case would send more than reads, writes to scratch nodes and declared calls",
                    ko="읽기, 시험용 노드 쓰기, 선언된 호출을 넘는 요청",
                )
            )

    def _named(self, nodes: Sequence[ua.NodeId]) -> Sequence[ua.NodeId]:
        """Return the nodes to give account of: of many that are not leased their number is said instead."""
        strange = [one for one in nodes if one not in self.leased]
        if len(strange) <= MOST_NAMED:
            return nodes
        self.writes.append(f"writes {len(strange)} times to nodes that only an isolated device may get")
        return [one for one in nodes if one in self.leased]

    def _count(self, writes: Sequence[str]) -> None:
        """Keep account of writes; raise Undecided where one node would be written too often."""
        self.counted.update(writes)
        self.writes += writes
        most = MOST_WRITES if self.repeated else FIRST_WRITES
        if not self.restoring and any(self.counted[one] > most for one in writes):
            raise Undecided(
                Text(
                    en=f"a node would be written more than {most} times in one run",
                    ko=f"한 노드를 {most}회 넘게 쓰게 됨",
                )
            )


def _text(node: ua.NodeId) -> str:
    return str(node.to_string())[:200]
