"""Mutants that lose something of a built-in type with fields or of an array (OPC 10000-6 1.05.04, 5.2.2)."""

import math
from typing import Any, ClassVar

from asyncua import ua
from asyncua.ua import VariantType

from device_simulators.opcua.errors import Failed
from device_simulators.opcua.mutants.encoding import Lossy
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.nodes import Node
from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua import status


class LossyArrays(Plc):
    """Keeps something else than was written, of arrays of one type."""

    KIND: ClassVar[VariantType]

    def lost(self, value: ua.Variant) -> ua.Variant:
        """Return what is kept of an array."""
        raise NotImplementedError

    def accepted(self, node: Node, value: ua.Variant) -> ua.Variant:
        """Keep an array as far as it goes."""
        found = super().accepted(node, value)
        return self.lost(found) if found.VariantType == self.KIND and found.is_array else found


@mutant("UA-ENCODING-XML-ELEMENT")
class ResolvesEntities(Lossy):
    """Keeps an XmlElement with its entities replaced."""

    KIND = VariantType.XmlElement

    def lost(self, value: ua.XmlElement) -> ua.XmlElement:
        """Replace one."""
        return ua.XmlElement((value.Value or "").replace("&amp;", "&"))


@mutant("UA-ENCODING-NODE-ID")
class LosesNamespaces(Lossy):
    """Keeps no namespace of a NodeId unless its identifier is of plain letters."""

    KIND = VariantType.NodeId

    def lost(self, value: ua.NodeId) -> ua.NodeId:
        """Take namespace 0."""
        if isinstance(value.Identifier, str) and value.Identifier.isascii():
            return value
        return ua.NodeId(value.Identifier, 0, value.NodeIdType)


@mutant("UA-ENCODING-EXPANDED-NODE-ID")
class KnowsNoOtherServer(Lossy):
    """Keeps no server index of an ExpandedNodeId."""

    KIND = VariantType.ExpandedNodeId

    def lost(self, value: Any) -> Any:
        """Take its own server."""
        if not getattr(value, "ServerIndex", 0):
            return value
        return ua.ExpandedNodeId(
            value.Identifier, value.NamespaceIndex, value.NodeIdType, value.NamespaceUri, 0
        )


@mutant("UA-ENCODING-STATUS-CODE")
class LosesInfoBits(Lossy):
    """Keeps no info bits of a StatusCode."""

    KIND = VariantType.StatusCode

    def lost(self, value: ua.StatusCode) -> ua.StatusCode:
        """Keep the upper half."""
        return ua.StatusCode(value.value & 0xFFFF0000)


@mutant("UA-ENCODING-QUALIFIED-NAME")
class KeepsAByteOfTheNamespace(Lossy):
    """Keeps the lower byte of the namespace index of a QualifiedName."""

    KIND = VariantType.QualifiedName

    def lost(self, value: ua.QualifiedName) -> ua.QualifiedName:
        """Cut the index."""
        return ua.QualifiedName(value.Name, value.NamespaceIndex & 0xFF)


@mutant("UA-ENCODING-LOCALIZED-TEXT")
class FillsLocalizedTexts(Lossy):
    """Keeps an empty String for a field that a LocalizedText lacks."""

    KIND = VariantType.LocalizedText

    def lost(self, value: ua.LocalizedText) -> ua.LocalizedText:
        """Fill both fields."""
        return ua.LocalizedText(value.Text or "", value.Locale or "")


@mutant("UA-ENCODING-EXTENSION-OBJECT")
class RoundsRanges(Lossy):
    """Keeps whole numbers of a Range."""

    KIND = VariantType.ExtensionObject

    def lost(self, value: Any) -> Any:
        """Round both ends."""
        if not isinstance(value, ua.Range):
            return value
        return ua.Range(Low=math.floor(value.Low), High=math.ceil(value.High))


@mutant("UA-ENCODING-VARIANT")
class ReversesVariants(LossyArrays):
    """Keeps an array of three Variants in the reverse order."""

    KIND = VariantType.Variant

    def lost(self, value: ua.Variant) -> ua.Variant:
        """Reverse it."""
        if len(value.Value or ()) != 3:
            return value
        return ua.Variant(value.Value[::-1], self.KIND, is_array=True)


@mutant("UA-ENCODING-ARRAY")
class FillsArrays(LossyArrays):
    """Keeps an empty String for a null one in an array."""

    KIND = VariantType.String

    def lost(self, value: ua.Variant) -> ua.Variant:
        """Fill what is null."""
        if value.Dimensions or None not in (value.Value or ()):
            return value
        return ua.Variant([one or "" for one in value.Value], self.KIND, is_array=True)


@mutant("UA-ENCODING-ARRAY-EMPTY")
class KeepsOneElementAtLeast(LossyArrays):
    """Keeps an empty array of Strings as one with an empty String."""

    KIND = VariantType.String

    def lost(self, value: ua.Variant) -> ua.Variant:
        """Add an element."""
        return value if value.Value else ua.Variant([""], self.KIND, is_array=True)


@mutant("UA-ENCODING-MATRIX")
class WritesColumnByColumn(LossyArrays):
    """Keeps a matrix of Int16 column by column."""

    KIND = VariantType.Int16

    def lost(self, value: ua.Variant) -> ua.Variant:
        """Write the columns where the rows belong."""
        if not value.Dimensions or len(value.Dimensions) != 2:
            return value
        flat = [row[at] for at in range(value.Dimensions[1]) for row in value.Value]
        width = value.Dimensions[1]
        rows = [flat[at : at + width] for at in range(0, len(flat), width)]
        return ua.Variant(rows, self.KIND, value.Dimensions, is_array=True)


@mutant("UA-ENCODING-NODE-ID-FORMS")
class KnowsTheShortestForm(Plc):
    """Finds a node by the shortest form of its NodeId only."""

    def node_to_read(self, node_id: ua.NodeId) -> Node:
        """Look at the form."""
        is_longer = node_id.NodeIdType in {ua.NodeIdType.FourByte, ua.NodeIdType.Numeric}
        if is_longer and node_id.NamespaceIndex == 0 and node_id.Identifier < 1 << 8:
            raise Failed(status.BadNodeIdUnknown)
        return super().node_to_read(node_id)
