"""Read (OPC 10000-4 1.05.04, 5.11.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from asyncua import ua

from device_simulators.opcua.access import CURRENT_READ, Access
from device_simulators.opcua.attribute_table import TYPES
from device_simulators.opcua.errors import Failed, Refused
from device_simulators.opcua.nodes import GOOD, Key, Node, key
from device_simulators.opcua.numeric_range import NumericRanges
from device_simulators.opcua.operations import Operations
from device_simulators.opcua.space import Space
from device_simulators.opcua.values import STRUCTURE
from testbed.protocols.opcua.status import Status, status

if TYPE_CHECKING:
    from datetime import datetime

VALUE = int(ua.AttributeIds.Value)

_CODES: dict[int, ua.StatusCode] = {}


def code(of: int) -> ua.StatusCode:
    """Return a status code as asyncua's structures hold it."""
    return _CODES.get(of) or _CODES.setdefault(int(of), ua.StatusCode(int(of)))


@dataclass(frozen=True, slots=True)
class Asked:
    """What holds for all values of one Read request."""

    session: Any
    now: datetime
    source: bool
    """Whether source timestamps are returned."""
    server: bool
    """Whether server timestamps are returned."""


class Reading(Access, Operations, NumericRanges):
    """The rules of Read, each a method of its own."""

    MAX_NODES_PER_READ: ClassVar[int] = 1000

    space: Space
    started: datetime
    """When the device was made: what a value that nobody wrote dates from."""
    seen: dict[Key, tuple[ua.Variant, datetime]]
    """What a bound node last showed, and since when; as many entries as there are bindings."""

    def read(self, session: Any, request: ua.ReadRequest) -> ua.ReadResponse:
        """Answer a Read request."""
        asked = request.Parameters
        self.check_max_age(asked.MaxAge)
        self.check_timestamps_to_return(int(asked.TimestampsToReturn))
        self.check_operations("read", asked.NodesToRead, self.MAX_NODES_PER_READ)
        which = int(asked.TimestampsToReturn)
        ask = Asked(session, self.now(), self.returns_source(which), self.returns_server(which))
        response = ua.ReadResponse()
        response.Results = [self.read_one(item, ask) for item in asked.NodesToRead]
        return response

    # Rules of the request

    def check_max_age(self, age: float) -> None:
        """A maximum age is not negative, and a number (5.11.2.3)."""
        if not age >= 0:
            raise Refused(status.BadMaxAgeInvalid)

    def check_timestamps_to_return(self, which: int) -> None:
        """Source, Server, Both or Neither (7.40)."""
        if not ua.TimestampsToReturn.Source <= which <= ua.TimestampsToReturn.Neither:
            raise Refused(status.BadTimestampsToReturnInvalid)

    def returns_source(self, which: int) -> bool:
        """Whether source timestamps are asked for (7.40)."""
        return which in (ua.TimestampsToReturn.Source, ua.TimestampsToReturn.Both)

    def returns_server(self, which: int) -> bool:
        """Whether server timestamps are asked for (7.40)."""
        return which in (ua.TimestampsToReturn.Server, ua.TimestampsToReturn.Both)

    # Rules of an operation

    def read_one(self, item: ua.ReadValueId, ask: Asked) -> ua.DataValue:
        """Read one attribute of one node."""
        try:
            node = self.node_to_read(item.NodeId)
            if item.AttributeId == VALUE:
                return self.read_value(node, item, ask)
            return self.read_attribute(node, item, ask)
        except Failed as failed:
            return self.no_value(failed.status, ask)

    def node_to_read(self, node_id: ua.NodeId) -> Node:
        """The node has to exist (5.11.2.4)."""
        node = self.space.find((node_id.NamespaceIndex, node_id.Identifier))
        if node is None:
            raise Failed(status.BadNodeIdUnknown)
        return node

    def read_value(self, node: Node, item: ua.ReadValueId, ask: Asked) -> ua.DataValue:
        """Read what a Variable holds."""
        if node.value is None and node.binding is None:
            raise Failed(status.BadAttributeIdInvalid)
        if item.DataEncoding.Name is not None:
            self.check_data_encoding(node, item.DataEncoding)
        self.check_readable(node, ask.session)
        value, time = self.current_value(node, ask.session, ask.now)
        if item.IndexRange:
            value = self.part_of(value, self.parse_range(item.IndexRange))
        return ua.DataValue(
            value,
            node.status,
            self.source_timestamp(node, time) if ask.source else None,
            ask.now if ask.server else None,
            node.picoseconds if ask.source else None,
        )

    def current_value(self, node: Node, session: Any, now: datetime) -> tuple[ua.Variant, datetime]:
        """Return the value as it is now, and since when; it is never older than any MaxAge (5.11.2.2)."""
        if node.binding is not None:
            return self.observed(node, node.binding.read(self, session), now)
        return node.value, node.time or self.started

    def observed(self, node: Node, value: ua.Variant, now: datetime) -> tuple[ua.Variant, datetime]:
        """Return a value that comes from elsewhere, and when it was first seen to be this one (7.11.3)."""
        place = key(node.node_id)
        last = self.seen.get(place)
        if last is None or last[0] != value:
            last = self.seen[place] = value, now
        return last

    def source_timestamp(self, node: Node, time: datetime) -> datetime | None:  # noqa: ARG002 - for a mutant
        """A value is returned with the time at its source (7.11.3)."""
        return time

    def check_readable(self, node: Node, session: Any) -> None:
        """AccessLevel and UserAccessLevel let the value be read (10000-3, 5.6.2; 10000-4, 5.11.2.4)."""
        if node.node_class != ua.NodeClass.Variable:
            return
        if not self.access_level(node) & CURRENT_READ:
            raise Failed(status.BadNotReadable)
        if not self.user_access_level(node, session) & CURRENT_READ:
            raise Failed(status.BadUserAccessDenied)

    def check_data_encoding(self, node: Node, encoding: ua.QualifiedName) -> None:
        """Only structures have encodings, and ours are all binary (5.11.2.4, Table 52)."""
        data_type = node.attributes[int(ua.AttributeIds.DataType)]
        if key(data_type) not in self.space.subtypes(STRUCTURE):
            raise Failed(status.BadDataEncodingInvalid)
        if encoding != ua.QualifiedName("Default Binary", 0):
            raise Failed(status.BadDataEncodingUnsupported)

    def read_attribute(self, node: Node, item: ua.ReadValueId, ask: Asked) -> ua.DataValue:
        """Read any attribute but the Value; it has no source timestamp (7.11.3)."""
        if item.AttributeId not in node.attributes:
            raise Failed(status.BadAttributeIdInvalid)
        if item.DataEncoding.Name is not None:
            raise Failed(status.BadDataEncodingInvalid)
        value = self.attribute_value(node, item.AttributeId, ask.session)
        if item.IndexRange:
            value = self.part_of(value, self.parse_range(item.IndexRange))
        return ua.DataValue(
            value, GOOD, self.attribute_source_timestamp(ask.now), ask.now if ask.server else None
        )

    def attribute_value(self, node: Node, attribute: int, session: Any) -> ua.Variant:
        """Return an attribute with its type; what a user may do is told to the user."""
        value = node.attributes[attribute]
        if attribute == ua.AttributeIds.UserAccessLevel:
            value = self.user_access_level(node, session)
        elif attribute == ua.AttributeIds.UserExecutable:
            value = self.user_executable(node, session)
        elif attribute == ua.AttributeIds.UserRolePermissions:
            value = self.user_role_permissions(node, session)
        return ua.Variant(value, TYPES[attribute])

    def attribute_source_timestamp(self, now: datetime) -> datetime | None:  # noqa: ARG002 - for a mutant
        """Only a Value has a source timestamp (7.11.3)."""
        return None

    def no_value(self, why: Status, ask: Asked) -> ua.DataValue:
        """Answer an operation that failed: a status code without a value (5.11.2.2)."""
        return ua.DataValue(ua.Variant(), code(why), None, ask.now if ask.server else None)
