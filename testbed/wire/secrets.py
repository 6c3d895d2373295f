"""What a declaration names and does not hold: a password, the tester's certificate and key for OPC UA.

Read before anything is sent, so that a missing one is said at once, with the line that names it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from testbed.model.declaration import Declaration
from testbed.model.opcua.channel import Channel
from testbed.model.opcua.user import LONGEST_PASSWORD, Secret, User
from testbed.wire.key_files import LARGEST, READABLE_BY_OTHERS

if TYPE_CHECKING:
    from cryptography import x509

_KEY_BITS = range(2048, 4097)
"""RSA keys of Basic256Sha256 (OPC 10000-7, 6.6.165)."""
_MAKE = (
    "make some with `testbed keys opcua FOLDER`, and write `security: { keys: FOLDER }` in place of "
    "`certificate` and `key`"
)


class SecretError(ValueError):
    """Something that a declaration names cannot be used; the message says what to do.

    Args:
        place: the keys of the declaration that name it.
        said: the message.
    """

    def __init__(self, place: tuple[str, ...], said: str) -> None:
        super().__init__(said)
        self.place = place


def located(declaration: Declaration, base: Path) -> Declaration:
    """Return a declaration whose files are named from the current folder.

    Args:
        declaration: as written.
        base: its own folder, from which it names files.
    """
    if declaration.protocol != "opcua":
        return declaration
    channel, user = declaration.channel, declaration.user
    names = {name: getattr(channel, name) for name in ("certificate", "key", "server_certificate")}
    moved = channel.model_copy(update={name: _from(base, path) for name, path in names.items()})
    security = declaration.security
    if security is not None and security.keys:
        security = security.model_copy(update={"keys": _from(base, security.keys)})
    if user is not None and user.password is not None and user.password.file is not None:
        secret = user.password.model_copy(update={"file": _from(base, user.password.file)})
        user = user.model_copy(update={"password": secret})
    elif user is not None:
        files = {name: _from(base, getattr(user, name)) for name in ("certificate", "key")}
        user = user.model_copy(update=files)
    return declaration.model_copy(update={"channel": moved, "user": user, "security": security})


def check_secrets(declaration: Declaration, environment: Mapping[str, str] = os.environ) -> None:
    """Hold that everything a located declaration names is there and can be used.

    Raises:
        SecretError: something is not.
    """
    user = declaration.user
    if user is not None and user.password is not None:
        read_secret(user.password, environment)
    elif user is not None:
        check_user(user)
    channel = declaration.channel
    if channel.is_secured and (channel.certificate or declaration.security is None):
        check_channel(channel)
    if channel.server_certificate:
        _certificate(Path(channel.server_certificate), ("channel", "server_certificate"))


def check_user(user: User) -> None:
    """Hold that certificate and key of a user are there and belong together.

    Raises:
        SecretError: they do not.
    """
    certificate = _certificate(Path(user.certificate), ("user", "certificate"))
    if _key(Path(user.key), ("user", "key")).public_key() != certificate.public_key():
        said = f"{user.key} is not the key of {user.certificate}; name the two that were made together"
        raise SecretError(("user", "key"), said)


def read_secret(secret: Secret, environment: Mapping[str, str] = os.environ) -> str:
    """Return a password from where it is kept; a line end at the end of a file does not belong to it.

    Raises:
        SecretError: it is not there, empty, too long, or in a file that others can read.
    """
    place = ("user", "password")
    if secret.env is not None:
        found = environment.get(secret.env, "")
        if not found:
            raise SecretError(
                place, f"the variable {secret.env} is not set; write `export {secret.env}=...` first"
            )
        return found
    data = _private(Path(str(secret.file)), place)
    try:
        text = data.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise SecretError(place, f"{secret.file} is not text in UTF-8") from None
    if not text or len(data) > LONGEST_PASSWORD:
        what = "is empty" if not text else f"is longer than {LONGEST_PASSWORD} bytes"
        raise SecretError(place, f"{secret.file} {what}; write the password into its first line")
    return text


def check_channel(channel: Channel) -> None:
    """Hold that certificate and key of a secured channel are there, belong together and fit its policy.

    Raises:
        SecretError: they do not.
    """
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415 - heavy

    if not channel.certificate:
        said = f"policy {channel.policy} needs certificates of the tester: {_MAKE}"
        raise SecretError(("channel",), said)
    place = ("channel", "certificate")
    certificate = _certificate(Path(channel.certificate), place)
    public = certificate.public_key()
    if not isinstance(public, RSAPublicKey) or public.key_size not in _KEY_BITS:
        least, most = _KEY_BITS[0], _KEY_BITS[-1]
        said = f"{channel.certificate} has no RSA key of {least} to {most} bits, which {channel.policy} wants"
        raise SecretError(place, f"{said}; {_MAKE}")
    if not _names_a_uri(certificate):
        said = f"{channel.certificate} names no application URI (subjectAltName)"
        raise SecretError(place, f"{said}; {_MAKE}")
    key = _key(Path(channel.key), ("channel", "key"))
    if key.public_key() != public:
        said = f"{channel.key} is not the key of {channel.certificate}; name the two that were made together"
        raise SecretError(("channel", "key"), said)


def certificate_of(data: bytes) -> x509.Certificate:
    """Return a certificate out of PEM or DER.

    Raises:
        ValueError: the bytes are none.
    """
    from cryptography import x509  # noqa: PLC0415 - heavy; only secured channels need it

    is_pem = data.lstrip().startswith(b"-----")
    return (x509.load_pem_x509_certificate if is_pem else x509.load_der_x509_certificate)(data)


def key_of(data: bytes) -> Any:
    """Return a private key without a passphrase, out of PEM or DER, as cryptography has it.

    Raises:
        ValueError: the bytes are none.
        TypeError: it has a passphrase.
    """
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - heavy; only secured channels need it

    is_pem = data.lstrip().startswith(b"-----")
    return (serialization.load_pem_private_key if is_pem else serialization.load_der_private_key)(data, None)


def _from(base: Path, path: str) -> str:
    """Return a path seen from a folder; where that has none, as a bundle's, from the current one."""
    there = base / path
    return str(there) if path and there.exists() else path


