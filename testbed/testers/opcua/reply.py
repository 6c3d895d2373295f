"""What an OPC UA server answered: a message as a case reads it, nothing converted.

OPC 10000-4 1.05.04: response header 7.34, service faults 7.35; 10000-6: Error and Acknowledge 7.1.2.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import nodeid_from_binary, struct_from_binary, variant_from_binary

from testbed.protocols.opcua import Acknowledge, ErrorMessage, Status, status
from testbed.testers.answer import Array, Instead
from testbed.testers.opcua.view_reply import ViewReply

_RESULTS: Mapping[str, Callable[[Any], Sequence[Any]]] = {
    "ReadResponse": lambda it: it.Results,
    "WriteResponse": lambda it: it.Results,
    "BrowseResponse": lambda it: it.Results,
    "BrowseNextResponse": lambda it: it.Parameters.Results,
    "TranslateBrowsePathsToNodeIdsResponse": lambda it: it.Results,
    "RegisterNodesResponse": lambda it: it.Parameters.RegisteredNodeIds,
    "CallResponse": lambda it: it.Results,
    "GetEndpointsResponse": lambda it: it.Endpoints,
    "FindServersResponse": lambda it: it.Servers,
    "HistoryReadResponse": lambda it: it.Results,
    "AddNodesResponse": lambda it: it.Results,
    "DeleteNodesResponse": lambda it: it.Results,
}
"""Where a response keeps one result an operation, by asyncua's structures."""

_RESULT_SPAN = (40, 44)
"""Where ServiceResult stands in an unsecured message: 24 bytes of headers, type id, time, handle."""
_COUNT = 4
"""Bytes in front of an array's elements (10000-6, 5.2.5)."""
_ERROR_SPAN = (8, 12)
"""Where an Error message carries its code (10000-6, 7.1.2.5)."""


