"""A server that cannot be reached, or a port where something else than OPC UA answers."""

from __future__ import annotations

import re

from testbed.model.base import Text
from testbed.model.connect import OPCUA_PORT
from testbed.model.preflight import Diagnosis
from testbed.protocols.opcua import Hello
from testbed.testers.causes import on_the_way
from testbed.testers.opcua.preflight.causes import diagnosis
from testbed.testers.opcua.preflight.desk import Desk
from testbed.testers.opcua.preflight.ear import say
from testbed.testers.strangers import MODBUS, OPCUA, TLS, client_hello, greeting, named, registered
from testbed.wire.dial import UnreachableError

OTHER_PORTS = (OPCUA_PORT,)
"""Ports at which OPC UA is looked for where the declared one does not speak it (OPC 10000-6, 7.2)."""
LISTEN_WITHIN = 0.5
"""Seconds that a stranger is listened to (assumed; what greets does so at once)."""

_READ = bytes.fromhex("0001 0000 0006 01 03 0000 0001")
"""Read Holding Registers of one register, as Modbus/TCP asks for it: a read, if a Modbus device listens."""
_MODBUS = re.compile(rb"\x00\x01\x00\x00\x00(\x05[\s\S]\x03\x02|\x03[\s\S]\x83)")
"""How a Modbus/TCP device begins its answer to that: data, or an exception."""


async def unreachable(desk: Desk, error: UnreachableError) -> Diagnosis:
    """Name why no connection could be made."""
    facts = {
        "error": str(error),
        "where": desk.where,
        "host": desk.endpoint.host,
        "port": desk.endpoint.port,
    }
    name = on_the_way(error)
    if name not in {"NO-HOST", "NAME"} and (port := await other_port(desk)) is not None:
        return diagnosis("PORT", _line(desk, port), other=port, **facts)
    return diagnosis(name, **facts)


def lost(desk: Desk, error: Text) -> Diagnosis:
    """Name what an OPC UA server does that answers no more, or what nobody can read."""
    trouble = desk.case.monitor.trouble
    if trouble is not None:
        return diagnosis("GARBLED", error=trouble.en, error_ko=trouble.ko)
    return diagnosis("LOST", error=error.en, error_ko=error.ko)


async def stranger(desk: Desk, error: Text, *, is_open: bool) -> Diagnosis:
    """Name who is on a port that takes a connection and does not answer a Hello.

    Args:
        desk: the device.
        error: what was seen.
        is_open: whether the connection still stood then.
    """
    heard = b"".join(packet.data for packet in desk.recorder.packets if not packet.sent)
    name = named(heard) or await _made_speak(desk)
    port = desk.endpoint.port
    if name == OPCUA:
        return lost(desk, error)
    other = await other_port(desk)
    lines = [] if other is None else [_line(desk, other)]
    if not name:
        cause = "SILENT" if is_open else "HANGS-UP"
        return diagnosis(cause, port=port, registered=registered(port, OPCUA_PORT))
    facts = {"port": port, "name": name, "greeting": greeting(name, heard), "other": other}
    if other is None:
        return diagnosis("TLS" if name == TLS else "MODBUS" if name == MODBUS else "OTHER-PROTOCOL", **facts)
    return diagnosis("OTHER-PORT", *lines, **facts)


async def other_port(desk: Desk) -> int | None:
    """Return another port of the same host that answers a Hello."""
    if desk.elsewhere is None:
        return None
    for port in OTHER_PORTS:
        if port == desk.endpoint.port:
            continue
        desk.trying(f"port {port}")
        there = desk.endpoint.model_copy(update={"port": port})
        words = Hello(url=str(there)).encode()
        heard = await say(desk.elsewhere(there), desk.recorder, words, LISTEN_WITHIN, "Hello")
        if named(heard) == OPCUA:
            return port
    return None


async def _made_speak(desk: Desk) -> str:
    """Make a mute port say what it is, by a few words of other protocols that change nothing."""
    tries = (
        ("a Modbus read", _READ),
        ("an empty line of text", b"\r\n\r\n"),
        ("a TLS hello", client_hello()),
    )
    for what, words in tries:
        desk.trying(what)
        heard = await say(desk.dial, desk.recorder, words, LISTEN_WITHIN, what)
        if name := MODBUS if _MODBUS.match(heard) else named(heard):
            return name
    return ""


def _line(desk: Desk, port: int) -> str:
    return f"connect: {desk.endpoint.model_copy(update={'port': port})}"
