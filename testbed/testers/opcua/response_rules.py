"""What every response must keep that could be decoded: its type, handle, time, results and diagnostics.

OPC 10000-4 1.05.04: response header 7.34, service faults 7.35, results and diagnostics 7.38 and 5.3.
"""

from __future__ import annotations

from typing import Any

from asyncua import ua

from testbed.protocols.opcua import Status
from testbed.testers.opcua.breaches import (
    DIAGNOSTICS,
    FAULT,
    HANDLE,
    RESULTS,
    TIMESTAMP,
    TYPE,
    BreachFound,
    breach_at,
)
from testbed.testers.opcua.conversation import Message

_UNREAD = {"BadDecodingError", "BadEncodingLimitsExceeded"}
"""What a server says of a request that it could not read, and whose handle it need not know."""
_SAME_MANY = {"Results", "RegisteredNodeIds"}
"""Fields of a response that hold one entry an operation."""


def breach_of(message: Message) -> BreachFound | None:  # noqa: PLR0911 - one line a rule
    """Return what is wrong with a response to its request, None where nothing is."""
    decoded, asked, number = message.decoded, message.asked, message.number
    if not hasattr(decoded, "ResponseHeader"):
        said = type(decoded).__name__
        return breach_at(TYPE, number, (0, 0), "a response", said, fatal=False)
    head = decoded.ResponseHeader
    result = Status(head.ServiceResult.value)
    if asked is None or asked.request is None:
        return None
    is_fault = isinstance(decoded, ua.ServiceFault)
    wanted = type(asked.request).__name__.removesuffix("Request") + "Response"
    if not is_fault and type(decoded).__name__ != wanted:
        return breach_at(TYPE, number, (0, 0), wanted, type(decoded).__name__, fatal=False)
    is_unread = is_fault and result.name in _UNREAD and not head.RequestHandle
    if head.RequestHandle != asked.handle and not is_unread:
        said = f"request handle {head.RequestHandle}"
        return breach_at(HANDLE, number, (0, 0), f"request handle {asked.handle}", said, fatal=False)
    if is_fault and not result.is_bad:
        return breach_at(FAULT, number, (0, 0), "a bad status in a ServiceFault", result.title, fatal=False)
    if _is_null(head.Timestamp):
        return breach_at(TIMESTAMP, number, (0, 0), "the time of the response", "none", fatal=False)
    return None if is_fault or result.is_bad else _counted(message)


def _is_null(time: Any) -> bool:
    """Say whether a time is the null DateTime, which asyncua decodes as the first day of 1601."""
    return time is None or time <= ua.win_epoch_to_datetime(0)


def _counted(message: Message) -> BreachFound | None:
    """Judge how many results and diagnostics a good response holds."""
    operations, decoded = message.asked.operations if message.asked else None, message.decoded
    if operations is None:
        return None
    where = decoded if hasattr(decoded, "Results") else getattr(decoded, "Parameters", decoded)
    for name in _SAME_MANY:
        held = getattr(where, name, None)
        if hasattr(where, name) and len(held or ()) != operations:
            said = f"{len(held or ())} results"
            return breach_at(RESULTS, message.number, (0, 0), f"{operations} results", said, fatal=False)
    diagnostics = getattr(where, "DiagnosticInfos", None) or ()
    if len(diagnostics) not in {0, operations}:
        expected, said = f"none or {operations} diagnostic infos", f"{len(diagnostics)} diagnostic infos"
        return breach_at(DIAGNOSTICS, message.number, (0, 0), expected, said, fatal=False)
    return None
