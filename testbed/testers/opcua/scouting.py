"""How a scout asks an OPC UA server: reads and browses alone, at a pace, and where asking ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from asyncua import ua

from testbed.model.connect import Endpoint
from testbed.model.declaration import Declaration, Device, Timing
from testbed.protocols.opcua import Status, status
from testbed.testers.manners import FellSilent, Manners, Spent, Tell
from testbed.testers.opcua.bench import UaBench
from testbed.testers.opcua.client import Client
from testbed.testers.opcua.reply import Reply
from testbed.testers.trouble import Trouble, Unanswered
from testbed.wire.dial import Dial, UnreachableError
from testbed.wire.recorder import Recorder

LEAVE_WITHIN = 3.0
"""Seconds in which sessions are closed (assumed; each close is one exchange)."""
_FIRST = Device(vendor="?", model="?", firmware="?")


class NothingAnswers(Exception):  # noqa: N818 - not an error of this program
    """The port took the connection, and no session came of it; the message says why, and what to do."""


class Asker:
    """Clients of one server that is being looked at."""

    def __init__(self, dial: Dial, place: Endpoint, manners: Manners, tell: Tell) -> None:
        """Prepare; must be called in the loop that asks.

        Args:
            dial: reaches the server.
            place: where it is.
            manners: how gently it is asked, and where asking ends.
            tell: hears, before each request, what is looked for.
        """
        timing = Timing.model_construct(reply_within=manners.patience, pause=0.0)
        stub = Declaration.model_construct(
            device=_FIRST, profile="opcua-server@1", connect=str(place), timing=timing, sessions=1
        )
        self.recorder = Recorder(asyncio.get_running_loop().time)
        self.bench = UaBench(stub, dial, seed=0)
        self.case = self.bench.case("(declare)", (), "", self.recorder)
        self.manners, self.tell = manners, tell
        self.purpose = ""
        self.sent = 0
        """Requests sent."""
        self.times: list[float] = []
        """Seconds to each answer."""
        self.client: Client | None = None
        self._next = 0.0
        """When the next request may be sent, by the loop's clock."""

    async def ask(self, request: Callable[[], Awaitable[Reply]]) -> Reply:
        """Make one request.

        Raises:
            Spent: the requests that were granted are used up.
            FellSilent: the server had answered, and does not any more.
        """
        if self.sent >= self.manners.reads:
            raise Spent("reads")
        self.tell(self.purpose)
        self.sent += 1
        began = asyncio.get_running_loop().time()
        await asyncio.sleep(max(0.0, self._next - began))
        self._next = max(began, self._next) + 1 / self.manners.per_second
        began = self.recorder.now()
        try:
            reply = await request()
        except Unanswered as error:
            raise FellSilent(error.said.en) from error
        self.times.append(self.recorder.now() - began)
        return reply

    async def enter(self) -> None:
        """Open an unsecured channel and a session of nobody.

        Raises:
            UnreachableError: no connection.
            NothingAnswers: nobody, or not to us.
        """
        client = self.case.another()
        await client.connect()
        for name in ("hello", "open", "create_session", "activate_session"):
            self.purpose = "a session"
            try:
                reply = await self.ask(getattr(client, name))
            except (FellSilent, Trouble) as error:
                raise NothingAnswers(_WHY[name].format(said=error)) from error
            if reply.status != status.Good:
                raise NothingAnswers(_WHY[name].format(said=reply.status.title))
        self.client = client

    async def joined(self) -> bool:
        """Open one more session beside the others; say whether it is served."""
        client = self.case.another()
        try:
            await client.connect()
            for name in ("hello", "open", "create_session", "activate_session"):
                if (await self.ask(getattr(client, name))).status != status.Good:
                    return False
        except (UnreachableError, FellSilent):
            return False
        return True

    @property
    def session(self) -> Client:
        """The client with a session."""
        if self.client is None:
            raise RuntimeError("no session was opened yet")
        return self.client

    async def value(self, node: ua.NodeId) -> object:
        """Return the value of one node; None where it cannot be read."""
        reply = await self.ask(lambda: self.session.read(node))
        operation = reply.operation
        return reply.value if isinstance(operation, Status) and operation.is_good else None

    async def leave(self) -> None:
        """Close all that was opened, in bounded time."""
        with suppress(TimeoutError, Unanswered, UnreachableError):
            async with asyncio.timeout(LEAVE_WITHIN):
                for client in tuple(self.case.testers):
                    await self.case.part(client)
        for client in tuple(self.case.testers):
            client.close()


_WHY = {
    "hello": "no answer to a Hello: {said}; is this the port of OPC UA over TCP, usually 4840?",
    "open": "no channel without security is opened: {said}; a draft knows of no certificate: begin with a "
    "copy of profiles/devices/example-opcua.yaml, and write `channel` and `security` there",
    "create_session": "no session is created: {said}; end the server's other clients and try again",
    "activate_session": "no anonymous user is let in: {said}; a draft knows of no password: begin with a "
    "copy of profiles/devices/example-opcua.yaml, and write `user` there",
}
"""What is said where a step of the way to a session fails."""
