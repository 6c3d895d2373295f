"""OPC 10000-4 1.05.04, 5.12.2: Call."""

from testbed.cases import verifies
from testbed.opcua import Attribute, ids, status, structures

LIMIT = ids.Server_ServerCapabilities_OperationLimits_MaxNodesPerMethodCall
STRANGE = structures.NodeId("no Int32 and no Double", 0)
"""A value of a type that hardly a method takes, and that no number converts to."""
INVALID = (status.BadMethodInvalid, status.BadNodeIdUnknown)


@verifies("UA-CALL-OUTPUTS")
async def test_outputs(ua, declared):
    """The first declared method with inputs returns the outputs that the vendor declares for them."""
    method = declared.method
    reply = await ua.call(method.object, method.method, *method.inputs)

    assert (reply.operation, method.outputs or reply.outputs) == (status.Good, reply.outputs)


@verifies("UA-CALL-NO-ARGUMENT-RESULTS")
async def test_no_argument_results(ua, declared):
    """A call that succeeds has no results of single arguments."""
    method = declared.method
    reply = await ua.call(method.object, method.method, *method.inputs)

    assert reply.argument_results == ()


@verifies("UA-CALL-NOTHING")
async def test_nothing(ua):
    """A Call of no methods is refused with Bad_NothingToDo."""
    reply = await ua.call_many()

    assert reply.status == status.BadNothingToDo


@verifies("UA-CALL-ARGUMENTS-MISSING")
async def test_arguments_missing(ua, declared):
    """A call without the last input argument gets Bad_ArgumentsMissing."""
    method = declared.method
    reply = await ua.call(method.object, method.method, *method.inputs[:-1])

    assert reply.operation == status.BadArgumentsMissing


@verifies("UA-CALL-ARGUMENTS-NONE")
async def test_arguments_none(ua, declared):
    """A call without any input argument of a method that has some gets Bad_ArgumentsMissing."""
    method = declared.method
    reply = await ua.call(method.object, method.method)

    assert reply.operation == status.BadArgumentsMissing


@verifies("UA-CALL-ARGUMENTS-TOO-MANY")
async def test_arguments_too_many(ua, declared):
    """A call with one input argument more than the method has gets Bad_TooManyArguments."""
    method = declared.method
    reply = await ua.call(method.object, method.method, *method.inputs, 7)

    assert reply.operation == status.BadTooManyArguments


@verifies("UA-CALL-ARGUMENT-TYPE")
async def test_argument_type(ua, declared):
    """A NodeId as the last argument of a method that takes none gets Bad_InvalidArgument."""
    method = declared.method
    reply = await ua.call(method.object, method.method, *method.inputs[:-1], STRANGE)

    assert reply.operation == status.BadInvalidArgument


@verifies("UA-CALL-ARGUMENT-ARRAY")
async def test_argument_array(ua, declared):
    """The last argument as an array where it is none, or as a scalar where it is one, is refused."""
    method = declared.method
    reply = await ua.call(method.object, method.method, *method.inputs[:-1], method.misshaped)

    assert reply.operation == status.BadInvalidArgument


@verifies("UA-CALL-ARGUMENT-RESULTS")
async def test_argument_results(ua, declared):
    """The result of a NodeId as the last argument is Bad_TypeMismatch, those before it are good."""
    method = declared.method
    reply = await ua.call(method.object, method.method, *method.inputs[:-1], STRANGE)

    assert reply.argument_results == (*(status.Good,) * (len(method.inputs) - 1), status.BadTypeMismatch)


@verifies("UA-CALL-BAD-NO-OUTPUTS")
async def test_bad_no_outputs(ua, declared):
    """A call that was refused for its last argument has no output arguments."""
    method = declared.method
    reply = await ua.call(method.object, method.method, *method.inputs[:-1], STRANGE)

    assert reply.outputs == ()


@verifies("UA-CALL-METHOD-UNKNOWN")
async def test_method_unknown(ua, declared):
    """A method that does not exist gets Bad_MethodInvalid or Bad_NodeIdUnknown."""
    reply = await ua.call(declared.method.object, declared.unknown)

    assert reply.operation in INVALID


