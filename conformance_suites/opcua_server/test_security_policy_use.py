"""OPC 10000-7 1.05.04, 6.6: Security policies; OPC 10000-6 1.05.04, 6.7: secured conversations."""

import pytest

from testbed.cases import verifies
from testbed.opcua import SIGN, SIGN_AND_ENCRYPT, WORKS, deprecated, exercised, uncovered


@verifies("UA-SEC-POLICY-BASIC256SHA256")
@pytest.mark.parametrize("mode", [SIGN, SIGN_AND_ENCRYPT], ids=["sign", "sign-and-encrypt"])
async def test_basic256sha256(secure, mode):
    """Twenty-one reads, three renewals and a second connection go well under Basic256Sha256."""
    work = await exercised(secure, "Basic256Sha256", mode)

    assert work == WORKS


@verifies("UA-SEC-POLICY-AES128")
@pytest.mark.parametrize("mode", [SIGN, SIGN_AND_ENCRYPT], ids=["sign", "sign-and-encrypt"])
async def test_aes128(secure, mode):
    """Twenty-one reads, three renewals and a second connection go well under Aes128_Sha256_RsaOaep."""
    work = await exercised(secure, "Aes128_Sha256_RsaOaep", mode)

    assert work == WORKS


@verifies("UA-SEC-POLICY-AES256")
@pytest.mark.parametrize("mode", [SIGN, SIGN_AND_ENCRYPT], ids=["sign", "sign-and-encrypt"])
async def test_aes256(secure, mode):
    """Twenty-one reads, three renewals and a second connection go well under Aes256_Sha256_RsaPss."""
    work = await exercised(secure, "Aes256_Sha256_RsaPss", mode)

    assert work == WORKS


@verifies("UA-SEC-POLICY-DEPRECATED")
async def test_deprecated(secure):
    """Neither Basic128Rsa15 nor Basic256 is offered."""
    found = deprecated(secure)

    assert found == ()


@verifies("UA-SEC-POLICY-COVERED")
async def test_covered(secure):
    """No policy is offered that this suite does not try, such as one of elliptic curves."""
    found = uncovered(secure)

    assert found == ()
