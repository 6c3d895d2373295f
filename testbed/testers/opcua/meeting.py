"""The server meets an independent client: tester and client take turns, so that one session is enough."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from asyncua import ua

from testbed.model.base import Text
from testbed.testers.answer import Array, Instead
from testbed.testers.opcua.peers.client import Client as Product
from testbed.testers.opcua.peers.client import Errand, Place
from testbed.testers.opcua.requests import ids
from testbed.testers.tap import HOST, Tap
from testbed.testers.trouble import Unanswered, Undecided
from testbed.wire.recorder import Kind

if TYPE_CHECKING:
    from testbed.testers.opcua.client import Client
    from testbed.testers.opcua.desk import UaCase

ROUNDS = 5
"""Comparisons that must all differ: a live value may change just for the client's read (assumed to do)."""
BEYOND_REPLY = 5.0
"""Seconds that a client waits for an answer beyond what the device declares (assumed)."""


class Peer:
    """One independent client, connected through a tap, as a case sees it."""

    def __init__(self, desk: UaCase, tester: Client, client: Product, tap: Tap, port: int) -> None:
        self._desk, self._tester, self._client, self._tap = desk, tester, client, tap
        self._place = Place(f"opc.tcp://{HOST}:{port}", desk.reply_within + BEYOND_REPLY)

    # Each of these is one session with one errand. Raises Unanswered with what the client said.

    async def read(self, node: ua.NodeId) -> Any:
        """Let the client read the value of a node."""
        return _plain(await self._perform(Errand("read", node.to_string())))

    async def write(self, node: ua.NodeId, type: str, value: Any) -> None:  # noqa: A002 - the standard's word
        """Let the client write the value of a node."""
        await self._perform(Errand("write", node.to_string(), type=type, value=value))

    async def call(self, owner: ua.NodeId, method: ua.NodeId, *inputs: ua.Variant) -> Any:
        """Let the client call a method whose arguments have all one type."""
        kinds = {one.VariantType.name for one in inputs} or {"Double"}
        if len(kinds) > 1:
            raise Undecided(Text(en="the arguments have several types", ko="인수의 유형이 여러 가지임"))
        values = [one.Value for one in inputs]
        errand = Errand("call", owner.to_string(), method.to_string(), kinds.pop(), values)
        return _plain(await self._perform(errand))

    async def both_read(self, node: ua.NodeId) -> tuple[Any, Any]:
        """Let the tester, the client and the tester again read a value; see `_agree`."""
        return await self._agree(lambda: self.read(node), lambda: self._value(node))

    async def both_browse(self, node: ua.NodeId) -> tuple[Any, Any]:
        """Let both browse the children of a node, as sorted node ids."""

        async def children() -> Any:
            return _plain(await self._perform(Errand("browse", node.to_string())))

        async def ours() -> Any:
            reply = await self._tester.browse(node, reference=ids.HierarchicalReferences)
            found = reply.targets
            if isinstance(found, Instead):
                raise Undecided(
                    Text(en=f"the tester's own browse: {found.said}", ko=f"시험기 탐색: {found.said_ko}")
                )
            return Array(sorted(one.to_string() for one in found))

        return await self._agree(children, ours)

    async def _agree(
        self, theirs: Callable[[], Awaitable[Any]], ours: Callable[[], Awaitable[Any]]
    ) -> tuple[Any, Any]:
        """Ask both, until the tester finds the same before and after the client; return what both found.

        Raises:
            Unanswered: the client could not.
            Undecided: the value would not keep still.
        """
        for _ in range(ROUNDS):
            before, found, after = await ours(), await theirs(), await ours()
            if before == after:
                return found, before
        raise Undecided(
            Text(
                en="the values changed while they were compared",
                ko="비교하는 동안 값이 계속 변하여 비교할 수 없음",
            )
        )

    async def _value(self, node: ua.NodeId) -> Any:
        cited = self._tester.frames
        try:
            reply = await self._tester.read(node)
        except Unanswered as trouble:
            said = trouble.said
            raise Undecided(
                Text(en=f"the tester's own read: {said.en}", ko=f"시험기 읽기: {said.ko}")
            ) from trouble
        self._tester.frames = (*cited, *self._tester.frames)
        found = reply.value
        if isinstance(found, Instead):
            raise Undecided(
                Text(en=f"the tester's own read: {found.said}", ko=f"시험기 읽기: {found.said_ko}")
            )
        return _plain(found)

    async def _perform(self, errand: Errand) -> Any:
        """Let the client carry an errand out while the tester stands aside."""
        packets = self._desk.recorder.packets
        cited = self._tester.frames
        await self._desk.part(self._tester)
        begin = len(packets)
        try:
            found = await self._client.perform(errand, self._place)
        except Unanswered as said:
            raise self._tap.trouble or said from None
        finally:
            await self._tap.hang_up()
            cited = (*cited, *(one.number for one in packets[begin:] if one.kind is Kind.DATA))
            self._tester.frames = cited
        if self._tap.trouble is not None:
            raise self._tap.trouble
        await self._desk.begin(self._tester)
        self._tester.frames = cited
        return found


def _plain(value: Any) -> Any:
    """Return a value of the tester's or a client's as both can have it."""
    return Array(map(_plain, value)) if isinstance(value, list | tuple) else value
