"""Keys and certificates of two parties, made once: RSA keys take their time."""

import datetime as dt
from dataclasses import dataclass

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa


@dataclass(frozen=True)
class Party:
    """A private key, and a certificate that says who has it."""

    uri: str
    key: rsa.RSAPrivateKey
    certificate: bytes

    @property
    def der(self) -> bytes:
        return self._encoded(serialization.Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self._encoded(serialization.Encoding.PEM)

    def _encoded(self, form: serialization.Encoding) -> bytes:
        return self.key.private_bytes(form, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def party(name: str, bits: int) -> Party:
    key = rsa.generate_private_key(65537, bits)
    uri = f"urn:localhost:{name}"
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.UniformResourceIdentifier(uri), x509.DNSName("localhost"), x509.DNSName("127.0.0.1")]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=True,
                key_encipherment=True,
                data_encipherment=True,
                key_agreement=False,
                key_cert_sign=True,
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(
            x509.ExtendedKeyUsage(
                [x509.oid.ExtendedKeyUsageOID.CLIENT_AUTH, x509.oid.ExtendedKeyUsageOID.SERVER_AUTH]
            ),
            critical=False,
        )
    )
    certificate = builder.sign(key, hashes.SHA256())
    return Party(uri, key, certificate.public_bytes(serialization.Encoding.DER))


@pytest.fixture(scope="session")
def client_party() -> Party:
    return party("client", 2048)


@pytest.fixture(scope="session")
def server_party() -> Party:
    """Its key is long enough for a padding whose size has two bytes."""
    return party("server", 3072)
