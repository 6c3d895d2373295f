"""A tester's folder in use: pairs of certificate and key, and one message where a file does not serve."""

from __future__ import annotations

import atexit
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from testbed.model.base import Text
from testbed.wire.key_files import MaterialError, read_whole
from testbed.wire.opcua_keys.folder import BAD_FOLDER, BAD_USERS_FOLDER, ISSUERS, PASSWORD, make_folder
from testbed.wire.opcua_keys.names import BAD, BAD_USERS, GOOD, LOGIN_NAME, USER

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

REMEDY = "`testbed keys opcua FOLDER` makes a whole new folder"
ROOT, SECOND, USERS = "authority", "second-authority", "user-authority"
"""The authorities that devices trust, as their files are called."""
_SENT_WITH_ISSUERS = frozenset(
    {"chained", "unknown-issuer", "issuer-expired", "issuer-no-ca", "issuer-no-cert-sign"}
)
"""Whose issuer a server cannot know unless it is sent (OPC 10000-6 1.05.04, 6.2.6)."""
_WITHOUT_ISSUERS = frozenset({"self-signed", "untrusted", "chain-incomplete", "garbage"})


@dataclass(frozen=True)
class Pair:
    """A certificate and the private key to it."""

    name: str
    """As the folder calls its file."""
    certificate: bytes
    """In DER, without its issuers'."""
    key: RSAPrivateKey = field(repr=False)
    chain: bytes
    """In DER, its issuers' behind it up to the root (OPC 10000-6 1.05.04, 6.2.6)."""
    what: Text
    """What is right or wrong with it."""

    @property
    def sent(self) -> bytes:
        """What an OPN shows of it: the chain where a server cannot know it, else the certificate alone."""
        return self.chain if self.name in _SENT_WITH_ISSUERS else self.certificate


@dataclass(frozen=True)
class Login:
    """A user with a password."""

    name: str
    password: str = field(repr=False)


