"""The Server object: what the server says of itself (OPC 10000-5 1.05.04, 6.3, 8.3, 12.4, 12.10).

Each value is a small method, called at each read. That it is read again each time is what makes it live.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from asyncua import ua

from device_simulators.opcua.operations import Operations
from device_simulators.opcua.space import Space

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


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
