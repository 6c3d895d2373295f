"""One connection as the tester sees it: what was asked, what came, and the secure channel between.

Frames are opened as they come, before any case looks at them, so that invariants hold for all of them.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from testbed.model.base import Text
from testbed.protocols.opcua import Hello, Reassembly, SecureChannel

RECEIVE_BUFFER = 65535
"""Bytes of the longest chunk that the tester takes; open62541, asyncua and node-opcua ask for as many."""
LARGEST_CHUNK = 1 << 20
"""Bytes of the longest chunk that is still cut out as one, so that its size can be charged (assumed)."""
MOST_MESSAGE = 16 << 20
"""Bytes of the longest message that the tester takes (assumed)."""
MOST_CHUNKS = 2048
"""Chunks of one message that the tester takes: of the least size (10000-6, 7.1.2.3) they hold the longest."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that waits for its answer."""

    request_id: int
    request: Any
    """The structure, or None where bytes were sent that the tester does not read."""
    handle: int | None
    operations: int | None
    """How many operations it holds; None where it is no request for several."""
    frame: int


@dataclass(frozen=True, slots=True)
class Message:
    """A whole message of the server."""

    decoded: Any
    body: bytes
    asked: Asked | None
    number: int
    """Frame number of its last chunk."""
    frames: tuple[int, ...]
    """Frame numbers of all its chunks."""
    size: int
    plain: bool
    request_id: int = 0


@dataclass(slots=True)
class Conversation:
    """What both sides of one connection have agreed and said so far."""

    hello: Hello | None = None
    """What the tester said of its own limits; None before it has."""
    acknowledged: bool = False
    peer_buffer: int = RECEIVE_BUFFER
    """Bytes of the longest chunk that the server takes, as it acknowledged."""
    channel: SecureChannel | None = None
    ignored: frozenset[str] = frozenset()
    """Reasons of a SecurityError that a case looks at itself."""
    thumbprint: bytes | None = None
    """Of the certificate that the last OpenSecureChannel response was encrypted for."""
    opening: bytes | None = None
    """The client's nonce of an OpenSecureChannel that waits for its answer."""
    reassembly: Reassembly = field(default_factory=lambda: Reassembly(MOST_MESSAGE, MOST_CHUNKS))
    asked: dict[int, Asked] = field(default_factory=dict)
    """Requests that wait for an answer, by request id."""
    answered: set[int] = field(default_factory=set)
    given_up: dict[int, Asked] = field(default_factory=dict)
    """Requests whose answers did not come in time."""
    last_sequence: int | None = None
    lenient: bool = False
    """The tester broke the rules itself, so that which answer belongs to what is unknown."""
    out_of_step: bool = False
    """What came cannot be read, so nothing more is judged."""
    trouble: Text | None = None
    """What came that cannot be read."""
    arrived: deque[Message | None] = field(default_factory=deque)
    """One entry a frame that a case may still receive: the message that it completes, if it does."""
    chunks: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """Frame numbers of messages that are not whole yet, by request id."""
    next_request_id: int = 1
    is_opened: bool = False
    """Whether the server has opened the channel, by whatever id."""
    is_closed: bool = False
    """Whether the tester has closed the channel."""

    @property
    def channel_is_open(self) -> bool:
        """Whether there is a channel that the tester has not closed."""
        return self.is_opened and not self.is_closed

    @property
    def is_plain(self) -> bool:
        """Whether chunks are neither signed nor encrypted."""
        return self.channel is None or self.channel.policy.is_none

    @property
    def expects(self) -> bool:
        """Whether an answer is due."""
        greeting = self.hello is not None and not self.acknowledged
        return greeting or bool(self.asked)

    def ask(self, asked: Asked) -> None:
        """Take note of a request."""
        self.asked[asked.request_id] = asked

    def forget(self) -> None:
        """Stop waiting for what was asked: no answer came in time."""
        self.given_up |= self.asked
        self.asked.clear()
