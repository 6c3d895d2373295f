"""Call (OPC 10000-4 1.05.04, 5.12.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from asyncua import ua
from asyncua.ua import AttributeIds

from device_simulators.opcua.access import Access
from device_simulators.opcua.errors import Failed
from device_simulators.opcua.nodes import Key, Node, key, standard
from device_simulators.opcua.operations import Operations
from device_simulators.opcua.reading import code
from device_simulators.opcua.space import Space
from device_simulators.opcua.value_types import ValueTypes
from device_simulators.opcua.values import built_in
from testbed.protocols.opcua.status import Status, status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

HAS_COMPONENT = standard("HasComponent")
HAS_TYPE_DEFINITION = standard("HasTypeDefinition")
HAS_SUBTYPE = standard("HasSubtype")

_CALLABLE = frozenset({int(ua.NodeClass.Object), int(ua.NodeClass.ObjectType)})


class Methods(Access, Operations, ValueTypes):
    """The rules of Call, each a method of its own."""

    MAX_NODES_PER_METHOD_CALL: ClassVar[int] = 100

    space: Space
    behaviours: Mapping[Key, Callable[..., Sequence[Any]]]
    """What a Method does, by its node: called with the device and the inputs, gives the outputs."""

    def call(self, session: Any, request: ua.CallRequest) -> ua.CallResponse:
        """Answer a Call request: all methods in the order given, each on its own (5.12.2.1)."""
        calls = request.Parameters.MethodsToCall
        self.check_operations("call", calls, self.MAX_NODES_PER_METHOD_CALL)
        response = ua.CallResponse()
        response.Results = [self.call_one(session, item) for item in calls]
        return response

    def call_one(self, session: Any, item: ua.CallMethodRequest) -> ua.CallMethodResult:
        """Call one method."""
        given = item.InputArguments or []
        try:
            method = self.method_of(self.object_of(item.ObjectId), item.MethodId)
            self.check_executable(method, session)
            wanted = self.arguments_of(method, "InputArguments")
            self.check_count(len(given), len(wanted))
            wrong = [self.judged(argument, value) for argument, value in zip(wanted, given, strict=False)]
            if any(one.is_bad for one in wrong):
                return self.wrong_arguments(wrong)
            return self.result(method, self.perform_method(method, given), len(given))
        except Failed as failed:
            return ua.CallMethodResult(code(failed.status))

    # Rules

    def object_of(self, node_id: ua.NodeId) -> Node:
        """The object has to exist, and to be an Object or ObjectType (5.12.2.4)."""
        node = self.space.find(key(node_id))
        if node is None:
            raise Failed(status.BadNodeIdUnknown)
        if node.node_class not in _CALLABLE:
            raise Failed(status.BadNodeIdInvalid)
        return node

    def method_of(self, owner: Node, node_id: ua.NodeId) -> Node:
        """The method has to be a component of the object, or of its type (5.12.2.2, 5.12.2.4).

        Returns:
            the object's own method, where the one of its type was named.
        """
        wanted = self.space.find(key(node_id))
        if wanted is None or wanted.node_class != ua.NodeClass.Method:
            raise Failed(status.BadMethodInvalid)
        own = [self.space[one] for one in self.space.targets(key(owner.node_id), HAS_COMPONENT)]
        if wanted in own:
            return wanted
        if self.belongs_to_type(owner, wanted):
            return next(
                (one for one in own if one.name == wanted.name and one.node_class == wanted.node_class),
                wanted,
            )
        raise Failed(status.BadMethodInvalid)

    def belongs_to_type(self, owner: Node, method: Node) -> bool:
        """Whether a method is a component of the type of an object, or of a supertype (5.12.2.2)."""
        types = self.space.targets(key(owner.node_id), HAS_TYPE_DEFINITION)
        kind: Key | None = types[0] if types else key(owner.node_id)
        while kind is not None:
            if key(method.node_id) in self.space.targets(kind, HAS_COMPONENT):
                return True
            kind = self.space.supertype(kind)
        return False

    def check_executable(self, method: Node, session: Any) -> None:
        """Executable and UserExecutable are both true (10000-3, 5.7; 10000-4, 5.12.2.4)."""
        if not method.attributes[int(AttributeIds.Executable)]:
            raise Failed(status.BadNotExecutable)
        if not self.user_executable(method, session):
            raise Failed(status.BadUserAccessDenied)

    def arguments_of(self, method: Node, name: str) -> list[ua.Argument]:
        """Return the inputs or outputs that a method declares; no property means none (10000-3, 5.7)."""
        found = self.space.child(key(method.node_id), name)
        value = self.space[found].value if found is not None else None
        return [] if value is None else value.Value

    def check_count(self, given: int, wanted: int) -> None:
        """As many arguments as the method declares (5.12.2.4)."""
        if given < wanted:
            raise Failed(status.BadArgumentsMissing)
        if given > wanted:
            raise Failed(status.BadTooManyArguments)

    def judged(self, argument: ua.Argument, value: ua.Variant) -> Status:
        """Say whether a value fits an argument: its DataType or a subtype, and its shape (5.12.2.2)."""
        data_type = key(argument.DataType)
        fits = self.has_type(data_type, value) and self.has_shape(
            argument.ValueRank, argument.ArrayDimensions or (), value
        )
        return status.Good if fits else status.BadTypeMismatch

    def wrong_arguments(self, judged: Sequence[Status]) -> ua.CallMethodResult:
        """Say which arguments are wrong, with one result for each of them (5.12.2.2)."""
        return ua.CallMethodResult(code(status.BadInvalidArgument), [code(one) for one in judged])

    def perform_method(self, method: Node, given: Sequence[ua.Variant]) -> Sequence[Any]:
        """Do what the method does."""
        behaviour = self.behaviours.get(key(method.node_id))
        if behaviour is None:
            raise Failed(status.BadNotImplemented)
        return behaviour(self, *(one.Value for one in given))

    def result(self, method: Node, values: Sequence[Any], given: int) -> ua.CallMethodResult:
        """Return the outputs with their declared types, and Good for each input (5.12.2.2)."""
        outputs = [
            ua.Variant(value, self.output_type(argument), is_array=argument.ValueRank >= 1)
            for argument, value in zip(self.arguments_of(method, "OutputArguments"), values, strict=True)
        ]
        return ua.CallMethodResult(code(status.Good), self.input_results(given), [], outputs)

    def input_results(self, given: int) -> list[ua.StatusCode]:  # noqa: ARG002 - for a mutant
        """No results for inputs that are all good (5.12.2.2)."""
        return []

    def output_type(self, argument: ua.Argument) -> ua.VariantType | None:
        """Return the built-in type of an output."""
        return built_in(self.space, key(argument.DataType))
