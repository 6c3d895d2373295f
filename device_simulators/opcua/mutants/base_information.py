"""Controllers that say wrong things of themselves in the Server object (OPC 10000-5 1.05.04, 6.3, 8, 12)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from asyncua import ua
from asyncua.ua import AttributeIds

from device_simulators.opcua.errors import Failed
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.nodes import Key, Node, key, standard
from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua.status import status

if TYPE_CHECKING:
    from datetime import datetime

    from device_simulators.opcua.nodes import Reference


class Nulls(Plc):
    """Holds null in some nodes of the standard."""

    nulls: ClassVar[frozenset[Key]] = frozenset()

    def current_value(self, node: Node, session: Any, now: datetime) -> tuple[ua.Variant, datetime]:
        """Replace the values of these nodes."""
        value, time = super().current_value(node, session, now)
        return (ua.Variant() if key(node.node_id) in self.nulls else value), time


class _OtherAttribute(Plc):
    """Has a wrong attribute in a node of the standard."""

    place: ClassVar[Key]
    wrong: ClassVar[int]

    def attribute_value(self, node: Node, attribute: int, session: Any) -> ua.Variant:
        """Replace one attribute of one node."""
        found = super().attribute_value(node, attribute, session)
        if (key(node.node_id), attribute) != (self.place, self.wrong):
            return found
        return ua.Variant(self.instead(found.Value), found.VariantType)

    def instead(self, value: Any) -> Any:
        """Return the wrong value."""
        raise NotImplementedError(value)


@mutant("UA-INFO-ROOT-FOLDERS")
class LacksViewsFolder(Plc):
    """Has no Views folder below Root."""

    def matches(self, one: Reference, item: ua.BrowseDescription, kinds: frozenset[Key] | None) -> bool:
        """Leave the folder out, where it is organized."""
        hidden = one.target == standard("ViewsFolder") and one.is_forward
        return not hidden and super().matches(one, item, kinds)


@mutant("UA-INFO-STANDARD-CLASSES")
class ServiceLevelIsObject(_OtherAttribute):
    """Says that ServiceLevel is an Object."""

    place = standard("Server_ServiceLevel")
    wrong = int(AttributeIds.NodeClass)

    def instead(self, value: Any) -> Any:  # noqa: ARG002 - as the rule
        """Return Object."""
        return int(ua.NodeClass.Object)


@mutant("UA-INFO-STANDARD-NAMES")
class NamesInOwnNamespace(_OtherAttribute):
    """Gives VendorServerInfo a name in its own namespace."""

    place = standard("Server_VendorServerInfo")
    wrong = int(AttributeIds.BrowseName)

    def instead(self, value: Any) -> Any:
        """Return the name in namespace 1."""
        return ua.QualifiedName(value.Name, 1)


@mutant("UA-INFO-STANDARD-DATA-TYPES")
class TimeIsAnyDateTime(_OtherAttribute):
    """Says that CurrentTime is a DateTime instead of an UtcTime."""

    place = standard("Server_ServerStatus_CurrentTime")
    wrong = int(AttributeIds.DataType)

    def instead(self, value: Any) -> Any:  # noqa: ARG002 - as the rule
        """Return the supertype."""
        return ua.NodeId(ua.ObjectIds.DateTime)


@mutant("UA-INFO-STANDARD-VALUE-RANKS", "UA-AS-ARRAY-DIMENSIONS")
class ServerArrayIsAnything(_OtherAttribute):
    """Says that ServerArray is a scalar or an array of any dimension."""

    place = standard("Server_ServerArray")
    wrong = int(AttributeIds.ValueRank)

    def instead(self, value: Any) -> Any:  # noqa: ARG002 - as the rule
        """Return Any."""
        return int(ua.ValueRank.Any)


@mutant("UA-INFO-SERVER-TYPE")
class LacksServerType(Plc):
    """Refers to ServerType, but has no such node."""

    def node_to_read(self, node_id: ua.NodeId) -> Node:
        """Find every node but that one."""
        if key(node_id) == standard("ServerType"):
            raise Failed(status.BadNodeIdUnknown)
        return super().node_to_read(node_id)


@mutant("UA-INFO-SERVER-STATUS")
class StatusIsBuildInfo(Plc):
    """Holds another structure in ServerStatus."""

    def server_status(self) -> Any:
        """Return what the server is, in place of how it is."""
        return self.build_info()


@mutant("UA-INFO-SERVER-STATE")
class NeverRuns(Plc):
    """Says for ever that it does not know its state."""

    def state(self) -> ua.ServerState:
        """Return Unknown."""
        return ua.ServerState.Unknown


@mutant("UA-INFO-CURRENT-TIME", "UA-INFO-TIME-AGREES")
class ClockStandsStill(Plc):
    """Shows the time of an hour before its start as CurrentTime, for ever."""

    def current_time(self) -> datetime:
        """Return the same time always."""
        return self.started - timedelta(hours=1)

    def start_time(self) -> datetime:
        """Return a time before that."""
        return self.started - timedelta(hours=2)


@mutant("UA-INFO-START-TIME")
class StartsTomorrow(Plc):
    """Shows a StartTime in the future."""

    def start_time(self) -> datetime:
        """Return a day later."""
        return super().start_time() + timedelta(days=1)


@mutant("UA-INFO-TIME-AGREES")
class ShowsLocalTime(Plc):
    """Shows its local time as CurrentTime."""

    def current_time(self) -> datetime:
        """Return the time in Seoul."""
        return super().current_time() + timedelta(hours=9)


@mutant("UA-INFO-TIME-ORDER")
class ClockJumpsBack(Plc):
    """Shows a CurrentTime that jumps back by a tenth of a second at every other read."""

    reads = 0

    def current_time(self) -> datetime:
        """Go back at every other read."""
        self.reads += 1
        return super().current_time() - timedelta(milliseconds=100 if self.reads % 2 else 0)


@mutant("UA-INFO-BUILD-INFO")
class HasNoBuildInfo(Plc):
    """Has empty texts in BuildInfo, but for those within ServerStatus."""

    def current_value(self, node: Node, session: Any, now: datetime) -> tuple[ua.Variant, datetime]:
        """Keep a build date alone."""
        value, time = super().current_value(node, session, now)
        is_build_info = key(node.node_id) == standard("Server_ServerStatus_BuildInfo")
        return (ua.Variant(ua.BuildInfo(BuildDate=self.started)) if is_build_info else value), time


@mutant("UA-INFO-NAMESPACE-ZERO", "UA-INFO-NAMESPACE-METADATA")
class MissesASlash(Plc):
    """Writes the standard's namespace without its slash at the end."""

    def namespace_array(self) -> list[str]:
        """Cut the first namespace."""
        first, *others = super().namespace_array()
        return [first.removesuffix("/"), *others]


