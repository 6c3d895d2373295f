"""Requests of the address space, put to a device's methods directly: no connection, no bytes."""

import asyncio

from asyncua import ua

from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua import Status

NAMESPACE = 2


class Session:
    """What the services of the address space need of a session."""

    user = None

    def __init__(self):
        self.continuation_points = {}


class Asking:
    """A device and a session, with a method for each service."""

    def __init__(self, device=None):
        self.device = device or Plc()
        self.session = Session()

    def ask(self, service, request):
        """Let a service answer, in a loop of its own: the server's clock needs one."""

        async def answer():
            return getattr(self.device, service)(self.session, request)

        return asyncio.run(answer())

    def read(self, *nodes, attribute=ua.AttributeIds.Value, index_range=None, encoding=None, **parameters):
        """Read an attribute of some nodes."""
        request = ua.ReadRequest()
        request.Parameters.TimestampsToReturn = parameters.get("timestamps", ua.TimestampsToReturn.Both)
        request.Parameters.MaxAge = parameters.get("max_age", 0)
        request.Parameters.NodesToRead = [
            ua.ReadValueId(node_id(node), attribute, index_range, ua.QualifiedName(encoding, 0))
            for node in nodes
        ]
        return self.ask("read", request).Results

    def value(self, node, index_range=None):
        """The value of a node."""
        return self.read(node, index_range=index_range)[0].Value.Value

    def status(self, node, **how):
        """The status of reading a node."""
        return name_of(self.read(node, **how)[0].StatusCode)

    def write(self, node, value, index_range=None, attribute=ua.AttributeIds.Value, **extras):
        """Write a Variant; return the name of the status."""
        request = ua.WriteRequest()
        request.Parameters.NodesToWrite = [
            ua.WriteValue(node_id(node), attribute, index_range, ua.DataValue(value, **extras))
        ]
        return name_of(self.ask("write", request).Results[0])

    def browse(self, node, **how):
        """Browse a node; all of it where nothing else is said."""
        request = ua.BrowseRequest()
        request.Parameters.RequestedMaxReferencesPerNode = how.get("most", 0)
        request.Parameters.NodesToBrowse = [
            ua.BrowseDescription(
                node_id(node),
                how.get("direction", ua.BrowseDirection.Forward),
                how.get("kind", ua.NodeId()),
                how.get("subtypes", True),
                how.get("classes", 0),
                how.get("mask", 63),
            )
        ]
        return self.ask("browse", request).Results[0]

    def browse_next(self, point, *, release=False):
        """Go on behind a continuation point; None where the request has no results."""
        request = ua.BrowseNextRequest()
        request.Parameters.ReleaseContinuationPoints = release
        request.Parameters.ContinuationPoints = [point]
        return next(iter(self.ask("browse_next", request).Parameters.Results), None)

    def translate(self, start, *names, **element):
        """Follow a path of names, by default along hierarchical references."""
        request = ua.TranslateBrowsePathsToNodeIdsRequest()
        elements = [
            ua.RelativePathElement(
                ReferenceTypeId=element.get("kind", ua.NodeId(ua.ObjectIds.HierarchicalReferences)),
                IsInverse=element.get("inverse", False),
                IncludeSubtypes=element.get("subtypes", True),
                TargetName=ua.QualifiedName(name, element.get("namespace", 0)),
            )
            for name in names
        ]
        request.Parameters.BrowsePaths = [ua.BrowsePath(node_id(start), ua.RelativePath(elements))]
        return self.ask("translate", request).Results[0]

    def call(self, owner, method, *inputs):
        """Call a method."""
        request = ua.CallRequest()
        request.Parameters.MethodsToCall = [
            ua.CallMethodRequest(node_id(owner), node_id(method), list(inputs)),
        ]
        return self.ask("call", request).Results[0]


def node_id(node):
    """A number names a node of the standard, a text one of the device."""
    if isinstance(node, ua.NodeId):
        return node
    return ua.NodeId(node, NAMESPACE if isinstance(node, str) else 0)


def name_of(code):
    """The name of asyncua's status code."""
    return Status(getattr(code, "value", code)).name
