"""A mutant meets the cases that call what it overrides, and is found by no others."""

from functools import cached_property

import pytest

from testbed.plugin.bearing import bears, overridden, watched
from testbed.plugin.gather import gather
from testbed.plugin.trials import guided_trials, survey, trials
from testbed.wire.simulator import Simulator, simulator, simulators
from tests.plugin.bench import setup


class Device:
    LIMIT = 3
    NOTHING = None

    def __init__(self):
        self.served = []

    def answer(self, request):
        return self.limited(request)

    def limited(self, request):
        return request[: self.LIMIT]

    @property
    def name(self):
        return "a device"

    def serve(self, over="tcp", keys=None):
        return lambda: (self.answer(b"request"), over, keys)


def made(kind):
    return Simulator("d", "A device.", lambda: None, kind=kind)


REFERENCE = made(Device)


class Brief(Device):
    """Overrides a method, with a helper and a note of its own."""

    short = 1

    def limited(self, request):
        return request[: self.helped()]

    def helped(self):
        return self.short


class Briefer(Brief):
    def answer(self, request):
        return super().answer(request)[:0]


class Limited(Device):
    LIMIT = 2


class Something(Device):
    NOTHING = 2


class Made(Device):
    def __init__(self):
        super().__init__()
        self.served.append(1)


class Named(Device):
    @property
    def name(self):
        return "another"


class Shadowing(Device):
    @cached_property
    def served(self):
        return ()


class Stranger:
    def answer(self, request):
        return request


@pytest.mark.parametrize(
    ("kind", "names"), [(Brief, {"limited"}), (Briefer, {"limited", "answer"}), (Device, frozenset())]
)
def test_overridden_methods_are_told_by_name(kind, names):
    assert overridden(made(kind), REFERENCE) == names


@pytest.mark.parametrize("kind", [Limited, Something, Made, Named, Shadowing, Stranger, None])
def test_what_changes_more_than_methods_is_not_told(kind):
    assert overridden(made(kind), REFERENCE) is None
    assert bears("a case", overridden(made(kind), REFERENCE), {"a case": frozenset()})


def test_nothing_is_told_beside_a_reference_of_unknown_class():
    assert overridden(made(Brief), made(None)) is None
    with pytest.raises(ValueError, match="made of"):
        watched(made(None), {"answer"}, print)


def test_the_watched_reference_behaves_as_before_and_notes_what_is_called():
    called = []
    device = watched(REFERENCE, {"limited"}, called.append)
    serve = device.start("rtu")
    assert called == []
    assert serve() == (b"req", "rtu", None)
    assert called == ["limited"]


def test_a_case_bears_on_what_it_calls():
    bearing = {"a": frozenset({"answer"}), "b": frozenset()}
    assert bears("a", frozenset({"answer", "limited"}), bearing)
    assert not bears("a", frozenset({"limited"}), bearing)
    assert not bears("b", frozenset({"answer"}), bearing)


def few_cases(made):
    files = ("test_read_coils.py", "test_comm_events.py")
    return [case for case in gather(made.suites[:1]) if case.id.startswith(files)]


def test_fewer_cases_find_the_same():
    """Mutants of some functions, by the cases of those; `make acceptance` has all meet all."""
    made = setup()
    cases = few_cases(made)
    rows = {row for case in cases for row in case.verifies}
    mutants = [
        one for one in simulators("modbus").values() if one.suite == "modbus_tcp_server" and one.breaks & rows
    ]
    devices = [simulator("plc"), *mutants]
    guided = {one.device: one.killed_by for one in guided_trials(made, cases, devices)}
    whole = {one.device: one.killed_by for one in trials(made, cases, devices)}

    assert len(mutants) > 10
    assert guided == whole


def test_a_survey_tells_cases_apart():
    """A read of coils never counts events, and a case of the event counter does."""
    made = setup()
    cases = few_cases(made)
    mutants = [one for one in simulators("modbus").values() if one.name == "tells-the-oldest-event-first"]
    bearing = survey(made, cases, simulator("plc"), mutants)
    with_events = {case for case, called in bearing.items() if "events" in called}

    assert with_events
    assert all(case.startswith("test_comm_events.py") for case in with_events)
    assert len(bearing) == len(cases)
