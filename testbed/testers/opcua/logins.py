"""How a login of a case of security ended, and what a session is good for (OPC 10000-4 1.05.04, 5.7.3)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from asyncua import ua

from testbed.model.base import Text
from testbed.protocols.opcua import Policy, Status
from testbed.protocols.opcua.policies import NONE
from testbed.testers.answer import Array, Reaction
from testbed.testers.opcua.channel_words import granted
from testbed.testers.opcua.identity import signature
from testbed.testers.opcua.proofs import Proof
from testbed.testers.opcua.requests import Attribute
from testbed.testers.opcua.users import Users
from testbed.testers.trouble import NotTestable, Undecided

if TYPE_CHECKING:
    from testbed.testers.opcua.client import Client

LATER = 0.1
"""Seconds by which a refusal that is held back comes later than another (assumed)."""
LAST = 3
"""How many refusals have to come late, and that many first ones may come in time (assumed)."""


class Logins(Users):
    """The part of `Secure` that logs in."""

    async def created(
        self, pair: Any = None, policy: Policy | str | None = None, mode: int | None = None
    ) -> Client:
        """Return a client with a session that is not activated yet."""
        raise NotImplementedError

    async def opened(self, pair: Any = None, policy: Policy | str | None = None) -> Client:
        """Return a client with an open channel, secured unless the policy is None."""
        raise NotImplementedError

    async def login(self, proof: Proof | None = None, **fields: Any) -> Status | Reaction:
        """Activate a new session on a channel of its own, and say how that ended.

        Args:
            proof: of the user; the declared user's unless named.
            fields: of the request's parameters, as `activate_session` takes them.
        """
        client = await self.created()
        return await client.ended(client.activate_session(identity=proof, **fields))

    @staticmethod
    async def becomes(client: Client, proof: Proof) -> None:
        """Activate a session as a user, as part of the set-up; Undecided where that is refused."""
        granted(await client.activate_session(identity=proof))

    async def protecting(self, kind: ua.UserTokenType) -> Client:
        """Return a client with a session, not activated, where tokens of a kind are encrypted or signed.

        A server may take a password in clear where the channel encrypts it already (7.40.2.1): then another
        secured endpoint is taken.

        Raises:
            NotTestable: no secured endpoint protects them.
        """
        policy, mode = self.protecting_endpoint(kind)
        return await self.created(policy=policy, mode=mode)

    async def unsecured(self) -> Client:
        """Return a client with a session on an unsecured channel, which is not activated yet."""
        client = await self.unsecured_channel()
        granted(await client.create_session())
        return client

    async def unsecured_channel(self) -> Client:
        """Return a client with an open unsecured channel.

        Raises:
            NotTestable: the server offers no unsecured endpoint.
        """
        if not any(one.SecurityPolicyUri == NONE.uri for one in self.endpoints):
            said = Text(en="the server offers no unsecured endpoint", ko="보안 없는 엔드포인트가 없음")
            raise NotTestable(said)
        return await self.opened(policy=NONE)

    async def nonces(self, client: Client, rounds: int) -> Array:
        """Activate a session so often; return all ServerNonces, that of its creation first."""
        found = [client.created.parameters.ServerNonce if client.created is not None else None]
        for _ in range(rounds):
            reply = granted(await client.activate_session())
            found.append(reply.parameters.ServerNonce)
        return Array(found)

    async def slows_down(self, attempts: int) -> bool:
        """Log in so often as a user whom nobody knows; say whether the last refusals came late, or differed.

        One late refusal says nothing: the machine may have been busy. Nobody has come by this name before: a
        server that remembers an earlier run would be slow from the first attempt on.
        """
        nobody = self.identity.user_name(f"{self.name} {secrets.token_hex(4)}", self.password)
        client = await self.opened()
        times, reactions = list[float](), list[object]()
        for _ in range(attempts):
            granted(await client.create_session())
            began = client.wire.recorder.now()
            reactions.append(await client.ended(client.activate_session(identity=nobody)))
            times.append(client.wire.recorder.now() - began)
            if not client.is_open:
                break
            await client.ended(client.close_session())
        return reactions[-1] != reactions[0] or min(times[-LAST:]) > min(times[:LAST]) + LATER

    @staticmethod
    def client_signature(client: Client, *, nonce: bytes | None = None, key: Any = None) -> ua.SignatureData:
        """Return a client's signature, over another nonce or by another key.

        Args:
            client: with a session.
            nonce: in place of the server's last one.
            key: in place of the channel's.
        """
        created, channel = client.created.parameters if client.created is not None else None, client.channel
        last = client.server_nonce or (created.ServerNonce if created is not None else b"")
        return signature(
            channel.policy,
            channel.key if key is None else key,
            (created.ServerCertificate if created is not None else None) or b"",
            last if nonce is None else nonce,
        )

    @staticmethod
    def first_nonce(client: Client) -> bytes:
        """Return the ServerNonce of CreateSession, which an activation has used up since."""
        return (client.created.parameters.ServerNonce if client.created is not None else None) or b""

    @staticmethod
    async def rights(client: Client, nodes: Sequence[ua.NodeId]) -> Array:
        """Return what the user of a session may do with the values of nodes, as part of the set-up.

        Raises:
            Undecided: the server does not say.
        """
        reply = await client.read(*nodes, attribute=Attribute.UserAccessLevel)
        if not isinstance(reply.values, tuple):
            said = reply.status.title
            raise Undecided(
                Text(en=f"set-up: no UserAccessLevel: {said}", ko=f"준비 단계: UserAccessLevel 없음: {said}")
            )
        return Array(reply.values)

    @staticmethod
    def differing(one: Iterable[object], other: Iterable[object]) -> None:
        """Go on only where two users have different rights.

        Raises:
            NotTestable: they have the same ones.
        """
        if tuple(one) == tuple(other):
            said = "both users have the same rights at all declared nodes"
            raise NotTestable(Text(en=said, ko="선언된 모든 노드에서 두 사용자의 권한이 같음"))
