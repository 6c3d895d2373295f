"""Controllers that count wrongly what they do (OPC 10000-5 1.05.04, 6.3.3, 6.3.5, 12.9)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from asyncua import ua

from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc

if TYPE_CHECKING:
    from datetime import datetime

    from device_simulators.opcua.nodes import Node


@mutant("UA-INFO-DIAGNOSTICS-FLAG", "UA-AS-DATA-TYPE")
class FlagIsNumber(Plc):
    """Holds a number in EnabledFlag."""

    def current_value(self, node: Node, session: Any, now: datetime) -> tuple[ua.Variant, datetime]:
        """Replace the value of the flag."""
        value, time = super().current_value(node, session, now)
        is_flag = node.node_id == ua.NodeId(ua.ObjectIds.Server_ServerDiagnostics_EnabledFlag)
        return (ua.Variant(1, ua.VariantType.Byte) if is_flag else value), time


@mutant(
    "UA-INFO-DIAGNOSTICS-SUMMARY",
    "UA-INFO-COUNTS-SESSIONS",
    "UA-INFO-COUNTS-ALL-SESSIONS",
    "UA-INFO-COUNTS-REJECTED",
    "UA-INFO-COUNTS-NOTHING-ELSE",
)
class HasNoSummary(Plc):
    """Holds null in ServerDiagnosticsSummary."""

    def current_value(self, node: Node, session: Any, now: datetime) -> tuple[ua.Variant, datetime]:
        """Replace the summary."""
        value, time = super().current_value(node, session, now)
        place = ua.ObjectIds.Server_ServerDiagnostics_ServerDiagnosticsSummary
        return (ua.Variant() if node.node_id == ua.NodeId(place) else value), time


@mutant("UA-INFO-COUNTS-SESSIONS")
class CountsSessionsUpOnly(Plc):
    """Never counts a session down."""

    def diagnostics(self) -> ua.ServerDiagnosticsSummaryDataType:
        """Show all sessions as current ones."""
        counters = super().diagnostics()
        return replace(counters, CurrentSessionCount=counters.CumulatedSessionCount)


@mutant("UA-INFO-COUNTS-SESSIONS")
class CountsOneSession(Plc):
    """Shows one session however many there are."""

    def diagnostics(self) -> ua.ServerDiagnosticsSummaryDataType:
        """Show the session that asks."""
        counters = super().diagnostics()
        return replace(counters, CurrentSessionCount=min(counters.CurrentSessionCount, 1))


@mutant("UA-INFO-COUNTS-ALL-SESSIONS")
class CountsCurrentSessionsTwice(Plc):
    """Shows the number of current sessions as that of all sessions."""

    def diagnostics(self) -> ua.ServerDiagnosticsSummaryDataType:
        """Forget closed sessions."""
        counters = super().diagnostics()
        return replace(counters, CumulatedSessionCount=counters.CurrentSessionCount)


@mutant("UA-INFO-COUNTS-REJECTED")
class CountsNoRejections(Plc):
    """Does not count requests that it refuses."""

    def diagnostics(self) -> ua.ServerDiagnosticsSummaryDataType:
        """Show none."""
        return replace(super().diagnostics(), RejectedRequestsCount=0)


@mutant("UA-INFO-COUNTS-REJECTED", "UA-INFO-COUNTS-NOTHING-ELSE")
class CountsEveryRead(Plc):
    """Counts every Read as a request that was refused."""

    def read(self, session: Any, request: ua.ReadRequest) -> ua.ReadResponse:
        """Count it."""
        self.counters.RejectedRequestsCount += 1
        return super().read(session, request)


@mutant("UA-INFO-SESSION-DIAGNOSTICS")
class ListsNoSessions(Plc):
    """Has no entries of sessions in SessionDiagnosticsArray."""

    def session_diagnostics(self) -> list[ua.SessionDiagnosticsDataType]:
        """Return none."""
        return []
