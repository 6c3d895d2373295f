"""Controllers that state wrong capabilities and namespaces (OPC 10000-5 1.05.04, 6.3.2, 6.3.11, 6.3.13)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncua import ua

from device_simulators.opcua.mutants.base_information import Nulls
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.nodes import Key, Node, standard
from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua.status import status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from device_simulators.opcua.nodes import Reference

CAPABILITIES = "Server_ServerCapabilities_"
LIMITS = f"{CAPABILITIES}OperationLimits_MaxNodesPer"


@mutant("UA-INFO-CAPABILITIES", "UA-INFO-PROFILES", "UA-INFO-PROFILES-CLAIMED")
class NullCapabilities(Nulls):
    """Holds null in properties of ServerCapabilities."""

    nulls = frozenset(
        standard(f"{CAPABILITIES}{name}")
        for name in (
            "ServerProfileArray",
            "LocaleIdArray",
            "MinSupportedSampleRate",
            "MaxBrowseContinuationPoints",
            "MaxQueryContinuationPoints",
            "MaxHistoryContinuationPoints",
            "SoftwareCertificates",
        )
    )


@mutant("UA-INFO-LIMITS")
class NullLimits(Nulls):
    """Holds null where limits should be."""

    nulls = frozenset(
        [standard(f"{CAPABILITIES}Max{name}Length") for name in ("Array", "String", "ByteString")]
        + [
            standard(f"{LIMITS}{name}")
            for name in (
                "Read",
                "Write",
                "MethodCall",
                "Browse",
                "RegisterNodes",
                "TranslateBrowsePathsToNodeIds",
            )
        ]
    )


@mutant("UA-INFO-PROFILES", "UA-INFO-PROFILES-CLAIMED")
class NamesNoProfile(Plc):
    """Has an empty ServerProfileArray."""

    def server_profiles(self) -> list[str]:
        """Return none."""
        return []


@mutant("UA-INFO-PROFILES-CLAIMED")
class NamesAnotherProfile(Plc):
    """Names a profile that nobody claims for it."""

    def server_profiles(self) -> list[str]:
        """Return that of a standard server of long ago."""
        return ["http://opcfoundation.org/UA-Profile/Server/StandardUA"]


@mutant("UA-INFO-NAMESPACE-METADATA", "UA-INFO-NAMESPACE-METADATA-ALL")
class DescribesForeignNamespace(Plc):
    """Describes a namespace in Server/Namespaces that it does not have."""

    def read_value(self, node: Node, item: ua.ReadValueId, ask: Any) -> ua.DataValue:
        """Replace what an entry of the server's own namespace says."""
        found = super().read_value(node, item, ask)
        if node.name.Name == "NamespaceUri" and found.Value.Value in self.namespaces:
            found.Value = ua.Variant("https://example.org/another", ua.VariantType.String)
        return found


@mutant("UA-INFO-NAMESPACE-METADATA-ALL")
class DescribesStandardNamespaceOnly(Plc):
    """Describes the standard's namespace in Server/Namespaces and none of its own."""

    def matches(self, one: Reference, item: ua.BrowseDescription, kinds: frozenset[Key] | None) -> bool:
        """Leave out entries of other namespaces."""
        hidden = item.NodeId == ua.NodeId(ua.ObjectIds.Server_Namespaces) and one.target[0] != 0
        return not (hidden and one.is_forward) and super().matches(one, item, kinds)


@mutant("UA-INFO-NAMESPACE-METADATA-PROPERTIES")
class LacksStringPattern(Plc):
    """Has no StaticStringNodeIdPattern in the entries of Server/Namespaces."""

    def translate_one(self, path: ua.BrowsePath) -> ua.BrowsePathResult:
        """Find every path but those to the pattern."""
        elements: Sequence[ua.RelativePathElement] = path.RelativePath.Elements or ()
        if any(one.TargetName.Name == "StaticStringNodeIdPattern" for one in elements):
            return ua.BrowsePathResult(ua.StatusCode(int(status.BadNoMatch)))
        return super().translate_one(path)
