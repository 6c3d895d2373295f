"""What one case gets: clients at the stage it asks for, leased nodes, controls before and after."""

from __future__ import annotations

import asyncio
import inspect
import random
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from testbed.model.base import Text
from testbed.model.needs import Needs
from testbed.model.performance import Measurement
from testbed.model.record import Frame
from testbed.model.saved_case import SavedCase
from testbed.protocols.opcua import Framer, SecureChannel, status
from testbed.testers.opcua.captures import captured
from testbed.testers.opcua.client import Client
from testbed.testers.opcua.conclusion import Conclusion
from testbed.testers.opcua.connection import UaConnection
from testbed.testers.opcua.conversation import LARGEST_CHUNK, Conversation
from testbed.testers.opcua.crowd import Crowd
from testbed.testers.opcua.declared import Declared
from testbed.testers.opcua.evidence import evidence
from testbed.testers.opcua.invariants import UaMonitor
from testbed.testers.opcua.meeting import Peer
from testbed.testers.opcua.peers import CLIENTS
from testbed.testers.opcua.permission import Permission
from testbed.testers.opcua.requests import ids
from testbed.testers.opcua.scratch import Held, Lease, Scratch, read_leased, wanted_of
from testbed.testers.opcua.secure import Secure, secured
from testbed.testers.opcua.space import crawled
from testbed.testers.opcua.tapping import TapDesk
from testbed.testers.tap import Tap
from testbed.testers.trouble import Gone, NotTestable, Unanswered, Undecided
from testbed.wire.dial import UnreachableError
from testbed.wire.recorder import Recorder

if TYPE_CHECKING:
    from testbed.testers.opcua.bench import UaBench

SESSIONS = {"ua": 1, "other": 1, "space": 1, "scratch": 0, "secure": 1}
"""Sessions that a fixture opens."""


