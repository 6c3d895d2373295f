"""Servers whose bytes make no messages, or more of them than anybody asked for."""

from __future__ import annotations

import itertools
import random
import struct
from typing import Any

from testbed.protocols.opcua import FINAL, INTERMEDIATE, MSG, OPN
from tests.hostile.opcua.turncoat import Turncoat

_HEADER = struct.Struct("<3scI")


class Chunks(Turncoat):
    """Answers every request with intermediate chunks, as fast as they are taken, for ever."""

    said = "a message of the size asked for|has more than|flood"
    stops = "a message that cannot be read|flooded"
    broken = ("UA-UACP-CHUNK-SIZE",)
    size = 60_000

    def reply(self, channel: Any, body: bytes, request_id: int, kind: bytes = MSG) -> None:
        if not self.is_hostile or kind == OPN:
            super().reply(channel, body, request_id, kind)
            return
        data = bytes(self.size)
        self.pour(channel.line, lambda: channel.secure.seal(data, request_id, chunk=INTERMEDIATE)[0])


class SmallChunks(Chunks):
    """Answers every request with intermediate chunks of one byte, for ever."""

    said = "a message of the size asked for|has more than|flood"
    size = 1


class StatesFourGigabytes(Turncoat):
    """Answers with a chunk of 4 GiB by its size field, and sends zeros without end."""

    said = "size|do not make a message|flood"
    stops = "does not answer a Hello|ends it|speaks|flood|cannot be read"

    def act(self, line: Any, frame: bytes) -> None:  # noqa: ARG002 - as all of them
        line.transport.write(_HEADER.pack(MSG, FINAL, 0xFFFF_FFFF))
        self.pour(line, lambda: bytes(1 << 16))


class StatesTooLittle(Turncoat):
    """Answers with messages that have 0 to 7 bytes by their size field."""

    said = "size|do not make a message|flood"
    stops = "does not answer a Hello|ends it|speaks|cannot be read"

    def act(self, line: Any, frame: bytes) -> None:
        for size in range(8):
            line.transport.write(_HEADER.pack(frame[:3], FINAL, size))


class SendsRandomBytes(Turncoat):
    """Sends random bytes without end, unasked."""

    said = "do not make a message|flood"
    stops = "does not answer a Hello|speaks|ends it|flood"

    def meet(self, line: Any) -> None:
        noise = random.Random(1).randbytes(1 << 16)  # noqa: S311 - the same in every run
        self.pour(line, lambda: noise)

    def act(self, line: Any, frame: bytes) -> None:  # noqa: ARG002 - as all of them
        self.meet(line)


class SendsWhatNobodyAskedFor(Turncoat):
    """Answers, and lets sound messages follow without end that nobody asked for."""

    said = "which nothing asked for|flood"
    stops = "flood|cannot be read"
    broken = ("UA-ONE-ANSWER",)

    def reply(self, channel: Any, body: bytes, request_id: int, kind: bytes = MSG) -> None:
        super().reply(channel, body, request_id, kind)
        if self.is_hostile and kind == MSG:
            self.pour(channel.line, lambda: b"".join(channel.secure.seal(body, request_id)))


class CountsAsItLikes(Turncoat):
    """Gives every chunk another sequence number than the next."""

    said = "^sequence number (7|12)$"
    broken = ("UA-SC-SEQUENCE-NUMBER",)
    numbers = itertools.cycle((7, 7, 0xFFFF_FFFF, 0, 12))

    def reply(self, channel: Any, body: bytes, request_id: int, kind: bytes = MSG) -> None:
        if not self.is_hostile:
            super().reply(channel, body, request_id, kind)
            return
        for frame in channel.secure.seal(body, request_id, type=kind, sequence=next(self.numbers)):
            channel.line.send(frame)
