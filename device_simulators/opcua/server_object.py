"""The Server object: what the server says of itself (OPC 10000-5 1.05.04, 6.3, 8.3, 12.4, 12.10).

Each value is a small method, called at each read. That it is read again each time is what makes it live.
"""

from __future__ import annotations

from dataclasses import replace
from operator import methodcaller
from typing import TYPE_CHECKING, Any, ClassVar

from asyncua import ua
from asyncua.ua import VariantType

from device_simulators.opcua.bindings import Binding
from device_simulators.opcua.nodes import Key, Space, key, standard
from device_simulators.opcua.operations import Operations
from device_simulators.opcua.values import built_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from device_simulators.opcua.session_rules import Session

NAMESPACE_ZERO = "http://opcfoundation.org/UA/"


class ServerObject(Operations):
    """What the Server object and the nodes below it hold, each value a method of its own."""

    build: Mapping[str, str]
    """Product name and URI, manufacturer, software version and build number, by their names in BuildInfo."""
    namespaces: tuple[str, ...] = ()
    """Namespaces behind the server's own."""
    profiles: tuple[str, ...] = ()
    """URIs of the profiles that the server keeps."""
    conformance_units: tuple[str, ...] = ()
    locales: tuple[str, ...] = ("en",)

    MAX_ARRAY_LENGTH: ClassVar[int] = 20_000
    MAX_STRING_LENGTH: ClassVar[int] = 65_536
    """Bytes of a String in UTF-8."""
    MAX_BYTE_STRING_LENGTH: ClassVar[int] = 65_536

    application_uri: str
    space: Space
    started: datetime
    counters: ua.ServerDiagnosticsSummaryDataType
    sessions: dict[object, Session]

    # What ServerStatus holds (12.10)

    def server_status(self) -> ua.ServerStatusDataType:
        """Return the whole of ServerStatus; its parts are the same values."""
        return ua.ServerStatusDataType(
            StartTime=self.start_time(),
            CurrentTime=self.current_time(),
            State=self.state(),
            BuildInfo=self.build_info(),
            SecondsTillShutdown=self.seconds_till_shutdown(),
            ShutdownReason=self.shutdown_reason(),
        )

    def start_time(self) -> datetime:
        """Return when the server was started, UTC."""
        return self.started

    def current_time(self) -> datetime:
        """Return the time, UTC."""
        return self.now()

    def state(self) -> ua.ServerState:
        """A server that answers is running."""
        return ua.ServerState.Running

    def build_info(self) -> ua.BuildInfo:
        """Return what the server is; it was built when it was started, since it is not compiled."""
        return ua.BuildInfo(**self.build, BuildDate=self.started)

    def seconds_till_shutdown(self) -> int:
        """No shutdown is planned."""
        return 0

    def shutdown_reason(self) -> ua.LocalizedText:
        """No shutdown is planned."""
        return ua.LocalizedText()

    # Server (6.3.1)

    def namespace_array(self) -> list[str]:
        """Return the namespaces: first the standard's, then the server's own (6.3.1)."""
        return [NAMESPACE_ZERO, self.application_uri, *self.namespaces]

    def server_array(self) -> list[str]:
        """Return the servers that this one knows: itself (6.3.1)."""
        return [self.application_uri]

    def service_level(self) -> int:
        """Return how able the server is: 255 without redundancy (6.3.1)."""
        return 255

    def auditing(self) -> bool:
        """No audit events are made."""
        return False

    def local_time(self) -> ua.TimeZoneDataType:
        """The server lives in UTC."""
        return ua.TimeZoneDataType(Offset=0, DaylightSavingInOffset=False)

    # ServerCapabilities (6.3.2)

    def server_profiles(self) -> list[str]:
        """Return the URIs of the profiles that the server keeps."""
        return list(self.profiles)

    def units(self) -> list[ua.QualifiedName]:
        """Return the conformance units that the server has."""
        return [ua.QualifiedName(name, 0) for name in self.conformance_units]

    def locale_ids(self) -> list[str]:
        """Return the locales of the texts."""
        return list(self.locales)

    def limit(self, name: str) -> int:
        """Return a limit of the server by its name; it says what it keeps (6.3.2, 6.3.11)."""
        limit: int = getattr(self, name)
        return limit

    # ServerDiagnostics (6.3.3)

    def diagnostics_enabled(self) -> bool:
        """Diagnostics are always counted."""
        return True

    def diagnostics(self) -> ua.ServerDiagnosticsSummaryDataType:
        """Return all counters."""
        return replace(self.counters)

    def session_diagnostics(self) -> list[ua.SessionDiagnosticsDataType]:
        """Return what is known of each session (12.8)."""
        return [
            ua.SessionDiagnosticsDataType(
                SessionId=session.id,
                SessionName=session.name,
                ServerUri=self.application_uri,
                LocaleIds=list(session.locale_ids),
                ActualSessionTimeout=session.timeout * 1000,
                MaxResponseMessageSize=session.most,
            )
            for session in self.sessions.values()
        ]