@mutant("UA-INFO-NAMESPACE-OWN", "UA-INFO-NAMESPACE-METADATA")
class OwnNamespaceIsGeneric(Plc):
    """Has a second namespace that is not its ApplicationUri."""

    def namespace_array(self) -> list[str]:
        """Replace the second namespace."""
        first, _, *others = super().namespace_array()
        return [first, "urn:localhost:server", *others]


@mutant("UA-INFO-SERVER-ARRAY", "UA-SERVERS-URI-ARRAY")
class FirstServerIsAnother(Plc):
    """Names another server first in ServerArray."""

    def server_array(self) -> list[str]:
        """Put another server in front."""
        return ["urn:mother-factory:other", *super().server_array()]


@mutant("UA-INFO-SERVER-PROPERTIES", "UA-INFO-SERVER-ARRAY", "UA-SERVERS-URI-ARRAY")
class NullServerProperties(Nulls):
    """Holds null in properties of the Server object."""

    nulls = frozenset(map(standard, ("Server_ServerArray", "Server_ServiceLevel", "Server_Auditing")))


@mutant("UA-INFO-LOCAL-TIME")
class OffsetInSeconds(Plc):
    """Gives the offset of LocalTime in seconds instead of minutes."""

    def local_time(self) -> ua.TimeZoneDataType:
        """Return nine hours."""
        return ua.TimeZoneDataType(Offset=32_400, DaylightSavingInOffset=False)


@mutant("UA-INFO-NODE-ATTRIBUTES")
class AnswersWithParentId(_OtherAttribute):
    """Returns the id of another node as the NodeId of the Server object."""

    place = standard("Server")
    wrong = int(AttributeIds.NodeId)

    def instead(self, value: Any) -> Any:  # noqa: ARG002 - as the rule
        """Return the id of the Objects folder."""
        return ua.NodeId(ua.ObjectIds.ObjectsFolder)


@mutant("UA-INFO-VARIABLE-ATTRIBUTES", "UA-AS-MANDATORY-ATTRIBUTES")
class LacksHistorizing(Plc):
    """Has variables without the attribute Historizing."""

    def read_attribute(self, node: Node, item: ua.ReadValueId, ask: Any) -> ua.DataValue:
        """Refuse that attribute."""
        if item.AttributeId == AttributeIds.Historizing:
            raise Failed(status.BadAttributeIdInvalid)
        return super().read_attribute(node, item, ask)
