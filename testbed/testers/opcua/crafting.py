"""The messages of a client, right or wrong on purpose: made and noted as due, not sent.

OPC 10000-6 1.05.04, 6.7 and 7.1.2.3; 10000-4 1.05.04, 5.6 and 7.33.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from asyncua import ua

from testbed.protocols.opcua import MSG, OPN, Hello, encode_service
from testbed.testers.opcua.conversation import MOST_CHUNKS, MOST_MESSAGE, RECEIVE_BUFFER, Asked
from testbed.testers.opcua.guard import Guard
from testbed.testers.opcua.operations import operations_of
from testbed.testers.opcua.requests import Raw, patched
from testbed.testers.opcua.wired import Wired

LIFETIME = 3_600_000
"""Milliseconds for which a channel is asked for (assumed; a case takes seconds)."""
ISSUE, RENEW = 0, 1
"""Why a channel is opened (10000-4, 5.6.2.2)."""


class Crafting(Wired):
    """A client that makes messages."""

    def __init__(self, guard: Guard) -> None:
        super().__init__(guard)
        self._handle = guard.random.randrange(1, 1 << 31)
        self._permitted: set[bytes] = set()
        """Frames that were made of requests that may be sent."""
        self._body = b""
        """Body of the message made last."""

    def greeting(self, **fields: Any) -> bytes:
        """Return a Hello message, and take note of it."""
        usual: dict[str, Any] = {
            "version": 0,
            "receive_buffer": RECEIVE_BUFFER,
            "send_buffer": RECEIVE_BUFFER,
            "max_message": MOST_MESSAGE,
            "max_chunks": MOST_CHUNKS,
            "url": self._guard.url,
        }
        said = Hello(**(usual | fields))
        self.conversation.hello = said
        return said.encode()

    def opening(  # noqa: PLR0913 - the fields of the request
        self,
        *,
        lifetime: int = LIFETIME,
        request_type: int = ISSUE,
        mode: int | None = None,
        policy: str | None = None,
        nonce: bytes | None = None,
        version: int = 0,
        **craft: Any,
    ) -> list[bytes]:
        """Return the chunks of an OpenSecureChannel, and take note that its answer is due.

        Args:
            lifetime: of the token, in milliseconds.
            request_type: 0 to issue, 1 to renew.
            mode: of security, by its number; the declared one where none is named.
            policy: URI of the security policy in the chunk's header; the declared one where none is named.
            nonce: the client's; a fresh one of the policy's length where none is named.
            version: of the protocol.
            craft: what `seal` takes.
        """
        channel = self.channel
        nonce = channel.policy.nonce() if nonce is None else nonce  # of no seed: a repetition has another one
        request = ua.OpenSecureChannelRequest()
        request.Parameters.ClientProtocolVersion = version
        request.Parameters.RequestType = request_type
        request.Parameters.SecurityMode = channel.mode if mode is None else mode
        request.Parameters.ClientNonce = nonce
        request.Parameters.RequestedLifetime = lifetime
        self.conversation.opening = nonce
        if policy is not None:
            craft["policy_uri"] = policy
        return self.seal(request, type=OPN, **craft)

    def next_handle(self) -> int:
        """Count request handles up."""
        self._handle = (self._handle + 1) & 0xFFFFFFFF
        return self._handle

    def request(  # noqa: PLR0913 - the fields of a request header
        self,
        request: Any,
        *,
        token: ua.NodeId | None = None,
        handle: int | None = None,
        timestamp: datetime | None = None,
        timeout_hint: int = 0,
        diagnostics: int = 0,
        additional: Any = None,
        audit: str | None = None,
    ) -> bytes:
        """Fill in a request's header and return the encoded request.

        Args:
            request: a structure of asyncua's.
            token: authentication token; that of the session where none is named.
            handle: request handle; the next one where none is named.
            timestamp: of the request; now where none is named.
            timeout_hint: in milliseconds; 0 for none.
            diagnostics: which diagnostics are asked for, as a mask.
            additional: an extension object for the additional header.
            audit: audit entry id.
        """
        head = request.RequestHeader
        head.AuthenticationToken = self.authentication_token if token is None else token
        head.RequestHandle = self.next_handle() if handle is None else handle
        head.Timestamp = self._guard.utcnow() if timestamp is None else timestamp
        head.TimeoutHint, head.ReturnDiagnostics = timeout_hint, diagnostics
        head.AuditEntryId = audit
        if additional is not None:
            head.AdditionalHeader = additional
        return encode_service(request)

    def seal(
        self,
        request: Any,
        *,
        type: bytes = MSG,  # noqa: A002 - the standard's word
        request_id: int | None = None,
        raws: Sequence[Raw] = (),
        header: dict[str, Any] | None = None,
        **craft: Any,
    ) -> list[bytes]:
        """Return the chunks of a message, and take note that its answer is due.

        Args:
            request: a structure of asyncua's, whose header is filled in, or the bytes of a body.
            type: of the message.
            request_id: the next one where none is named.
            raws: Variants that go as raw bytes.
            header: what `request` takes.
            craft: whatever is wrong on purpose, see SecureChannel.seal.
        """
        line = self.conversation
        if request_id is None:
            request_id = line.next_request_id
            line.next_request_id += 1
        structure = None if isinstance(request, bytes) else request
        body = request if structure is None else patched(self.request(request, **(header or {})), raws)
        craft.setdefault("most", line.peer_buffer)
        frames = self.channel.seal(body, request_id, type=type, **craft)
        line.ask(
            Asked(
                request_id,
                structure,
                structure.RequestHeader.RequestHandle if structure is not None else None,
                operations_of(structure),
                0,
            )
        )
        self._body = body
        if structure is not None:
            self._permitted.update(frames)
        return frames
