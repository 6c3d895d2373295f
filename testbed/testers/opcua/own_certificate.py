"""What a server shows of itself on secured channels: its certificate, its signature, its endpoints.

OPC 10000-6 1.05.04, 6.2.2 (certificates); OPC 10000-4 1.05.04, 5.7.2 (CreateSession) and 7.14 (endpoints).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from warnings import catch_warnings, simplefilter

from testbed.protocols.opcua.asymmetric import leaf
from testbed.testers.answer import Array

if TYPE_CHECKING:
    from cryptography import x509

    from testbed.testers.opcua.client import Client
    from testbed.testers.opcua.reply import Reply
    from testbed.testers.opcua.secure import Secure

_USES = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment")
"""What the key of an application's RSA certificate has to be good for (10000-6, 6.2.2)."""
_SERVER = "1.3.6.1.5.5.7.3.1"
"""Extended key usage serverAuth (RFC 5280, 4.2.1.12)."""


@dataclass(frozen=True)
class Shown:
    """A certificate that a server shows, as far as cases judge it."""

    der: bytes

    @cached_property
    def _read(self) -> x509.Certificate:
        from cryptography import x509  # noqa: PLC0415 - heavy; only cases about certificates need it

        return x509.load_der_x509_certificate(leaf(self.der))

    @property
    def is_readable(self) -> bool:
        """Whether it is a certificate whose parts can be read."""
        from cryptography import x509  # noqa: PLC0415 - as above
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - as above

        odd = (UnsupportedAlgorithm, x509.DuplicateExtension, x509.InvalidVersion)
        try:
            with catch_warnings():
                simplefilter("ignore")  # what is odd but can be read is for cases to judge
                self._read.public_key()
                return isinstance(self._read.extensions, x509.Extensions)
        except (ValueError, TypeError, x509.UnsupportedGeneralNameType, *odd):
            return False

    @property
    def hosts(self) -> frozenset[str]:
        """Host names and addresses that it names, in lower case."""
        from cryptography import x509  # noqa: PLC0415 - as above

        names = self._extension(x509.SubjectAlternativeName)
        if names is None:
            return frozenset()
        found = (*names.get_values_for_type(x509.DNSName), *names.get_values_for_type(x509.IPAddress))
        return frozenset(str(one).lower() for one in found)

    @property
    def is_in_force(self) -> bool:
        """Whether now is within its validity."""
        return self._read.not_valid_before_utc <= datetime.now(UTC) <= self._read.not_valid_after_utc

    @property
    def key_bits(self) -> int:
        """Bits of its RSA key; 0 where it has another kind."""
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415 - as above

        key = self._read.public_key()
        return key.key_size if isinstance(key, RSAPublicKey) else 0

    @property
    def hash(self) -> str:
        """Name of the hash that it was signed with."""
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - as above

        try:
            used = self._read.signature_hash_algorithm
        except UnsupportedAlgorithm:
            return "unknown"
        return used.name if used is not None else "none"

    @property
    def lacking_uses(self) -> tuple[str, ...]:
        """What its key may not be used for and has to, by the names of RFC 5280."""
        from cryptography import x509  # noqa: PLC0415 - as above

        usage = self._extension(x509.KeyUsage)
        return tuple(one for one in _USES if usage is None or not getattr(usage, one))

    @property
    def is_for_servers(self) -> bool:
        """Whether its extended key usage names servers."""
        from cryptography import x509  # noqa: PLC0415 - as above

        usage = self._extension(x509.ExtendedKeyUsage)
        return usage is not None and _SERVER in {one.dotted_string for one in usage}

    def _extension(self, kind: Any) -> Any:
        from cryptography import x509  # noqa: PLC0415 - as above

        try:
            return self._read.extensions.get_extension_for_class(kind).value
        except x509.ExtensionNotFound:
            return None


def shown(secure: Secure) -> Array:
    """Return each certificate of the secured endpoints once; what is none is judged elsewhere."""
    secured = (one for one in secure.endpoints if (one.SecurityPolicyUri or "").partition("#")[2] != "None")
    found = dict.fromkeys(leaf(one.ServerCertificate) for one in secured if one.ServerCertificate)
    return Array(one for one in map(Shown, found) if one.is_readable)


def unnamed_hosts(secure: Secure) -> Array:
    """Return the hosts of secured endpoints that the certificate of the endpoint does not name."""
    unnamed = []
    for one in secure.endpoints:
        certificate = Shown(one.ServerCertificate or b"")
        host = _host(one.EndpointUrl)
        if one.ServerCertificate and certificate.is_readable and host not in certificate.hosts:
            unnamed.append(host)
    return Array(dict.fromkeys(unnamed))


def _host(url: str | None) -> str:
    try:
        return (urlsplit(url or "").hostname or "").lower()
    except ValueError:
        return ""


def is_signed_by_server(client: Client, nonce: bytes) -> bool:
    """Say whether CreateSession was answered with a signature over our certificate and nonce (5.7.2.2).

    It is over the leaf; that over the whole chain is taken, too, as the clause allows.
    """
    channel = client.channel
    given = client.created.parameters.ServerSignature if client.created is not None else None
    verify = channel.policy.protect_receiving(channel.key, channel.peer_certificate).verify
    if verify is None or given is None:
        return False
    signed = given.Signature or b""
    return any(verify(one + nonce, signed) for one in (leaf(channel.certificate), channel.certificate))


def told_otherwise(client: Client, told: Reply) -> Array:
    """Return policy and mode of endpoints that CreateSession described otherwise than GetEndpoints.

    Compared are the levels and the ids of token policies, as a client does (5.7.2.1); which endpoints there
    are is judged elsewhere.
    """
    listed = client.created.parameters.ServerEndpoints if client.created is not None else ()
    before, now = _ways_in(told.results), _ways_in(listed or ())
    return Array(way for way in before if way in now and now[way] != before[way])


def _ways_in(endpoints: Iterable[Any]) -> dict[tuple[str, int], set[tuple[Any, ...]]]:
    """What is said of each policy and mode; there may be several endpoints of one."""
    found: dict[tuple[str, int], set[tuple[Any, ...]]] = {}
    for one in endpoints:
        tokens = frozenset(token.PolicyId for token in one.UserIdentityTokens or ())
        way = (one.SecurityPolicyUri or "", int(one.SecurityMode))
        found.setdefault(way, set()).add((one.SecurityLevel, tokens))
    return found


def misplaced(secure: Secure) -> Array:
    """Return policies whose endpoint that encrypts has a lower level than the one that only signs (7.14)."""
    levels = {(one.SecurityPolicyUri, int(one.SecurityMode)): one.SecurityLevel for one in secure.endpoints}
    return Array(
        uri
        for uri, mode in levels
        if mode == 2 and levels.get((uri, 3), levels[uri, 2]) < levels[uri, 2]  # noqa: PLR2004 - Sign, SignAndEncrypt
    )
