"""Who the tester is to a server (OPC 10000-4, 7.40): names and files are declared, a secret never is."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, StringConstraints, field_validator, model_validator
from pydantic_core import PydanticCustomError

from testbed.model.base import Frozen
from testbed.model.document import WHOLE

LONGEST_PASSWORD = 1024
"""Bytes of a password (assumed)."""

_EnvName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$")]


class Secret(Frozen):
    """Where a secret stands: in a variable of the environment, or in a file that only its owner can read."""

    env: _EnvName | None = None
    file: Annotated[str, Field(min_length=1, max_length=4096)] | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.env is None) == (self.file is None):
            raise ValueError("write one of `env: NAME` and `file: PATH`")
        return self


class User(Frozen):
    """A user with a name and a password, or with a certificate and the key to it."""

    name: Annotated[str, StringConstraints(max_length=256)] = ""
    password: Secret | None = None
    certificate: Annotated[str, Field(max_length=4096)] = ""
    """File of the user's certificate, in DER or PEM, seen from the declaration's folder."""
    key: Annotated[str, Field(max_length=4096)] = ""
    """File of its private key, without a passphrase; nobody but you can read it."""

    @model_validator(mode="after")
    def _one_proof(self) -> Self:
        if self.name and self.password is None and not (self.certificate or self.key):
            raise ValueError(
                "`user.password` is missing: write `password: { env: VARIABLE }`, or `{ file: FILE }`"
            )
        by_name = bool(self.name) and self.password is not None
        by_certificate = bool(self.certificate and self.key)
        nothing_else = not (self.certificate or self.key) if by_name else not (self.name or self.password)
        if not (by_name or by_certificate) or not nothing_else:
            raise ValueError("write `name` and `password`, or `certificate` and `key`: one of the two")
        return self

    @property
    def called(self) -> str:
        """What a message calls the user."""
        return self.name or self.certificate

    @field_validator("password", mode="before")
    @classmethod
    def _not_told(cls, value: object) -> object:
        if value is None or isinstance(value, dict | Secret):
            return value
        raise PydanticCustomError(
            WHOLE,
            "a password does not belong in a declaration; write `password: { env: NAME }` and set "
            "the variable NAME, or `password: { file: PATH }` and keep it in a file that only you can read",
        )
