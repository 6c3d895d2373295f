"""TLS around a connection, without sockets of its own: over TCP, or in this process on a virtual clock.

One object stands between a transport and a protocol: what it is given below are records, what it hands up are
the bytes inside. A tester's connection is told of the records too, so that a capture holds what went over the
wire and a page shows what was meant. RFC 5246, RFC 8446; `ssl.SSLObject` does the cryptography.
"""

from __future__ import annotations

import asyncio
import ssl
from enum import StrEnum
from typing import cast

from testbed.protocols.tls import AnyAlert, ClientHello, alert_of_openssl, records
from testbed.wire.connection import Connection
from testbed.wire.keylog import KeyLog
from testbed.wire.tls_transport import TlsTransport

LET_GO_WITHIN = 0.5
"""Seconds that a peer has to close after a fatal alert, before this side does (assumed)."""
_CHUNK = 1 << 16


class Ending(StrEnum):
    """How a handshake ended."""

    DONE = "done"
    ALERT = "alert"
    CLOSED = "closed"
    FOREIGN = "foreign"
    """What came is no TLS, or none that this side can go on with."""


class TlsLayer(asyncio.Protocol):
    """One TLS session between a transport below and a protocol above.

    Args:
        context: versions, cipher suites, certificates.
        server_side: whether this end accepts the session.
        session: one to resume, on the client's side.
    """

    def __init__(
        self, context: ssl.SSLContext, *, server_side: bool, session: ssl.SSLSession | None = None
    ) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._has_let_go = False
        self.tls = context.wrap_bio(self._incoming, self._outgoing, server_side=server_side, session=session)
        self.ending: Ending | None = None
        self.alert: AnyAlert | None = None
        """The fatal alert that the other side sent."""
        self.reason = ""
        """What OpenSSL says went wrong."""
        self.farewell = False
        """Whether the other side said that it sends no more (close_notify)."""
        self.transport: TlsTransport
        self.below: asyncio.Transport
        self._above: asyncio.Protocol | None = None
        self._said_farewell = False
        self._timer: asyncio.TimerHandle | None = None

    # What the two sides do differently.

    def begin(self) -> None:
        """Go on when the transport is there."""

    def ended(self) -> None:
        """Go on when the handshake has ended, one way or another."""

    def on_the_way(self, data: bytes) -> bytes:
        """Return records as they go out."""
        return data

    def seen(self, data: bytes, *, sent: bool, opaque: bool = True) -> None:
        """Take note of records, and of whether they are known to carry no data."""

    # What the transport below says.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.below = cast("asyncio.Transport", transport)
        self.transport = TlsTransport(self, self.below)
        self.begin()

    def data_received(self, data: bytes) -> None:
        """Take records: go on with the handshake, then hand up what is inside."""
        self._incoming.write(data)
        self.seen(data, sent=False, opaque=False)
        if self.ending is None:
            self.shake_hands()
        if self.ending is not Ending.DONE or not self._hand_up():
            self.seen(b"", sent=False)  # part of an ADU waits for the rest of it

    def eof_received(self) -> bool:
        """Pass on that the other side closed."""
        self._incoming.write_eof()
        self._settle(Ending.CLOSED)
        return bool(self._above and self._above.eof_received())

    def connection_lost(self, exc: Exception | None) -> None:
        """Pass on that the connection is gone."""
        if self._timer is not None:
            self._timer.cancel()
        self._settle(Ending.CLOSED)
        if self._above is not None:
            self._above.connection_lost(exc)

    def pause_writing(self) -> None:
        """Pass on that the other side does not read."""
        if self._above is not None:
            self._above.pause_writing()

    def resume_writing(self) -> None:
        """Pass on that the other side reads again."""
        if self._above is not None:
            self._above.resume_writing()

    # The session.

    def shake_hands(self) -> None:
        """Take the handshake as far as it goes."""
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            self.flush()
        except ssl.SSLError as error:
            self.flush()
            self.give_up(error)
        else:
            self.flush()
            self._settle(Ending.DONE)

    def write(self, data: bytes) -> None:
        """Send bytes in records, each as long as may be."""
        if self.ending is Ending.DONE and data and not self._said_farewell:
            try:
                self.tls.write(data)
            except ssl.SSLError as error:  # an alert has ended the session meanwhile
                self.give_up(error)
            self.flush(opaque=False)

    def say_farewell(self) -> None:
        """Say that no more data come (close_notify), once."""
        if self.ending is Ending.DONE and not self._said_farewell:
            self._said_farewell = True
            try:
                self.tls.unwrap()
            except (ssl.SSLError, OSError) as error:  # waits for the other side's, or has no session any more
                self.reason = self.reason or str(error)
            self.flush()

    def flush(self, *, opaque: bool = True) -> None:
        """Send what TLS wants sent."""
        if (data := self.on_the_way(self._outgoing.read())) and not self._has_let_go:
            if opaque:
                self.seen(b"", sent=False)  # what it answers came before it
            self.seen(data, sent=True, opaque=opaque)
            self.below.write(data)

    def _hand_up(self) -> bool:
        """Hand up what is inside; return whether there was anything."""
        handed = False
        while self._above is not None:
            try:
                data = self.tls.read(_CHUNK)
            except ssl.SSLWantReadError:
                break
            except ssl.SSLZeroReturnError:  # close_notify, where this side has said it already
                data = b""
            except ssl.SSLError as error:
                self.give_up(error)
                break
            if not data:
                if not self.farewell:
                    self.farewell = True
                    self.farewell_received()
                break
            handed = True
            self._above.data_received(data)
        self.flush()
        return handed

    def farewell_received(self) -> None:
        """Answer close_notify with one (RFC 5246, 7.2.1)."""
        self.say_farewell()

    def give_up(self, error: ssl.SSLError) -> None:
        """Give the session up; the other side may close first, so that a capture shows whether it does."""
        self.reason = self.reason or error.reason or str(error)
        self.alert = self.alert or alert_of_openssl(error.reason or "")
        self.flush()
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LET_GO_WITHIN, self.below.close)
            self.let_go()
        self._settle(Ending.ALERT if self.alert is not None else Ending.FOREIGN)

    def let_go(self) -> None:
        """Do what this side does at once after a fatal alert; a tester waits whether the device closes."""

    def _settle(self, ending: Ending) -> None:
        if self.ending is None:
            self.ending = ending
            self.ended()


