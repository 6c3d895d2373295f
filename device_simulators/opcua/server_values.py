"""Which node of the Server object shows which value of the server (OPC 10000-5 1.05.04, 6.3)."""

from __future__ import annotations

from operator import methodcaller
from typing import TYPE_CHECKING, Any

from asyncua import ua
from asyncua.ua import VariantType

from device_simulators.opcua.bindings import Binding
from device_simulators.opcua.nodes import Key, key, standard
from device_simulators.opcua.space import Space
from device_simulators.opcua.values import built_in

if TYPE_CHECKING:
    from collections.abc import Callable


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
