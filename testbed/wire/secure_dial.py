"""Reaching a device over TLS, with a tester's certificate; each way to fail is one sentence."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

from testbed.model.security import Security
from testbed.wire.dial import CONNECT_WITHIN, Dial, UnreachableError
from testbed.wire.keylog import KeyLog
from testbed.wire.mbaps import Material, file_of_role, throw_away
from testbed.wire.tls import Ending, TlsClient

VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
"""The versions that may be declared, as the `ssl` module has them."""
HEARD_WITHIN = 0.05
"""Seconds after a handshake in which a device of TLS 1.3 may still refuse a certificate, before anything is
asked (assumed): only the first read shows it, and most devices send tickets at once."""


class NoSessionError(UnreachableError):
    """There is somebody, and no session with it."""


def material_of(security: Security, base: Path) -> Material:
    """Return the tester's files; throw-away ones where the declaration names no folder.

    Args:
        security: as declared.
        base: folder of the declaration.
    """
    return Material(base / security.keys) if security.keys else throw_away(security.named)


class SecureDial:
    """Dials a device over TLS.

    Args:
        below: what reaches it without.
        where: it is, for messages.
        material: the tester's certificates.
        security: what is declared: the first role is shown, the versions are offered.
    """

    def __init__(self, below: Dial, where: str, material: Material, security: Security) -> None:
        self.below = below
        self.where = where
        self.material = material
        self.keylog = KeyLog()
        self.shown = file_of_role(security.named[0])
        least, most = (VERSIONS[which(security.versions)] for which in (min, max))
        self._context = material.context(self.shown, least=least, most=most, keylog=self.keylog)
        self._proven = False
        """Whether the device is known to take the certificate."""

    async def __call__(self, protocol: asyncio.Protocol) -> None:
        """Connect a protocol to the device.

        Raises:
            UnreachableError: with the cause; NoSessionError where only TLS failed.
        """
        client = TlsClient(protocol, self._context, self.keylog)
        await self.below(client)
        await handshake(client)
        if client.ending is Ending.DONE and not self._proven and client.tls.version() == "TLSv1.3":
            await hears(client, HEARD_WITHIN)
        if client.ending is not Ending.DONE or client.alert is not None:
            said = self._trouble(client)
            client.transport.close()
            raise NoSessionError(said, is_heard=client.ending is not None)
        self._proven = True

    def _trouble(self, client: TlsClient) -> str:
        certificate = self.material.folder / f"{self.shown}.pem"
        if client.alert is not None:
            return (
                f"{self.where} refuses the session with alert {client.alert} ({client.alert.title}); "
                f"does it trust {self.material.folder / 'ca.pem'}, and {certificate}?"
            )
        match client.ending:
            case None:
                return (
                    f"{self.where} does not finish the TLS handshake within {CONNECT_WITHIN:g} s; "
                    "does it speak TLS on this port?"
                )
            case Ending.FOREIGN:
                return f"{self.where} answers with what is no TLS ({client.reason}); is this the secure port?"
            case _:
                return (
                    f"{self.where} closes the connection in the TLS handshake without an alert; "
                    f"does it trust {certificate}?"
                )


async def handshake(client: TlsClient, within: float = CONNECT_WITHIN) -> None:
    """Wait some seconds for the end of a handshake."""
    try:
        async with asyncio.timeout(within):
            await client.over.wait()
    except TimeoutError:
        return  # its ending stays None: that is what the caller looks at


async def hears(client: TlsClient, within: float) -> None:
    """Wait some seconds for whatever comes behind a handshake: tickets, an alert, the end."""
    try:
        async with asyncio.timeout(within):
            await client.news.wait()
    except TimeoutError:
        return  # nothing came, which is as good
