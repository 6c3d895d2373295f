"""Modbus/TCP Security (mbaps) in front of a server: who may connect, and what each role may ask for.

MODBUS/TCP Security v36 ("SEC" below). As everywhere, each rule is one small thing that a mutant overrides.
Every request is authorised before it is executed (SEC 6.2); nothing is served without TLS.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from device_simulators.modbus.rights import EVERYTHING, rights_of
from testbed.protocols.modbus import ExceptionCode, Function
from testbed.protocols.tls import ClientHello, roles_of
from testbed.wire.mbaps import CA, CRL, load_pair, make_device, throw_away
from testbed.wire.tls import TlsServer

if TYPE_CHECKING:
    import asyncio

    from device_simulators.modbus.server import ModbusServer

READS = frozenset(
    {
        Function.READ_COILS,
        Function.READ_DISCRETE_INPUTS,
        Function.READ_HOLDING_REGISTERS,
        Function.READ_INPUT_REGISTERS,
    }
)


class Security:
    """The rules of one device; its sessions are remembered here, to be resumed.

    Args:
        server: what is protected.
        keys: folder that `testbed keys mbaps` made; throw-away material where there is none.
    """

    LEAST: ClassVar[ssl.TLSVersion] = ssl.TLSVersion.TLSv1_2
    MOST: ClassVar[ssl.TLSVersion] = ssl.TLSVersion.TLSv1_3
    SUITES: ClassVar[str] = (
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
        "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384"
    )
    SHOWN: ClassVar[Sequence[str]] = ("ecc", "rsa")  # each with its chain down to the root: R-46
    DEMAND: ClassVar[ssl.VerifyMode] = ssl.CERT_REQUIRED
    CHECKED: ClassVar[ssl.VerifyFlags] = ssl.VERIFY_CRL_CHECK_LEAF  # SEC 8.2
    OPTIONS: ClassVar[int] = ssl.OP_NO_TICKET  # sessions are kept here and not by clients: SEC 10.2.3, R-11
    RIGHTS: ClassVar[Mapping[str | None, frozenset[int]]] = {"Operator": EVERYTHING, "Viewer": READS}
    """The functions that each role may use, unless the folder of the keys says otherwise (R-25, R-27, R-28);
    who has no role, or an unknown one, may use none."""

    session_class: ClassVar[type[SecureProtocol]]
    """What serves one connection."""

    def __init__(self, server: ModbusServer, keys: Path | None = None) -> None:
        self.server = server
        self.folder = throw_away().folder if keys is None else keys
        self.device = make_device(self.folder)
        self.rights = rights_of(self.folder, self.RIGHTS)
        self.context = self.make_context()

    def make_context(self) -> ssl.SSLContext:
        """Return what sessions are made of."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version, context.maximum_version = self.LEAST, self.MOST
        context.set_ciphers(self.SUITES)
        for stem in self.SHOWN:
            load_pair(context, self.device / f"{stem}.pem", self.device / f"{stem}.key", self.folder)
        context.verify_mode = self.DEMAND
        self.trust(context)
        context.verify_flags |= self.CHECKED
        context.options |= self.OPTIONS
        return context

    def trust(self, context: ssl.SSLContext) -> None:
        """Trust one authority, and know what it revoked."""
        context.load_verify_locations(self.folder / CA)
        context.load_verify_locations(self.folder / CRL)

    def answer_first(self, data: bytes) -> bytes:
        """Answer the first bytes of a connection in another way than TLS would; nothing: TLS does."""
        hello = ClientHello.decode(data)
        return self.answer_hello(hello) if hello is not None else b""

    def answer_hello(self, hello: ClientHello) -> bytes:  # noqa: ARG002 - for mutants
        """Answer a ClientHello in another way than TLS would; nothing means that TLS does."""
        return b""

    def takes(self, data: bytes) -> bool:  # noqa: ARG002 - for mutants
        """Whatever comes first is taken for TLS: there is no way back to plain text (R-02)."""
        return True

    def role_of(self, certificate: bytes, *, resumed: bool) -> str | None:  # noqa: ARG002 - for mutants
        """Return the role that a client's certificate names; a session that is resumed keeps it (SEC 8.4).

        It is one UTF8String in one extension, taken as a whole (R-22, R-65); None is the NULL role (R-23).
        """
        found = roles_of(certificate)
        return found[0].text if len(found) == 1 and found[0].is_utf8_string else None

    def may(self, role: str | None, request: bytes) -> bool:
        """Say whether a role may have a request executed (R-24)."""
        return request[0] in self.rights.get(role, frozenset())

    def refuse(self, request: bytes) -> bytes:
        """Refuse what a role may not ask for with exception 01 (R-31)."""
        return self.server.refuse(request, ExceptionCode.ILLEGAL_FUNCTION)

    def guard(self, role: str | None) -> Guarded:
        """Return the server as one session sees it."""
        return Guarded(self.server, self, role)

    def serve(self) -> SecureProtocol:
        """Return what serves one connection."""
        return self.session_class(self)


class Guarded:
    """A server that answers only what a role may ask for; everything else of it is as it is."""

    def __init__(self, server: ModbusServer, security: Security, role: str | None) -> None:
        self._server, self._security, self.role = server, security, role

    def answer(self, request: bytes) -> bytes:
        """Answer a request, or refuse it."""
        if not self._security.may(self.role, request):
            return self._security.refuse(request)
        return self._server.answer(request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._server, name)


class SecureProtocol(TlsServer):
    """One connection to a server behind TLS."""

    def __init__(self, security: Security) -> None:
        super().__init__(security.context, server_side=True)
        self.security = security
        self._begun = False
        self._foreign = False

    def data_received(self, data: bytes) -> None:
        """Look at the first bytes, which TLS would not tell of, then leave everything to TLS."""
        if not self._begun:
            self._begun = True
            if answer := self.security.answer_first(data):
                self.below.write(answer)
                return
            if not self.security.takes(data):
                self._foreign = True
                self._above = self.security.server.protocol_class(self.security.server)
                self._above.connection_made(self.below)
        if self._foreign and self._above is not None:
            self._above.data_received(data)
        else:
            super().data_received(data)

    def accept(self) -> asyncio.Protocol:
        """Serve the session in the role of its client."""
        certificate = self.tls.getpeercert(binary_form=True) or b""
        role = self.security.role_of(certificate, resumed=bool(self.tls.session_reused))
        return self.security.server.protocol_class(self.security.guard(role))  # type: ignore[arg-type]  # a server to it


Security.session_class = SecureProtocol
