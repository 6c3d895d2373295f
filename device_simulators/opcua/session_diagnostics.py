"""What the server knows of each session (OPC 10000-5 1.05.04, 12.7 and 12.8)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from asyncua import ua

from device_simulators.opcua.clock import Clock

if TYPE_CHECKING:
    from device_simulators.opcua.session_rules import Session


class SessionDiagnostics(Clock):
    """Counts the requests of each session, and describes its client."""

    COUNTED: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "read": "ReadCount",
            "write": "WriteCount",
            "call": "CallCount",
            "browse": "BrowseCount",
            "browse_next": "BrowseNextCount",
            "translate": "TranslateBrowsePathsToNodeIdsCount",
            "register_nodes": "RegisterNodesCount",
            "unregister_nodes": "UnregisterNodesCount",
        }
    )
    """The counter of each service that has one."""

    application_uri: str
    sessions: dict[object, Session]

    def describe_session(self, session: Session, asked: ua.CreateSessionParameters) -> None:
        """Note who has made a session, and from where (12.7)."""
        session.diagnostics = ua.SessionDiagnosticsDataType(
            SessionId=session.id,
            SessionName=session.name,
            ClientDescription=asked.ClientDescription,
            ServerUri=self.application_uri,
            EndpointUrl=asked.EndpointUrl,
            ActualSessionTimeout=session.timeout * 1000,
            MaxResponseMessageSize=session.most,
            ClientConnectionTime=self.now(),
        )

    def count_request(self, session: Session, service: str, *, failed: bool) -> None:
        """Count a request of a session, and that it was refused (12.7, 12.8)."""
        known = session.diagnostics
        counters = [known.TotalRequestCount]
        if service in self.COUNTED:
            counters.append(getattr(known, self.COUNTED[service]))
        for counter in counters:
            counter.TotalCount += 1
            counter.ErrorCount += failed

    def session_diagnostics(self) -> list[ua.SessionDiagnosticsDataType]:
        """Return what is known of each session; the counters are copies, of this moment."""
        return [self.diagnosed(session) for session in self.sessions.values()]

    def diagnosed(self, session: Session) -> ua.SessionDiagnosticsDataType:
        """Return what is known of one session."""
        known = session.diagnostics
        counted = ["TotalRequestCount", *self.COUNTED.values()]
        ago = asyncio.get_running_loop().time() - session.used
        return replace(
            known,
            LocaleIds=list(session.locale_ids),
            ClientLastContactTime=self.now() - timedelta(seconds=ago),
            **{name: replace(getattr(known, name)) for name in counted},
        )
