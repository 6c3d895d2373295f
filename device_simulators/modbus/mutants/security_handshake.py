"""Controllers that go wrong in the TLS handshake (MODBUS/TCP Security v36, 8.2 and 10.1)."""

import ssl

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant
from device_simulators.modbus.secure import SecureProtocol, Security
from testbed.protocols.tls import Alert, ClientHello, ContentType, Extension, ServerHello, Version, record

_REFUSAL = record(ContentType.ALERT, bytes((2, Alert.PROTOCOL_VERSION)))
_SSL_2_SERVER_HELLO = bytes.fromhex("8019 04 00 01 0002 0000 0003 0010 010080") + bytes(16)


@mutant("MB-TLS12-SESSION", suite="modbus_security")
class ChokesOnLongOffers(Plc):
    """Refuses a client of TLS 1.2 that offers more cipher suites than its buffer holds."""

    class secure_class(Security):
        """Eight suites are room enough."""

        def answer_hello(self, hello: ClientHello) -> bytes:
            """Refuse a long list."""
            new = Extension.SUPPORTED_VERSIONS in hello.extensions
            return _REFUSAL if len(hello.suites) > 8 and not new else b""


@mutant("MB-TLS13-SESSION", suite="modbus_security")
class MissesTheOldVersion(Plc):
    """Speaks TLS 1.3 only with clients that offer an older version too."""

    class secure_class(Security):
        """Looks for a second version in the list."""

        def answer_hello(self, hello: ClientHello) -> bytes:
            """Refuse a list of one."""
            return _REFUSAL if hello.extensions.get(Extension.SUPPORTED_VERSIONS, b"")[:1] == b"\x02" else b""


@mutant("MB-TLS-VERSIONS-OFFERED", suite="modbus_security")
class ChokesOnEverythingAtOnce(Plc):
    """Refuses a client that offers two versions and every cipher suite there is."""

    class secure_class(Security):
        """Sixty-four suites are room enough."""

        def answer_hello(self, hello: ClientHello) -> bytes:
            """Refuse a very long list."""
            new = Extension.SUPPORTED_VERSIONS in hello.extensions
            return _REFUSAL if len(hello.suites) > 64 and new else b""


@mutant("MB-TLS-OLD-VERSIONS", suite="modbus_security")
class SpeaksOldVersions(Plc):
    """Negotiates down to whatever version a client offers."""

    class secure_class(Security):
        """Takes what it is offered."""

        def answer_hello(self, hello: ClientHello) -> bytes:
            """Agree on an old version."""
            return (
                b""
                if hello.version >= Version.TLS_1_2
                else ServerHello(hello.version, hello.suites[0]).encode()
            )


@mutant("MB-TLS-SSL2", suite="modbus_security")
class SpeaksSsl2(Plc):
    """Answers the hello of SSL 2.0."""

    class secure_class(Security):
        """Knows the oldest form."""

        def answer_first(self, data: bytes) -> bytes:
            """Agree on SSL 2.0."""
            return _SSL_2_SERVER_HELLO if data[:1] == b"\x80" and data[2:5] == b"\x01\x00\x02" else b""


@mutant(
    "MB-TLS-ASKS-CERTIFICATE",
    "MB-TLS-NO-CERTIFICATE",
    "MB-TLS-CERTIFICATE-UNTRUSTED",
    "MB-TLS-CERTIFICATE-EXPIRED",
    "MB-TLS-CERTIFICATE-NOT-YET-VALID",
    "MB-TLS-CERTIFICATE-PURPOSE",
    "MB-TLS-CERTIFICATE-REVOKED",
    "MB-TLS-CERTIFICATE-WEAK-KEY",
    "MB-ROLE-REFUSED",
    "MB-ROLE-REFUSED-UNEXECUTED",
    "MB-ROLE-EVERY-REQUEST",
    "MB-ROLE-NOBODY",
    "MB-ROLE-ENCODING",
    "MB-ROLE-TWO",
    "MB-ROLE-WHOLE",
    "MB-ROLE-RESUMED",
    suite="modbus_security",
)
class AsksNobodyForCertificates(Plc):
    """Encrypts like a web server, and serves whoever comes."""

    class secure_class(Security):
        """No certificate, every right."""

        DEMAND = ssl.CERT_NONE

        def may(self, role: str | None, request: bytes) -> bool:  # noqa: ARG002 - whoever it is
            """Allow everything."""
            return True


@mutant("MB-TLS-NO-CERTIFICATE", suite="modbus_security")
class TakesNoCertificateForAnAnswer(Plc):
    """Asks for a certificate, and goes on without one."""

    class secure_class(Security):
        """A certificate is a courtesy."""

        DEMAND = ssl.CERT_OPTIONAL


@mutant("MB-TLS-ALERT-ENDS-SESSION", suite="modbus_security")
class LeavesSessionsToClients(Plc):
    """Resumes by tickets that clients keep, so that it cannot forget a session that failed."""

    class secure_class(Security):
        """Tickets, as most libraries have them from the start."""

        OPTIONS = 0


@mutant("MB-TLS-RESUMPTION", suite="modbus_security")
class ForgetsSessions(Plc):
    """Makes a full handshake every time."""

    class secure_class(Security):
        """A context for each connection, and so no memory."""

        def serve(self) -> SecureProtocol:
            """Forget what was."""
            self.context = self.make_context()
            return super().serve()
