"""The tester's certificate, key and password, read when they are first needed."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from testbed.model.base import Text
from testbed.model.declaration import Declaration
from testbed.model.security import Security
from testbed.protocols.opcua import Policy, SecureChannel
from testbed.wire.secrets import certificate_of, key_of, read_secret

if TYPE_CHECKING:
    from testbed.wire.opcua_keys import Login, OpcUaKeys, Pair


class Material:
    """What a declaration names of files, from the current folder, and of variables."""

    def __init__(self, declaration: Declaration) -> None:
        self._declared = declaration.channel
        self._user = declaration.user
        self._security = declaration.security
        self.told: set[bytes] = set()
        """Passwords that were read."""

    @property
    def logs_keys(self) -> bool:
        """Whether captures may hold the keys of channels."""
        return self._security is not None and self._security.key_log

    @cached_property
    def keys(self) -> OpcUaKeys:
        """The tester's certificates, good and bad ones: of the declared folder, or throw-away ones."""
        from testbed.wire.opcua_keys import OpcUaKeys, throw_away  # noqa: PLC0415 - only where it is used

        said = self._security or Security()
        by_authority = "authority" in said.trusts
        if by_authority and not said.keys:
            return throw_away()  # what was read of it once is read for all runs of this process
        folder = Path(said.keys) if said.keys else throw_away().folder
        return OpcUaKeys(folder, by_authority=by_authority)

    @cached_property
    def login(self) -> Login:
        """A user with a password: the declared one, else that of the folder of keys."""
        from testbed.wire.opcua_keys import Login  # noqa: PLC0415 - as above

        named = self._user is not None and self._user.password is not None
        login = Login(self._user.name, self.password()) if self._user and named else self.keys.login
        self.told.add(login.password.encode())
        return login

    @cached_property
    def user(self) -> Pair:
        """Certificate and key of the declared user."""
        from testbed.wire.opcua_keys import Pair  # noqa: PLC0415 - as above

        user = self._user
        assert user is not None  # noqa: S101 - asked for where one is declared
        certificate, what = self._der(user.certificate), Text(en="the declared user", ko="선언된 사용자")
        return Pair("user", certificate, key_of(Path(user.key).read_bytes()), certificate, what)

    @cached_property
    def _own(self) -> tuple[bytes, Any]:
        if not self._declared.certificate:
            return self.keys.good.sent, self.keys.good.key
        return (
            self._der(self._declared.certificate),
            key_of(Path(self._declared.key).read_bytes()),
        )

    @cached_property
    def _servers(self) -> bytes:
        return self._der(self._declared.server_certificate)

    @staticmethod
    def _der(path: str) -> bytes:
        from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415 - heavy

        return certificate_of(Path(path).read_bytes()).public_bytes(Encoding.DER)

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
        if self._user is None or self._user.password is None:
            return ""
        password = read_secret(self._user.password)
        self.told.add(password.encode())
        return password
