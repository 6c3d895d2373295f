"""The folder of a tester's certificates: what `testbed keys mbaps` writes, and steps for the vendor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from testbed.protocols.tls.roles import PRINTABLE_STRING
from testbed.wire.key_files import whole, write_new

if TYPE_CHECKING:
    from testbed.wire.mbaps.issuing import Pair

KeyType = Literal["ecc", "rsa"]

CA, CRL, STEPS = "ca.pem", "crl.pem", "STEPS.txt"
BAD: Mapping[str, str] = MappingProxyType(
    {
        "expired": "its validity ended yesterday",
        "not-yet-valid": "its validity begins in a year",
        "untrusted": "signed by another authority that bears the same name",
        "self-signed": "signed by its own key",
        "wrong-purpose": "its extended key usage allows a server alone",
        "revoked": "listed in crl.pem",
        "no-role": "names no role",
        "printable-role": "its role is a PrintableString where UTF8String is demanded",
        "two-roles": "has two role extensions: the first role, and Admin",
        "role-list": 'names the role "FIRST,Admin", which is one role and nobody\'s',
        "weak-key": "has an RSA key of 1024 bits",
    }
)
"""Each bad certificate, and what is wrong with it."""
ROLES = ("Operator", "Viewer")


def file_of_role(role: str) -> str:
    """Return the stem of the files of a role."""
    return f"role-{quote(role, safe=' ')}"


def make_folder(folder: Path, roles: Sequence[str] = ROLES, kind: KeyType = "ecc") -> None:
    """Make an authority, and everything that it signs for the tester.

    The folder appears complete or not at all; keys are readable by their owner alone.

    Args:
        folder: does not exist yet, or is empty.
        roles: to be named by the good certificates; the bad ones name the first.
        kind: of the clients' keys.

    Raises:
        MaterialError: the folder holds something; nothing was touched.
        OSError: it cannot be written.
    """
    with whole(folder) as making:
        _write_all(making, roles, kind)


def write_pair(folder: Path, stem: str, pair: Pair) -> None:
    """Write a key (mode 0600) and its chain where neither stands."""
    write_new(folder / f"{stem}.key", pair.secret, mode=0o600)
    write_new(folder / f"{stem}.pem", pair.chain, mode=0o644)


def _write_all(folder: Path, roles: Sequence[str], kind: KeyType) -> None:
    from testbed.wire.mbaps import issuing as of  # noqa: PLC0415 - loads cryptography

    ca = of.authority("Mother Factory mbaps CA (test)")
    impostor = of.authority("Mother Factory mbaps CA (test)")
    first, day = roles[0], timedelta(days=1)

    def client(name: str, **said: object) -> Pair:
        return of.issue(f"tester, {name}", ca, of.new_key(kind), **{"roles": (first,), **said})  # type: ignore[arg-type]  # as `issue` takes

    bad = {
        "expired": client("expired", begins=-30 * day, ends=-day),
        "not-yet-valid": client("not yet valid", begins=365 * day, ends=730 * day),
        "untrusted": of.issue("tester, untrusted", impostor, of.new_key(kind), roles=(first,)),
        "self-signed": of.issue("tester, self-signed", None, of.new_key(kind), roles=(first,)),
        "wrong-purpose": client("wrong purpose", purpose=of.SERVER),
        "revoked": client("revoked"),
        "no-role": client("no role", roles=()),
        "printable-role": client("printable role", tag=PRINTABLE_STRING),
        "two-roles": client("two roles", roles=(first, "Admin")),
        "role-list": client("role list", roles=(f"{first},Admin",)),
        "weak-key": of.issue("tester, weak key", ca, of.new_key("rsa", of.WEAK_BITS), roles=(first,)),
    }
    for name, pair in bad.items():
        write_pair(folder, name, pair)
    for role in roles:
        write_pair(folder, file_of_role(role), client(f"role {role}", roles=(role,)))
    write_new(folder / "ca.key", ca.secret, mode=0o600)
    write_new(folder / CA, ca.chain, mode=0o644)
    write_new(folder / CRL, of.revocations(ca, bad["revoked"].certificate), mode=0o644)
    write_new(folder / STEPS, _steps(roles).encode(), mode=0o644)


def _steps(roles: Sequence[str]) -> str:
    bad = "\n".join(f"  {name + '.pem':20} {wrong}" for name, wrong in BAD.items())
    good = "\n".join(f"  {file_of_role(role) + '.pem':20} role {role}" for role in roles)
    return f"""Keys and certificates of a tester of Modbus/TCP Security (mbaps)

All of it is for tests: a device in service must not trust this authority.

What the vendor does before a run
1. Give the device ca.pem as an authority that it trusts for clients.
2. Give it crl.pem as that authority's revocation list, where the device checks revocation
   (`revocation: true` in the declaration).
3. Give the roles their rights in the device: {", ".join(roles)}.
   The declaration says of each role one function that it may use, and one that it may not.
4. Name this folder in the declaration:
     security:
       keys: FOLDER
       roles: [{{ name: {roles[0]}, allowed: fc03 }}]

What the tester shows the device, each with its key beside it
{good}

What the device has to refuse, or to take for a client without rights
{bad}
"""
