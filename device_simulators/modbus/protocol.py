"""Modbus over TCP: cuts the stream into ADUs and puts answers into ADUs, around a server's rules.

MODBUS Messaging on TCP/IP Implementation Guide V1.0b ("IG" below). As with the rules of the PDU, each
rule of the MBAP header is one small method that a mutant overrides. The protocol runs over anything that
behaves like an asyncio transport; it starts no task and looks at no clock.
"""

import asyncio
import itertools
import socket
from struct import Struct
from typing import TYPE_CHECKING, cast

from testbed.protocols.modbus import MAX_PDU

if TYPE_CHECKING:
    from device_simulators.modbus.server import ModbusServer

LENGTH_MIN = 2
"""Least value of the length field: a unit identifier and a function code."""

LENGTH_MAX = 1 + MAX_PDU
"""Greatest value of the length field: a unit identifier and the longest PDU (AP 4.1)."""

BURST = 16 * (6 + LENGTH_MAX)
"""Bytes of output to write at once: the longest answers to the sixteen transactions that a server accepts
at most (IG 4.4.2.1). Behind each burst the peer may turn out not to read."""

_PREFIX = 6  # transaction, protocol and length, which are enough to find the end of an ADU
_PDU = 7
_prefix = Struct(">HHH").unpack_from
_header = Struct(">HHHB").pack
_turn = itertools.count(1).__next__


class ModbusTcpProtocol(asyncio.Protocol):
    """One connection to a server.

    At most one incomplete ADU (259 bytes) is kept while the peer reads its answers. When it does not,
    reading stops too, and what is kept beside is the rest of the last chunk.

    Args:
        server: the rules and the data, shared by all connections.
    """

    transport: asyncio.Transport
    """The connection; known from ``connection_made`` on."""

    def __init__(self, server: "ModbusServer") -> None:
        self.server = server
        self.pending = b""
        self._peer_reads = True
        self._half_closed = False
        self.used = 0
        """When it was used last, as a number that only counts up."""

    # Rules

    def is_modbus(self, protocol: int) -> bool:
        """Protocol identifier 0 is Modbus; every other ADU is discarded (IG 3.1.3, 4.4.2.2)."""
        return protocol == 0

    def length_is_legal(self, length: int) -> bool:
        """An ADU has a unit identifier and a PDU of 1 to 253 bytes (AP 4.1, IG 3.1.3)."""
        return LENGTH_MIN <= length <= LENGTH_MAX

    def lose_step(self) -> None:
        """Close after an illegal length: nobody knows where the next ADU would begin."""
        self.transport.close()

    def envelop(self, transaction: int, unit: int, pdu: bytes) -> bytes:
        """Put an answer into an ADU: transaction and unit as asked, a true length (IG 4.4.2.5)."""
        return _header(transaction, 0, len(pdu) + 1, unit) + pdu

    def respond(self, transaction: int, protocol: int, unit: int, pdu: bytes) -> bytes:
        """Answer one ADU with an ADU; an empty answer means silence.

        A device connected directly to TCP does not look at the unit identifier (IG 4.4.1.2).
        """
        if not self.is_modbus(protocol):
            return b""
        answer = self.server.answer(pdu)
        return self.envelop(transaction, unit, answer) if answer else b""

    # Stream

    def data_received(self, data: bytes) -> None:
        """Answer all complete ADUs, in their order and with one write, as long as the peer reads."""
        data = self.pending + data
        self.used = _turn()
        answers = b""
        start, in_step = 0, True
        while self._peer_reads and len(data) - start >= _PREFIX:
            transaction, protocol, length = _prefix(data, start)
            in_step = self.length_is_legal(length)
            stop = start + _PREFIX + length
            if not in_step or stop > len(data):
                break
            answers += self.respond(transaction, protocol, data[start + _PREFIX], data[start + _PDU : stop])
            start = stop
            if len(answers) >= BURST:
                self.transport.write(answers)
                answers = b""
        self.pending = data[start:] if in_step else b""
        if answers:
            self.transport.write(answers)
        if not in_step:
            self.lose_step()

    # Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport, and let TCP find out about vanished clients (IG 4.3.2)."""
        self.transport = cast("asyncio.Transport", transport)
        sock = transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.used = _turn()
        self.server.welcome(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Make room for another connection."""
        super().connection_lost(exc)
        self.server.part(self)

    def pause_writing(self) -> None:
        """Stop answering and reading: the peer does not take its answers."""
        self._peer_reads = False
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        """Answer what had to wait, then read on, or close if there is nothing more to read."""
        self._peer_reads = True
        if self.transport.is_closing():
            return
        self.data_received(b"")
        if not self._peer_reads or self.transport.is_closing():
            return
        if self._half_closed:
            self.transport.close()
        else:
            self.transport.resume_reading()

    def eof_received(self) -> bool:
        """Close after the last answer when the peer has closed its side; True keeps open until then."""
        self._half_closed = True
        return not self._peer_reads
