"""OPC 10000-4 1.05.04, 5.7.2 and 7.14; OPC 10000-6 1.05.04, 6.2.2: What a server shows of itself."""

from testbed.cases import verifies
from testbed.opcua import (
    fresh_nonce,
    granted,
    is_signed_by_server,
    leaf,
    misplaced,
    shown,
    told_otherwise,
    unnamed_hosts,
)


@verifies("UA-SEC-ENDPOINT-SIGNATURE")
async def test_signature(secure):
    """The signature of a CreateSession response is that of the server over our certificate and nonce."""
    client, nonce = await secure.opened(), fresh_nonce(32)
    granted(await client.create_session(ClientNonce=nonce))
    is_signed = is_signed_by_server(client, nonce)

    assert is_signed is True


@verifies("UA-SEC-ENDPOINT-SIGNATURE-ALGORITHM")
async def test_signature_algorithm(secure):
    """The signature of a CreateSession response names the algorithm of the channel's policy."""
    client = await secure.created()
    algorithm = client.created.parameters.ServerSignature.Algorithm

    assert algorithm == secure.policy.rsa.signature_uri


@verifies("UA-SEC-ENDPOINT-SESSION-CERTIFICATE")
async def test_session_certificate(secure):
    """The certificate of a CreateSession response is that which the channel was opened with."""
    client = await secure.created()
    shown_again = leaf(client.created.parameters.ServerCertificate or b"")
    opened_with = leaf(client.channel.peer_certificate)

    assert shown_again == opened_with


@verifies("UA-SEC-ENDPOINT-SESSION-LIST")
async def test_session_list(secure):
    """No endpoint has another level, or other token policies, in CreateSession than in GetEndpoints."""
    client = await secure.created()
    different = told_otherwise(client, granted(await client.get_endpoints()))

    assert different == ()


@verifies("UA-SEC-ENDPOINT-LEVEL")
async def test_level(secure):
    """No policy has a lower level for SignAndEncrypt than for Sign."""
    found = misplaced(secure)

    assert found == ()


@verifies("UA-SEC-ENDPOINT-CERTIFICATE-HOST")
async def test_certificate_host(secure):
    """No endpoint has a host that its certificate does not name."""
    found = unnamed_hosts(secure)

    assert found == ()


@verifies("UA-SEC-ENDPOINT-CERTIFICATE-VALID")
async def test_certificate_valid(secure):
    """Now is within the validity of every certificate that the endpoints show."""
    late = [one for one in shown(secure) if not one.is_in_force]

    assert late == []


@verifies("UA-SEC-ENDPOINT-CERTIFICATE-KEY")
async def test_certificate_key(secure):
    """No certificate of the endpoints has a key of other than 2,048 to 4,096 bits."""
    unfit = [one.key_bits for one in shown(secure) if not 2048 <= one.key_bits <= 4096]

    assert unfit == []


@verifies("UA-SEC-ENDPOINT-CERTIFICATE-USE")
async def test_certificate_use(secure):
    """No certificate of the endpoints lacks a use of its key, by the names of RFC 5280."""
    lacking = [use for one in shown(secure) for use in one.lacking_uses]

    assert lacking == []


@verifies("UA-SEC-ENDPOINT-CERTIFICATE-PURPOSE")
async def test_certificate_purpose(secure):
    """Every certificate of the endpoints is meant for servers (serverAuth)."""
    others = [one for one in shown(secure) if not one.is_for_servers]

    assert others == []


@verifies("UA-SEC-ENDPOINT-CERTIFICATE-HASH")
async def test_certificate_hash(secure):
    """Every certificate of the endpoints was signed with SHA-256, SHA-384 or SHA-512."""
    hashes = {one.hash for one in shown(secure)}

    assert hashes <= {"sha256", "sha384", "sha512"}