def _certificate(path: Path, place: tuple[str, ...]) -> x509.Certificate:
    try:
        return certificate_of(_read(path, place))
    except ValueError as error:
        if isinstance(error, SecretError):
            raise
        raise SecretError(place, f"{path} is no certificate in PEM or DER") from None


def _key(path: Path, place: tuple[str, ...]) -> Any:
    try:
        return key_of(_private(path, place))
    except TypeError:
        said = f"{path} has a passphrase; take it off with `openssl pkey -in {path} -out own.key`"
        raise SecretError(place, said) from None
    except ValueError as error:
        if isinstance(error, SecretError):
            raise
        raise SecretError(place, f"{path} is no private key in PEM or DER") from None


def _private(path: Path, place: tuple[str, ...]) -> bytes:
    data = _read(path, place)
    if os.name == "posix" and path.stat().st_mode & READABLE_BY_OTHERS:
        raise SecretError(place, f"{path} can be read by others; write `chmod 600 {path}`")
    return data


def _read(path: Path, place: tuple[str, ...]) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise SecretError(
            place, f"{path} cannot be read: {error.strerror}; write it there, or name the right file"
        ) from None
    if len(data) > LARGEST:
        raise SecretError(place, f"{path} is larger than {LARGEST} bytes")
    return data


def _names_a_uri(certificate: x509.Certificate) -> bool:
    from cryptography import x509  # noqa: PLC0415 - heavy; only secured channels need it

    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    return bool(names.get_values_for_type(x509.UniformResourceIdentifier))
