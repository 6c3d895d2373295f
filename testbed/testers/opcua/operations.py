"""How many operations a request holds, and whether a server said that it takes no more.

OPC 10000-5 1.05.04, 6.3.11: OperationLimitsType; a request beyond a limit is met with Bad_TooManyOperations
(10000-4, 7.38.2).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from asyncua import ua

from testbed.model.base import Text
from testbed.protocols.opcua import status
from testbed.testers.opcua.requests import ids
from testbed.testers.trouble import NotTestable

if TYPE_CHECKING:
    from testbed.testers.opcua.client import Client
    from testbed.testers.opcua.reply import Reply

_LIMITS = {
    "ReadRequest": ("NodesToRead", "MaxNodesPerRead"),
    "WriteRequest": ("NodesToWrite", "MaxNodesPerWrite"),
    "BrowseRequest": ("NodesToBrowse", "MaxNodesPerBrowse"),
    "TranslateBrowsePathsToNodeIdsRequest": ("BrowsePaths", "MaxNodesPerTranslateBrowsePathsToNodeIds"),
    "RegisterNodesRequest": ("NodesToRegister", "MaxNodesPerRegisterNodes"),
    "CallRequest": ("MethodsToCall", "MaxNodesPerMethodCall"),
}
"""Where a request keeps its operations, and the Property of OperationLimits that bounds them."""
_COUNTED: dict[str, Callable[[Any], Sequence[Any]]] = {
    "ReadRequest": lambda it: it.Parameters.NodesToRead,
    "WriteRequest": lambda it: it.Parameters.NodesToWrite,
    "BrowseRequest": lambda it: it.Parameters.NodesToBrowse,
    "BrowseNextRequest": lambda it: it.Parameters.ContinuationPoints,
    "TranslateBrowsePathsToNodeIdsRequest": lambda it: it.Parameters.BrowsePaths,
    "RegisterNodesRequest": lambda it: it.Parameters.NodesToRegister,
    "CallRequest": lambda it: it.Parameters.MethodsToCall,
}
"""Where a request holds its operations, each of which a response has a result for."""


def operations(request: object) -> int:
    """Return how many operations a request holds; 0 for a service that has none."""
    name, _ = _LIMITS.get(type(request).__name__, ("", ""))
    return len(getattr(getattr(request, "Parameters", request), name, None) or ()) if name else 0


def operations_of(request: Any) -> int | None:
    """Return how many results a response has to have; None where its service has one only.

    A BrowseNext that releases continuation points has none (10000-4, 5.9.3.2), but many servers return them.
    """
    if isinstance(request, ua.BrowseNextRequest) and request.Parameters.ReleaseContinuationPoints:
        return None
    counted = _COUNTED.get(type(request).__name__)
    return None if counted is None else len(counted(request) or ())


async def must_be_possible(client: Client, request: Any, reply: Reply) -> None:
    """Look up the server's stated limit where it refuses a request for its number of operations.

    Raises:
        NotTestable: it states that it takes fewer operations than a case needs.
        Unanswered: silence or a close.
    """
    count = operations(request)
    if reply.status != status.BadTooManyOperations or count < 2:  # noqa: PLR2004 - one operation is never too many
        return
    _, name = _LIMITS[type(request).__name__]
    frames = client.frames
    stated = (await client.read(getattr(ids, f"Server_ServerCapabilities_OperationLimits_{name}"))).value
    client.frames = frames
    if isinstance(stated, int) and 0 < stated < count:
        raise NotTestable(
            Text(
                en=f"the case needs {count} operations at once, and the server's {name} is {stated}",
                ko=f"한 번에 {count}개의 연산이 필요하나 서버의 {name}은(는) {stated}임",
            )
        )
