"""What a simulated device has been given by its vendor: own certificates, trust lists, and a rejected list.

`trusted` holds whom the device trusts, `issuers` authorities that are known and not trusted by themselves,
both with revocation lists (OPC 10000-12 1.05.04, 7.8.2.1: trust lists).
"""

from __future__ import annotations

import re
import tempfile
from contextlib import suppress
from pathlib import Path

from testbed.wire.key_files import MaterialError, whole, write_new
from testbed.wire.opcua_keys.folder import ISSUERS, write_certificate, write_key
from testbed.wire.opcua_keys.material import ROOT, SECOND, USERS, OpcUaKeys

DEVICE = "device"
"""The folder with all devices' own, inside the tester's."""
OWN, TRUSTED, KNOWN, USERS_OWN, REJECTED = "own", "trusted", "issuers", "users", "rejected"
_LISTED = (
    "chained",
    "unknown-issuer",
    "chain-incomplete",
    "issuer-expired",
    "issuer-no-ca",
    "issuer-no-cert-sign",
)
"""Authorities whose revocation lists the device has, though it does not know them: so nothing but their own
fault is met."""


def device_side(keys: OpcUaKeys, application_uri: str) -> Path:
    """Make what a simulated device is set up with, as STEPS.txt says, and return its folder.

    It appears complete or not at all, and what stands there already is left alone:

    - `own/certs/signed.der` and its issuer's `authority.der`, `own/certs/self-signed.der`,
      `own/private/device.key` to both;
    - `trusted/certs`, `trusted/crl`: the tester's authority, the second without a list, the tester's own
      self-signed certificate; `issuers/certs`, `issuers/crl`: lists of those below;
    - `users/certs`, `users/crl`: the authority of users;
    - `users/login`: name and password of one, a line each;
    - `rejected/`, empty.

    Args:
        keys: the tester's.
        application_uri: of the device.

    Raises:
        OSError: the folder cannot be written.
    """
    folder = keys.folder / DEVICE / re.sub(r"[^A-Za-z0-9._-]", "_", application_uri)
    if folder.exists():
        return folder
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    with suppress(MaterialError), whole(folder) as making:  # another process may be first
        for name in (TRUSTED, KNOWN, USERS_OWN):
            for below in ("certs", "crl"):
                (making / name / below).mkdir(parents=True)
        (making / REJECTED).mkdir()
        _write_trust(making, keys)
        _write_own(making / OWN, application_uri)
    return folder


def check_writable(keys: OpcUaKeys) -> None:
    """Hold that simulated devices can keep their trust lists, and whom they rejected, in the tester's folder.

    Raises:
        MaterialError: it cannot; with the folder and the reason.
    """
    folder = keys.folder / DEVICE
    for place in (folder, *folder.glob(f"*/{REJECTED}")):
        try:
            place.mkdir(mode=0o700, exist_ok=True)
            with tempfile.TemporaryFile(dir=place):
                pass
        except OSError as error:
            said = f"{place} cannot be written: {error.strerror}; a simulated device keeps its trust lists"
            raise MaterialError(
                f"{said} there, so make it writable, or take a copy of {keys.folder}"
            ) from None


def _write_trust(folder: Path, keys: OpcUaKeys) -> None:
    trusted, known, users = (folder / name for name in (TRUSTED, KNOWN, USERS_OWN))
    for name in (ROOT, SECOND, "self-signed"):
        write_new(trusted / "certs" / f"{name}.der", keys.read(f"{name}.der"))
    write_new(trusted / "crl" / f"{ROOT}.crl", keys.crl)
    for name in _LISTED:
        write_new(known / "crl" / f"{name}.crl", keys.read(f"{ISSUERS}/{name}.crl"))
    write_new(users / "certs" / f"{USERS}.der", keys.read(f"{USERS}.der"))
    write_new(users / "crl" / f"{USERS}.crl", keys.read(f"{USERS}.crl"))
    login = f"{keys.login.name}\n{keys.login.password}\n"
    write_new(users / "login", login.encode(), mode=0o600)


def _write_own(folder: Path, application_uri: str) -> None:
    import ipaddress  # noqa: PLC0415 - with the next

    from cryptography import x509  # noqa: PLC0415 - heavy

    from testbed.wire.opcua_keys import issuing as of  # noqa: PLC0415 - loads cryptography

    for name in ("certs", "private"):
        (folder / name).mkdir(parents=True)
    (folder / "private").chmod(0o700)
    key, root = of.new_key(), of.authority("Mother Factory simulated devices' CA (test)")
    hosts = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    name = application_uri.rpartition(":")[2][:64] or "device"
    for stem, issuer in (("signed", root), ("self-signed", None)):
        certificate = of.issue(
            f"{name}, {stem}", issuer, key, uri=application_uri, hosts=hosts, purposes=(of.SERVER, of.CLIENT)
        )
        write_certificate(folder / "certs" / f"{stem}.der", certificate)
    write_certificate(folder / "certs" / "authority.der", root.certificate)
    write_key(folder / "private" / "device.key", key)
