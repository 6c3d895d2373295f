"""Requests as a case words them: every field is set here, since asyncua's defaults are not the standard's.

OPC 10000-4 1.05.04 ("Services"); attribute ids of 10000-6, A.1. asyncua's dataclasses default a Boolean to
True, so that no field may be left to them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from asyncua import ua

FORWARD, INVERSE, BOTH = 0, 1, 2
"""Directions of a Browse (10000-4, 7.5)."""
EVERYTHING = 63
"""A result mask that asks for every field of a reference (10000-4, 5.9.2.2)."""

_PLACE = 16
"""Bytes that hold the place of a raw Variant."""

NULL_NODE = ua.NodeId(0, 0, ua.NodeIdType.TwoByte)
NO_TIME = ua.win_epoch_to_datetime(0)
"""The null DateTime (10000-6, 5.2.2.5)."""


class Timestamps(IntEnum):
    """Which timestamps a Read returns (10000-4, 7.39)."""

    Source = 0
    Server = 1
    Both = 2
    Neither = 3


class _Ids:
    """Nodes of the standard's own namespace by their names in its list."""

    def __getattr__(self, name: str) -> ua.NodeId:
        try:
            found = ua.NodeId(getattr(ua.ObjectIds, name), 0)
        except AttributeError:
            raise AttributeError(f"the standard has no node `{name}`") from None
        setattr(self, name, found)  # the next time it is found without this method
        return found


ids = _Ids()
"""`ids.Server_ServerStatus` is i=2256."""

Attribute = ua.AttributeIds

TYPES: Mapping[int, str] = {
    Attribute.NodeId: "NodeId",
    Attribute.NodeClass: "Int32",
    Attribute.BrowseName: "QualifiedName",
    Attribute.DisplayName: "LocalizedText",
    Attribute.Description: "LocalizedText",
    Attribute.WriteMask: "UInt32",
    Attribute.UserWriteMask: "UInt32",
    Attribute.IsAbstract: "Boolean",
    Attribute.Symmetric: "Boolean",
    Attribute.InverseName: "LocalizedText",
    Attribute.ContainsNoLoops: "Boolean",
    Attribute.EventNotifier: "Byte",
    Attribute.DataType: "NodeId",
    Attribute.ValueRank: "Int32",
    Attribute.ArrayDimensions: "UInt32",
    Attribute.AccessLevel: "Byte",
    Attribute.UserAccessLevel: "Byte",
    Attribute.MinimumSamplingInterval: "Double",
    Attribute.Historizing: "Boolean",
    Attribute.Executable: "Boolean",
    Attribute.UserExecutable: "Boolean",
    Attribute.DataTypeDefinition: "ExtensionObject",
    Attribute.AccessLevelEx: "UInt32",
}
"""Built-in types of attributes (10000-3, 5.2 to 5.8); a NodeClass travels as an Int32 (10000-6, 5.2.4)."""


def is_typed(attribute: int, kind: str, *, is_array: bool) -> bool:
    """Say whether an attribute has its type; any may be null, and only ArrayDimensions is an array."""
    wanted = TYPES.get(attribute, kind)
    return kind == "Null" or (kind == wanted and is_array is (attribute == Attribute.ArrayDimensions))


@dataclass(frozen=True)
class Item:
    """What a Read reads of one node."""

    node: ua.NodeId
    attribute: int = Attribute.Value
    index_range: str | None = None
    encoding: str | None = None


@dataclass(frozen=True)
class Raw:
    """The bytes of a Variant, right or wrong, to be sent as they are."""

    data: bytes


@dataclass(frozen=True)
class WriteItem:
    """What a Write writes to one node; the type is a built-in type's name, or left to asyncua's guess."""

    node: ua.NodeId
    value: object
    type: str | None = None
    attribute: int = Attribute.Value
    index_range: str | None = None
    status: int | None = None
    source: object = None
    """Source timestamp, a datetime; none is sent where it is None."""
    server: object = None
    """Server timestamp, a datetime."""


@dataclass(frozen=True)
class PathElement:
    """One element of a relative path (10000-4, 7.31)."""

    name: str | None
    namespace: int = 0
    reference: ua.NodeId | None = None
    """HierarchicalReferences where none is named."""
    inverse: bool = False
    subtypes: bool = True


def variant(value: object, kind: str | None = None) -> ua.Variant:
    """Return a Python value as a Variant of a built-in type; raw bytes hold a place, see `patched`."""
    if isinstance(value, Raw):
        return ua.Variant(_place_of(value), ua.VariantType.ByteString)
    if isinstance(value, ua.Variant):
        return value
    return ua.Variant(value, ua.VariantType[kind]) if kind else ua.Variant(value)


def _place_of(raw: Raw) -> bytes:
    """Return sixteen bytes that stand for raw ones until a request is encoded."""
    return hashlib.sha256(b"raw variant" + raw.data).digest()[:_PLACE]


def patched(body: bytes, raws: Iterable[Raw]) -> bytes:
    """Put the bytes of raw Variants where they are held a place in an encoded request."""
    for raw in raws:
        held = bytes((ua.VariantType.ByteString.value,)) + _PLACE.to_bytes(4, "little") + _place_of(raw)
        body = body.replace(held, raw.data)
    return body