@verifies("UA-CALL-OBJECT-UNKNOWN")
async def test_object_unknown(ua, declared):
    """An object that does not exist gets Bad_NodeIdUnknown."""
    reply = await ua.call(declared.unknown, declared.method.method, *declared.method.inputs)

    assert reply.operation == status.BadNodeIdUnknown


@verifies("UA-CALL-OBJECT-NO-OBJECT")
async def test_object_no_object(ua, declared):
    """A Variable as the object of a call gets Bad_NodeIdInvalid or Bad_MethodInvalid."""
    reply = await ua.call(ids.Server_ServerStatus, declared.method.method, *declared.method.inputs)

    assert reply.operation in (status.BadNodeIdInvalid, status.BadMethodInvalid)


@verifies("UA-CALL-METHOD-NO-METHOD")
async def test_method_no_method(ua, declared):
    """A Variable as the method of a call gets Bad_MethodInvalid."""
    reply = await ua.call(declared.method.object, ids.Server_ServerStatus)

    assert reply.operation == status.BadMethodInvalid


@verifies("UA-CALL-OBJECT-FOREIGN")
async def test_object_foreign(ua, declared):
    """A declared method called on the Server object gets Bad_MethodInvalid."""
    reply = await ua.call(ids.Server, declared.method.method, *declared.method.inputs)

    assert reply.operation == status.BadMethodInvalid


@verifies("UA-CALL-NOT-EXECUTABLE")
async def test_not_executable(ua, declared):
    """A method that is not executable gets Bad_NotExecutable or Bad_UserAccessDenied."""
    locked = declared.locked
    reply = await ua.call(locked.object, locked.method, *locked.inputs)

    assert reply.operation in (status.BadNotExecutable, status.BadUserAccessDenied)


@verifies("UA-CALL-EXECUTABLE-LEVEL")
async def test_executable_level(ua, declared):
    """Executable and UserExecutable of a method that may be called are true."""
    executable = await ua.held(declared.method.method, Attribute.Executable)
    user = await ua.held(declared.method.method, Attribute.UserExecutable)

    assert (executable.value, user.value) == (True, True)


@verifies("UA-CALL-USER-EXECUTABLE")
async def test_user_executable(ua, declared):
    """UserExecutable of a method that is not executable is true only where Executable is."""
    executable = await ua.held(declared.locked.method, Attribute.Executable)
    user = await ua.held(declared.locked.method, Attribute.UserExecutable)

    assert user.value <= executable.value


@verifies("UA-CALL-ORDER")
async def test_order(ua, declared):
    """Of a good call and one without its last argument the second is refused."""
    method = declared.method
    wrong = (method.object, method.method, method.inputs[:-1])
    reply = await ua.call_many((method.object, method.method, method.inputs), wrong)

    assert reply.served == (True, False)


@verifies("UA-CALL-OTHERS-CALLED")
async def test_others_called(ua, declared):
    """A good call behind one without its last argument succeeds."""
    method = declared.method
    wrong = (method.object, method.method, method.inputs[:-1])
    reply = await ua.call_many(wrong, (method.object, method.method, method.inputs))

    assert reply.served == (False, True)


@verifies("UA-CALL-LIMIT-SERVED")
async def test_limit_served(ua, declared):
    """A Call of as many methods as MaxNodesPerMethodCall says, none of which exists, is served."""
    most = await ua.limit(LIMIT)
    reply = await ua.call_many(*[(declared.unknown, declared.unknown, ())] * most)

    assert reply.status == status.Good


@verifies("UA-CALL-LIMIT-EXCEEDED")
async def test_limit_exceeded(ua, declared):
    """A Call of one method more than MaxNodesPerMethodCall says is refused with Bad_TooManyOperations."""
    most = await ua.limit(LIMIT)
    reply = await ua.call_many(*[(declared.unknown, declared.unknown, ())] * (most + 1))

    assert reply.status == status.BadTooManyOperations
