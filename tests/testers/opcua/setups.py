"""OPC UA servers on loopback ports, each set up in its own way, and declarations of them."""

# ruff: noqa: ARG002 - a rule gets what its interface says

import datetime as dt

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from device_simulators.opcua.errors import Broken, Refused
from device_simulators.opcua.plc import Plc
from testbed.plugin.setup import prepare_text
from testbed.protocols.opcua import status

PLC = "nsu=https://example.org/mother-factory/plc;s="
FIRST = {
    "device": '{ vendor: A, model: B, firmware: "1" }',
    "profile": "opcua-server@1",
    "connect": "",
    "claims": "[Core 2022 Server Facet, UA-TCP UA-SC UA-Binary]",
    "sessions": "2",
    "timing": "{ reply_within: 500 ms }",
    "nodes": f'[{{ id: "{PLC}Static.Double", type: Double, access: read-only }}]',
}


def text(port, changes=()):
    """The declaration of what listens on a port, some of its lines changed."""
    lines = FIRST | {"connect": f"opc.tcp://127.0.0.1:{port}"} | dict(changes)
    return "".join(f"{key}: {value}\n" for key, value in lines.items())


def setup(declaration, name="a.yaml"):
    return prepare_text(declaration, str(name))


def server(made=Plc, keys=None):
    """What serves the connections of one server, which trusts the tester of a folder."""
    return made().serve(keys=keys)


class Elsewhere(Plc):
    """Names itself by a host that is not the one connected to."""

    def url_of(self, channel, asked):
        return "opc.tcp://plc-7.plant.example:4840/UA"


class Nameless(Plc):
    """Names itself by a URL that leads nowhere."""

    def url_of(self, channel, asked):
        return "opc.tcp://:4840`"


class Picky(Plc):
    """Knows one endpoint URL alone."""

    def check_url(self, hello):
        if not (hello.url or "").endswith("/UA"):
            raise Broken(status.BadTcpEndpointUrlInvalid)


class SecuredOnly(Plc):
    """Offers no unsecured endpoint; discovery is open all the same."""

    def endpoints(self, url, locales=()):
        return [one for one in super().endpoints(url, locales) if int(one.SecurityMode) > 1]


class Plain(Plc):
    """Offers no secured endpoint."""

    def endpoints(self, url, locales=()):
        return [one for one in super().endpoints(url, locales) if int(one.SecurityMode) == 1]


class NoStrangers(Plc):
    """Takes users with a password only."""

    def token_policies(self, policy, mode):
        return [one for one in super().token_policies(policy, mode) if int(one.TokenType) == 1]


class NoUsers(Plc):
    """Takes anonymous users only."""

    TOKENS = {"anonymous": Plc.TOKENS["anonymous"]}  # noqa: RUF012 - a test's


class ChangedItsMind(Plc):
    """Offers anonymous users and refuses them."""

    def identify(self, channel, nonce, token, proof):
        raise Refused(status.BadIdentityTokenRejected)


class Full(Plc):
    MAX_SESSIONS = 0


class Narrow(Plc):
    MAX_SESSIONS = 2


class Slow(Plc):
    """Its clock lags an hour behind."""

    def now(self):
        return super().now() - dt.timedelta(hours=1)


def certified(folder):
    """Put a certificate of a tester and its key into a folder."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "testbed")])
    start = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + dt.timedelta(36500))
    uri = x509.UniformResourceIdentifier("urn:mother-factory:testbed")
    made = made.add_extension(x509.SubjectAlternativeName([uri]), critical=False)
    pem = serialization.Encoding.PEM
    plain = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "own.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(pem))
    (folder / "own.key").write_bytes(plain)
    (folder / "own.key").chmod(0o600)