@dataclass(frozen=True)
class Reply(ViewReply):
    """One message of the server."""

    message: Any
    """What was decoded: a response of asyncua's, an Acknowledge or an ErrorMessage."""
    raw: bytes
    """The body of the service, or the whole message of the connection protocol."""
    number: int
    """Frame number of its last chunk."""
    at: float
    """Seconds since the case began."""
    request: object = None
    """What it answers, where that was a request of asyncua's."""
    size: int = 0
    """Bytes of its last chunk."""
    plain: bool = True
    """Whether it came in one unsecured chunk, so that fields stand where the standard puts them."""
    request_id: int = 0

    @property
    def is_error_message(self) -> bool:
        """Whether the server answered with an Error message of the connection protocol."""
        return isinstance(self.message, ErrorMessage)

    @property
    def is_fault(self) -> bool:
        """Whether it is a ServiceFault."""
        return isinstance(self.message, ua.ServiceFault)

    @property
    def acknowledge(self) -> Acknowledge | Instead:
        """The Acknowledge message."""
        return self.message if isinstance(self.message, Acknowledge) else self._instead

    @cached_property
    def status(self) -> Status:
        """Status of the service, of a fault, or of an Error message."""
        if isinstance(self.message, ErrorMessage):
            return Status(self.message.status)
        if isinstance(self.message, Acknowledge):
            return status.Good
        return Status(self.message.ResponseHeader.ServiceResult.value)

    @property
    def response(self) -> Any:
        """The response as asyncua decodes it, None for a fault or an Error message."""
        is_response = not isinstance(self.message, ErrorMessage | Acknowledge | ua.ServiceFault)
        return self.message if is_response else None

    @cached_property
    def parameters(self) -> Any:
        """The response's parameters, as asyncua groups them; an Instead for a fault or an Error message."""
        if self.response is None:
            return self._instead
        return getattr(self.response, "Parameters", self.response)

    @property
    def _instead(self) -> Instead:
        return Instead(f"{self.status.title}", f"{self.status.title}")

    @cached_property
    def results(self) -> Array | Instead:
        """What the response holds for each operation."""
        found = _RESULTS.get(type(self.message).__name__)
        return self._instead if found is None or self.response is None else Array(found(self.message) or ())

    @property
    def result(self) -> Any:
        """What the response holds for the first operation."""
        return self._first(self.results)

    def _first(self, of: Array | tuple[Any, ...] | Instead) -> Any:
        if isinstance(of, Instead):
            return of
        return of[0] if of else Instead("a response without results", "결과가 없는 응답")

    @cached_property
    def statuses(self) -> tuple[Status, ...] | Instead:
        """The status of each operation."""
        results = self.results
        return results if isinstance(results, Instead) else tuple(map(_status_of, results))

    @cached_property
    def served(self) -> tuple[bool, ...] | Instead:
        """Whether each operation is good, with whatever status where it is not."""
        found = self.statuses
        return found if isinstance(found, Instead) else tuple(one.is_good for one in found)

    @property
    def operation(self) -> Status | Instead:
        """The status of the first operation."""
        found: Status | Instead = self._first(self.statuses)
        return found

    @property
    def refusal(self) -> Status | Instead:
        """The status of the service where it is no success, of the first operation otherwise."""
        return self.operation if self.status == status.Good else self.status

    @property
    def last_operation(self) -> Status | Instead:
        """The status of the last operation."""
        found = self.statuses
        return found[-1] if isinstance(found, tuple) and found else self._first(found)

    @cached_property
    def data_values(self) -> Array | Instead:
        """The DataValue of each node that was read."""
        is_read = isinstance(self.message, ua.ReadResponse)
        return self.results if is_read else self._instead

    @property
    def data_value(self) -> Any:
        """The DataValue of the first node that was read."""
        return self._first(self.data_values)

    @cached_property
    def values(self) -> tuple[Any, ...] | Instead:
        """The value of each node that was read; an array as an Array, none as None."""
        found = self.data_values
        return found if isinstance(found, Instead) else tuple(_value_of(one.Value) for one in found)

    @property
    def value(self) -> Any:
        """The value of the first node that was read; what its status says where it was not."""
        first = self._first(self.values)
        if first is None and isinstance(self.operation, Status) and self.operation.is_bad:
            return Instead(self.operation.title, self.operation.title)
        return first

    @cached_property
    def types(self) -> tuple[str, ...] | Instead:
        """The name of the built-in type of each value that was read; "Null" for none."""
        found = self.data_values
        if isinstance(found, Instead):
            return found
        return tuple(one.Value.VariantType.name if one.Value is not None else "Null" for one in found)

    @property
    def type(self) -> str | Instead:
        """The name of the built-in type of the first value."""
        found: str | Instead = self._first(self.types)
        return found

    @cached_property
    def raw_value(self) -> bytes | Instead:
        """The bytes of the Variant of the first node that was read as they came, if any."""
        if not isinstance(self.data_value, ua.DataValue):
            return self._instead
        buffer = Buffer(self.raw)
        nodeid_from_binary(buffer)
        struct_from_binary(ua.ResponseHeader, buffer)
        buffer.skip(_COUNT)
        has_value = bool(buffer.read(1)[0] & 1)
        start = len(self.raw) - len(buffer)
        if has_value:
            variant_from_binary(buffer)
        return self.raw[start : len(self.raw) - len(buffer)]

    @property
    def source_timestamp(self) -> datetime | Instead | None:
        """The source timestamp of the first node that was read; None where there is none."""
        first = self.data_value
        return first if isinstance(first, Instead) else first.SourceTimestamp

    @property
    def server_timestamp(self) -> datetime | Instead | None:
        """The server timestamp of the first node that was read; None where there is none."""
        first = self.data_value
        return first if isinstance(first, Instead) else first.ServerTimestamp

    @property
    def age(self) -> float:
        """Seconds from the first server timestamp to the response's own; infinite where there is none."""
        told = self.server_timestamp
        if not isinstance(told, datetime):
            return math.inf
        return _utc(self.message.ResponseHeader.Timestamp) - _utc(told)

    @property
    def ahead(self) -> float:
        """Seconds by which the first source timestamp is ahead of its server timestamp; 0 where one lacks."""
        source, server = self.source_timestamp, self.server_timestamp
        if not isinstance(source, datetime) or not isinstance(server, datetime):
            return 0.0
        return _utc(source) - _utc(server)

    @property
    def length(self) -> int | Instead:
        """Elements of the first value: of an array, characters of a String, bytes of a ByteString."""
        value = self.value
        if isinstance(value, tuple | str | bytes):
            return len(value)
        return value if isinstance(value, Instead) else Instead("a value without elements", "원소가 없는 값")

    @property
    def elements(self) -> Array:
        """The elements of the first value; none where it is no array."""
        return self.value if isinstance(self.value, Array) else Array()

    @property
    def strings(self) -> Array:
        """The texts among these elements."""
        return Array(one for one in self.elements if isinstance(one, str))

    @property
    def texts(self) -> Array:
        """Texts among the values that were read; what else came is left out."""
        found = () if isinstance(self.values, Instead) else self.values
        return Array(one for one in found if isinstance(one, str))

    @property
    def structure(self) -> str:
        """The name of the structure that the first value is; empty where it is none."""
        value = self.value
        return type(value).__name__ if is_dataclass(value) and self.type == "ExtensionObject" else ""

    def field(self, name: str) -> Any:
        """Return a field of the structure that the first value is; None where there is none."""
        return getattr(self.value, name, None) if self.structure else None

    def more_than(self, other: Reply, name: str) -> float:
        """Return by how much a counter of a structure is more than in another reply; NaN where it is none."""
        mine, theirs = self.field(name), other.field(name)
        return mine - theirs if isinstance(mine, int) and isinstance(theirs, int) else math.nan

    def seconds_since(self, earlier: Reply) -> float:
        """Return the seconds between two times that were read; NaN where one of them is none."""
        if not isinstance(self.value, datetime) or not isinstance(earlier.value, datetime):
            return math.nan
        return _utc(self.value) - _utc(earlier.value)

    @property
    def behind(self) -> float:
        """Seconds by which a time that was read is behind the response's own; infinite where it is none."""
        if not isinstance(self.value, datetime):
            return math.inf
        return _utc(self.message.ResponseHeader.Timestamp) - _utc(self.value)

    @property
    def references(self) -> Array | Instead:
        """The references of the first node that was browsed."""
        first = self.result
        if isinstance(first, ua.BrowseResult):
            return Array(first.References or ())
        return first if isinstance(first, Instead) else self._instead

    @property
    def targets(self) -> Array | Instead:
        """The node ids that the references of the first node lead to, in order."""
        found = self.references
        return found if isinstance(found, Instead) else Array(one.NodeId for one in found)

    @property
    def continuation_point(self) -> bytes | Instead | None:
        """The continuation point of the first node that was browsed; None where there is none."""
        first = self.result
        if isinstance(first, ua.BrowseResult):
            return first.ContinuationPoint or None
        return first if isinstance(first, Instead) else self._instead

    @property
    def outputs(self) -> Array | Instead:
        """The output arguments of the first call."""
        first = self.result
        if isinstance(first, ua.CallMethodResult):
            return Array(map(_value_of, first.OutputArguments or ()))
        return first if isinstance(first, Instead) else self._instead

    @property
    def argument_results(self) -> tuple[Status, ...] | Instead:
        """The status of each input argument of the first call."""
        first = self.result
        if isinstance(first, ua.CallMethodResult):
            return tuple(map(_status_of, first.InputArgumentResults or ()))
        return first if isinstance(first, Instead) else self._instead

    @property
    def session_timeout(self) -> float:
        """The revised timeout of a session, in milliseconds; none where it was not created."""
        return float(getattr(self.parameters, "RevisedSessionTimeout", math.nan))

    @property
    def cancelled(self) -> int | Instead:
        """How many requests were cancelled."""
        found: int | Instead = getattr(self.parameters, "CancelCount", self._instead)
        return found

    @property
    def missing_strings(self) -> tuple[int, ...] | Instead:
        """Indexes in diagnostics that no entry of the string table has (10000-4, 7.12)."""
        if isinstance(self.message, ErrorMessage | Acknowledge):
            return self._instead
        head = self.message.ResponseHeader
        told = [head.ServiceDiagnostics, *(getattr(self.message, "DiagnosticInfos", None) or ())]
        known = range(-1, len(head.StringTable or ()))
        return tuple(index for one in told for index in _string_indexes(one) if index not in known)

    def span(self, attribute: str) -> tuple[int, int]:
        """Return the bytes of the last frame that an attribute is read from: first, and first after."""
        if attribute == "status" and self.is_error_message:
            return _ERROR_SPAN
        if attribute == "status" and self.plain and self.size >= _RESULT_SPAN[1]:
            return _RESULT_SPAN
        return 0, self.size


def _string_indexes(info: ua.DiagnosticInfo | None) -> Iterator[int]:
    """Yield what diagnostics refer to of a string table."""
    while info is not None:
        for index in (info.SymbolicId, info.NamespaceURI, info.Locale, info.LocalizedText):
            if index is not None:
                yield index
        info = info.InnerDiagnosticInfo


def _status_of(result: Any) -> Status:
    """Return the status of one operation; a node id or a description has none and is good."""
    code = result if isinstance(result, ua.StatusCode) else getattr(result, "StatusCode", None)
    return status.Good if code is None else Status(code.value)


def _utc(moment: datetime) -> float:
    """Return a time in seconds, whether or not it says that it is UTC."""
    return moment.replace(tzinfo=UTC).timestamp()


def _value_of(value: Any) -> Any:
    held = value.Value if isinstance(value, ua.Variant) else value
    return Array(held) if isinstance(held, list | tuple) else held
