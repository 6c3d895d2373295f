"""What a server notes of its security, for an administrator: the events of OPC 10000-5 1.05.04, 6.4.

They are kept and not sent: there are no subscriptions yet.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from device_simulators.opcua.clock import Clock
from testbed.protocols.opcua.status import Status, status

AUDIT_MAX = 1000
"""Events that are kept (assumed)."""

EVENTS = {
    status.BadCertificateTimeInvalid: "AuditCertificateExpiredEventType",
    status.BadCertificateIssuerTimeInvalid: "AuditCertificateExpiredEventType",
    status.BadCertificateUntrusted: "AuditCertificateUntrustedEventType",
    status.BadCertificateRevoked: "AuditCertificateRevokedEventType",
    status.BadCertificateIssuerRevoked: "AuditCertificateRevokedEventType",
    status.BadCertificateRevocationUnknown: "AuditCertificateRevokedEventType",
    status.BadCertificateIssuerRevocationUnknown: "AuditCertificateRevokedEventType",
    status.BadCertificateUseNotAllowed: "AuditCertificateMismatchEventType",
    status.BadCertificateIssuerUseNotAllowed: "AuditCertificateMismatchEventType",
    status.BadCertificateUriInvalid: "AuditCertificateDataMismatchEventType",
    status.BadCertificateHostNameInvalid: "AuditCertificateDataMismatchEventType",
}
"""The type of event for what is wrong with a certificate; of any other fault it is that of invalid ones."""


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One event."""

    time: datetime
    type: str
    """Name of its EventType."""
    status: Status
    """The precise reason, which the wire does not tell."""
    subject: str
    """Thumbprint of a certificate, or name of a user."""


class Audit(Clock):
    """Notes events; the oldest go first."""

    audit: deque[AuditEvent]

    def note(self, kind: str, why: Status, subject: str = "") -> None:
        """Note an event."""
        self.audit.append(AuditEvent(self.now(), kind, why, subject))

    def note_certificate(self, why: Status, thumbprint: str) -> None:
        """Note what is wrong with a certificate."""
        self.note(EVENTS.get(why, "AuditCertificateInvalidEventType"), why, thumbprint)
