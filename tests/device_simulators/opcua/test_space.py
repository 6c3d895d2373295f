"""The address space: layers, and what 10000-3 demands of every node."""

import asyncio
import subprocess
import sys

import pytest
from asyncua import ua

from device_simulators.opcua.device_yaml import blueprint
from device_simulators.opcua.nodes import key, standard
from device_simulators.opcua.plc import Plc, Transmitter
from device_simulators.opcua.space import AGGREGATES, HAS_SUBTYPE, Space
from device_simulators.opcua.standard import standard_nodes

HAS_TYPE_DEFINITION = standard("HasTypeDefinition")
HIERARCHICAL = standard("HierarchicalReferences")
MANDATORY = standard("ModellingRule_Mandatory")

OBJECT, VARIABLE, METHOD, OBJECT_TYPE, VARIABLE_TYPE, REFERENCE_TYPE, DATA_TYPE = 1, 2, 4, 8, 16, 32, 64
ROOTS = {standard(name) for name in ("BaseObjectType", "BaseVariableType", "References", "BaseDataType")}


@pytest.fixture(scope="module", params=[Plc, Transmitter])
def device(request):
    """One of each kind."""
    return request.param()


@pytest.fixture(scope="module")
def instances(device):
    """Everything below the Objects folder."""
    found, waiting = set(), [standard("ObjectsFolder")]
    while waiting:
        for node in device.space.targets(waiting.pop(), HIERARCHICAL):
            if node not in found:
                found.add(node)
                waiting.append(node)
    return found


def attribute(node, name):
    return node.attributes[int(ua.AttributeIds[name])]


async def values_of(device):
    """Every node that has a value, and the value as it is now."""
    nodes = [node for node in map(device.space.__getitem__, device.space) if node.value is not None]
    return [(node, node.binding.read(device, None) if node.binding else node.value) for node in nodes]


class TestLayers:
    def test_a_change_is_the_devices_own(self):
        one, other = Plc(), Plc()
        node = (2, "Scratch.Double")

        one.space.own(node).value = ua.Variant(7.0)

        assert other.space[node].value.Value != 7.0
        assert (one.space.owned, other.space.owned) == (1, 0)

    def test_what_is_removed_is_gone_for_one_device_alone(self):
        one, other = Plc(), Plc()
        node = (2, "Deep.1")

        one.space.remove([node])

        assert node not in one.space
        assert node not in one.space.targets((2, "Deep"), HIERARCHICAL)
        assert node in other.space.targets((2, "Deep"), HIERARCHICAL)
        assert len(one.space) == len(other.space) - 1

    def test_a_reference_has_two_ends_and_stands_once(self):
        space = Space(standard_nodes())
        ends = standard("ObjectsFolder"), HIERARCHICAL, standard("ViewsFolder")

        space.refer(*ends)
        space.refer(*ends)

        assert (ends[1], True, ends[2]) in space[ends[0]].references
        assert (ends[1], False, ends[0]) in space[ends[2]].references

    def test_the_standards_nodes_are_shared(self):
        server = standard("ServerType")

        assert Plc().space[server] is Transmitter().space[server] is standard_nodes()[server]

    def test_nothing_loads_asyncua_before_a_device_is_made(self):
        program = "import sys, device_simulators.opcua; sys.exit('asyncua' in sys.modules)"

        assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


