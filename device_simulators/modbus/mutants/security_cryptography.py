"""Controllers that agree on wrong cryptography (MODBUS/TCP Security v36, 8.3 and 10.2 to 10.5)."""

from collections.abc import Collection, Mapping
from typing import ClassVar

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant
from device_simulators.modbus.secure import Security
from testbed.protocols.tls import Alert, ClientHello, ContentType, Extension, ServerHello, Version, record

_REFUSAL = record(ContentType.ALERT, bytes((2, Alert.HANDSHAKE_FAILURE)))


class _Agrees(Security):
    """Agrees on some suites where a client offers nothing better."""

    ALSO: ClassVar[Collection[int]] = ()

    def answer_hello(self, hello: ClientHello) -> bytes:
        """Agree on the first of them."""
        if hello.suites and all(suite in self.ALSO for suite in hello.suites):
            return ServerHello(Version.TLS_1_2, hello.suites[0]).encode()
        return b""


class _Leaves(Security):
    """Answers a hello for the mandatory suites alone, in its own way."""

    CHANGED: ClassVar[Mapping[str, object]] = {}

    def concerns(self, hello: ClientHello) -> bool:
        """Say whether it answers this hello."""
        raise NotImplementedError

    def answer_hello(self, hello: ClientHello) -> bytes:
        """Answer it."""
        if not self.concerns(hello):
            return b""
        return ServerHello(Version.TLS_1_2, hello.suites[0], **self.CHANGED).encode()  # type: ignore[arg-type]  # its fields


@mutant("MB-TLS-RSA-SUITE", suite="modbus_security")
class LacksTheSuiteOfRsa(Plc):
    """Does not provide the mandatory suite of RSA keys."""

    class secure_class(Security):
        """The longer keys only."""

        SUITES = Security.SUITES.replace("ECDHE-RSA-AES128-GCM-SHA256:", "")


@mutant("MB-TLS-ECC-SUITE", suite="modbus_security")
class LacksTheSuiteOfEcc(Plc):
    """Does not provide the mandatory suite of ECC keys to clients of many curves."""

    class secure_class(Security):
        """Refuses it where a client offers more than one curve."""

        def answer_hello(self, hello: ClientHello) -> bytes:
            """Refuse the suite alone."""
            several = len(hello.extensions.get(Extension.SUPPORTED_GROUPS, b"")) > 4
            alone = 0xC02B in hello.suites and 0xC02F not in hello.suites
            return (
                _REFUSAL
                if alone and several and Extension.SUPPORTED_VERSIONS not in hello.extensions
                else b""
            )


@mutant("MB-TLS-P256", suite="modbus_security")
class LacksP256(Plc):
    """Knows other curves than P-256."""

    class secure_class(Security):
        """Refuses who has that one alone."""

        def answer_hello(self, hello: ClientHello) -> bytes:
            """Refuse a list of P-256."""
            only = hello.extensions.get(Extension.SUPPORTED_GROUPS) == b"\x00\x02\x00\x17"
            return _REFUSAL if only else b""


@mutant("MB-TLS-NULL-SUITE", suite="modbus_security")
class AgreesOnNothing(Plc):
    """Agrees on no encryption and no authentication at all."""

    class secure_class(_Agrees):
        """Takes the suite of a session that has just begun."""

        ALSO = (0x0000,)


@mutant("MB-TLS-UNREGISTERED-SUITE", suite="modbus_security")
class HasSuitesOfItsOwn(Plc):
    """Agrees on cipher suites that its maker thought of."""

    class secure_class(_Agrees):
        """Takes the numbers of private use."""

        ALSO = range(0xFF00, 0x10000)


@mutant("MB-TLS-MD5", suite="modbus_security")
class AgreesOnMd5(Plc):
    """Agrees on suites with HMAC-MD5."""

    class secure_class(_Agrees):
        """Takes old suites."""

        ALSO = (0x0001, 0x0004)


@mutant("MB-TLS-SHA1", suite="modbus_security")
class AgreesOnSha1(Plc):
    """Agrees on suites with HMAC-SHA-1."""

    class secure_class(Security):
        """Takes the suites of TLS 1.0, as OpenSSL still has them."""

        SUITES = Security.SUITES + ":AES128-SHA:ECDHE-RSA-AES128-SHA"


@mutant("MB-TLS-FRAGMENTS", suite="modbus_security")
class IgnoresFragmentLength(Plc):
    """Does not know the extension for shorter fragments."""

    class secure_class(_Leaves):
        """Leaves it out."""

        def concerns(self, hello: ClientHello) -> bool:
            """Whoever asks for shorter fragments."""
            return Extension.MAX_FRAGMENT_LENGTH in hello.extensions


@mutant("MB-TLS-FRAGMENTS-KEPT", suite="modbus_security")
class PromisesShortFragments(Plc):
    """Agrees on short fragments, and sends long ones."""

    class secure_class(_Leaves):
        """Promises, and forgets."""

        CHANGED: ClassVar[Mapping[str, object]] = {
            "extensions": {Extension.MAX_FRAGMENT_LENGTH: b"\x01", 0xFFFF: bytes(600)}
        }

        def concerns(self, hello: ClientHello) -> bool:
            """Whoever asks for shorter fragments."""
            return Extension.MAX_FRAGMENT_LENGTH in hello.extensions


@mutant("MB-TLS-COMPRESSION", suite="modbus_security")
class Compresses(Plc):
    """Agrees on compression where it is offered."""

    class secure_class(_Leaves):
        """Takes DEFLATE."""

        CHANGED: ClassVar[Mapping[str, object]] = {"compression": 1}

        def concerns(self, hello: ClientHello) -> bool:
            """Whoever offers it."""
            return 1 in hello.compressions


@mutant("MB-TLS-RENEGOTIATION", suite="modbus_security")
class RenegotiatesInsecurely(Plc):
    """Does not know secure renegotiation."""

    class secure_class(_Leaves):
        """Leaves the extension out."""

        def concerns(self, hello: ClientHello) -> bool:
            """Whoever names it, and would negotiate no newer version."""
            new = Extension.SUPPORTED_VERSIONS in hello.extensions
            return Extension.RENEGOTIATION_INFO in hello.extensions and not new