@dataclass
class UaCase:
    """One case at the bench: its clients, its leases, its monitor."""

    bench: UaBench
    needs: Needs
    gate: str
    recorder: Recorder
    random: random.Random
    monitor: UaMonitor = field(init=False)
    permission: Permission = field(init=False)
    testers: list[Client] = field(default_factory=list)
    not_restored: list[str] = field(default_factory=list)
    peer: str = ""
    saved: SavedCase | None = None
    measurement: Measurement | None = None
    leases: list[Lease] = field(default_factory=list)
    held: dict[str, Held] = field(default_factory=dict)
    """What stood in the leased nodes, to be put back."""
    entries: list[int] = field(default_factory=list)
    """Numbers of the journal's entries of these nodes, in the order of the leases."""
    closers: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    """What else has to be ended after the case: taps, programs."""

    def __post_init__(self) -> None:
        self.recorder.hidden = self.bench.passwords
        self.monitor = UaMonitor(self.keep_body, self._keep_keys if self.bench.logs_keys else None)
        isolated = self.bench.declaration.isolated
        self.permission = Permission(set(), self.bench.callable, isolated, self.bench.pool.writes)

    # The guard between the case and the device.

    @property
    def url(self) -> str:
        """The endpoint URL, as declared."""
        return self.bench.url

    @property
    def reply_within(self) -> float:
        """Seconds within which the device declares to answer."""
        return self.bench.declaration.timing.reply_within

    def conversation(self, connection: int) -> Conversation:
        """Return what the monitor knows of a connection."""
        return self.monitor.conversation(connection)

    def secure_channel(self, policy: str | None = None, mode: int | None = None) -> SecureChannel:
        """Return the tester's half of a channel; policy and mode as declared where none is named."""
        return self.bench.secure_channel(policy, mode)

    def identity(self, created: Any, nonce: bytes | None, channel: SecureChannel) -> Any:
        """Return the identity token of the declared user, for a session on a channel."""
        return self.bench.identity(created, nonce, channel)

    def utcnow(self) -> datetime:
        """Return the time, in UTC and without a zone."""
        return self.bench.utcnow()

    def keep_body(self, number: int, body: bytes) -> None:
        """Keep the body of a message by the number of its last frame, for the evidence."""
        self.recorder.keep_body(number, body)

    def _keep_keys(self, channel: SecureChannel, client_nonce: bytes, server_nonce: bytes) -> None:
        """Keep the keys of a token for the capture."""
        from testbed.protocols.opcua.keylog import key_log  # noqa: PLC0415 - loads cryptography

        ids = channel.channel_id, channel.token_id
        lines = key_log(channel.policy, channel.mode, ids, client_nonce, server_nonce)
        self.recorder.channel_keys |= dict.fromkeys(lines)

    async def open(self) -> UaConnection:
        """Open one more connection; UnreachableError where that fails."""
        connection = UaConnection(self.recorder, Framer(LARGEST_CHUNK), self.monitor)
        await self.bench.dial(connection)
        return connection

    async def allow(self, request: Any) -> None:
        """Wait for the declared pause; raise Unsafe where the declaration does not allow a request."""
        self.permission.check(request)
        await self.bench.keep_pace()

    # Before the case.

    async def prepare(self, fixtures: Sequence[str]) -> dict[str, object]:
        """Connect, prove with a good exchange that the device answers, lease what the case writes.

        Raises:
            Undecided: the device cannot be reached, does not answer, or set-up fails.
        """
        makers: dict[str, Callable[[], object]] = {
            "wire": self._wire,
            "channel": self._channel,
            "ua": self._session,
            "other_wire": self._wire,
            "other_channel": self._channel,
            "other": self._session,
            "declared": self._declared,
            "crowd": lambda: Crowd(self.another),
            "scratch": self._scratch,
            "space": lambda: crawled(self),
            "meet": lambda: self._meet,
            "secure": self._secure,
        }
        arguments: dict[str, object] = {}
        for name in sorted(fixtures, key=_ORDER.index):
            made = makers[name]()
            arguments[name] = await made if inspect.isawaitable(made) else made
        if not self.testers:
            await self._channel()
        return arguments

    def another(self) -> Client:
        """Return one more client, which is not connected yet."""
        client = Client(self)
        self.testers.append(client)
        return client

    async def _wire(self) -> Client:
        if not self.testers:  # a sane exchange first, on a connection of its own
            first = await self._channel()
            await self.part(first)
            self.testers.remove(first)  # that it is closed tells nothing of the device
        client = self.another()
        await self._connect(client)
        return client

    async def _channel(self) -> Client:
        client = self.another()
        await self._connect(client)
        await self._control(client.hello)
        await self._control(client.open)
        self.recorder.note("control exchange answered: a channel is open")
        self.bench.met = True
        return client

    async def _session(self) -> Client:
        client = self.another()
        await self.begin(client)
        return client

    async def begin(self, client: Client) -> None:
        """Take a client all the way to an activated session.

        Raises:
            Gone: that fails.
        """
        await self._connect(client)
        for step in (client.hello, client.open, client.create_session, client.activate_session):
            await self._control(step)
        await self.bench.learn(client)
        client.frames = ()
        self.recorder.note("control exchange answered: a session is active")
        self.bench.met = True

    async def _connect(self, client: Client) -> None:
        try:
            await self.bench.know_certificate(self)
            await client.connect()
        except UnreachableError as error:
            self.testers.remove(client)
            said = Text(en=f"cannot connect: {error}", ko=f"연결할 수 없음: {error}")
            raise Gone(said, is_heard=error.is_heard) from error

    @staticmethod
    async def _control(step: Callable[[], Awaitable[Any]]) -> None:
        """Make a good exchange; one that fails leaves the case undecided."""
        name = getattr(step, "__name__", "exchange")
        try:
            reply = await step()
        except Unanswered as trouble:
            said = trouble.said
            raise Gone(
                Text(en=f"control exchange ({name}): {said.en}", ko=f"사전 확인 교환({name}): {said.ko}")
            ) from trouble
        if reply.status != status.Good:
            said = reply.status.title
            raise Undecided(
                Text(en=f"control exchange ({name}): {said}", ko=f"사전 확인 교환({name}): {said}")
            )

    async def _declared(self) -> Declared:
        """Return what is declared; where no session has been open yet, one asks for the namespaces first."""
        if self.bench.declaration.nodes and not self.bench.declared.namespaces:
            asking = await self._session()
            await self.part(asking)
            self.testers.remove(asking)
        return self.bench.declared

    async def _scratch(self) -> Scratch:
        client = next((one for one in self.testers if one.is_activated), None)
        if client is None:
            client = await self._session()
        self.leases = await self.bench.pool.lease(wanted_of(self.needs), self.bench.declared)
        self.permission.leased = {one.node for one in self.leases}
        self.held = await read_leased(client, self.leases)
        self.entries = [await self._journalled(one) for one in self.leases]
        client.frames = ()
        return Scratch(self.leases, self.held)

    async def _journalled(self, lease: Lease) -> int:
        """Have the journal keep what stands in a node; a slow disk makes no other case wait."""
        if self.bench.journal is None:
            return 0
        values = list(self.held[lease.fact].raw) or [0]
        keep = partial(self.bench.journal.leased, "nodes", 0, values, single=True, node=lease.text)
        return await asyncio.get_running_loop().run_in_executor(None, keep)

    async def _secure(self) -> Secure:
        ready = (one for one in self.testers if one.is_open and one.conversation.channel_is_open)
        return await secured(self, next(ready, None) or await self._channel())

    # Independent clients.

    async def _meet(self, name: str) -> Peer:
        """Start an independent client.

        Raises:
            NotTestable: it is not installed, or the channel is secured: a tap could not read what it says.
        """
        if self.bench.declaration.channel.is_secured:
            said = "clients meet the server over unsecured channels only"
            raise NotTestable(Text(en=said, ko="독립 클라이언트는 보안 없는 채널에서만 시험함"))
        client = await CLIENTS[name].find()
        self.peer = str(client)
        tester = next((one for one in self.testers if one.is_activated), None) or await self._session()
        tap = Tap(TapDesk(self), self.peer)
        self.closers.append(tap.close)
        port = await tap.open()
        self.recorder.note(f"{self.peer} connects through a recording tap on port {port}")
        return Peer(self, tester, client, tap, port)

    # What the record says of it.

    @property
    def writes(self) -> Sequence[str]:
        """What was written or called, and what only an isolated device may get, in order."""
        return self.permission.writes

    def repeat(self) -> None:
        """Take note that the case was tried before."""
        self.permission.repeated = True

    def evidence(self, cited: Collection[int], guilty: Mapping[int, tuple[int, int]]) -> tuple[Frame, ...]:
        """Return the cited frames, decoded, with their guilty bytes marked."""
        return evidence(self.recorder, cited, guilty)

    def capture(self, comment: str, epoch: float) -> bytes:
        """Return what was on the wire as the bytes of a pcapng file."""
        return captured(self.recorder, self.bench.declaration.endpoint, comment=comment, epoch=epoch)

    # After the case.

    async def part(self, client: Client) -> None:
        """Close a client's session and channel as a good client does, and its connection."""
        await Conclusion(self).leave(client)

    async def conclude(self) -> Text | None:
        """Prove that the device still answers, put back what was found, close; say what is wrong."""
        return await Conclusion(self).come_to()

    async def still_answers(self, client: Client) -> Text | None:
        """Make a good exchange with a client at whatever stage; say what is wrong."""
        ask = (
            partial(client.read, ids.Server_ServerStatus_State)
            if client.is_activated
            else partial(self.discover, client)
        )
        return await self.tried(ask)

    @staticmethod
    async def discover(client: Client) -> Any:
        """Ask for what needs no session: FindServers, whose answer is short, else GetEndpoints (5.5.1)."""
        reply = await client.find_servers()
        return await client.get_endpoints() if reply.status == status.BadServiceUnsupported else reply

    @staticmethod
    async def tried(ask: Callable[[], Awaitable[Any]]) -> Text | None:
        """Make one exchange after the case; say what is wrong."""
        try:
            reply = await ask()
        except (Unanswered, UnreachableError) as trouble:
            said = trouble.said if isinstance(trouble, Unanswered) else Text(en=str(trouble), ko=str(trouble))
            return Text(en=f"after the case: {said.en}", ko=f"케이스 이후: {said.ko}")
        if reply.status != status.Good:
            return Text(en=f"after the case: {reply.status.title}", ko=f"케이스 이후: {reply.status.title}")
        return None


_ORDER = (
    "ua", "channel", "wire", "other", "other_channel", "other_wire", "scratch", "declared", "crowd", "space",
    "meet", "secure",
)  # fmt: skip
"""Fixtures in the order in which they are made: what the others rest on comes first."""
