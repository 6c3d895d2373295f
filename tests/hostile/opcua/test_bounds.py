"""What bounds the work with keys: nothing is computed with what a server shows before its size is known."""

import pytest
from asyncua import ua

from device_simulators.opcua.certificates import own_identity
from testbed.protocols.opcua import POLICIES, SecurityError
from testbed.protocols.opcua.asymmetric import MOST_CERTIFICATE, MOST_KEY_BITS, public_key
from testbed.testers.opcua import identity
from testbed.testers.opcua.proofs import named
from testbed.testers.trouble import Undecided
from tests.hostile.opcua.secured import OffersALongKey, with_long_key
from tests.testers.opcua.setups import certified, setup, text
from tests.testers.opcua.test_preflight import SECURED, one
from tests.testers.setups import serving

OWN = own_identity("urn:hostile")
PASSWORDS = ua.UserTokenPolicy("p", ua.UserTokenType.UserName, SecurityPolicyUri=named("Basic256Sha256").uri)


def name_of(certificate, nonce):
    return identity.user_name(PASSWORDS, "", "operator", "secret", certificate, nonce)


def test_a_certificate_that_is_too_long_is_not_read():
    long = b"\x30\x82\xff\xff" + bytes(MOST_CERTIFICATE)

    with pytest.raises(SecurityError, match=f"has {MOST_CERTIFICATE + 4} bytes, which fit no chunk"):
        public_key(long)
    assert public_key(OWN.certificate + long)  # of a chain it is the first one that counts


def test_a_key_that_is_too_long_is_not_computed_with():
    certificate = with_long_key(OWN.key, MOST_KEY_BITS + 1)

    with pytest.raises(SecurityError, match=f"a key of {MOST_KEY_BITS + 1} bits is longer than any"):
        public_key(certificate)
    with pytest.raises(Undecided, match="server's certificate: a key of"):
        name_of(certificate, b"")


def test_a_key_that_is_too_short_encrypts_nothing():
    with pytest.raises(Undecided, match="nothing can be encrypted with the server's key of 256 bits"):
        name_of(with_long_key(OWN.key, 256), b"")


@pytest.mark.parametrize(
    "policy", [one for one in POLICIES.values() if not one.is_none], ids=lambda policy: policy.name
)
def test_what_the_server_shows_in_a_session_is_signed_unread(policy):
    assert identity.signature(policy, OWN.key, b"garbage", b"nonce").Signature


def test_a_nonce_that_is_too_long_is_not_encrypted():
    assert name_of(OWN.certificate, bytes(identity.MOST_NONCE)).Password
    with pytest.raises(Undecided, match="a server nonce of 4097 bytes is too long"):
        name_of(OWN.certificate, bytes(identity.MOST_NONCE + 1))


def test_a_declared_channel_that_the_servers_certificate_cannot_secure(tmp_path):
    certified(tmp_path)
    server = OffersALongKey(at_once=True)
    server.identity  # noqa: B018 - its key takes a second, which no answer may wait for

    with serving(server.serve()) as port:
        found = one(setup(text(port, {"channel": SECURED}), tmp_path / "a.yaml"))

    assert (found.id, found.stops) == ("PF-SERVER-CERTIFICATE", True)
    assert "a key of 65536 bits is longer than any that is computed with" in found.said.en
    assert "`channel: { server_certificate: FILE }`" in found.remedy.en
