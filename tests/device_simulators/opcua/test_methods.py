"""Call (10000-4, 5.12.2), rule by rule."""

import pytest
from asyncua import ua
from asyncua.ua import VariantType

from device_simulators.opcua.behaviours import total
from tests.device_simulators.opcua.asking import Asking, name_of

TWO, THREE = ua.Variant(2.0), ua.Variant(3.0)


@pytest.fixture
def plc():
    """A fresh controller."""
    return Asking()


@pytest.mark.parametrize("method", ["Methods.Add", "CalculatorType.Add"])
def test_a_method_is_called_by_its_own_id_or_by_its_types(plc, method):
    found = plc.call("Methods", method, TWO, THREE)

    assert found.OutputArguments == [ua.Variant(5.0, VariantType.Double)]
    assert (name_of(found.StatusCode), found.InputArgumentResults) == ("Good", [])


@pytest.mark.parametrize(
    ("owner", "method", "inputs", "wanted"),
    [
        ("Methods", "Methods.NoArguments", [], "Good"),
        ("Methods", "Methods.Add", [TWO], "BadArgumentsMissing"),
        ("Methods", "Methods.Add", [TWO, TWO, TWO], "BadTooManyArguments"),
        ("Methods", "Methods.NoArguments", [TWO], "BadTooManyArguments"),
        ("Methods", "Methods.Add", [TWO, ua.Variant("3")], "BadInvalidArgument"),
        ("Methods", "Methods.Add", [TWO, ua.Variant([3.0])], "BadInvalidArgument"),
        ("Methods", "Methods.AcceptsNumber", [ua.Variant(3, VariantType.Byte)], "Good"),
        ("Methods", "Methods.AcceptsNumber", [ua.Variant("3")], "BadInvalidArgument"),
        ("Methods", "Methods.Total", [ua.Variant([1, 2], VariantType.Int32)], "Good"),
        ("Methods", "Methods.Locked", [], "BadNotExecutable"),
        ("Methods", "Methods.UserLocked", [], "BadUserAccessDenied"),
        ("Methods", "Nowhere", [], "BadMethodInvalid"),
        ("Methods", "Static.Double", [], "BadMethodInvalid"),
        ("Nowhere", "Methods.Add", [TWO, THREE], "BadNodeIdUnknown"),
        ("Static.Double", "Methods.Add", [TWO, THREE], "BadNodeIdInvalid"),
        (2253, "Methods.Add", [TWO, THREE], "BadMethodInvalid"),
    ],
)
def test_calls(plc, owner, method, inputs, wanted):
    assert name_of(plc.call(owner, method, *inputs).StatusCode) == wanted


def test_each_wrong_argument_is_named(plc):
    found = plc.call("Methods", "Methods.Add", TWO, ua.Variant("3"))

    assert [name_of(one) for one in found.InputArgumentResults] == ["Good", "BadTypeMismatch"]
    assert found.OutputArguments == []


def test_calls_of_one_request_stand_for_themselves(plc):
    request = ua.CallRequest()
    good = ua.CallMethodRequest(ua.NodeId("Methods", 2), ua.NodeId("Methods.Add", 2), [TWO, THREE])
    bad = ua.CallMethodRequest(ua.NodeId("Methods", 2), ua.NodeId("Methods.Add", 2), [])
    request.Parameters.MethodsToCall = [good, bad, good]

    results = plc.ask("call", request).Results

    assert [name_of(one.StatusCode) for one in results] == ["Good", "BadArgumentsMissing", "Good"]


def test_a_total_stays_within_its_type():
    assert total(None, [2**62, 2**62]) == [-(2**63)]
