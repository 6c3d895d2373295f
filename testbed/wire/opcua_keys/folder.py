"""The folder of a tester's certificates for OPC UA: what `testbed keys opcua` writes."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from testbed.wire.key_files import whole, write_new
from testbed.wire.opcua_keys.names import (
    APPLICATION_URI,
    OTHER_URI,
    OVERLONG_BITS,
    RSA_BITS,
    USER_NAME,
    WEAK_BITS,
)
from testbed.wire.opcua_keys.steps import steps

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.x509 import Certificate

    from testbed.wire.opcua_keys.issuing import Issuer

STEPS = "STEPS.txt"
PASSWORD = "login.password"  # noqa: S105 - the name of a file
PASSWORD_BYTES = 18
"""Random bytes of the password; as text it stays below the 64 bytes that a token of RSA may carry
(OPC 10000-4 1.05.04, 7.40.2.1)."""
BAD_FOLDER, BAD_USERS_FOLDER, ISSUERS = "bad", "bad-users", "issuers"
GARBAGE = b"these bytes are no certificate; " * 24
"""About as long as one, and no DER."""


def make_folder(folder: Path) -> None:
    """Make authorities, and everything that they sign for the tester.

    The folder appears complete or not at all; keys are readable by their owner alone. The authorities' own
    keys are not kept: nobody can sign anything further with them.

    Args:
        folder: does not exist yet, or is empty.

    Raises:
        MaterialError: the folder holds something; nothing was touched.
        OSError: it cannot be written.
    """
    with whole(folder) as making:
        _write_all(making)


def write_key(path: Path, key: RSAPrivateKey) -> None:
    """Write a private key in PEM, without a passphrase, readable by its owner alone."""
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415 - loads cryptography
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    write_new(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), mode=0o600)


def write_certificate(path: Path, certificate: Certificate | bytes) -> None:
    """Write a certificate in DER, as trust lists of OPC UA hold it."""
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415 - loads cryptography

    data = certificate if isinstance(certificate, bytes) else certificate.public_bytes(Encoding.DER)
    write_new(path, data)


def _write_all(folder: Path) -> None:
    from testbed.wire.opcua_keys import issuing as of  # noqa: PLC0415 - loads cryptography

    for name in (BAD_FOLDER, BAD_USERS_FOLDER, ISSUERS):
        (folder / name).mkdir(mode=0o700)
    key = of.new_key()
    root = of.authority("Mother Factory OPC UA CA (test)")
    revoked = _write_applications(folder, key, root)
    write_certificate(folder / "authority.der", root.certificate)
    write_new(folder / "authority.crl", of.revocations(root, revoked))
    write_key(folder / "tester.key", key)
    _write_users(folder)
    write_new(folder / PASSWORD, f"{secrets.token_urlsafe(PASSWORD_BYTES)}\n".encode(), mode=0o600)
    write_new(folder / STEPS, steps().encode())


def _write_applications(folder: Path, key: RSAPrivateKey, root: Issuer) -> Certificate:
    """Write all certificates of the application, and return the one to be revoked."""
    from testbed.wire.opcua_keys import issuing as of  # noqa: PLC0415 - loads cryptography

    def own(name: str, issuer: Issuer | None = root, **said: object) -> Certificate:
        told = {"key": key, "uri": APPLICATION_URI, **said}
        return of.issue(f"Mother Factory test bed, {name}", issuer, **told)  # type: ignore[arg-type]  # as `issue` takes

    def below(name: str, **said: object) -> Issuer:
        made = of.authority(f"Mother Factory OPC UA CA below (test), {name}", root, **said)  # type: ignore[arg-type]  # as `authority` takes
        write_certificate(folder / ISSUERS / f"{name}.der", made.certificate)
        write_new(folder / ISSUERS / f"{name}.crl", of.revocations(made))
        return made

    second = of.authority("Mother Factory OPC UA CA without a list (test)")
    stranger = of.authority("Somebody's OPC UA CA (test)")
    write_certificate(folder / "second-authority.der", second.certificate)
    write_certificate(folder / ISSUERS / "unknown-issuer.der", stranger.certificate)
    write_new(folder / ISSUERS / "unknown-issuer.crl", of.revocations(stranger))
    write_certificate(folder / "tester.der", own("signed"))
    write_certificate(folder / "self-signed.der", own("self-signed", None))
    write_certificate(folder / "renewed.der", own("renewed"))
    write_certificate(folder / "chained.der", own("chained", below("chained")))
    bits = {"untrusted": RSA_BITS, "weak-key": WEAK_BITS, "overlong-key": OVERLONG_BITS}
    other = {name: of.new_key(size) for name, size in bits.items()}
    use = of.APPLICATION
    bad: dict[str, Certificate | bytes] = {
        "expired": own("expired", begins=-30 * of.DAY, ends=-of.DAY),
        "not-yet-valid": own("not yet valid", begins=of.VALIDITY, ends=2 * of.VALIDITY),
        "untrusted": own("untrusted", None, key=other["untrusted"]),
        "revoked": own("revoked"),
        "unknown-issuer": own("unknown issuer", stranger),
        "chain-incomplete": own("chain incomplete", below("chain-incomplete")),
        "issuer-expired": own("issuer expired", below("issuer-expired", ends=-of.DAY)),
        "issuer-no-ca": own("issuer is no CA", below("issuer-no-ca", is_ca=False)),
        "issuer-no-cert-sign": own(
            "issuer may not sign", below("issuer-no-cert-sign", usage=frozenset({"crl_sign"}))
        ),
        "no-crl": own("no revocation list", second),
        "wrong-uri": own("wrong URI", uri=OTHER_URI),
        "no-digital-signature": own("no digitalSignature", usage=use - {"digital_signature"}),
        "no-data-encipherment": own("no dataEncipherment", usage=use - {"data_encipherment"}),
        "no-client-auth": own("no clientAuth", purposes=(of.SERVER,)),
        "weak-key": own("weak key", key=other["weak-key"]),
        "overlong-key": own("overlong key", key=other["overlong-key"]),
        "broken-signature": of.with_broken_signature(of.der(own("broken signature"))),
        "sha1": of.with_sha1(own("SHA-1"), root),
        "garbage": GARBAGE,
    }
    for name, certificate in bad.items():
        write_certificate(folder / BAD_FOLDER / f"{name}.der", certificate)
    for name, its in other.items():
        write_key(folder / BAD_FOLDER / f"{name}.key", its)
    revoked = bad["revoked"]
    assert not isinstance(revoked, bytes)  # noqa: S101 - made above
    return revoked


def _write_users(folder: Path) -> None:
    """Write the certificates of a user, under an authority of their own."""
    from testbed.wire.opcua_keys import issuing as of  # noqa: PLC0415 - loads cryptography

    key, root = of.new_key(), of.authority("Mother Factory OPC UA users' CA (test)")

    def user(issuer: Issuer | None = root, **said: object) -> Certificate:
        return of.issue(USER_NAME, issuer, key, usage=of.USER, **said)  # type: ignore[arg-type]  # as `issue` takes

    revoked = user()
    write_key(folder / "user.key", key)
    write_certificate(folder / "user.der", user())
    write_certificate(folder / "user-authority.der", root.certificate)
    write_new(folder / "user-authority.crl", of.revocations(root, revoked))
    bad = folder / BAD_USERS_FOLDER
    write_certificate(bad / "untrusted.der", user(None))
    write_certificate(bad / "expired.der", user(begins=-30 * of.DAY, ends=-of.DAY))
    write_certificate(bad / "revoked.der", revoked)
