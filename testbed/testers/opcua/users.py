"""As whom a case of security logs in, and what endpoints take (OPC 10000-4 1.05.04, 7.40 and 7.41)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from asyncua import ua

from testbed.model.base import Text
from testbed.protocols.opcua import POLICIES, Policy
from testbed.testers.answer import Array
from testbed.testers.opcua.identity import token_policy, user_name
from testbed.testers.opcua.proofs import Identities, Proof
from testbed.testers.trouble import NotTestable

if TYPE_CHECKING:
    from testbed.testers.opcua.client import Client
    from testbed.testers.opcua.desk import UaCase

ONCE_MORE = "-not"
"""What makes a right password or user name a wrong one."""


class Users:
    """The part of `Secure` that knows users."""

    identity = Identities()
    _desk: UaCase
    endpoints: tuple[ua.EndpointDescription, ...]
    policy: Policy
    mode: int

    # Whom the device knows.

    @property
    def name(self) -> str:
        """Name of a user whom the device knows: the declared one, else that of the folder of keys."""
        return self._desk.bench.login.name

    @property
    def password(self) -> str:
        """The user's password."""
        return self._desk.bench.login.password

    def known(self, **parts: Any) -> Proof:
        """Return the proof of that user; parts as in `identity.user_name`."""
        return self.identity.user_name(self.name, self.password, **parts)

    def stranger(self, **parts: Any) -> Proof:
        """Return the proof of a user whom nobody knows."""
        return self.identity.user_name(f"{self.name}{ONCE_MORE}", self.password, **parts)

    def mistaken(self, password: str | None = None) -> Proof:
        """Return the proof of the known user with a wrong password."""
        return self.identity.user_name(
            self.name, f"{self.password}{ONCE_MORE}" if password is None else password
        )

    # What is offered.

    def demands(self, client: Client, kind: ua.UserTokenType) -> ua.UserTokenPolicy:
        """Return how a kind of token is protected at a client's endpoint.

        Raises:
            NotTestable: the endpoint takes none, or in clear.
        """
        found = self.offered(client, kind)
        if found is None or (found.SecurityPolicyUri or client.channel.policy.uri).endswith("#None"):
            raise NotTestable(
                Text(
                    en=f"the endpoint offers no token of type {kind.name} that is to be protected",
                    ko=f"엔드포인트가 보호되는 {kind.name} 토큰을 제공하지 않음",
                )
            )
        return found

    def protecting_endpoint(self, kind: ua.UserTokenType) -> tuple[Policy, int]:
        """Return policy and mode of a secured endpoint where tokens of a kind are protected, the usual first.

        Raises:
            NotTestable: none has.
        """
        found = [
            (used, int(endpoint.SecurityMode))
            for endpoint in self.endpoints
            if (used := POLICIES.get(endpoint.SecurityPolicyUri or "")) is not None and not used.is_none
            for one in endpoint.UserIdentityTokens or ()
            if one.TokenType == kind and not (one.SecurityPolicyUri or "").endswith("#None")
        ]
        if not found:
            said = f"no secured endpoint has tokens of type {kind.name} protected"
            raise NotTestable(Text(en=said, ko=f"{kind.name} 토큰을 보호하는 보안 엔드포인트가 없음"))
        return min(found, key=lambda one: one != (self.policy, self.mode))

    @staticmethod
    def offered(client: Client, kind: ua.UserTokenType) -> ua.UserTokenPolicy | None:
        """Return the policy of a kind of token at a client's endpoint; None where it takes none."""
        created = client.created.parameters if client.created is not None else None
        return token_policy(created, client.channel.policy.uri, client.channel.mode, kind)

    def takes_no(self, client: Client, kind: ua.UserTokenType) -> None:
        """Go on only where a client's endpoint does not take a kind of token.

        Raises:
            NotTestable: it does.
        """
        if self.offered(client, kind) is not None:
            said = f"the endpoint takes tokens of type {kind.name}"
            raise NotTestable(Text(en=said, ko=f"엔드포인트가 {kind.name} 토큰을 받음"))

    def unoffered_token(self, client: Client) -> Any:
        """Return a token of a kind that a client's endpoint does not take, as well made as can be.

        Raises:
            NotTestable: it takes all kinds.
        """
        created = client.created.parameters if client.created is not None else None
        known = next((one.PolicyId for one in self._tokens(client)), None)
        if self.offered(client, ua.UserTokenType.IssuedToken) is None:
            return ua.IssuedIdentityToken(PolicyId=known, TokenData=b"testbed", EncryptionAlgorithm=None)
        if self.offered(client, ua.UserTokenType.Certificate) is None:
            return ua.X509IdentityToken(known, self._desk.bench.keys.user.certificate)
        if self.offered(client, ua.UserTokenType.UserName) is None:
            wanted = ua.UserTokenPolicy(known, ua.UserTokenType.UserName)
            certificate = (created.ServerCertificate if created is not None else None) or b""
            nonce = created.ServerNonce if created is not None else None
            uri = client.channel.policy.uri
            return user_name(wanted, uri, self.name, self.password, certificate, nonce)
        said = Text(en="the endpoint takes every kind of token", ko="엔드포인트가 모든 종류의 토큰을 받음")
        raise NotTestable(said)

    @staticmethod
    def _tokens(client: Client) -> Iterator[ua.UserTokenPolicy]:
        """Yield the token policies of a client's endpoint."""
        created = client.created.parameters if client.created is not None else None
        for endpoint in (created.ServerEndpoints if created is not None else None) or ():
            here = (endpoint.SecurityPolicyUri, int(endpoint.SecurityMode))
            if here == (client.channel.policy.uri, client.channel.mode):
                yield from endpoint.UserIdentityTokens or ()

    def foreign_policy_id(self, client: Client, kind: ua.UserTokenType) -> str:
        """Return the id of another endpoint's token policy that a client's own endpoint does not know.

        Raises:
            NotTestable: there is none.
        """
        own = {one.PolicyId for one in self._tokens(client)}
        for endpoint in self.endpoints:
            for one in endpoint.UserIdentityTokens or ():
                if one.TokenType == kind and one.PolicyId not in own:
                    return str(one.PolicyId)
        said = "no other endpoint has a token policy of its own"
        raise NotTestable(Text(en=said, ko="다른 엔드포인트에 고유한 토큰 정책이 없음"))

    def other_encryption(self, client: Client) -> str:
        """Return the name of a policy whose encryption of passwords is another than the endpoint demands.

        Raises:
            NotTestable: the endpoint takes no encrypted passwords.
        """
        wanted = (
            self.demands(client, ua.UserTokenType.UserName).SecurityPolicyUri or client.channel.policy.uri
        )
        used = POLICIES[wanted].rsa if wanted in POLICIES else None
        uris = {one.name: one.rsa.encryption_uri for one in POLICIES.values() if one.rsa is not None}
        return next(name for name, uri in uris.items() if used is None or uri != used.encryption_uri)

    def protections(self, mode: int) -> Array:
        """Return by which policies the endpoints of a security mode have passwords encrypted.

        Raises:
            NotTestable: none of them takes passwords.
        """
        found = Array(
            one.SecurityPolicyUri or endpoint.SecurityPolicyUri
            for endpoint in self.endpoints
            if int(endpoint.SecurityMode) == mode
            for one in endpoint.UserIdentityTokens or ()
            if one.TokenType == ua.UserTokenType.UserName
        )
        if not found:
            said = Text(
                en="no endpoint of this security mode takes passwords",
                ko="이 보안 모드의 엔드포인트가 비밀번호를 받지 않음",
            )
            raise NotTestable(said)
        return found
