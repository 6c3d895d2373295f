"""Controllers whose nodes and names contradict the address space model (OPC 10000-3 1.05.04, 5.2, 8.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncua import ua
from asyncua.ua import AttributeIds

from device_simulators.opcua.building import FOLDER, HAS_TYPE_DEFINITION, ORGANIZES, Builder
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.nodes import Key, Node, key, standard
from device_simulators.opcua.plc import Plc

if TYPE_CHECKING:
    from device_simulators.opcua.nodes import Reference
    from device_simulators.opcua.space import Space

CHILD = "Folder.Many.17"
TOO_LONG = 513


def own(name: str) -> Key:
    """Return the key of a node of the controller's namespace."""
    return 2, name


class Altered(Plc):
    """Has an address space that is altered once, when the device is made."""

    def __init__(self) -> None:
        super().__init__()
        self.alter(self.space)

    def alter(self, space: Space) -> None:
        """Change nodes of this device alone."""
        raise NotImplementedError


class _Discordant(Plc):
    """Returns another attribute of one node than references describe."""

    wrong: AttributeIds

    def attribute_value(self, node: Node, attribute: int, session: Any) -> ua.Variant:
        """Replace one attribute of one node."""
        found = super().attribute_value(node, attribute, session)
        if (key(node.node_id), attribute) != (own(CHILD), self.wrong):
            return found
        return ua.Variant(self.instead(), found.VariantType)

    def instead(self) -> Any:
        """Return the wrong value."""
        raise NotImplementedError


@mutant("UA-AS-ATTRIBUTE-TYPE")
class NotifiesByNumber(Plc):
    """Returns the EventNotifier of one node as a UInt32."""

    def attribute_value(self, node: Node, attribute: int, session: Any) -> ua.Variant:
        """Widen the Byte."""
        found = super().attribute_value(node, attribute, session)
        if (key(node.node_id), attribute) != (own("Methods"), AttributeIds.EventNotifier):
            return found
        return ua.Variant(found.Value, ua.VariantType.UInt32)


@mutant("UA-AS-NODE-ID")
class ReturnsNumericIds(_Discordant):
    """Returns a numeric NodeId for a node that is found by a string."""

    wrong = AttributeIds.NodeId

    def instead(self) -> Any:
        """Return a number."""
        return ua.NodeId(17, 2)


@mutant("UA-AS-NODE-CLASS")
class ReturnsOtherClass(_Discordant):
    """Returns the NodeClass Object for a Variable."""

    wrong = AttributeIds.NodeClass

    def instead(self) -> Any:
        """Return Object."""
        return int(ua.NodeClass.Object)


@mutant("UA-AS-BROWSE-NAME")
class ReturnsOtherName(_Discordant):
    """Returns another BrowseName than references describe."""

    wrong = AttributeIds.BrowseName

    def instead(self) -> Any:
        """Return a name in the server's own namespace."""
        return ua.QualifiedName("Seventeen", 1)


@mutant("UA-AS-BROWSE-NAME-LENGTH")
class HasLongBrowseName(Altered):
    """Has a BrowseName of 513 characters."""

    def alter(self, space: Space) -> None:
        """Rename a node."""
        name = ua.QualifiedName("N" * TOO_LONG, 2)
        space.own(own(CHILD)).attributes[int(AttributeIds.BrowseName)] = name


@mutant("UA-AS-BROWSE-NAME-LENGTH")
class HasEmptyBrowseName(Altered):
    """Has a BrowseName without a character."""

    def alter(self, space: Space) -> None:
        """Rename a node."""
        space.own(own(CHILD)).attributes[int(AttributeIds.BrowseName)] = ua.QualifiedName("", 2)


@mutant("UA-AS-DISPLAY-NAME-LENGTH")
class HasLongDisplayName(Altered):
    """Has a DisplayName of 513 characters."""

    def alter(self, space: Space) -> None:
        """Rename a node."""
        text = ua.LocalizedText("N" * TOO_LONG, "en")
        space.own(own(CHILD)).attributes[int(AttributeIds.DisplayName)] = text


@mutant("UA-AS-NAMESPACE-INDEX")
class NamesInUnknownNamespace(Altered):
    """Has a BrowseName in a namespace that NamespaceArray does not have."""

    def alter(self, space: Space) -> None:
        """Rename a node."""
        name = ua.QualifiedName("Child17", 17)
        space.own(own(CHILD)).attributes[int(AttributeIds.BrowseName)] = name


@mutant("UA-AS-NAMESPACE-STANDARD")
class NumbersInStandardNamespace(Altered):
    """Has an object of its own with an id in the standard's namespace."""

    def alter(self, space: Space) -> None:
        """Add such an object."""
        Builder(space, 0).object(standard("ObjectsFolder"), "SIM-PLC.Status")


