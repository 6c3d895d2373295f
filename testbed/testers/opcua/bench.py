"""What the cases of a run share: the device as declared, its scratch nodes, its pace, its namespaces."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from testbed.model.base import Text
from testbed.model.budget import DEFAULT
from testbed.model.declaration import Declaration
from testbed.model.needs import Needs
from testbed.model.performance import Performance
from testbed.protocols.opcua import SecureChannel
from testbed.protocols.opcua.policies import POLICIES
from testbed.testers.bench import PutBack
from testbed.testers.journal import Journal, Leased
from testbed.testers.opcua.client import Client
from testbed.testers.opcua.declared import Declared, endpoint_url
from testbed.testers.opcua.desk import UaCase
from testbed.testers.opcua.guard import naive
from testbed.testers.opcua.identity import anonymous, token_policy, user_name
from testbed.testers.opcua.material import Material
from testbed.testers.opcua.offered import usable
from testbed.testers.opcua.proofs import Identities
from testbed.testers.opcua.requests import ids
from testbed.testers.opcua.restoring import put_back
from testbed.testers.opcua.scratch import Pool
from testbed.testers.trouble import Unanswered, Undecided
from testbed.wire.dial import Dial
from testbed.wire.recorder import Recorder

if TYPE_CHECKING:
    from testbed.wire.opcua_keys import Login, OpcUaKeys

_SESSIONS = {"ua": 1, "other": 1, "space": 0, "secure": 1}
"""Sessions that a fixture opens; the others open none, or say so by what they declare."""


class UaBench:
    """One device and what is known of it."""

    SURVIVES: ClassVar[str] = "UA-SURVIVES"
    FIXTURES: ClassVar[Mapping[str, str]] = {
        "wire": "A TCP connection to an OPC UA server on which nothing was sent yet.",
        "channel": "A strict OPC UA client with an open secure channel and no session.",
        "ua": "A strict OPC UA client with an activated session.",
        "other_wire": "A second connection.",
        "other_channel": "A second client with a channel, on a connection of its own.",
        "other": "A second client with a session, on a connection of its own.",
        "declared": "The device's nodes and limits, as declared.",
        "crowd": "Opens further sessions or channels.",
        "scratch": "Nodes leased from those that a test may write, restored afterwards.",
        "space": "The address space, as a crawl found it.",
        "meet": "Starts an independent client against the device, through a recording tap.",
        "secure": "Opens secured channels with good and bad certificates, and sessions on them.",
    }

    def __init__(
        self, declaration: Declaration, dial: Dial, seed: int, journal: Journal | None = None
    ) -> None:
        self.declaration = declaration
        self.dial = dial
        self.seed = seed
        self.journal = journal
        self.refused: set[str] = set()
        """Declared facts that the device was found not to serve."""
        self.met = False
        """Whether the device has answered a control exchange at all."""
        self.fuzz_budget = DEFAULT
        self.performance: Performance | None = None
        self.load_workers = 1
        self.pool = Pool()
        self.declared = Declared(declaration)
        self.space: Any = None
        """What a crawl found; see `space.crawled`."""
        self.crawling = asyncio.Lock()
        self.endpoints: Sequence[Any] | None = None
        """What the server told of its endpoints; see `secure.secured`."""
        self._learning = asyncio.Lock()
        self._material = Material(declaration)
        self._pace = asyncio.Lock()
        self._next_request = 0.0
        self._epoch = time.time() - asyncio.get_running_loop().time()

    # What is known of the device.

    @property
    def url(self) -> str:
        """The endpoint URL."""
        return endpoint_url(self.declaration)

    @property
    def callable(self) -> set[tuple[str, str]]:
        """Objects and methods, as text, that a case may call."""
        if not self.declared.namespaces:
            return set()
        return {(one.object.to_string(), one.method.to_string()) for one in self.declared.methods}

    def utcnow(self) -> datetime:
        """Return the time in UTC, without a zone; on a virtual clock it passes with that."""
        return naive(self._epoch + asyncio.get_running_loop().time())

    async def learn(self, client: Client) -> None:
        """Read the namespace table, once a run: declared node ids name namespaces by URI.

        Raises:
            Undecided: it cannot be read.
        """
        async with self._learning:
            if self.declared.namespaces:
                return
            try:
                reply = await client.read(ids.Server_NamespaceArray)
            except Unanswered as trouble:
                raise Undecided(trouble.said) from trouble
            value = reply.value
            if not isinstance(value, tuple) or not all(isinstance(one, str) for one in value):
                said = getattr(reply.operation, "title", "no value")
                raise Undecided(
                    Text(
                        en=f"set-up: NamespaceArray cannot be read: {said}",
                        ko=f"준비 단계: NamespaceArray를 읽을 수 없음: {said}",
                    )
                )
            self.declared.namespaces = value

    # Channel and user.

    @property
    def keys(self) -> OpcUaKeys:
        """The tester's certificates for cases of security."""
        return self._material.keys

    @property
    def passwords(self) -> Collection[bytes]:
        """All passwords that were read so far; nothing that is kept of a case may hold them."""
        return self._material.told

    @property
    def logs_keys(self) -> bool:
        """Whether captures may hold the keys of channels."""
        return self._material.logs_keys

    @property
    def login(self) -> Login:
        """A user with a password, whom the device knows, for cases of security."""
        return self._material.login

    def secure_channel(self, policy: str | None = None, mode: int | None = None) -> SecureChannel:
        """Return the tester's half of a channel; policy and mode as declared where none is named."""
        declared = self.declaration.channel
        used = POLICIES[policy] if policy is not None else POLICY[declared.policy]
        number = MODES[declared.mode] if mode is None else mode
        return self._material.channel(used, number)

    async def know_certificate(self, desk: UaCase) -> None:
        """Ask for the server's certificate over an unsecured channel, where none is declared (5.5.4).

        Raises:
            UnreachableError: no connection.
            Undecided: no endpoint of the declared policy and mode has one, or one that the policy can use.
        """
        async with self._learning:
            if not self._material.lacks_server:
                return
            client = Client(desk)
            await client.connect()
            client.conversation.channel = SecureChannel(POLICY["None"], MODES["None"], server=False)
            try:
                for step in (client.hello, client.open):
                    await step()
                reply = await client.get_endpoints()
            except Unanswered as trouble:
                raise Undecided(trouble.said) from trouble
            finally:
                client.close()
            declared = self.declaration.channel
            wanted = POLICY[declared.policy].uri, MODES[declared.mode]
            for one in reply.results if isinstance(reply.results, tuple) else ():
                if (one.SecurityPolicyUri, int(one.SecurityMode)) == wanted and one.ServerCertificate:
                    usable(one.ServerCertificate, POLICY[declared.policy])
                    self._material.asked = one.ServerCertificate
                    return
            said = f"no endpoint of {declared.policy} with mode {declared.mode} has a server certificate"
            ko = f"서버 인증서가 있는 {declared.policy}, {declared.mode} 엔드포인트가 없음"
            raise Undecided(Text(en=said, ko=ko))

    def identity(self, created: Any, nonce: bytes | None, channel: SecureChannel) -> Any:
        """Return the token of the declared user or of nobody, or the Proof of one who has a certificate.

        Nobody asks in a session that was never created.
        """
        uri, mode = channel.policy.uri, channel.mode
        if self.declaration.user is None or created is None:
            return anonymous(token_policy(created, uri, mode, ANONYMOUS))
        if self.declaration.user.password is None:
            return Identities.x509(self._material.user)
        certificate = created.ServerCertificate if created is not None else b""
        wanted = token_policy(created, uri, mode, USER_NAME)
        password = self._material.password()
        return user_name(wanted, uri, self.declaration.user.name, password, certificate or b"", nonce)

    # The plugin's side.

    def wear(self, said: Iterable[str]) -> None:
        """Count what a run had written before it was stopped."""
        self.pool.writes.update(said)

    def weight(self, fixtures: Sequence[str]) -> int:
        """Return how many sessions a case needs at once."""
        wanted = sum(_SESSIONS.get(name, 0) for name in fixtures)
        return max(wanted, self.declaration.sessions if "crowd" in fixtures else 1)

    def case(self, name: str, needs: Needs, gate: str, recorder: Recorder) -> UaCase:
        """Return what one case works with."""
        return UaCase(self, needs, gate, recorder, random.Random(f"{self.seed} {name}"))  # noqa: S311 - reproducible

    async def put_back(self, leased: Sequence[Leased], recorder: Recorder, done: PutBack) -> None:
        """Write values back into the device, the latest first."""
        await put_back(self.case("(resumed)", (), "", recorder), leased, done)

    async def keep_pace(self) -> None:
        """Wait until the device may be sent another request."""
        pause = self.declaration.timing.pause
        if not pause:
            return
        async with self._pace:
            loop = asyncio.get_running_loop()
            await asyncio.sleep(max(0.0, self._next_request - loop.time()))
            self._next_request = loop.time() + pause


POLICY = {one.name: one for one in POLICIES.values()}
"""Policies by the end of their URIs."""
MODES = {"None": 1, "Sign": 2, "SignAndEncrypt": 3}
"""Message security modes by name (10000-4, 7.20)."""
ANONYMOUS, USER_NAME, CERTIFICATE = 0, 1, 2
"""Types of identity tokens (10000-4, 7.42)."""
