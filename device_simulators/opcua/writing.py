"""Write (OPC 10000-4 1.05.04, 5.11.4)."""

from __future__ import annotations

from typing import Any, ClassVar

from asyncua import ua
from asyncua.ua import AttributeIds

from device_simulators.opcua.access import (
    CURRENT_WRITE,
    FULL_ARRAY_ONLY,
    STATUS_WRITE,
    TIMESTAMP_WRITE,
    Access,
)
from device_simulators.opcua.attribute_table import TYPES, WRITE_BITS
from device_simulators.opcua.errors import Failed
from device_simulators.opcua.nodes import GOOD, Key, Node, key
from device_simulators.opcua.numeric_range import NumericRanges
from device_simulators.opcua.operations import Operations
from device_simulators.opcua.reading import VALUE, code
from device_simulators.opcua.space import Space
from device_simulators.opcua.value_types import ValueTypes
from testbed.protocols.opcua.status import status


class Writing(Access, Operations, NumericRanges, ValueTypes):
    """The rules of Write, each a method of its own."""

    MAX_NODES_PER_WRITE: ClassVar[int] = 250

    space: Space

    def write(self, session: Any, request: ua.WriteRequest) -> ua.WriteResponse:
        """Answer a Write request."""
        items = request.Parameters.NodesToWrite
        self.check_operations("write", items, self.MAX_NODES_PER_WRITE)
        response = ua.WriteResponse()
        response.Results = [code(self.write_one(session, item)) for item in items]
        return response

    def write_one(self, session: Any, item: ua.WriteValue) -> int:
        """Write one attribute of one node; nothing of it is written where it is refused (5.11.4.2)."""
        try:
            node = self.node_to_write(item.NodeId)
            if item.AttributeId == VALUE:
                self.write_value(session, node, item)
            else:
                self.write_attribute(node, item)
        except Failed as failed:
            return failed.status
        return status.Good

    # Rules of an operation

    def node_to_write(self, node_id: ua.NodeId) -> Node:
        """The node has to exist (5.11.4.4)."""
        node = self.space.find(key(node_id))
        if node is None:
            raise Failed(status.BadNodeIdUnknown)
        return node

    def write_value(self, session: Any, node: Node, item: ua.WriteValue) -> None:
        """Write what a Variable holds."""
        if node.value is None and node.binding is None:
            raise Failed(status.BadAttributeIdInvalid)
        self.check_writable(node, session)
        self.check_extras(node, item.Value)
        value = item.Value.Value
        if item.IndexRange:
            value = self.with_part(session, node, item.IndexRange, value)
        value = self.accepted(node, value)
        self.check_limits(value)
        self.check_bounds(node, value)
        self.store(key(node.node_id), value, item.Value)

    def check_writable(self, node: Node, session: Any) -> None:
        """AccessLevel and UserAccessLevel let the value be written (10000-3, 5.6.2; 10000-4, 5.11.4.4)."""
        if node.node_class != ua.NodeClass.Variable or not self.access_level(node) & CURRENT_WRITE:
            raise Failed(status.BadNotWritable)
        if not self.user_access_level(node, session) & CURRENT_WRITE:
            raise Failed(status.BadUserAccessDenied)

    def check_extras(self, node: Node, value: ua.DataValue) -> None:
        """Status and source time are taken where AccessLevel says so, a server timestamp never (5.11.4.2)."""
        level = self.access_level(node)
        if value.StatusCode is not None and value.StatusCode.value and not level & STATUS_WRITE:
            raise Failed(status.BadWriteNotSupported)
        has_source = value.SourceTimestamp is not None or value.SourcePicoseconds is not None
        if has_source and not level & TIMESTAMP_WRITE:
            raise Failed(status.BadWriteNotSupported)
        if value.ServerTimestamp is not None or value.ServerPicoseconds is not None:
            raise Failed(status.BadWriteNotSupported)

    def with_part(self, session: Any, node: Node, text: str, value: ua.Variant) -> ua.Variant:
        """Return the whole value of which a part is to be written (5.11.4.2, 7.27)."""
        bounds = self.parse_range(text)
        self.check_parts_allowed(node)
        old: Any = node.value if node.binding is None else node.binding.read(self, session)
        value = self.alike(old.VariantType, value)
        if value.VariantType != old.VariantType:
            raise Failed(status.BadTypeMismatch)
        return self.replaced(old, bounds, value)

    def check_parts_allowed(self, node: Node) -> None:
        """Some arrays can only be written as a whole (10000-3, 8.58)."""
        if node.attributes.get(int(AttributeIds.AccessLevelEx), 0) & FULL_ARRAY_ONLY:
            raise Failed(status.BadWriteNotSupported)

    def store(self, node: Key, value: ua.Variant, given: ua.DataValue) -> None:
        """Keep a value; what the client does not say of it is good and now (5.11.4.2)."""
        found = self.space[node]
        if found.binding is not None:
            if found.binding.write is None:
                raise Failed(status.BadNotWritable)
            found.binding.write(self, value)
            return
        found = self.space.own(node)
        found.value = value
        found.status = given.StatusCode or GOOD
        found.time = given.SourceTimestamp or self.now()
        found.picoseconds = given.SourcePicoseconds

    # Other attributes

    def write_attribute(self, node: Node, item: ua.WriteValue) -> None:
        """Write any attribute but the Value, where both masks allow it (10000-3, 5.2.7, 5.2.8)."""
        attribute = int(item.AttributeId)
        if attribute not in node.attributes:
            raise Failed(status.BadAttributeIdInvalid)
        self.check_mask(node, attribute)
        value = item.Value.Value
        if value.VariantType != TYPES[attribute] or value.is_array != isinstance(
            node.attributes[attribute], list
        ):
            raise Failed(status.BadTypeMismatch)
        self.space.own(key(node.node_id)).attributes[attribute] = value.Value

    def check_mask(self, node: Node, attribute: int) -> None:
        """The bit of an attribute is set in both masks."""
        bit = 1 << WRITE_BITS[attribute]
        if not node.attributes.get(int(AttributeIds.WriteMask), 0) & bit:
            raise Failed(status.BadNotWritable)
        if not node.attributes.get(int(AttributeIds.UserWriteMask), 0) & bit:
            raise Failed(status.BadUserAccessDenied)
