"""Something else on the port: another protocol, another framing of Modbus, TLS, or one who hangs up."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass

from testbed.model.connect import MODBUS_PORT
from testbed.model.preflight import Diagnosis
from testbed.protocols.modbus import AsciiAdu, RtuAdu, crc16
from testbed.testers.modbus.asking import Answer
from testbed.testers.modbus.declared import READS
from testbed.testers.modbus.preflight.causes import diagnosis
from testbed.testers.modbus.preflight.desk import FUNCTIONS, Desk
from testbed.testers.modbus.preflight.reaching import other_port
from testbed.testers.modbus.safety import READS as READ_CODES
from testbed.testers.strangers import REGISTERED, TLS, client_hello, greeting, named, registered
from testbed.wire.dial import UnreachableError

LISTEN_WITHIN = 0.5
"""Seconds that a stranger is listened to (assumed; what greets does so at once)."""

_RTU, _ASCII = "RTU", "ASCII"
_OF_ASCII = re.compile(rb":([0-9A-F]{2}){3,}\r\n")


def name_of(data: bytes) -> str:
    """Name the protocol whose words some bytes are; empty where they tell nothing."""
    if is_rtu(data):
        return _RTU
    return _ASCII if _OF_ASCII.match(data) else named(data)


def is_rtu(data: bytes) -> bool:
    """Say whether bytes are a response in Modbus RTU framing: function of a read, and a CRC that is right."""
    return len(data) >= 5 and data[1] & 0x7F in READ_CODES and not crc16(data)  # noqa: PLR2004 - its shortest


@dataclass(frozen=True, slots=True)
class _Try:
    """Bytes that make another protocol answer, and none of them provably a write in Modbus TCP."""

    what: str
    data: bytes


def _tries(desk: Desk) -> list[_Try]:
    """Return what is said to a port that does not answer Modbus.

    None can be a write, however a Modbus device reads it: the RTU request has protocol identifier 0 and a
    length field of 1, too short for a function; four bytes are no ADU; the others name protocol identifiers
    other than 0, which a device must discard (IG 3.1.3).
    """
    table = desk.tables[0]
    pdu = READS[FUNCTIONS[table]][1](0, 1).encode()
    return [
        _Try("Modbus RTU framing", RtuAdu(desk.endpoint.unit, pdu).encode()),
        _Try("Modbus ASCII framing", AsciiAdu(desk.endpoint.unit, pdu).encode()),
        _Try("an empty line of text", b"\r\n\r\n"),
        _Try("a TLS hello", client_hello()),
    ]


async def stranger(desk: Desk, answer: Answer) -> Diagnosis | None:
    """Name who speaks, from bytes that answered a Modbus read; None where nobody knows them."""
    name = name_of(answer.raw)
    return await _named(desk, name, answer.raw) if name else None


async def make_speak(desk: Desk) -> Diagnosis | None:
    """Make a mute port say what it is, by a few harmless words of other protocols."""
    for one in _tries(desk):
        if not desk.has_time:
            return None
        desk.trying(one.what)
        with suppress(UnreachableError):
            await desk.anew()
            answer = await desk.asking.say(one.data, within=LISTEN_WITHIN, comment=one.what)
            if name := name_of(answer.raw):
                return await _named(desk, name, answer.raw)
    return None


async def hung_up(desk: Desk) -> Diagnosis:
    """Name why a connection ends as soon as a read is sent."""
    if (found := await make_speak(desk)) is not None:
        return found
    port = desk.endpoint.port
    name = REGISTERED.get(port, "") if port != MODBUS_PORT else ""
    if name and (other := await other_port(desk)) is not None:
        line = desk.connect_line(port=other)
        return diagnosis("OTHER-PORT", line, port=port, name=name, greeting="", other=other)
    return diagnosis("HANGS-UP", port=port, registered=registered(port, MODBUS_PORT))


async def _named(desk: Desk, name: str, data: bytes) -> Diagnosis:
    port = desk.endpoint.port
    if name in {_RTU, _ASCII}:
        there = desk.endpoint.model_copy(update={"scheme": "rtu+tcp", "over": "rtu+tcp"})
        return diagnosis("FRAMING", port=port, name=name, rtu=f"connect: {there}")
    other = await other_port(desk)
    lines = [] if other is None else [desk.connect_line(port=other)]
    if name != TLS:
        cause = "OTHER-PROTOCOL" if other is None else "OTHER-PORT"
        return diagnosis(cause, *lines, port=port, name=name, greeting=greeting(name, data), other=other)
    if other is not None:
        return diagnosis("TLS-PORT", *lines, port=port, other=other)
    host = desk.endpoint.host
    tunnel = f"socat TCP-LISTEN:5020,bind=127.0.0.1,reuseaddr,fork OPENSSL:{host}:{port},verify=0"
    line = f"connect: tcp://127.0.0.1:5020?unit={desk.endpoint.unit}"
    return diagnosis("TLS", line, port=port, tunnel=tunnel, line=line)
