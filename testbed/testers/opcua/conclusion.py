"""The end of a case: does the server still answer, are its values as they were, is every session closed?"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from testbed.model.base import Text
from testbed.protocols.opcua import status
from testbed.testers.opcua.requests import NULL_NODE
from testbed.testers.opcua.scratch import Lease, write_back
from testbed.testers.trouble import Unanswered, Undecided
from testbed.wire.dial import UnreachableError

if TYPE_CHECKING:
    from testbed.testers.opcua.client import Client
    from testbed.testers.opcua.desk import UaCase


class Conclusion:
    """What is done after one case, whatever became of it."""

    def __init__(self, desk: UaCase) -> None:
        self._desk = desk

    async def come_to(self) -> Text | None:
        """Prove that the server still answers, give back what was leased as it was found, close.

        Returns what is wrong when the server did not survive.
        """
        desk = self._desk
        try:
            for close in desk.closers:
                await close()
            trouble = await self._still_answers()
            await self._restore(trouble)
        finally:
            await desk.bench.pool.give_back(desk.leases)
            for client in tuple(desk.testers):
                await self.leave(client)
        return trouble

    async def _still_answers(self) -> Text | None:
        """Say what is wrong where the server answers no more; one that never did has not stopped."""
        desk = self._desk
        if not desk.testers or not desk.bench.met:
            return None
        for client in desk.testers:
            if client.is_open and client.in_step and client.conversation.channel_is_open:
                frames = client.frames
                trouble = await desk.still_answers(client)
                client.frames = frames
                if trouble is None:
                    desk.recorder.note("control exchange after the case answered")
                    return None
                break
        return await self._begin_anew()

    async def _begin_anew(self) -> Text | None:
        """Open a channel on a new connection; say what is wrong."""
        desk = self._desk
        for client in tuple(desk.testers):
            await self.leave(client)
        client = desk.another()
        try:
            await client.connect()
        except UnreachableError as error:
            desk.testers.remove(client)
            return Text(en=f"after the case: {error}", ko=f"케이스 이후: {error}")
        for step in (client.hello, client.open, partial(desk.discover, client)):
            if (trouble := await desk.tried(step)) is not None:
                client.frames = ()
                return trouble
        client.frames = ()
        await self._reclaim(client)
        desk.recorder.note("control exchange after the case answered, on a new connection")
        return None

    async def _reclaim(self, client: Client) -> None:
        """Close sessions whose connection ended before they were closed: a server keeps them otherwise."""
        for lost in self._desk.testers:
            if lost.is_activated and not lost.is_open and lost.created is not None:
                token, lost.is_activated = lost.authentication_token, False
                client.server_nonce = lost.server_nonce
                try:
                    taken = await client.activate_session(token, created=lost.created)
                    closed = await client.close_session(token=token)
                except (Unanswered, Undecided) as trouble:
                    self._desk.recorder.note(f"a session is left to its timeout: {trouble}")
                else:
                    if status.Good not in {taken.status, closed.status}:
                        self._desk.recorder.note(f"a session is left to its timeout: {closed.status.title}")
                client.is_activated = False

    async def _restore(self, trouble: Text | None) -> None:
        desk = self._desk
        written = [one for one in desk.leases if f"writes {one.node.to_string()}" in desk.permission.writes]
        if written and trouble is None:
            trouble = await self._put_back(written)
        for one in written if trouble is not None else ():
            self._not_restored(one.text, desk.held[one.fact].raw if one.fact in desk.held else b"", trouble)
        if desk.bench.journal is not None and trouble is None:
            for entry in desk.entries:
                await asyncio.get_running_loop().run_in_executor(None, desk.bench.journal.restored, entry)

    async def _put_back(self, written: Sequence[Lease]) -> Text | None:
        """Write back what stood in each node; say why that fails."""
        desk = self._desk
        desk.permission.restoring = True
        client = next((one for one in desk.testers if one.is_open and one.in_step and one.is_activated), None)
        if client is None:
            client = desk.another()
            try:
                await desk.begin(client)
            except Undecided as away:
                return away.said
        for one in written:
            if one.fact in desk.held and (
                trouble := await write_back(client, one.node, desk.held[one.fact].raw)
            ):
                self._not_restored(one.text, desk.held[one.fact].raw, trouble)
        return None

    def _not_restored(self, node: str, raw: bytes, why: Text | None) -> None:
        said = f"{node} was {raw[:32].hex(' ')}: {why.en if why else ''}"
        self._desk.not_restored.append(said)
        self._desk.recorder.note(f"not restored: {said}")

    async def leave(self, client: Client) -> None:
        """Close a session and its channel as a good client does, and the connection."""
        frames = client.frames
        if client.is_open and client.conversation.channel_is_open and client.in_step:
            try:
                if client.created is not None and client.authentication_token != NULL_NODE:
                    await client.close_session()
                await client.close_channel()
            except (Unanswered, Undecided) as trouble:
                self._desk.recorder.note(f"on leaving: {trouble}")
        client.close()
        client.frames = frames