@mutant("UA-AS-STANDARD-NAMES")
class RenamesStandardNode(Altered):
    """Has another name for a limit of the standard."""

    def alter(self, space: Space) -> None:
        """Rename the node."""
        place = standard("Server_ServerCapabilities_OperationLimits_MaxNodesPerRead")
        space.own(place).attributes[int(AttributeIds.BrowseName)] = ua.QualifiedName("MaxReads", 0)


@mutant("UA-AS-INVERSE-REFERENCES")
class ForgetsParents(Plc):
    """Does not find the folder in which a node is, from that node."""

    def matches(self, one: Reference, item: ua.BrowseDescription, kinds: frozenset[Key] | None) -> bool:
        """Leave out inverse Organizes references of its own nodes."""
        hidden = item.NodeId.NamespaceIndex == own("")[0] and one.type == ORGANIZES and not one.is_forward
        return not hidden and super().matches(one, item, kinds)


@mutant("UA-AS-TARGETS-EXIST")
class RefersToMissingNode(Plc):
    """Refers to a node that it does not find."""

    def node_to_browse(self, node_id: ua.NodeId) -> Node:
        """Find every node but one."""
        missing = key(node_id) == own(CHILD)
        return super().node_to_browse(ua.NodeId("Missing", 2) if missing else node_id)


@mutant("UA-AS-TYPE-DEFINITION")
class HasUntypedVariable(Altered):
    """Has a Variable without a type definition."""

    def alter(self, space: Space) -> None:
        """Remove the reference."""
        node = space.own(own("Discrete.Mode"))
        node.references = {one: None for one in node.references if one.type != HAS_TYPE_DEFINITION}


@mutant("UA-AS-TYPE-DEFINITION")
class HasTwiceTypedObject(Altered):
    """Has an Object with two type definitions."""

    def alter(self, space: Space) -> None:
        """Add a reference."""
        space.refer(own("Discrete"), HAS_TYPE_DEFINITION, standard("BaseObjectType"))


def retype(space: Space, name: str, kind: str) -> None:
    """Give a node another type definition."""
    node = space.own(own(name))
    node.references = {one: None for one in node.references if one.type != HAS_TYPE_DEFINITION}
    space.refer(own(name), HAS_TYPE_DEFINITION, standard(kind))


@mutant("UA-AS-TYPE-DEFINITION-CLASS")
class VariableOfObjectType(Altered):
    """Has a Variable whose type is an ObjectType."""

    def alter(self, space: Space) -> None:
        """Change the type."""
        retype(space, "Discrete.Mode", "BaseObjectType")


@mutant("UA-AS-TYPE-ABSTRACT")
class VariableOfAbstractType(Altered):
    """Has a Variable of the abstract BaseVariableType."""

    def alter(self, space: Space) -> None:
        """Change the type."""
        retype(space, "Discrete.Mode", "BaseVariableType")


@mutant("UA-AS-SUPERTYPE")
class HasTwoSupertypes(Altered):
    """Has an ObjectType with two supertypes."""

    def alter(self, space: Space) -> None:
        """Add a reference."""
        space.refer(standard("FolderType"), standard("HasSubtype"), own("CalculatorType"))


@mutant("UA-AS-SUPERTYPE")
class HasOrphanType(Altered):
    """Has an ObjectType without a supertype."""

    def alter(self, space: Space) -> None:
        """Remove the reference."""
        node, kind = space.own(own("CalculatorType")), standard("HasSubtype")
        node.references = {one: None for one in node.references if one.type != kind}


@mutant("UA-AS-MANDATORY-CHILDREN")
class LacksRange(Altered):
    """Has an AnalogItemType without its EURange."""

    def alter(self, space: Space) -> None:
        """Remove the property."""
        space.remove([own("Analog.Pressure.EURange")])


@mutant("UA-AS-PROPERTY-UNIQUE")
class HasPropertyTwice(Altered):
    """Has a node with two properties of one name."""

    def alter(self, space: Space) -> None:
        """Add a property, and give it the name of another one."""
        Builder(space, 2).property(own("Analog.Pressure"), "Other", standard("String"), "")
        name = ua.QualifiedName("EURange", 0)
        space.own(own("Analog.Pressure.Other")).attributes[int(AttributeIds.BrowseName)] = name


@mutant("UA-AS-PROPERTY-LEAF")
class HangsNodesBelowProperty(Altered):
    """Has a folder below a property."""

    def alter(self, space: Space) -> None:
        """Add the folder."""
        Builder(space, 2).object(own("Analog.Pressure.EURange"), "Below", kind=FOLDER)


@mutant("UA-AS-PROPERTY-TYPE")
class TypesItsProperties(Altered):
    """Has a property of BaseDataVariableType."""

    def alter(self, space: Space) -> None:
        """Change the type."""
        retype(space, "Analog.Pressure.EURange", "BaseDataVariableType")
