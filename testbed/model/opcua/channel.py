"""The secure channel over which a server is judged (OPC 10000-4, 5.6.2), as a vendor declares it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self, get_args

from pydantic import field_validator, model_validator

from testbed.model.base import Frozen

PolicyName = Literal["None", "Basic256Sha256", "Aes128_Sha256_RsaOaep", "Aes256_Sha256_RsaPss"]
"""Security policies that the bed can speak; the name is the end of the policy's URI."""
Mode = Literal["None", "Sign", "SignAndEncrypt"]
_DEPRECATED = frozenset({"Basic128Rsa15", "Basic256"})
"""Policies that no server needs any more (OPC 10000-7 1.05.04, 6.6): a suite reports them, and uses none."""
_OTHER_KEYS = "ECC_"
"""How the names of policies with elliptic curves begin."""
_PREFIX = "http://opcfoundation.org/UA/SecurityPolicy#"


_SIGNED = "Security Signing Required"
"""Conformance unit that every secured policy's facet has."""


def lacks_security(fact: str, facts: Mapping[str, int]) -> bool:
    """Say whether certificates would be of no use: no secured channel is claimed or declared."""
    return fact == "security_keys" and not facts.get(_SIGNED) and not facts.get("secured")


class Channel(Frozen):
    """Policy and mode of the channel, and where the tester's certificates are: files in DER or PEM."""

    policy: PolicyName = "None"
    mode: Mode = "None"
    certificate: str = ""
    """File of the tester's application instance certificate, seen from the declaration's folder; where empty,
    one of `security.keys`."""
    key: str = ""
    """File of its private key, without a passphrase; nobody but you can read it."""
    server_certificate: str = ""
    """File of the server's certificate; asked of the server where empty."""

    @field_validator("policy", mode="before")
    @classmethod
    def _covered(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        name = value.removeprefix(_PREFIX)
        offered = ", ".join(get_args(PolicyName))
        if name in _DEPRECATED:
            raise ValueError(f"is deprecated, and the bed opens no channel with it; write one of {offered}")
        if name.startswith(_OTHER_KEYS):
            raise ValueError(f"has elliptic curves, which the bed does not cover; write one of {offered}")
        return name

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.policy == "None") != (self.mode == "None"):
            raise ValueError(
                f"policy {self.policy} does not go with mode {self.mode}; "
                "write both as None, or a policy with `mode: Sign` or `mode: SignAndEncrypt`"
            )
        if bool(self.certificate) != bool(self.key):
            raise ValueError("`certificate` and `key` belong together: write both, or leave both out")
        return self

    @property
    def is_secured(self) -> bool:
        """Whether messages are signed."""
        return self.policy != "None"