def read(items: Sequence[Item], timestamps: int, max_age: float) -> ua.ReadRequest:
    """Return a Read (10000-4, 5.11.2)."""
    request = ua.ReadRequest()
    request.Parameters.MaxAge = max_age
    request.Parameters.TimestampsToReturn = timestamps
    request.Parameters.NodesToRead = [
        ua.ReadValueId(
            NodeId=one.node,
            AttributeId=one.attribute,
            IndexRange=one.index_range,
            DataEncoding=ua.QualifiedName(one.encoding, 0),
        )
        for one in items
    ]
    return request


def reading(*nodes: ua.NodeId, timestamps: int = Timestamps.Both) -> ua.ReadRequest:
    """Return a Read of the values of nodes, for a case that sends it with a header of its own."""
    return read([Item(one) for one in nodes], timestamps, 0.0)


def write(items: Sequence[WriteItem]) -> ua.WriteRequest:
    """Return a Write (10000-4, 5.11.4)."""
    request = ua.WriteRequest()
    request.Parameters.NodesToWrite = [
        ua.WriteValue(
            NodeId=one.node,
            AttributeId=one.attribute,
            IndexRange=one.index_range,
            Value=data_value(one),
        )
        for one in items
    ]
    return request


def data_value(item: WriteItem) -> ua.DataValue:
    """Return what is written, with no more fields than the case names."""
    return ua.DataValue(
        Value=None if item.value is None and item.type is None else variant(item.value, item.type),
        StatusCode=None if item.status is None else ua.StatusCode(item.status),
        SourceTimestamp=item.source,
        ServerTimestamp=item.server,
    )


def browse(  # noqa: PLR0913 - the fields of the request
    nodes: Sequence[ua.NodeId],
    *,
    direction: int,
    reference: ua.NodeId | None,
    subtypes: bool,
    classes: int,
    mask: int,
    most: int,
    view: ua.NodeId | None,
) -> ua.BrowseRequest:
    """Return a Browse (10000-4, 5.9.2)."""
    request = ua.BrowseRequest()
    request.Parameters.View = ua.ViewDescription(ViewId=view or NULL_NODE, Timestamp=NO_TIME, ViewVersion=0)
    request.Parameters.RequestedMaxReferencesPerNode = most
    request.Parameters.NodesToBrowse = [
        ua.BrowseDescription(
            NodeId=node,
            BrowseDirection=direction,
            ReferenceTypeId=NULL_NODE if reference is None else reference,
            IncludeSubtypes=subtypes,
            NodeClassMask=classes,
            ResultMask=mask,
        )
        for node in nodes
    ]
    return request


def browse_next(points: Sequence[bytes], *, release: bool) -> ua.BrowseNextRequest:
    """Return a BrowseNext (10000-4, 5.9.3)."""
    request = ua.BrowseNextRequest()
    request.Parameters.ReleaseContinuationPoints = release
    request.Parameters.ContinuationPoints = list(points)
    return request


def translate(paths: Sequence[tuple[ua.NodeId, Sequence[str | PathElement]]]) -> object:
    """Return a TranslateBrowsePathsToNodeIds (10000-4, 5.9.4); a plain name is of namespace 0."""
    request = ua.TranslateBrowsePathsToNodeIdsRequest()
    request.Parameters.BrowsePaths = [
        ua.BrowsePath(
            StartingNode=start, RelativePath=ua.RelativePath(Elements=[_element(one) for one in names])
        )
        for start, names in paths
    ]
    return request


def _element(one: str | PathElement) -> ua.RelativePathElement:
    path = PathElement(one) if isinstance(one, str) else one
    return ua.RelativePathElement(
        ReferenceTypeId=ids.HierarchicalReferences if path.reference is None else path.reference,
        IsInverse=path.inverse,
        IncludeSubtypes=path.subtypes,
        TargetName=ua.QualifiedName(path.name, path.namespace),
    )


def register(nodes: Sequence[ua.NodeId]) -> ua.RegisterNodesRequest:
    """Return a RegisterNodes (10000-4, 5.9.5)."""
    request = ua.RegisterNodesRequest()
    request.Parameters.NodesToRegister = list(nodes)
    return request


def unregister(nodes: Sequence[ua.NodeId]) -> ua.UnregisterNodesRequest:
    """Return an UnregisterNodes (10000-4, 5.9.6)."""
    request = ua.UnregisterNodesRequest()
    request.Parameters.NodesToUnregister = list(nodes)
    return request


def call(methods: Sequence[tuple[ua.NodeId, ua.NodeId, Sequence[object]]]) -> ua.CallRequest:
    """Return a Call (10000-4, 5.12.2)."""
    request = ua.CallRequest()
    request.Parameters.MethodsToCall = [
        ua.CallMethodRequest(
            ObjectId=owner, MethodId=method, InputArguments=[variant(one) for one in arguments]
        )
        for owner, method, arguments in methods
    ]
    return request


def get_endpoints(url: str, locales: Sequence[str], profiles: Sequence[str]) -> ua.GetEndpointsRequest:
    """Return a GetEndpoints (10000-4, 5.5.4)."""
    request = ua.GetEndpointsRequest()
    request.Parameters.EndpointUrl = url
    request.Parameters.LocaleIds = list(locales)
    request.Parameters.ProfileUris = list(profiles)
    return request


def find_servers(url: str, locales: Sequence[str], uris: Sequence[str]) -> ua.FindServersRequest:
    """Return a FindServers (10000-4, 5.5.2)."""
    request = ua.FindServersRequest()
    request.Parameters.EndpointUrl = url
    request.Parameters.LocaleIds = list(locales)
    request.Parameters.ServerUris = list(uris)
    return request
