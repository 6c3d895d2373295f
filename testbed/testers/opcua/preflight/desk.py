"""What the steps of preflight share: the declaration, clients to ask with, and what was found."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from testbed.model.base import Text
from testbed.model.connect import Endpoint
from testbed.model.declaration import Declaration
from testbed.model.preflight import Check, Diagnosis
from testbed.protocols.opcua import SecureChannel
from testbed.testers.opcua.bench import MODES, POLICY, UaBench
from testbed.testers.opcua.client import Client
from testbed.testers.opcua.requests import NULL_NODE
from testbed.testers.trouble import Unanswered
from testbed.wire.dial import Dial, UnreachableError
from testbed.wire.recorder import Recorder

SEARCH_WITHIN = 9.0
"""Seconds for which the cause of a failure is searched (assumed; a bench engineer waits that long)."""
LEAVE_WITHIN = 3.0
"""Seconds in which sessions are closed (assumed; each close is one exchange)."""


class Desk:
    """One server about to be judged."""

    search_within = SEARCH_WITHIN

    def __init__(
        self,
        declaration: Declaration,
        dial: Dial,
        recorder: Recorder,
        trying: Callable[[str], None],
        elsewhere: Callable[[Endpoint], Dial] | None,
    ) -> None:
        """Prepare; see `testbed.testers.bench.Preflight`."""
        self.declaration, self.dial, self.recorder = declaration, dial, recorder
        self.trying, self.elsewhere = trying, elsewhere
        self.checks: list[Check] = []
        self.bench = UaBench(declaration, dial, seed=0)
        self.case = self.bench.case("(preflight)", (), "", recorder)
        self.client: Client | None = None
        """The client with a session, once there is one."""
        self.offered: Sequence[Any] = ()
        """The endpoints of the binary protocol over TCP, as the server tells them."""

    @property
    def endpoint(self) -> Endpoint:
        """Where the server is declared to be."""
        return self.declaration.endpoint

    @property
    def where(self) -> str:
        """Host and port."""
        return f"{self.endpoint.host}:{self.endpoint.port}"

    async def greeted(self, *, secured: bool) -> Client:
        """Return a client that is connected, on the declared channel or on one without security.

        Raises:
            UnreachableError: no connection.
        """
        client = self.case.another()
        await client.connect()
        if not secured:
            client.conversation.channel = SecureChannel(POLICY["None"], MODES["None"], server=False)
        return client

    @property
    def session(self) -> Client:
        """The client with a session."""
        if self.client is None:
            raise RuntimeError("no session was opened yet")
        return self.client

    async def leave(self) -> None:
        """Close all that was opened, in bounded time."""
        with suppress(TimeoutError, Unanswered, UnreachableError):
            async with asyncio.timeout(LEAVE_WITHIN):
                for client in tuple(self.case.testers):
                    await self.case.part(client)
        for client in tuple(self.case.testers):
            client.authentication_token = NULL_NODE
            client.close()

    # What is said.

    @property
    def is_stopped(self) -> bool:
        """Whether something was found that would falsify every case."""
        return any(check.found is not None and check.found.stops for check in self.checks)

    def passed(self, en: str, ko: str) -> None:
        """Note that something is as declared."""
        self.checks.append(Check(said=Text(en=en, ko=ko)))
        self.recorder.note(en)

    def found(self, diagnosis: Diagnosis) -> None:
        """Note that something is wrong."""
        self.checks.append(Check(said=diagnosis.said, found=diagnosis))
        self.recorder.note(f"{diagnosis.id}: {diagnosis.said.en}")
