"""Rules of an address space and the bounds of its crawl, on servers made of a few lines."""

import asyncio

import pytest
from asyncua import ua

from testbed.protocols.opcua import status
from testbed.testers.opcua import crawl, space_rules
from testbed.testers.opcua.crawl import Crawl
from testbed.testers.opcua.reply import Reply
from testbed.testers.opcua.requests import Attribute, ids
from testbed.testers.opcua.snapshot import OBJECT, VARIABLE, Held, Known, Snapshot
from testbed.testers.opcua.view_reply import Described

GOOD = status.Good
UNECE = "http://www.opcfoundation.org/UA/units/un/cefact"


def node(name, node_class=VARIABLE, *references, **attributes):
    held = {int(Attribute[key]): Held(GOOD, *value) for key, value in attributes.items()}
    return Known(ua.NodeId(name, 1), node_class, ua.QualifiedName(name, 1), GOOD, references, held)


def guilty(rule, *nodes):
    found = Snapshot({one.id: one for one in nodes}, ("zero", "one"))
    return [one.node.Identifier for one in rule.find(found)]


@pytest.mark.parametrize(
    ("rank", "dimensions", "breaks"),
    [
        (1, (10,), False),
        (2, (10,), True),
        (-1, (10,), True),
        (-1, (), False),
        (-2, (3,), True),
        (1, (), False),
    ],
)
def test_array_dimensions(rank, dimensions, breaks):
    one = node("V", ValueRank=("Int32", rank), ArrayDimensions=("UInt32", dimensions))

    assert bool(guilty(space_rules.array_dimensions, one)) is breaks


@pytest.mark.parametrize(
    ("kind", "type_", "breaks"),
    [
        (ids.Int16, "Int16", False),
        (ids.Int16, "UInt16", True),
        (ids.Number, "UInt16", False),
        (ids.Integer, "UInt16", True),
        (ids.BaseDataType, "Guid", False),
        (ids.Byte, "ByteString", False),
        (ids.ByteString, "Byte", True),
    ],
)
def test_data_type(kind, type_, breaks):
    one = node("V", DataType=("NodeId", kind), Value=(type_, 1))

    assert bool(guilty(space_rules.data_type, one)) is breaks


@pytest.mark.parametrize(
    ("rule", "name", "value", "breaks"),
    [
        ("ranges", "EURange", ua.Range(0.0, 100.0), False),
        ("ranges", "EURange", ua.Range(float("nan"), 100.0), False),
        ("ranges", "EURange", ua.Range(100.0, 0.0), True),
        ("unit_codes", "EngineeringUnits", ua.EUInformation(UNECE, 4408652), False),
        ("unit_codes", "EngineeringUnits", ua.EUInformation(UNECE, -1), False),
        ("unit_codes", "EngineeringUnits", ua.EUInformation(UNECE, 1), True),
    ],
)
def test_what_is_not_known_of_an_analog_item(rule, name, value, breaks):
    place = Described(
        ids.HasProperty, is_forward=True, node=ua.NodeId(name, 1), name=ua.QualifiedName(name, 0)
    )
    item, part = node("V", VARIABLE, place), node(name, Value=("ExtensionObject", value))

    assert bool(guilty(getattr(space_rules, rule), item, part)) is breaks


@pytest.mark.parametrize(("number", "breaks"), [(2253, False), (7, False), (40_001, False), ("Own", True)])
def test_an_id_of_a_later_edition(number, breaks):
    one = Known(ua.NodeId(number, 0), OBJECT, ua.QualifiedName("N", 0), GOOD)

    assert bool(guilty(space_rules.standard_namespace, one)) is breaks


def test_supertypes_that_lead_round_come_to_an_end():
    a, b = ua.NodeId("A", 1), ua.NodeId("B", 1)
    first = node("A", 8, Described(ids.HasSubtype, None, b))
    second = node("B", 8, Described(ids.HasSubtype, None, a))

    assert guilty(space_rules.one_supertype, first, second) == ["A", "B"]


def test_a_second_type_definition():
    kind = Described(ids.HasTypeDefinition, is_forward=True, node=ids.FolderType, node_class=8)

    assert guilty(space_rules.one_type_definition, node("O", OBJECT, kind)) == []
    assert guilty(space_rules.one_type_definition, node("O", OBJECT, kind, kind)) == ["O"]


def test_a_target_that_is_gone_is_held_against_who_refers_to_it_still():
    gone = Known(ua.NodeId("Session", 1), OBJECT, ua.QualifiedName("Session", 1), status.BadNodeIdUnknown)
    there = Described(ids.HasComponent, is_forward=True, node=gone.id)

    assert guilty(space_rules.targets_exist, node("O", OBJECT, there), gone) == ["O"]
    assert guilty(space_rules.targets_exist, node("O", OBJECT), gone) == []


class Endless:
    """A server that has always one more reference, or one more node."""

    def __init__(self, *, points):
        self.points = points
        self.count = 0

    async def limit(self, _):
        return 50

    def reply(self, message):
        return Reply(message, b"", 0, 0.0)

    def result(self):
        self.count += 1
        there = ua.ExpandedNodeId(0 if self.points else self.count, 1)
        reference = ua.ReferenceDescription(
            ReferenceTypeId=ids.Organizes, IsForward=True, NodeId=there, NodeClass=ua.NodeClass.Object
        )
        return ua.BrowseResult(ua.StatusCode(0), b"more" if self.points else None, [reference] * 10)

    async def browse_many(self, *nodes, **_):
        return self.reply(ua.BrowseResponse(Results=[self.result() for _ in nodes]))

    async def browse_next(self, *_):
        response = ua.BrowseNextResponse()
        response.Parameters.Results = [self.result()]
        return self.reply(response)

    async def read(self, *items, **_):
        return self.reply(ua.ReadResponse(Results=[ua.DataValue() for _ in items]))


def test_continuation_points_without_an_end_are_named():
    found = asyncio.run(Crawl(Endless(points=True)).run(("zero", "one")))

    assert "without an end" in found.stopped


def test_nodes_without_an_end_are_named(monkeypatch):
    monkeypatch.setattr(crawl, "MOST_NODES", 200)
    found = asyncio.run(Crawl(Endless(points=False)).run(("zero", "one")))

    assert found.stopped == "more than 200 nodes"
    assert len(found.nodes) < 300