class OpcUaKeys:
    """The files of one folder, each read when it is first needed; all but `folder` may raise MaterialError.

    Args:
        folder: what `testbed keys opcua` made.
        by_authority: whether the device trusts the authority; otherwise the self-signed certificate alone.
    """

    def __init__(self, folder: Path, *, by_authority: bool = True) -> None:
        self.folder = folder
        self._by_authority = by_authority
        self._keys: dict[str, RSAPrivateKey] = {}

    @property
    def good(self) -> Pair:
        """The tester's certificate that the device trusts: whatever is no case's subject is done with it."""
        return self.signed if self._by_authority else self.self_signed

    @cached_property
    def signed(self) -> Pair:
        """The tester's certificate, signed by the authority."""
        return self._application("tester", GOOD["tester"])

    @cached_property
    def self_signed(self) -> Pair:
        """The tester's certificate without an authority."""
        return self._application("self-signed", GOOD["self-signed"])

    @cached_property
    def renewed(self) -> Pair:
        """Another good one of the same authority, for the same application."""
        return self._application("renewed", GOOD["renewed"])

    @cached_property
    def chained(self) -> Pair:
        """A good one below an intermediate authority, which is sent with it and has a revocation list."""
        return self._application("chained", GOOD["chained"])

    @cached_property
    def bad(self) -> Mapping[str, Pair]:
        """Each bad certificate of the application, by its name in `BAD`."""
        made = {name: self._application(name, what, BAD_FOLDER) for name, what in BAD.items()}
        return MappingProxyType(made)

    @cached_property
    def user(self) -> Pair:
        """The certificate of a user whom devices trust."""
        return self._user("user", USER)

    @cached_property
    def bad_users(self) -> Mapping[str, Pair]:
        """Each bad certificate of a user, by its name in `BAD_USERS`."""
        made = {name: self._user(name, what, BAD_USERS_FOLDER) for name, what in BAD_USERS.items()}
        return MappingProxyType(made)

    @cached_property
    def login(self) -> Login:
        """The user with a password whom devices know."""
        path = self.folder / PASSWORD
        try:
            text = read_whole(path, REMEDY, is_secret=True).decode().rstrip("\r\n")
        except UnicodeDecodeError:
            raise MaterialError(f"{path} is not text in UTF-8; {REMEDY}") from None
        return Login(LOGIN_NAME, text)

    @cached_property
    def authority(self) -> bytes:
        """The authority of the application's certificates, in DER."""
        return self.read(f"{ROOT}.der")

    @cached_property
    def crl(self) -> bytes:
        """What it revoked, in DER."""
        return self.read(f"{ROOT}.crl")

    def check(self) -> None:
        """Hold that everything is there and fits, and that what was made good is not over yet.

        Raises:
            MaterialError: with the file and the reason.
        """
        from cryptography.x509 import load_der_x509_certificate  # noqa: PLC0415 - heavy

        for name in (f"{ROOT}.crl", f"{SECOND}.der", f"{USERS}.der", f"{USERS}.crl"):
            self.read(name)
        for name in ("signed", "self_signed", "renewed", "chained", "user", "login", "bad", "bad_users"):
            getattr(self, name)
        ends = load_der_x509_certificate(self.signed.certificate).not_valid_after_utc
        if ends <= datetime.now(UTC):
            said = f"{self.folder / 'tester.der'} was valid until {ends:%Y-%m-%d}; {REMEDY}"
            raise MaterialError(said)

    def read(self, name: str) -> bytes:
        """Return the bytes of a file of the folder.

        Raises:
            MaterialError: it is not there, or too large.
        """
        return read_whole(self.folder / name, REMEDY, is_secret=False)

    def _application(self, name: str, what: Text, below: str = ".") -> Pair:
        issuers = b""
        if (self.folder / ISSUERS / f"{name}.der").exists() and name not in _WITHOUT_ISSUERS:
            issuers = self.read(f"{ISSUERS}/{name}.der")
        if name == "no-crl":
            issuers = self.read(f"{SECOND}.der")
        elif name not in _WITHOUT_ISSUERS | {"unknown-issuer"}:
            issuers += self.authority
        return self._pair(Path(below) / f"{name}.der", "tester.key", issuers, what)

    def _user(self, name: str, what: Text, below: str = ".") -> Pair:
        issuers = b"" if name in _WITHOUT_ISSUERS else self.read(f"{USERS}.der")
        return self._pair(Path(below) / f"{name}.der", "user.key", issuers, what)

    def _pair(self, path: Path, usual: str, issuers: bytes, what: Text) -> Pair:
        """Return a certificate with its own key, or with the usual one where it has none of its own."""
        own = path.with_suffix(".key")
        key_file = str(own) if (self.folder / own).exists() else usual
        certificate, key = self.read(str(path)), self._key(key_file)
        if path.stem != "garbage" and not _is_of(self._public_key(path, certificate), key):
            said = f"{self.folder / path} is not the certificate of {self.folder / key_file}"
            raise MaterialError(f"{said}; {REMEDY}")
        return Pair(path.stem, certificate, key, certificate + issuers, what)

    def _public_key(self, path: Path, certificate: bytes) -> RSAPublicKey:
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415 - heavy
        from cryptography.x509 import load_der_x509_certificate  # noqa: PLC0415

        try:
            key = load_der_x509_certificate(certificate).public_key()
        except ValueError:
            raise MaterialError(f"{self.folder / path} is no certificate in DER; {REMEDY}") from None
        if not isinstance(key, RSAPublicKey):
            raise MaterialError(f"{self.folder / path} has no RSA key; {REMEDY}")
        return key

    def _key(self, name: str) -> RSAPrivateKey:
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415 - heavy
        from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

        if name in self._keys:
            return self._keys[name]
        path = self.folder / name
        try:
            key = load_pem_private_key(
                read_whole(path, REMEDY, is_secret=True), None, unsafe_skip_rsa_key_validation=True
            )  # a second and more for a long key: `_pair` tries it instead
        except TypeError:
            said = f"{path} has a passphrase; write it without one: openssl pkey -in {path} -out {path}"
            raise MaterialError(said) from None
        except ValueError:
            raise MaterialError(f"{path} is no private key in PEM; {REMEDY}") from None
        if not isinstance(key, RSAPrivateKey):
            raise MaterialError(f"{path} is no RSA key; {REMEDY}")
        self._keys[name] = key
        return key


def _is_of(public: RSAPublicKey, key: RSAPrivateKey) -> bool:
    """Say whether what a key signs is good for a public key."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - heavy
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    try:
        public.verify(key.sign(b"", PKCS1v15(), SHA256()), b"", PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


@cache
def throw_away() -> OpcUaKeys:
    """Return material that lasts as long as this program, for devices that are simulated in it."""
    holder = tempfile.TemporaryDirectory(prefix="testbed-opcua-")
    atexit.register(holder.cleanup)
    folder = Path(holder.name) / "keys"
    make_folder(folder)
    return OpcUaKeys(folder)
