"""What a case of security works with: secured channels with certificates of every kind, sessions on them.

OPC 10000-4 1.05.04, 5.6 and 6.1; OPC 10000-6 1.05.04, 6.7. The channel of the declaration stays as it is:
each one here is another, to whatever secured endpoint the server offers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from asyncua import ua

from testbed.model.base import Text
from testbed.protocols.opcua import (
    NO_SECURITY,
    AsymmetricHeader,
    Policy,
    SecureChannel,
    Status,
    status,
)
from testbed.protocols.opcua.asymmetric import leaf, thumbprint
from testbed.testers.answer import Array, Reaction
from testbed.testers.opcua.identity import Signing
from testbed.testers.opcua.logins import Logins
from testbed.testers.opcua.offered import TRANSPORT, Offered
from testbed.testers.opcua.proofs import Proof, named
from testbed.testers.opcua.refusal import Refusal, reaction, step
from testbed.testers.trouble import NotTestable, Unanswered, Undecided
from testbed.testers.words import words
from testbed.wire.dial import UnreachableError

if TYPE_CHECKING:
    from testbed.testers.opcua.client import Client
    from testbed.testers.opcua.desk import UaCase
    from testbed.wire.opcua_keys import OpcUaKeys, Pair


class Secure(Offered, Logins):
    """Opens secured channels as a case wants them.

    Args:
        desk: of the case.
        endpoints: as the server describes them.
    """

    def __init__(self, desk: UaCase, endpoints: Sequence[ua.EndpointDescription]) -> None:
        self._desk = desk
        self.endpoints = tuple(endpoints)
        if desk.bench.declaration.channel.is_secured:
            declared = desk.secure_channel()
            self.policy, self.mode = declared.policy, declared.mode
        else:
            self.policy, self.mode = self.strongest()

    @property
    def keys(self) -> OpcUaKeys:
        """The tester's certificates, good and bad ones."""
        return self._desk.bench.keys

    @property
    def own(self) -> Pair:
        """The pair that the device was set up to trust: signed by the authority, or by its own key."""
        trusts_authority = self._desk.bench.declaration.facts.get("trusts_authority", 1)
        return self.keys.good if trusts_authority else self.keys.self_signed

    @property
    def description(self) -> ua.ApplicationDescription:
        """The description of the application that the good certificate names."""
        channel = SecureChannel(self.policy, server=False, certificate=self.own.certificate)
        return Signing(channel).description()

    # Channels.

    async def begun(
        self, pair: Pair | None = None, policy: Policy | str | None = None, mode: int | None = None
    ) -> Client:
        """Connect, say hello, and hold a certificate ready for the channel, which is not open yet.

        Args:
            pair: certificate and key; `own` unless named.
            policy: of the channel, by its short name; `policy` unless named.
            mode: of the channel; `mode` unless named, the strongest offered one of another policy.

        Raises:
            Undecided: that fails.
        """
        used = self.policy if policy is None else named(policy) if isinstance(policy, str) else policy
        number = self.mode_of(used) if mode is None else mode
        client = self._desk.another()
        try:
            await client.connect()
        except UnreachableError as error:
            self._desk.testers.remove(client)
            raise Undecided(Text(en=f"cannot connect: {error}", ko=f"연결할 수 없음: {error}")) from error
        client.conversation.channel = self._half(pair or self.own, used, number)
        await step(client.hello())
        return client

    async def opened(
        self,
        pair: Pair | None = None,
        policy: Policy | str | None = None,
        mode: int | None = None,
        **fields: Any,
    ) -> Client:
        """Open, as set-up, a secured channel; fields as in `met`.

        Raises:
            Undecided: the server does not.
        """
        client = await self.begun(pair, policy, mode)
        await step(client.open(**self._crafted(client, fields)))
        return client

    async def refusal(
        self,
        pair: Pair | None = None,
        policy: Policy | str | None = None,
        mode: int | None = None,
        **fields: Any,
    ) -> Refusal:
        """Try to open a secured channel, and say how that ended; fields as in `met`."""
        client = await self.begun(pair, policy, mode)
        try:
            reply = await client.open(**self._crafted(client, fields))
        except Unanswered:
            found = Refusal(Reaction.SILENCE if client.is_open else Reaction.CLOSED, client)
        else:
            found = Refusal(reaction(reply, is_secured=not client.channel.policy.is_none), client, reply)
        name, met = (pair or self.own).name, words(found.reaction).en
        self._desk.recorder.note(f"OpenSecureChannel with the certificate `{name}`: {met}")
        return found

    async def met(
        self,
        pair: Pair | None = None,
        policy: Policy | str | None = None,
        mode: int | None = None,
        **fields: Any,
    ) -> Status | Reaction:
        """Try to open a secured channel, and say how that ended.

        Args:
            pair: certificate and key.
            policy: of the channel.
            mode: of the channel.
            fields: instead of good ones: `policy_uri`, `sender_certificate` and `thumbprint` of the security
                header, `request_mode`, `nonce`, `request_type`, `lifetime` of the request, `tamper` and what
                else `SecureChannel.seal` takes.

        Returns:
            NORMAL, the status of an Error message or of a fault (already decrypted), CLOSED, or SILENCE.
        """
        return (await self.refusal(pair, policy, mode, **fields)).reaction

    async def refused(self, name: str) -> Refusal:
        """Have, as set-up, a bad certificate refused, with whatever status.

        Args:
            name: of the certificate.

        Raises:
            Undecided: it opens a channel, or nothing is said.
        """
        refusal = await self.refusal(self.keys.bad[name])
        if isinstance(refusal.reaction, Reaction):
            met = words(refusal.reaction)
            said = f"set-up: the certificate `{name}` is not refused with a status: {met.en}"
            ko = f"준비 단계: 인증서 `{name}`이(가) 상태 코드로 거부되지 않음: {met.ko}"
            raise Undecided(Text(en=said, ko=ko))
        return refusal

    async def meets(self, *names: str) -> Array:
        """Say how the refusal of each of some bad certificates ended; Undecided where one is none."""
        return Array([(await self.refused(name)).reaction for name in names])

    async def reasons(self, *names: str) -> Array:
        """Try to open a channel with each of some bad certificates; return what is said of the masked ones.

        Raises:
            NotTestable: fewer than two are refused with Bad_SecurityChecksFailed.
        """
        found = [await self.refusal(self.keys.bad[name]) for name in names]
        masked = Array(one.reason for one in found if one.reaction == status.BadSecurityChecksFailed)
        if len(masked) < 2:  # noqa: PLR2004 - there is nothing to compare
            said = "the server does not refuse two of these certificates with Bad_SecurityChecksFailed"
            raise NotTestable(Text(en=said, ko="두 인증서를 Bad_SecurityChecksFailed로 거부하지 않음"))
        return masked

    # Sessions.

    async def session(
        self,
        pair: Pair | None = None,
        identity: Proof | None = None,
        policy: Policy | str | None = None,
        mode: int | None = None,
    ) -> Client:
        """Take, as set-up, a client all the way to an activated session on a secured channel.

        Args:
            pair: certificate and key.
            identity: of the user, as `identity` makes it; the declared user unless named.
            policy: of the channel.
            mode: of the channel.

        Raises:
            Undecided: the server does not.
        """
        client = await self.created(pair, policy, mode)
        await step(client.activate_session(identity=identity))
        return client

    async def created(
        self, pair: Pair | None = None, policy: Policy | str | None = None, mode: int | None = None
    ) -> Client:
        """Likewise up to a session that is not activated yet."""
        client = await self.opened(pair, policy, mode)
        await step(client.create_session())
        return client

    # Below.

    def _half(self, pair: Pair, policy: Policy, mode: int) -> SecureChannel:
        """Return the tester's half of a channel; Undecided where nothing tells the server's certificate."""
        if policy.is_none:
            return SecureChannel(policy, NO_SECURITY, server=False)
        return SecureChannel(
            policy,
            mode,
            server=False,
            certificate=pair.sent,
            key=pair.key,
            peer_certificate=self.certificate_of(policy, mode),
        )

    @staticmethod
    def _crafted(client: Client, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Put the fields of an OPN where `opening` and `seal` take them."""
        taken, channel = dict(fields), client.channel
        sent = taken.get("sender_certificate", channel.certificate) or b""
        if leaf(sent) != sent:  # whom the answer to a chain is encrypted for is judged by itself
            client.conversation.ignored = frozenset({"thumbprint"})
        if "request_mode" in taken:
            taken["mode"] = taken.pop("request_mode")
        if {"policy_uri", "sender_certificate", "thumbprint"} & set(taken):
            plain = channel.policy.is_none
            taken["asymmetric"] = AsymmetricHeader(
                taken.pop("policy_uri", channel.policy.uri),
                taken.pop("sender_certificate", None if plain else channel.certificate),
                taken.pop("thumbprint", None if plain else thumbprint(channel.peer_certificate)),
            )
        return taken


async def secured(desk: UaCase, asking: Client) -> Secure:
    """Return what a case of security works with; the endpoints are asked for once a run.

    Args:
        desk: of the case.
        asking: a client with an open channel.

    Raises:
        Undecided: the endpoints cannot be had.
    """
    bench = desk.bench
    if bench.endpoints is None:
        reply = await step(asking.get_endpoints())
        found = reply.results if isinstance(reply.results, tuple) else ()
        bench.endpoints = tuple(one for one in found if one.TransportProfileUri in {TRANSPORT, None, ""})
        asking.frames = ()
    return Secure(desk, bench.endpoints)
