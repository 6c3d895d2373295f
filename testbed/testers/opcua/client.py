"""One client of an OPC UA tester, from a bare connection to an activated session: each service as a method.

OPC 10000-4 1.05.04, 5.5 to 5.12. It sends exactly what it is told, and nothing is retried or repaired.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Sequence
from typing import Any

from asyncua import ua

from testbed.model.base import Text
from testbed.testers.answer import Array
from testbed.testers.opcua import requests
from testbed.testers.opcua.identity import Signing
from testbed.testers.opcua.operations import must_be_possible
from testbed.testers.opcua.reply import Reply
from testbed.testers.opcua.requests import (
    EVERYTHING,
    FORWARD,
    NULL_NODE,
    Attribute,
    Item,
    PathElement,
    Raw,
    Timestamps,
    WriteItem,
    ids,
)
from testbed.testers.opcua.scratch import Held, read_held, store
from testbed.testers.opcua.speaking import Speaking
from testbed.testers.trouble import NotTestable

SESSION_TIMEOUT = 60_000.0
"""Milliseconds for which a session is asked for (assumed; a case takes seconds)."""
MOST_OPERATIONS = 10_000
"""Operations of the largest request that is tried (assumed; a request of this size takes a megabyte)."""
LATE_BY = 5.0
"""Seconds by which a server may close an idle session late (assumed; node-opcua looks at times)."""
LONGEST_IDLE = 20.0
"""Seconds for which a case lets a session be idle (assumed)."""
_NONCE = 32
"""Bytes of a client nonce (10000-4, 5.7.2.2: at least as many)."""


class Client(Speaking):
    """A client with every service that cases use."""

    url = property(lambda self: self._guard.url)
    """The endpoint URL, as declared."""
    reply_within = property(lambda self: self._guard.reply_within)
    """Seconds within which the device declares to answer."""

    @property
    def application_uris(self) -> frozenset[str]:
        """What the server calls itself in the endpoints of its CreateSession response."""
        parameters = self.created.parameters if self.created is not None else None
        endpoints = getattr(parameters, "ServerEndpoints", None) or ()
        return frozenset(one.Server.ApplicationUri for one in endpoints if one.Server.ApplicationUri)

    @property
    def session_id(self) -> ua.NodeId:
        """The id of the session in use, which its diagnostics are found by."""
        parameters = self.created.parameters if self.created is not None else None
        return getattr(parameters, "SessionId", NULL_NODE)

    _asked_limit = False
    """Whether the case knows a limit of the server, and may be about to exceed it."""

    async def ask(self, request: Any, *, raws: Sequence[Raw] = (), **header: Any) -> Reply:
        """Send one request and return its answer; the header's fields as in `request`.

        Raises:
            Unanswered: silence or a close.
            NotTestable: it has more operations than the server states to take.
        """
        reply = await super().ask(request, raws=raws, **header)
        if not self._asked_limit:
            await must_be_possible(self, request, reply)
        return reply

    async def wait(self, seconds: float) -> None:
        """Send nothing for a while."""
        self.wire.recorder.note(f"waits {seconds:g} s")
        await asyncio.sleep(seconds)

    # Discovery service set (5.5).

    async def get_endpoints(
        self,
        url: str | None = None,
        locales: Sequence[str] = (),
        profiles: Sequence[str] = (),
        token: ua.NodeId | None = None,
    ) -> Reply:
        """Ask for the server's endpoints (5.5.4)."""
        request = requests.get_endpoints(self.url if url is None else url, locales, profiles)
        return await self.ask(request, token=token)

    async def find_servers(
        self,
        url: str | None = None,
        locales: Sequence[str] = (),
        uris: Sequence[str] = (),
        token: ua.NodeId | None = None,
    ) -> Reply:
        """Ask for the servers that it knows, itself among them (5.5.2)."""
        request = requests.find_servers(self.url if url is None else url, locales, uris)
        return await self.ask(request, token=token)

    # Session service set (5.7).

    async def create_session(self, timeout: float = SESSION_TIMEOUT, **fields: Any) -> Reply:  # noqa: ASYNC109 - the session's
        """Create a session and, where that is good, use its authentication token from now on (5.7.2).

        Args:
            timeout: requested, in milliseconds.
            fields: of the request's parameters, by the standard's names, instead of good ones.
        """
        request, signing = ua.CreateSessionRequest(), Signing(self.channel)
        usual: dict[str, Any] = {
            "ClientDescription": signing.description(),
            "ServerUri": None,
            "EndpointUrl": self.url,
            "SessionName": f"testbed {self._guard.random.getrandbits(32):08x}",
            "ClientNonce": secrets.token_bytes(_NONCE),  # of no seed: a repetition has another one
            "ClientCertificate": signing.certificate,
            "RequestedSessionTimeout": timeout,
            "MaxResponseMessageSize": 0,
        }
        for name, value in (usual | fields).items():
            setattr(request.Parameters, name, value)
        reply = await self.ask(request, token=NULL_NODE)
        if reply.response is not None and reply.status.is_good:
            self.authentication_token = reply.parameters.AuthenticationToken
            self.created = reply
            self.is_activated, self.server_nonce = False, None
        return reply

    created: Reply | None = None
    """The answer to CreateSession, of the session in use."""
    is_activated = False
    server_nonce: bytes | None = None
    """The nonce of the last ActivateSession."""

    async def activate_session(
        self,
        token: ua.NodeId | None = None,
        *,
        identity: Any = None,
        created: Reply | None = None,
        **fields: Any,
    ) -> Reply:
        """Activate a session as the declared user, or with another identity (5.7.3).

        Args:
            token: authentication token; that of the session in use where none is named.
            identity: an identity token of asyncua's, or a Proof; the declared user's where none is named.
            created: the answer to CreateSession of that session, where it is another client's.
            fields: of the request's parameters, by the standard's names, instead of good ones.
        """
        created = created or self.created
        request, signing = ua.ActivateSessionRequest(), Signing(self.channel)
        parameters = created.parameters if created is not None else None
        nonce = self.server_nonce or (parameters.ServerNonce if parameters is not None else b"")
        user = self._guard.identity(parameters, nonce, self.channel) if identity is None else identity
        token_of_user, proof = (
            user(self.channel, parameters, nonce) if callable(user) else (user, ua.SignatureData())
        )
        usual = {
            "ClientSignature": signing.client_signature(parameters, nonce),
            "ClientSoftwareCertificates": [],
            "LocaleIds": ["en"],
            "UserIdentityToken": token_of_user,
            "UserTokenSignature": proof,
        }
        for name, value in (usual | fields).items():
            setattr(request.Parameters, name, value)
        reply = await self.ask(request, token=token)
        if reply.response is not None and reply.status.is_good:
            self.is_activated, self.server_nonce = True, reply.parameters.ServerNonce
        return reply

    async def close_session(
        self, *, delete_subscriptions: bool = True, token: ua.NodeId | None = None
    ) -> Reply:
        """Close the session (5.7.4); the authentication token is used on, as a bad client would."""
        request = ua.CloseSessionRequest()
        request.DeleteSubscriptions = delete_subscriptions
        reply = await self.ask(request, token=token)
        if reply.status.is_good and token is None:
            self.is_activated, self.created = False, None
        return reply

    def resume(self, created: Reply) -> None:
        """Use an earlier session of this client's again, which was created with this answer and activated."""
        self.authentication_token = created.parameters.AuthenticationToken
        self.created, self.is_activated = created, True

    async def take_over(self, other: Client, **fields: Any) -> Reply:
        """Activate the session of another client here, and use it from now on (5.7.3.1).

        Args:
            other: whose session it was.
            fields: what `activate_session` takes.
        """
        self.authentication_token, self.created = other.authentication_token, other.created
        self.server_nonce = other.server_nonce
        return await self.activate_session(**fields)

    async def outlast(self, share: float = 1.0) -> None:
        """Let the session be idle for some part of its timeout; the whole of it is outlasted for sure.

        Raises:
            NotTestable: that takes too long.
        """
        seconds = share * self.created.session_timeout / 1000 if self.created is not None else 0.0
        if share >= 1:
            seconds += LATE_BY
        if seconds > LONGEST_IDLE:
            raise NotTestable(
                Text(
                    en=f"the server keeps an idle session for more than {LONGEST_IDLE:g} s",
                    ko=f"서버가 유휴 세션을 {LONGEST_IDLE:g}초 넘게 유지함",
                )
            )
        await self.is_closed(seconds)

    async def cancel(self, handle: int) -> Reply:
        """Cancel the outstanding requests of a handle (5.7.5)."""
        request = ua.CancelRequest()
        request.Parameters.RequestHandle = handle
        return await self.ask(request)

    # View service set (5.9).

    async def browse(self, node: ua.NodeId, **how: Any) -> Reply:
        """Browse one node; see `browse_many`."""
        return await self.browse_many(node, **how)

    async def browse_many(  # noqa: PLR0913 - the fields of the request
        self,
        *nodes: ua.NodeId,
        direction: int = FORWARD,
        reference: ua.NodeId | None = ids.HierarchicalReferences,
        subtypes: bool = True,
        classes: int = 0,
        mask: int = EVERYTHING,
        most: int = 0,
        view: ua.NodeId | None = None,
    ) -> Reply:
        """Browse nodes (5.9.2).

        Args:
            nodes: where references begin.
            direction: 0 forward, 1 inverse, 2 both.
            reference: type of the references; None for all types.
            subtypes: whether subtypes of that type are meant, too.
            classes: node classes of the targets, as a mask; 0 for all.
            mask: which fields of a reference are wanted.
            most: references of one node at once; 0 for no limit.
            view: the view; None for all of the address space.
        """
        request = requests.browse(
            nodes,
            direction=direction,
            reference=reference,
            subtypes=subtypes,
            classes=classes,
            mask=mask,
            most=most,
            view=view,
        )
        return await self.ask(request)

    async def browse_next(self, *points: bytes, release: bool = False) -> Reply:
        """Go on with a browse, or release continuation points (5.9.3)."""
        return await self.ask(requests.browse_next(points, release=release))

    async def browse_to_end(self, reply: Reply, rounds: int = 1000) -> tuple[Array, ...]:
        """Go on behind all continuation points of a browse at once, until there are none.

        Args:
            reply: of the Browse.
            rounds: BrowseNext requests at most; a server could go on for ever.

        Returns:
            the links of every node that was browsed.
        """
        found, waiting = [list(one) for one in reply.links_of_each], dict(enumerate(reply.points))
        for _ in range(rounds):
            waiting = {at: point for at, point in waiting.items() if point}
            if not waiting:
                break
            reply = await self.browse_next(*waiting.values())
            for at, more in zip(waiting, reply.links_of_each, strict=False):
                found[at] += more
            waiting = dict(zip(waiting, reply.points, strict=False))
        return tuple(map(Array, found))

    async def limit(self, node: ua.NodeId, most: int = MOST_OPERATIONS) -> int:
        """Return a limit that the server states in a node of its own.

        Args:
            node: that states it.
            most: what is still tried; by default the operations of one request.

        Raises:
            NotTestable: it states none, or one beyond what can be tried.
        """
        value = (await self.read(node)).value
        self._asked_limit = True
        if not isinstance(value, int) or not 0 < value <= most:
            raise NotTestable(
                Text(
                    en=f"the server states no limit up to {most} in {node.to_string()}",
                    ko=f"서버가 {node.to_string()}에 {most} 이하의 한도를 명시하지 않음",
                )
            )
        return value

    async def translate(self, start: ua.NodeId, *names: str | PathElement) -> Reply:
        """Find what a path of browse names leads to (5.9.4); a plain name is of namespace 0."""
        return await self.ask(requests.translate([(start, names)]))

    async def translate_many(self, *paths: tuple[ua.NodeId, Sequence[str | PathElement]]) -> Reply:
        """Find what each of several paths leads to (5.9.4)."""
        return await self.ask(requests.translate(paths))

    async def register(self, *nodes: ua.NodeId) -> Reply:
        """Register nodes (5.9.5)."""
        return await self.ask(requests.register(nodes))

    async def unregister(self, *nodes: ua.NodeId) -> Reply:
        """Unregister nodes (5.9.6)."""
        return await self.ask(requests.unregister(nodes))

    # Attribute service set (5.11).

    async def read(
        self,
        *nodes: ua.NodeId | Item,
        attribute: int = Attribute.Value,
        index_range: str | None = None,
        encoding: str | None = None,
        timestamps: int = Timestamps.Both,
        max_age: float = 0.0,
    ) -> Reply:
        """Read one attribute of each node, or what each item says (5.11.2).

        Args:
            nodes: node ids, or items.
            attribute: of each node that is no item.
            index_range: likewise, a NumericRange.
            encoding: likewise, browse name of a data encoding.
            timestamps: which are wanted.
            max_age: in milliseconds.
        """
        items = [
            one if isinstance(one, Item) else Item(one, attribute, index_range, encoding) for one in nodes
        ]
        return await self.ask(requests.read(items, timestamps, max_age))

    async def write(  # noqa: PLR0913 - the fields of the request
        self,
        node: ua.NodeId,
        value: object,
        type: str | None = None,  # noqa: A002 - the standard's word
        *,
        attribute: int = Attribute.Value,
        index_range: str | None = None,
        status: int | None = None,
        source: object = None,
        server: object = None,
    ) -> Reply:
        """Write one attribute of one node (5.11.4); see WriteItem."""
        return await self.write_many(
            WriteItem(node, value, type, attribute, index_range, status, source, server)
        )

    async def write_many(self, *items: WriteItem) -> Reply:
        """Write several items in one request (5.11.4)."""
        raws = [one.value for one in items if isinstance(one.value, Raw)]
        return await self.ask(requests.write(items), raws=raws)

    async def held(self, node: ua.NodeId, attribute: int = Attribute.Value, *, absent: object = None) -> Held:
        """Return what a node holds, for a case to compare with; no part of what is judged.

        Args:
            node: where it stands.
            attribute: of the node.
            absent: what stands for an optional attribute that the node does not have.

        Raises:
            Undecided: it cannot be read.
        """
        return await read_held(self, node, attribute, absent)

    async def read_beside(self, write: Awaitable[Reply], node: ua.NodeId) -> Reply:
        """Read a value while another session writes it; return what was read.

        Args:
            write: of the other session; it is sent first.
            node: what is read.
        """
        _, reply = await asyncio.gather(write, self.read(node))
        return reply

    async def store(self, node: ua.NodeId, value: object, type: str | None = None) -> None:  # noqa: A002 - the standard's word
        """Write a value that a case starts from; no part of what is judged.

        Raises:
            Undecided: it is refused, or there is no answer.
        """
        await store(self, node, value, type)

    # Method service set (5.12).

    async def call(self, owner: ua.NodeId, method: ua.NodeId, *inputs: object) -> Reply:
        """Call a method of an object (5.12.2)."""
        return await self.call_many((owner, method, inputs))

    async def call_many(self, *calls: tuple[ua.NodeId, ua.NodeId, Sequence[object]]) -> Reply:
        """Call several methods in one request (5.12.2)."""
        return await self.ask(requests.call(calls))
