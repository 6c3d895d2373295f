"""What no good client does: broken headers, several requests at once, requests that stop half-way."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from testbed.protocols.modbus import Request
from testbed.testers.modbus.connected import Connected, cut
from testbed.testers.modbus.reply import Outcome, Reaction, Reply
from testbed.wire.connection import Received

MOST_FRAMES = 100
"""Frames that may come before the answer to one good request (assumed; an honest device sends one)."""


class Attacks(Connected):
    """A client that misbehaves on purpose, and says what it was met with."""

    def probe(self, *, protocol: int = 0, length: int | None = None) -> bytes:
        """Return the ADU of a harmless read, its header wrong where told so."""
        return self.adu(self.harmless.encode(), protocol=protocol, length=length)

    async def before_the_rest(self, data: bytes, rest: bytes) -> Outcome:
        """Send the beginning of an ADU, say what it was met with, then send its rest and take that answer."""
        await self.send(data)
        received = await self._receive()
        if isinstance(received, Received):
            return self.reply(received).exception
        if received is None:
            await self.send(rest)
            self.in_step = isinstance(await self._receive(), Received)
            return Reaction.SILENCE
        return Reaction.CLOSED

    async def provoke(self, data: bytes) -> Outcome:
        """Send bytes, then a good request on the same connection, and say what the bytes were met with.

        TCP keeps order: where the good request's answer comes first, the bytes got none.
        """
        return (await self.provoked(data))[0]

    async def recovery(self, data: bytes) -> Outcome:
        """Send bytes, then a good request, and say what the good request was met with."""
        return (await self.provoked(data))[1]

    async def provoked(self, data: bytes) -> tuple[Outcome, Outcome]:
        """Send bytes, then a good request, and say what each of them was met with."""
        sent = await self.send(data)
        probe = self._guard.probe()
        good = self.adu(probe.encode())
        met: Outcome = Reaction.SILENCE
        cited = [sent]
        await self._allow(good)
        cited.append(self.wire.send(good))
        while isinstance(received := await self._receive(), Received) and len(cited) < MOST_FRAMES:
            reply = self.reply(received)
            cited.append(received.number)
            self.frames = tuple(cited)
            if received.data[:2] == good[:2]:
                return met, reply.exception
            if met is Reaction.SILENCE:  # what comes after it, a rest of the bytes may have been met with
                met = reply.exception
        self.frames = tuple(cited)
        if isinstance(received, Received):
            self.in_step = False
            self.wire.recorder.note(f"{MOST_FRAMES} frames came, and none answered the good request")
            return met, Reaction.SILENCE
        if received is None:
            self.wire.recorder.note(
                f"the good request was not answered within {self._guard.reply_within:g} s"
            )
            return met, Reaction.SILENCE
        return Reaction.CLOSED if met is Reaction.SILENCE else met, Reaction.CLOSED

    async def pipeline(
        self, requests: Sequence[Request | bytes], sizes: Sequence[int] = (), pause: float = 0.0
    ) -> Replies:
        """Send requests without waiting in between, in one segment or in several, seconds apart.

        Returns the replies in the order of the requests, whatever order they came in.
        """
        adus = [self.adu(one if isinstance(one, bytes) else one.encode()) for one in requests]
        data = b"".join(adus)
        await self._allow(data)
        cited = [await self.wire.send_in_pieces(cut(data, sizes), pause, comment=self.comment_on(data))]
        return await self._answers_to(requests, adus, cited)

    async def pipeline_apart(self, requests: Sequence[Request], *, until_last: bool = False) -> Replies:
        """Send requests without waiting in between, each in a segment of its own.

        Args:
            requests: in their order.
            until_last: wait no longer than for the answer to the last of them.
        """
        adus = [self.adu(one.encode()) for one in requests]
        cited = []
        for adu in adus:
            await self._allow(adu)
            cited.append(self.wire.send(adu))
            await asyncio.sleep(0)
        return await self._answers_to(requests, adus, cited, until_last=until_last)

    async def _answers_to(
        self,
        requests: Sequence[Request | bytes],
        adus: Sequence[bytes],
        cited: list[int],
        *,
        until_last: bool = False,
    ) -> Replies:
        found: dict[bytes, Reply] = {}
        asked = {adu[:2]: one for adu, one in zip(adus, requests, strict=True)}
        while len(found) < len(adus) and not (until_last and adus[-1][:2] in found):
            received = await self._receive()
            if not isinstance(received, Received):
                break
            cited.append(received.number)
            request = asked.get(received.data[:2])
            reply = self.reply(received, None if isinstance(request, bytes) else request)
            found.setdefault(received.data[:2], reply)
        self.frames = tuple(cited)
        return Replies(tuple(found.get(adu[:2]) for adu in adus), is_open=self.is_open)

    async def beside(self, other: Connected, mine: Request, theirs: Request) -> tuple[object, object]:
        """Send a request on each of two connections, with one transaction identifier; return both values."""
        transaction = self._guard.random.randrange(0x10000)
        await self.send(self.adu(mine.encode(), transaction=transaction))
        await other.send(other.adu(theirs.encode(), transaction=transaction))
        return (await self.answer(mine)).values, (await other.answer(theirs)).values


class Replies:
    """The replies to pipelined requests, in the order of the requests; None where one is missing."""

    def __init__(self, replies: tuple[Reply | None, ...], *, is_open: bool) -> None:
        self._replies = replies
        self._missing = Reaction.SILENCE if is_open else Reaction.CLOSED

    @property
    def values(self) -> list[object]:
        """The values of each reply."""
        return [self._missing if reply is None else reply.values for reply in self._replies]

    @property
    def outcomes(self) -> list[Outcome]:
        """How each request ended."""
        return [self._missing if reply is None else reply.exception for reply in self._replies]
