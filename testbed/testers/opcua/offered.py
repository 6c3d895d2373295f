"""What a server offers of secured channels: its endpoints of this transport (OPC 10000-4 1.05.04, 5.5.4)."""

from __future__ import annotations

from asyncua import ua

from testbed.model.base import Text
from testbed.protocols.opcua import NO_SECURITY, SIGN, SIGN_AND_ENCRYPT, Policy, SecurityError
from testbed.protocols.opcua.asymmetric import public_key
from testbed.testers.opcua.proofs import named
from testbed.testers.trouble import NotTestable, Undecided

STRONGEST = ("Aes256_Sha256_RsaPss", "Basic256Sha256", "Aes128_Sha256_RsaOaep")
"""Policies in the order in which one is chosen, where the declared channel is not secured."""
DEPRECATED = ("Basic256", "Basic128Rsa15")
"""Policies that no server has to offer any more (OPC 10000-7 1.05.04)."""
_PREFIX = "http://opcfoundation.org/UA/SecurityPolicy#"
TRANSPORT = "http://opcfoundation.org/UA-Profile/Transport/uatcp-uasc-uabinary"
"""Profile of OPC UA TCP with UA Secure Conversation and UA Binary (OPC 10000-7 1.05.04)."""


class Offered:
    """The endpoints of a server, and which of them a case takes."""

    endpoints: tuple[ua.EndpointDescription, ...]
    """What GetEndpoints told, of this transport."""
    policy: Policy
    """Of the channels that a case opens, unless it names another."""
    mode: int
    """Likewise, the security mode by its number."""

    @property
    def policies(self) -> tuple[str, ...]:
        """Names of the secured policies that are offered and that the bed speaks, the strongest first."""
        return tuple(
            one for one in STRONGEST if any(self.offers(one, mode) for mode in (SIGN, SIGN_AND_ENCRYPT))
        )

    @property
    def unoffered(self) -> str:
        """URI of a policy of the standard that no endpoint offers.

        Raises:
            NotTestable: all are offered.
        """
        known = {one.SecurityPolicyUri for one in self.endpoints}
        for name in (*DEPRECATED, *reversed(STRONGEST)):
            if _PREFIX + name not in known:
                return _PREFIX + name
        said = Text(en="the server offers every security policy", ko="서버가 모든 보안 정책을 제공함")
        raise NotTestable(said)

    def offers(self, policy: Policy | str, mode: int) -> ua.EndpointDescription | None:
        """Return the endpoint of a policy and mode; None where there is none."""
        uri = policy.uri if isinstance(policy, Policy) else _PREFIX + policy
        found = (
            one for one in self.endpoints if one.SecurityPolicyUri == uri and int(one.SecurityMode) == mode
        )
        return next(found, None)

    def strongest(self) -> tuple[Policy, int]:
        """Return the best policy and mode that are offered.

        Raises:
            NotTestable: none is.
        """
        for name in STRONGEST:
            for mode in (SIGN_AND_ENCRYPT, SIGN):
                if self.offers(name, mode):
                    return named(name), mode
        said = Text(en="the server offers no secured endpoint", ko="서버가 보안 엔드포인트를 제공하지 않음")
        raise NotTestable(said)

    def mode_of(self, policy: Policy) -> int:
        """Return the mode of a policy that is not told otherwise: the best one."""
        if policy is self.policy:
            return self.mode
        if policy.is_none:
            return NO_SECURITY
        return SIGN_AND_ENCRYPT if self.offers(policy, SIGN_AND_ENCRYPT) else SIGN

    def certificate_of(self, policy: Policy, mode: int) -> bytes:
        """Return the server's certificate, of the endpoint of a policy and mode where that has one.

        Raises:
            Undecided: no endpoint has, or none can be secured with what it shows.
        """
        endpoints = (self.offers(policy, mode), *self.endpoints)
        found = next((one.ServerCertificate for one in endpoints if one and one.ServerCertificate), None)
        if found is None:
            said = Text(en="no endpoint has a server certificate", ko="서버 인증서가 있는 엔드포인트가 없음")
            raise Undecided(said)
        usable(bytes(found), policy)
        return bytes(found)


def usable(certificate: bytes, policy: Policy) -> None:
    """Look at whether a policy can use a server's certificate at all.

    Raises:
        Undecided: it cannot be read, or its key is none of the policy.
    """
    try:
        bits = public_key(certificate).key_size
    except SecurityError as error:
        said = f"the server's certificate: {error.words}"
        raise Undecided(Text(en=said, ko=f"서버 인증서를 쓸 수 없음: {error.words}")) from error
    if policy.rsa is not None and not policy.rsa.key_bits[0] <= bits <= policy.rsa.key_bits[1]:
        said = f"the server's certificate has a key of {bits} bits, which {policy.name} does not allow"
        raise Undecided(Text(en=said, ko=f"서버 인증서의 키가 {bits}비트로 {policy.name}에서 허용되지 않음"))
