"""What a vendor declares of a device's security: whom it was set up to trust, and how.

Modbus/TCP Security (MODBUS/TCP Security v36), and the secured channels of OPC UA (OPC 10000-4 1.05.04, 6.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from testbed.model.base import Frozen
from testbed.model.connect import Endpoint

RoleName = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f/]+$")]
"""The whole string of a role extension (R-65); no longer than is usual for a name (assumed)."""
Right = Literal["fc01", "fc02", "fc03", "fc04", "fc06", "fc16", "fc22", "fc23"]
"""Functions by which a right is tried: reads, and writes of a register that is put back."""
_READS = frozenset({"fc01", "fc02", "fc03", "fc04"})
TlsVersion = Literal["1.2", "1.3"]
Trust = Literal["authority", "certificate"]
"""How an OPC UA server was given the tester: the authority that signs it, or its self-signed certificate."""
_Bool = Annotated[bool, Field(strict=True)]


class Role(Frozen):
    """A role, with one function that it may use and one that it may not (R-30, R-31)."""

    name: RoleName | None
    """None is the client whose certificate names no role (R-23)."""
    allowed: Right | None = None
    refused: Right | None = None


class Security(Frozen):
    """What the device was set up with, and where the tester's certificates are."""

    keys: str = ""
    """Folder that `testbed keys mbaps` or `testbed keys opcua` made, seen from the declaration's; a simulated
    device needs none."""
    trusts: tuple[Trust, ...] = Field(default=("authority",), max_length=2)
    """Of OPC UA: what of that folder stands in the server's trust list."""
    versions: tuple[TlsVersion, ...] = Field(default=("1.2",), min_length=1)
    device_keys: tuple[Literal["rsa", "ecc"], ...] = Field(default=("rsa",), min_length=1)
    """Kinds of key that the device has a certificate for."""
    roles: tuple[Role, ...] = Field(default=(), max_length=16)
    """The first has a name and every right that other cases need; empty where roles give no rights."""
    resumption: _Bool = False
    revocation: _Bool = False
    """Whether the device has been given crl.pem of that folder."""
    key_log: _Bool = False
    """Of OPC UA: whether captures hold the keys of the channels, so that Wireshark decrypts them; whoever has
    such a capture reads all that was said."""

    @model_validator(mode="after")
    def _sound(self) -> Security:
        names = [role.name for role in self.roles]
        if twice := [name for at, name in enumerate(names) if name in names[:at]]:
            raise ValueError(f"the role `{twice[0]}` stands twice")
        if names and names[0] is None:
            raise ValueError(
                "the first role must have a name: the tester shows it wherever no other is meant"
            )
        for role in self.roles:
            if role.allowed is not None and role.allowed == role.refused:
                raise ValueError(f"the role `{role.name}` is both allowed and refused {role.allowed}")
        return self

    @property
    def named(self) -> tuple[str, ...]:
        """The names of the roles; a device without any is shown a certificate that names `Operator`."""
        return tuple(role.name for role in self.roles if role.name is not None) or ("Operator",)

    @property
    def limited(self) -> Role | None:
        """The first role with both something that it may and something that it may not do."""
        return next((one for one in self.roles if one.name and one.allowed and one.refused), None)

    @property
    def nobody(self) -> Role | None:
        """The client without a role, where something is refused to it."""
        return next((one for one in self.roles if one.name is None and one.refused), None)

    @property
    def facts(self) -> Mapping[str, int]:
        """What requirements may need."""
        return {
            "tls12": int("1.2" in self.versions),
            "tls13": int("1.3" in self.versions),
            "tls_rsa": int("rsa" in self.device_keys),
            "tls_ecc": int("ecc" in self.device_keys),
            "tls_resumption": int(self.resumption),
            "tls_revocation": int(self.revocation),
            "roles": len([one for one in self.roles if one.name]),
            "role_rights": int(bool(self.roles and self.roles[0].allowed)),
            "role_limits": int(self.limited is not None),
            "role_refused_write": int(self.limited is not None and self.limited.refused not in _READS),
            "role_nobody": int(self.nobody is not None),
        }


_OF_OPCUA = ("trusts", "key_log")
_OF_BOTH = ("keys",)


def facts_of_trust(security: Security | None) -> Mapping[str, int]:
    """What requirements of OPC UA may need: certificates at all, and how they were made known."""
    trusts = security.trusts if security is not None else ()
    return {
        "security_keys": int(security is not None),
        "trusts_authority": int("authority" in trusts),
        "trusts_certificate": int("certificate" in trusts),
    }


def check_security(where: Endpoint, security: Security | None) -> None:
    """Hold that the tester has what it takes to be trusted by a device, and words of its protocol alone.

    Raises:
        ValueError: it has not; with the line to add.
    """
    speaks_opcua = where.protocol == "opcua"
    if security is not None:
        _check_words(security, speaks_opcua=speaks_opcua)
    if where.over == "tls" and security is None:
        raise ValueError(
            "`security` is missing: over TLS the tester needs certificates; make them with "
            "`testbed keys mbaps FOLDER` and add the line `security: { keys: FOLDER }`"
        )
    if security is not None and not security.keys and not where.is_simulated:
        made = f"`testbed keys {'opcua' if speaks_opcua else 'mbaps'} FOLDER`"
        raise ValueError(f"`security.keys` is missing: the folder that {made} makes")


def _check_words(security: Security, *, speaks_opcua: bool) -> None:
    """Hold that nothing is said of the other protocol.

    Raises:
        ValueError: there is.
    """
    for name, field in Security.model_fields.items():
        is_strange = name not in _OF_BOTH and (name in _OF_OPCUA) != speaks_opcua
        if is_strange and getattr(security, name) != field.default:
            other = "Modbus/TCP Security" if speaks_opcua else "OPC UA"
            raise ValueError(f"`security.{name}` is a word of {other}, which the device does not speak")
    if not security.trusts:
        raise ValueError("`security.trusts` is empty; write `authority`, `certificate`, or both")
    if len(set(security.trusts)) < len(security.trusts):
        raise ValueError(f"`security.trusts`: `{security.trusts[0]}` stands twice")