class TlsClient(TlsLayer):
    """The tester's side of a session; the protocol above sees the connection from its first packet on."""

    def __init__(
        self,
        above: asyncio.Protocol,
        context: ssl.SSLContext,
        keylog: KeyLog | None = None,
        session: ssl.SSLSession | None = None,
    ) -> None:
        super().__init__(context, server_side=False, session=session)
        self._above = above
        self._keylog = keylog
        self._random = b""
        self.over = asyncio.Event()
        """Set when the handshake has ended."""
        self.news = asyncio.Event()
        """Set when something has come behind the handshake."""
        self.damages_next = False
        """Whether a byte of the next record that is sent shall be changed on the way."""

    def begin(self) -> None:
        """Tell the protocol above, and send the ClientHello."""
        assert self._above is not None  # noqa: S101 - given when it was made
        self._above.connection_made(self.transport)
        self.shake_hands()

    def seen(self, data: bytes, *, sent: bool, opaque: bool = True) -> None:
        """Have the recorder keep the records, with what they carry where they carry any."""
        if not sent and data and self.ending is not None:
            self.news.set()
        if sent and not self._random and (hello := ClientHello.decode(data)) is not None:
            self._random = hello.random
        if isinstance(self._above, Connection):
            recorder, number = self._above.recorder, self._above.number
            if data:
                recorder.carry(number, data, sent=sent)
            if opaque and not records(recorder.carried(number, sent=sent))[1]:
                recorder.settle(number, sent=sent)
            if self._keylog is not None:
                recorder.secrets |= dict.fromkeys(self._keylog.lines_of(self._random))

    def on_the_way(self, data: bytes) -> bytes:
        """Change the last byte where that is asked for: the record's seal is broken then."""
        if not data or not self.damages_next:
            return data
        self.damages_next = False
        return data[:-1] + bytes((data[-1] ^ 1,))

    def eof_received(self) -> bool:
        """Pass on that the device closed."""
        self.news.set()
        return super().eof_received()

    def ended(self) -> None:
        """Wake who waits for it."""
        self.over.set()


class TlsServer(TlsLayer):
    """A device's side of a session; the protocol above comes to be when the handshake is done."""

    def begin(self) -> None:
        """Wait for the ClientHello."""

    def let_go(self) -> None:
        """Close after a fatal alert (RFC 5246, 7.2.2); what the client still sends is read meanwhile."""
        self._has_let_go = True
        if self.below.can_write_eof():
            self.below.write_eof()

    def accept(self) -> asyncio.Protocol:
        """Return the protocol that serves this session."""
        raise NotImplementedError

    def ended(self) -> None:
        """Begin to serve, or let go."""
        if self.ending is Ending.DONE:
            self._above = self.accept()
            self._above.connection_made(self.transport)
        else:
            self.below.close()

    def farewell_received(self) -> None:
        """Close after the last answer, as after the end of a TCP stream."""
        if self._above is not None and not self._above.eof_received():
            self.transport.close()
