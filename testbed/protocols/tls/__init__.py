"""As much of TLS as can be said without cryptography: records, hellos, alerts, and a certificate's roles.

What the `ssl` module cannot be made to send, an old version or a forbidden cipher suite, is offered with a
ClientHello made here; the first flight that comes back is all there is to see. RFC 5246 (TLS 1.2), RFC 8446.
"""

from testbed.protocols.tls.alerts import Alert, AnyAlert, OtherAlert, alert_of, alert_of_openssl
from testbed.protocols.tls.flight import Flight, read_flight
from testbed.protocols.tls.hello import ClientHello, Extension, ServerHello
from testbed.protocols.tls.records import ContentType, Record, Version, record, records
from testbed.protocols.tls.roles import ROLE_OID, RoleValue, roles_of

__all__ = [
    "ROLE_OID",
    "Alert",
    "AnyAlert",
    "ClientHello",
    "ContentType",
    "Extension",
    "Flight",
    "OtherAlert",
    "Record",
    "RoleValue",
    "ServerHello",
    "Version",
    "alert_of",
    "alert_of_openssl",
    "read_flight",
    "record",
    "records",
    "roles_of",
]
