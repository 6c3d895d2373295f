"""The tester's certificate, key and password, read when they are first needed."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import Any

from testbed.model.declaration import Declaration
from testbed.protocols.opcua import Policy, SecureChannel


def certificate_of(data: bytes) -> bytes:
    """Return a certificate, PEM or DER, as DER."""
    from cryptography import x509  # noqa: PLC0415 - heavy; only secured channels need it
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415

    is_pem = data.lstrip().startswith(b"-----")
    read = x509.load_pem_x509_certificate if is_pem else x509.load_der_x509_certificate
    return read(data).public_bytes(Encoding.DER)


def key_of(data: bytes) -> Any:
    """Return a private key, PEM or DER, as cryptography has it."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - heavy; only secured channels need it

    is_pem = data.lstrip().startswith(b"-----")
    read = serialization.load_pem_private_key if is_pem else serialization.load_der_private_key
    return read(data, None)


class Material:
    """What a declaration names of files and variables."""

    def __init__(self, declaration: Declaration) -> None:
        self._declared = declaration.channel
        self._user = declaration.user

    @cached_property
    def _own(self) -> tuple[bytes, Any]:
        return (
            certificate_of(Path(self._declared.certificate).read_bytes()),
            key_of(Path(self._declared.key).read_bytes()),
        )

    @cached_property
    def _servers(self) -> bytes:
        return certificate_of(Path(self._declared.server_certificate).read_bytes())

    @property
    def lacks_server(self) -> bool:
        """Whether the server's certificate has to be asked for before a channel can be opened."""
        return self._declared.is_secured and not self._declared.server_certificate and not self.asked

    asked: bytes = b""
    """The server's certificate, as one of its endpoints shows it."""

    def channel(self, policy: Policy, mode: int) -> SecureChannel:
        """Return the tester's half of a channel."""
        if policy.is_none:
            return SecureChannel(policy, mode, server=False)
        certificate, key = self._own
        return SecureChannel(
            policy,
            mode,
            server=False,
            certificate=certificate,
            key=key,
            peer_certificate=self.asked or self._servers,
        )

    def password(self) -> str:
        """Return the declared user's password."""
        if self._user is None:
            return ""
        where = self._user.password
        if where.env is not None:
            return os.environ[where.env]
        return Path(str(where.file)).read_text(encoding="utf-8").rstrip("\r\n")
