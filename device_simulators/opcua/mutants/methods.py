"""Mutants of Call (OPC 10000-4 1.05.04, 5.12.2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from asyncua import ua
from asyncua.ua import AttributeIds

from device_simulators.opcua.errors import Failed
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.nodes import Node, key
from device_simulators.opcua.plc import Plc
from device_simulators.opcua.reading import code
from testbed.protocols.opcua.status import Status, status


@mutant("UA-CALL-OUTPUTS")
class ReturnsTheFirstInput(Plc):
    """Returns the first input of a method that has inputs as its output."""

    def perform_method(self, method: Node, given: Sequence[ua.Variant]) -> Sequence[Any]:
        """Do nothing with the others."""
        outputs = super().perform_method(method, given)
        return [given[0].Value, *outputs[1:]] if given and outputs else outputs


@mutant("UA-CALL-NO-ARGUMENT-RESULTS")
class ReturnsResultsOfGoodArguments(Plc):
    """Returns a Good for each argument of a call that succeeds."""

    def input_results(self, given: int) -> list[ua.StatusCode]:
        """Say it once more."""
        return [code(status.Good)] * given


@mutant("UA-CALL-NOTHING")
class CallsNothingGladly(Plc):
    """Answers a Call of no methods with no results."""

    def has_work(self, service: str, operations: Sequence[Any]) -> bool:
        """Take an empty Call for work."""
        return service == "call" or super().has_work(service, operations)


@mutant("UA-CALL-ARGUMENTS-MISSING", "UA-CALL-ARGUMENTS-NONE", "UA-CALL-ARGUMENTS-TOO-MANY")
class CallsAWrongNumberInvalid(Plc):
    """Answers too few and too many arguments with Bad_InvalidArgument."""

    def check_count(self, given: int, wanted: int) -> None:
        """Confuse the codes."""
        if given != wanted:
            raise Failed(status.BadInvalidArgument)


@mutant("UA-CALL-ARGUMENTS-NONE")
class CallsWithoutArguments(Plc):
    """Calls a method without any of its arguments, taking zeros for them."""

    def check_count(self, given: int, wanted: int) -> None:
        """Let no arguments pass."""
        if given:
            super().check_count(given, wanted)

    def perform_method(self, method: Node, given: Sequence[ua.Variant]) -> Sequence[Any]:
        """Fill up."""
        wanted = len(self.arguments_of(method, "InputArguments"))
        return super().perform_method(method, given or [ua.Variant(0.0)] * wanted)


@mutant("UA-CALL-ARGUMENTS-TOO-MANY")
class DropsFurtherArguments(Plc):
    """Calls a method with as many arguments as it takes, whatever comes behind them."""

    def check_count(self, given: int, wanted: int) -> None:
        """Count the missing ones."""
        super().check_count(min(given, wanted), wanted)

    def perform_method(self, method: Node, given: Sequence[ua.Variant]) -> Sequence[Any]:
        """Drop the rest."""
        return super().perform_method(method, given[: len(self.arguments_of(method, "InputArguments"))])


@mutant("UA-CALL-ARGUMENT-TYPE", "UA-CALL-ARGUMENT-RESULTS", "UA-CALL-ARGUMENT-ARRAY")
class CallsWrongTypesMismatches(Plc):
    """Answers an argument of another type with Bad_TypeMismatch for the whole call."""

    def wrong_arguments(self, judged: Sequence[Status]) -> ua.CallMethodResult:
        """Return the status of the argument as that of the call."""
        return ua.CallMethodResult(code(next(one for one in judged if one.is_bad)))


@mutant("UA-CALL-ARGUMENT-ARRAY")
class TakesTheFirstOfAnArray(Plc):
    """Takes an array for a scalar argument, and uses its first element."""

    def judged(self, argument: ua.Argument, value: ua.Variant) -> Status:
        """Judge the first element."""
        return super().judged(argument, _first(value))

    def perform_method(self, method: Node, given: Sequence[ua.Variant]) -> Sequence[Any]:
        """Use the first elements."""
        return super().perform_method(method, [_first(one) for one in given])


def _first(value: ua.Variant) -> ua.Variant:
    return ua.Variant(value.Value[0], value.VariantType) if value.is_array and value.Value else value


@mutant("UA-CALL-ARGUMENT-RESULTS")
class NamesNoGuiltyArgument(Plc):
    """Answers an argument of another type with Bad_InvalidArgument, and says not which one."""

    def wrong_arguments(self, judged: Sequence[Status]) -> ua.CallMethodResult:  # noqa: ARG002 - the fault
        """Leave the results of the arguments out."""
        return ua.CallMethodResult(code(status.BadInvalidArgument))


@mutant("UA-CALL-BAD-NO-OUTPUTS")
class ReturnsOutputsOfNothing(Plc):
    """Returns empty outputs with a call that was refused."""

    def wrong_arguments(self, judged: Sequence[Status]) -> ua.CallMethodResult:
        """Add a null value."""
        result = super().wrong_arguments(judged)
        result.OutputArguments = [ua.Variant()]
        return result


@mutant("UA-CALL-METHOD-UNKNOWN", "UA-CALL-METHOD-NO-METHOD", "UA-CALL-OBJECT-FOREIGN")
class CallsEveryMethodNotImplemented(Plc):
    """Answers for what is no method of the object with Bad_NotImplemented."""

    def method_of(self, owner: Node, node_id: ua.NodeId) -> Node:
        """Confuse the codes."""
        try:
            return super().method_of(owner, node_id)
        except Failed:
            raise Failed(status.BadNotImplemented) from None


@mutant("UA-CALL-OBJECT-UNKNOWN")
class CallsUnknownObjectsInvalid(Plc):
    """Answers for an object that does not exist with Bad_NodeIdInvalid."""

    def object_of(self, node_id: ua.NodeId) -> Node:
        """Confuse unknown with invalid."""
        if key(node_id) not in self.space:
            raise Failed(status.BadNodeIdInvalid)
        return super().object_of(node_id)


@mutant("UA-CALL-OBJECT-NO-OBJECT")
class CallsVariablesUnknown(Plc):
    """Answers for an object of a call that is none with Bad_NodeIdUnknown."""

    def object_of(self, node_id: ua.NodeId) -> Node:
        """Confuse invalid with unknown."""
        try:
            return super().object_of(node_id)
        except Failed:
            raise Failed(status.BadNodeIdUnknown) from None


@mutant("UA-CALL-METHOD-NO-METHOD")
class CallsVariablesUnknownMethods(Plc):
    """Answers for a method id that names a Variable with Bad_NodeIdUnknown."""

    def method_of(self, owner: Node, node_id: ua.NodeId) -> Node:
        """Look for a method of that name."""
        found = self.space.find(key(node_id))
        if found is not None and found.node_class != ua.NodeClass.Method:
            raise Failed(status.BadNodeIdUnknown)
        return super().method_of(owner, node_id)


@mutant("UA-CALL-OBJECT-FOREIGN")
class CallsMethodsOnAnyObject(Plc):
    """Calls a method whatever the object."""

    def belongs_to_type(self, owner: Node, method: Node) -> bool:  # noqa: ARG002 - the fault
        """Look at nothing."""
        return True


@mutant("UA-CALL-NOT-EXECUTABLE")
class CallsWhatIsNotExecutable(Plc):
    """Calls a method that is not executable."""

    def check_executable(self, method: Node, session: Any) -> None:
        """Look at nothing."""


@mutant("UA-CALL-EXECUTABLE-LEVEL")
class SaysThatNothingIsExecutable(Plc):
    """Says of every method that it cannot be called."""

    def attribute_value(self, node: Node, attribute: int, session: Any) -> ua.Variant:
        """Deny it."""
        found = super().attribute_value(node, attribute, session)
        is_told = attribute in (AttributeIds.Executable, AttributeIds.UserExecutable)
        return ua.Variant(Value=False) if is_told else found


@mutant("UA-CALL-USER-EXECUTABLE")
class LetsUsersCallMore(Plc):
    """Says that the user can call a method that nobody can call."""

    def attribute_value(self, node: Node, attribute: int, session: Any) -> ua.Variant:
        """Say it of the user."""
        found = super().attribute_value(node, attribute, session)
        return ua.Variant(Value=True) if attribute == AttributeIds.UserExecutable else found


@mutant("UA-CALL-OTHERS-CALLED")
class StopsCallingAtTheFirstFault(Plc):
    """Calls no method behind one that was refused."""

    def call(self, session: Any, request: ua.CallRequest) -> ua.CallResponse:
        """Put a refusal in the place of what stands behind one."""
        response = super().call(session, request)
        bad = [bool(one.StatusCode.value) for one in response.Results]
        if True in bad:
            behind = len(bad) - bad.index(True) - 1
            response.Results[len(bad) - behind :] = [
                ua.CallMethodResult(code(status.BadNothingToDo)) for _ in range(behind)
            ]
        return response
