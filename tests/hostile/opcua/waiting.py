"""Servers that are silent, slow, busy, or dead."""

from __future__ import annotations

import asyncio
import itertools
import os
from typing import Any

from asyncua import ua

from testbed.protocols.opcua import INTERMEDIATE, MSG, OPN, status
from testbed.protocols.opcua.uacp import HEL
from tests.hostile.opcua.turncoat import Turncoat


class NeverAnswers(Turncoat):
    """Reads, and answers nothing."""

    said = "no answer within"
    stops = "does not answer a Hello"

    def act(self, line: Any, frame: bytes) -> None:
        """Say nothing."""


class AnswersHelloOnly(Turncoat):
    """Acknowledges a Hello, and answers nothing else."""

    said = "no answer within"
    stops = "answered once, and then no more: no answer within"

    def act(self, line: Any, frame: bytes) -> None:
        if frame[:3] == HEL:
            self.serves(line, frame)


class SendsAByteASecond(Turncoat):
    """Answers everything one byte a second."""

    said = "(no answer within|do not make a message)"
    stops = "does not answer a Hello"

    def meet(self, line: Any) -> None:
        self._slow(line)

    def act(self, line: Any, frame: bytes) -> None:
        self._slow(line)
        self.serves(line, frame)

    def _slow(self, line: Any) -> None:
        async def drip(data: bytes) -> None:
            for byte in data:
                if line.transport.is_closing():
                    return
                line.transport.write(bytes([byte]))
                await asyncio.sleep(1.0)

        def flush() -> None:
            answers, line._answers, line._unsent = b"".join(line._answers), [], 0
            if answers:
                self.start(lambda: drip(answers))

        line.flush = flush


class SendsAChunkNowAndThen(Turncoat):
    """Answers every request with one more intermediate chunk every fifth of a second, for ever."""

    said = "not whole within 10 s"
    stops = "not whole within 10 s|no session could be opened"

    def reply(self, channel: Any, body: bytes, request_id: int, kind: bytes = MSG) -> None:
        if not self.is_hostile or kind == OPN:
            super().reply(channel, body, request_id, kind)
            return
        self.pour(
            channel.line,
            lambda: channel.secure.seal(body[:8], request_id, chunk=INTERMEDIATE)[0],
            pause=0.2,
        )


class IsAlwaysBusy(Turncoat):
    """Answers every request with a ServiceFault: it is too busy."""

    said = "Bad_ServerTooBusy"
    stops = "Bad_ServerTooBusy"

    def perform(self, channel: Any, request: Any) -> Any:
        if self.is_hostile:
            return self.fault(status.BadServerTooBusy), None
        return super().perform(channel, request)


class DiesOfABrowse(Turncoat):
    """Crashes at the first Browse that it gets, and is never seen again."""

    said = "nothing listens"
    broken = ("UA-SURVIVES",)

    def browse(self, session: Any, request: ua.BrowseRequest) -> Any:  # noqa: ARG002 - as all of them
        os._exit(0)


class AnswersOthers(Turncoat):
    """Answers every request with messages for requests that nobody made, ten a second."""

    said = "request id"
    stops = "a message that cannot be read"
    broken = ("UA-SC-REQUEST-ID-ECHO",)

    def reply(self, channel: Any, body: bytes, request_id: int, kind: bytes = MSG) -> None:
        if not self.is_hostile or kind == OPN:
            super().reply(channel, body, request_id, kind)
            return
        others = itertools.count(request_id + 1000)
        self.pour(channel.line, lambda: b"".join(channel.secure.seal(body, next(others))), pause=0.1)