class TestEveryNode:
    def test_references_lead_to_nodes_and_back(self, device):
        for node in device.space:
            for kind, is_forward, target in device.space[node].references:
                assert (kind, not is_forward, node) in device.space[target].references

    def test_objects_and_variables_have_one_type(self, device):
        wanted = {OBJECT: OBJECT_TYPE, VARIABLE: VARIABLE_TYPE}
        for node in device.space:
            types = device.space.targets(node, HAS_TYPE_DEFINITION)
            mine = device.space[node].node_class
            assert [device.space[one].node_class for one in types] == (
                [wanted[mine]] if mine in wanted else []
            )

    def test_types_have_one_supertype(self, device):
        types = (OBJECT_TYPE, VARIABLE_TYPE, REFERENCE_TYPE, DATA_TYPE)
        for node in device.space:
            if device.space[node].node_class in types:
                above = device.space.targets(node, HAS_SUBTYPE, forward=False)
                assert len(above) == (node not in ROOTS)

    def test_values_are_of_their_type_and_shape(self, device):
        for found, value in asyncio.run(values_of(device)):
            if value.VariantType != ua.VariantType.Null:
                rank = attribute(found, "ValueRank")
                dimensions = found.attributes.get(int(ua.AttributeIds.ArrayDimensions), ())
                assert device.has_type(key(attribute(found, "DataType")), value)
                assert device.has_shape(rank, dimensions, value)
                assert not dimensions or len(dimensions) == rank

    def test_a_user_may_do_no_more_than_anybody(self, device):
        for found in map(device.space.__getitem__, device.space):
            if found.node_class == VARIABLE:
                assert not attribute(found, "UserAccessLevel") & ~attribute(found, "AccessLevel")
            assert not attribute(found, "UserWriteMask") & ~attribute(found, "WriteMask")

    def test_arguments_are_described(self, device):
        for node in device.space:
            if device.space[node].node_class == METHOD:
                for name in ("InputArguments", "OutputArguments"):
                    for one in device.arguments_of(device.space[node], name):
                        assert isinstance(one, ua.Argument)
                        assert key(one.DataType) in device.space

    def test_definitions_name_what_exists(self, device):
        for found in map(device.space.__getitem__, device.space):
            definition = found.attributes.get(int(ua.AttributeIds.DataTypeDefinition))
            if isinstance(definition, ua.StructureDefinition):
                assert (
                    definition.DefaultEncodingId.is_null()
                    or key(definition.DefaultEncodingId) in device.space
                )
                assert all(key(one.DataType) in device.space for one in definition.Fields)

    def test_everything_can_be_found_from_the_root(self, device):
        seen = waiting = {standard("RootFolder")}
        while waiting:
            waiting = {one.target for node in waiting for one in device.space[node].references} - seen
            seen = seen | waiting

        assert len(seen) == len(device.space)


class TestInstances:
    def test_mandatory_children_are_there(self, device, instances):
        for node in instances:
            if device.space[node].node_class in (OBJECT, VARIABLE):
                kind = device.space.targets(node, HAS_TYPE_DEFINITION)[0]
                assert missing(device.space, node, kind) == []

    def test_names_are_unique_among_siblings(self, device, instances):
        for node in instances:
            names = [device.space[one].name for one in device.space.targets(node, AGGREGATES)]
            assert len(names) == len({(name.NamespaceIndex, name.Name) for name in names})

    def test_none_says_that_it_has_events(self, device, instances):
        for found in map(device.space.__getitem__, instances):
            assert not found.attributes.get(int(ua.AttributeIds.EventNotifier))

    def test_no_foreign_namespace_has_any(self, device, instances):
        assert {namespace for namespace, _ in instances} == {0, 1, 2}
        assert device.namespace_array()[1] == device.application_uri

    def test_none_offers_a_method_that_does_nothing(self, device, instances):
        methods = {node for node in instances if device.space[node].node_class == METHOD}

        assert methods <= set(device.behaviours)

    def test_each_namespace_is_described(self, device):
        described = device.space.targets(standard("Server_Namespaces"), AGGREGATES)
        uris = [device.space[one].name.Name for one in described]

        assert uris == device.namespace_array()


def missing(space, node, kind):
    """Names of mandatory children that a node of a type lacks, deeply."""
    lacking = []
    while kind is not None:
        for declared in space.targets(kind, AGGREGATES):
            if MANDATORY in space.targets(declared, standard("HasModellingRule")):
                name = space[declared].name
                child = space.child(node, name.Name, name.NamespaceIndex)
                lacking += [name.Name] if child is None else missing(space, child, declared)
        kind = space.supertype(kind)
    return lacking


def test_every_built_in_type_is_there_in_every_shape():
    nodes = blueprint("plc").nodes
    for kind in list(ua.VariantType)[1:]:
        for folder in ("Static", "Scratch"):
            for shape in ("", "Array", "Matrix"):
                assert (2, f"{folder}.{kind.name}{shape}") in nodes
