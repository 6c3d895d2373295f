"""asyncua's own server, as its documentation sets one up, with a variable of each kind that the suite wants.

Its arguments: the tester's folder, as `testbed keys opcua` makes it, and a folder for what the server keeps.
Prints the endpoint URL at which it serves; ends when its standard input does.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from socket import AF_INET, SOCK_STREAM, socket
from uuid import UUID

from asyncua import Server, ua, uamethod
from asyncua.crypto.cert_gen import setup_self_signed_certificate
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.crypto.truststore import TrustStore
from asyncua.crypto.validator import CertificateValidator, CertificateValidatorOptions
from asyncua.server.internal_server import InternalServer
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

SCALARS = {
    "Boolean": True, "SByte": -5, "Byte": 5, "Int16": -300, "UInt16": 300, "Int32": -70000, "UInt32": 70000,
    "Int64": -5_000_000_000, "UInt64": 5_000_000_000, "Float": 1.5, "Double": 2.25, "String": "text",
    "DateTime": datetime(2026, 11, 22, tzinfo=UTC), "Guid": UUID(int=7), "ByteString": b"bytes",
}  # fmt: skip
MOST_OPERATIONS = 100
URI = "urn:testbed:asyncua"
LOGIN = "testbed-login"
CHECKED = CertificateValidatorOptions.TRUSTED_VALIDATION | CertificateValidatorOptions.PEER_CLIENT


class Users:
    """Who may use the server: anybody, one with a password, and whom the authority of users signed.

    asyncua shows a user's certificate here, and where there is none that of the channel, with nothing to tell
    them apart: what it has accepted for a channel is therefore as good as none.
    """

    def __init__(self, password: str, people: TrustStore, applications: TrustStore) -> None:
        self.password, self.people, self.applications = password, people, applications

    def get_user(
        self,
        _server: InternalServer,
        username: str | None = None,
        password: str | None = None,
        certificate: bytes | None = None,
    ) -> User | None:
        """Return who that is, or nobody."""
        if username is not None:
            known = username == LOGIN and password == self.password
        elif not certificate:
            known = True
        else:
            shown = x509.load_der_x509_certificate(certificate)
            known = self.people.validate(shown) or self.applications.validate(shown)
        return User(role=UserRole.User, name=username) if known else None


async def trusting(keys: Path, folder: Path, certificates: list[str], lists: list[str]) -> TrustStore:
    """Return a store of what STEPS.txt names; lists have to be called `.der`, or they are passed over."""
    for below, names, ending in (("certs", certificates, ""), ("crls", lists, ".der")):
        (folder / below).mkdir(parents=True)
        for name in names:
            shutil.copyfile(keys / name, folder / below / f"{Path(name).name}{ending}")
    store = TrustStore([folder / "certs"], [folder / "crls"])
    await store.load()
    return store


async def secure(server: Server, keys: Path, folder: Path) -> None:
    """Give a server its certificate, whom to trust, and users; policies are those that it offers unasked."""
    key, certificate = folder / "key.pem", folder / "certificate.der"
    uses = [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]
    await setup_self_signed_certificate(key, certificate, URI, "127.0.0.1", uses, {"commonName": "asyncua"})
    await server.load_certificate(certificate)
    await server.load_private_key(key)
    issuers = [f"issuers/{path.name}" for path in (keys / "issuers").glob("*.crl")]
    applications = await trusting(
        keys,
        folder / "applications",
        ["authority.der", "second-authority.der", "self-signed.der"],
        ["authority.crl", *issuers],
    )
    people = await trusting(keys, folder / "users", ["user-authority.der"], ["user-authority.crl"])
    server.set_certificate_validator(CertificateValidator(CHECKED, applications))
    password = (keys / "login.password").read_text(encoding="utf-8").strip()
    server.iserver.set_user_manager(Users(password, people, applications))


@uamethod
def add(_parent: object, left: float, right: float) -> float:
    """Return a sum."""
    return left + right


async def state_limits(server: Server) -> None:
    """State as many operations a request as it carries out in time; unasked it says 10,000."""
    limits = server.get_node(ua.ObjectIds.Server_ServerCapabilities_OperationLimits)
    for limit in await limits.get_properties():
        if await limit.read_value():
            await limit.write_value(ua.Variant(MOST_OPERATIONS, ua.VariantType.UInt32))


async def main(keys: Path, folder: Path) -> None:
    """Serve until nobody holds the other end of standard input."""
    logging.disable(logging.CRITICAL)
    server = Server()
    await server.init()
    await server.set_application_uri(URI)
    await secure(server, keys, folder)
    with socket(AF_INET, SOCK_STREAM) as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    url = f"opc.tcp://127.0.0.1:{port}/"
    server.set_endpoint(url)
    index = await server.register_namespace("urn:testbed:values")
    folder = await server.nodes.objects.add_folder(ua.NodeId("Values", index), "Values")
    for name, value in SCALARS.items():
        kind = ua.VariantType[name]
        for prefix in ("Static", "Scratch"):
            for suffix, held in (("", value), ("Array", [value] * 10)):
                node = ua.NodeId(f"{prefix}.{name}{suffix}", index)
                made = await folder.add_variable(node, f"{prefix}.{name}{suffix}", held, kind)
                if prefix == "Scratch":
                    await made.set_writable()
    inputs = [ua.VariantType.Double, ua.VariantType.Double]
    await folder.add_method(ua.NodeId("Add", index), "Add", add, inputs, [ua.VariantType.Double])
    await state_limits(server)
    async with server:
        print(url, flush=True)  # noqa: T201 - its only message
        await asyncio.to_thread(sys.stdin.read)


tester, own = map(Path, sys.argv[1:])
own.mkdir()
asyncio.run(main(tester, own))