def bind_server_object(space: Space) -> None:
    """Let the nodes of the Server object show the values of a :class:`ServerObject`."""
    for name, (kind, method, *arguments) in _VALUES.items():
        _bind(space, name, kind, methodcaller(method, *arguments))
    # Who may do what is nothing for a user who is not an administrator, and there are none (12.9).
    security = "Server_ServerDiagnostics_SessionsDiagnosticsSummary_SessionSecurityDiagnosticsArray"
    space.own(standard(security)).attributes[int(ua.AttributeIds.UserAccessLevel)] = 0
    for parent, method in (
        ("Server_ServerDiagnostics_ServerDiagnosticsSummary", "diagnostics"),
        ("Server_ServerStatus_BuildInfo", "build_info"),
    ):
        for child in space.targets(standard(parent), standard("HasComponent")):
            node = space[child]
            kind = built_in(space, key(node.attributes[int(ua.AttributeIds.DataType)]))
            _bind_node(space, child, kind, _field(method, node.name.Name))


def _bind(space: Space, name: str, kind: VariantType, read: Callable[[Any], object]) -> None:
    _bind_node(space, standard(name), kind, read)


def _bind_node(space: Space, node: Key, kind: VariantType | None, read: Callable[[Any], object]) -> None:
    def variant(server: Any, _session: Any) -> ua.Variant:
        value = read(server)
        return ua.Variant(value, kind, is_array=isinstance(value, list))

    space.own(node).binding = Binding(variant)


def _field(method: str, name: str) -> Callable[[Any], object]:
    return lambda server: getattr(getattr(server, method)(), name)


_CAPABILITIES = "Server_ServerCapabilities"
_LIMITS = f"{_CAPABILITIES}_OperationLimits_MaxNodesPer"
_VALUES: dict[str, tuple[Any, ...]] = {
    "Server_ServerArray": (VariantType.String, "server_array"),
    "Server_NamespaceArray": (VariantType.String, "namespace_array"),
    "Server_ServiceLevel": (VariantType.Byte, "service_level"),
    "Server_Auditing": (VariantType.Boolean, "auditing"),
    "Server_LocalTime": (VariantType.ExtensionObject, "local_time"),
    "Server_ServerStatus": (VariantType.ExtensionObject, "server_status"),
    "Server_ServerStatus_StartTime": (VariantType.DateTime, "start_time"),
    "Server_ServerStatus_CurrentTime": (VariantType.DateTime, "current_time"),
    "Server_ServerStatus_State": (VariantType.Int32, "state"),
    "Server_ServerStatus_BuildInfo": (VariantType.ExtensionObject, "build_info"),
    "Server_ServerStatus_SecondsTillShutdown": (VariantType.UInt32, "seconds_till_shutdown"),
    "Server_ServerStatus_ShutdownReason": (VariantType.LocalizedText, "shutdown_reason"),
    f"{_CAPABILITIES}_ServerProfileArray": (VariantType.String, "server_profiles"),
    f"{_CAPABILITIES}_ConformanceUnits": (VariantType.QualifiedName, "units"),
    f"{_CAPABILITIES}_LocaleIdArray": (VariantType.String, "locale_ids"),
    f"{_CAPABILITIES}_MaxSessions": (VariantType.UInt32, "limit", "MAX_SESSIONS"),
    f"{_CAPABILITIES}_MaxBrowseContinuationPoints": (VariantType.UInt16, "limit", "MAX_CONTINUATION_POINTS"),
    f"{_CAPABILITIES}_MaxArrayLength": (VariantType.UInt32, "limit", "MAX_ARRAY_LENGTH"),
    f"{_CAPABILITIES}_MaxStringLength": (VariantType.UInt32, "limit", "MAX_STRING_LENGTH"),
    f"{_CAPABILITIES}_MaxByteStringLength": (VariantType.UInt32, "limit", "MAX_BYTE_STRING_LENGTH"),
    f"{_LIMITS}Read": (VariantType.UInt32, "limit", "MAX_NODES_PER_READ"),
    f"{_LIMITS}Write": (VariantType.UInt32, "limit", "MAX_NODES_PER_WRITE"),
    f"{_LIMITS}Browse": (VariantType.UInt32, "limit", "MAX_NODES_PER_BROWSE"),
    f"{_LIMITS}MethodCall": (VariantType.UInt32, "limit", "MAX_NODES_PER_METHOD_CALL"),
    f"{_LIMITS}RegisterNodes": (VariantType.UInt32, "limit", "MAX_NODES_PER_REGISTER"),
    f"{_LIMITS}TranslateBrowsePathsToNodeIds": (VariantType.UInt32, "limit", "MAX_NODES_PER_TRANSLATE"),
    "Server_ServerDiagnostics_EnabledFlag": (VariantType.Boolean, "diagnostics_enabled"),
    "Server_ServerDiagnostics_ServerDiagnosticsSummary": (VariantType.ExtensionObject, "diagnostics"),
    "Server_ServerDiagnostics_SessionsDiagnosticsSummary_SessionDiagnosticsArray": (
        VariantType.ExtensionObject,
        "session_diagnostics",
    ),
}
"""By the name of a node: its built-in type, the method that has its value, and the method's arguments."""
