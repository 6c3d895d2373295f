"""A root's signature is not enough: the certificate must have been made for signing reports (RFC 5280)."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from testbed.bundle import page
from testbed.bundle.certificates import load_roots
from testbed.bundle.issuing import _usage
from testbed.bundle.keys import Signer
from testbed.bundle.verify import Status, verify_page

NO_AUTHORITY = (x509.BasicConstraints(ca=False, path_length=None), True)
AUTHORITY = (x509.BasicConstraints(ca=True, path_length=None), True)
MAY_SIGN = (_usage(authority=False), True)
MAY_ISSUE = (_usage(authority=True), True)
UNHEARD_OF = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")


@pytest.fixture
def verified(keys, tmp_path):
    """Sign with a certificate of the real root that has just these extensions; return the verification."""

    def verify(extensions, name="laboratory"):
        (root,) = load_roots(keys / "root.pem")
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        subject = [x509.NameAttribute(x509.NameOID.ORGANIZATIONAL_UNIT_NAME, name)]
        builder = (
            x509.CertificateBuilder(root.subject)
            .subject_name(x509.Name(subject))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical=critical)
        root_key = load_pem_private_key((keys / "root.key").read_bytes(), None)
        path = tmp_path / "report.html"
        signer = Signer(builder.sign(root_key, SHA256()), key)
        path.write_bytes(page.seal(b"</html>\n", {}, {}, signer))
        return verify_page(path, [root])

    return verify


def test_made_for_it(verified):
    result = verified([NO_AUTHORITY, MAY_SIGN, (UNHEARD_OF, False)])

    assert result.status is Status.GOOD
    assert result.name == "(no name)"
    assert result.is_test, "the root is a test root"


@pytest.mark.parametrize(
    "extensions",
    [
        [],
        [MAY_SIGN],
        [NO_AUTHORITY],
        [NO_AUTHORITY, MAY_ISSUE],
        [AUTHORITY, MAY_SIGN],
        [AUTHORITY, MAY_ISSUE],
        [NO_AUTHORITY, MAY_SIGN, (UNHEARD_OF, True)],
    ],
    ids=["nothing", "no constraints", "no usage", "other usage", "authority", "issuer", "critical unknown"],
)
def test_not_made_for_it(verified, extensions):
    result = verified(extensions)

    assert result.status is Status.REFUSED
    assert ["not fit for signing" in problem.reason for problem in result.problems] == [True]
