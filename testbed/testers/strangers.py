"""Other protocols on a port, told by what they say."""

from __future__ import annotations

import re
import ssl
from contextlib import suppress

MOST_SHOWN = 40
"""Characters of a greeting that are shown."""
TLS, OPCUA, MODBUS = "TLS", "OPC UA", "Modbus/TCP"

KNOWN: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    ("SSH", re.compile(rb"SSH-")),
    ("HTTP", re.compile(rb"HTTP/|(?i:\s*<(!doctype|html))")),
    ("SMTP", re.compile(rb"220[ -][^\r\n]*(?i:smtp|mail)")),
    ("FTP", re.compile(rb"220[ -]")),
    ("POP3", re.compile(rb"\+OK")),
    ("IMAP", re.compile(rb"\* OK")),
    ("VNC", re.compile(rb"RFB \d")),
    ("Telnet", re.compile(rb"\xff[\xfb-\xfe]")),
    (TLS, re.compile(rb"[\x14-\x17]\x03[\x00-\x04]")),
    (OPCUA, re.compile(rb"(ACK|ERR|MSG|OPN)[FCA][\s\S]{4}")),
    ("ISO on TCP (S7)", re.compile(rb"\x03\x00[\x00-\xff][\x00-\xff][\x02-\x20]")),
)
"""How protocols begin what they say."""
REGISTERED = {
    21: "FTP",
    22: "SSH",
    23: "Telnet",
    80: "HTTP",
    102: "ISO on TCP (S7)",
    443: "HTTPS",
    502: MODBUS,
    802: "Modbus/TCP Security",
    1883: "MQTT",
    2404: "IEC 60870-5-104",
    4840: OPCUA,
    8883: "MQTT over TLS",
    20000: "DNP3",
    44818: "EtherNet/IP",
}
"""Ports of protocols, as IANA registers them."""


def named(data: bytes) -> str:
    """Name the protocol whose words some bytes are; empty where they tell nothing."""
    return next((name for name, pattern in KNOWN if pattern.match(data)), "")


def registered(port: int, own: int) -> str:
    """Return what a sentence adds for a port that belongs to another protocol than that of the port `own`."""
    return f", and it is registered for {REGISTERED[port]}" if port in REGISTERED and port != own else ""


def greeting(name: str, data: bytes) -> str:
    """Return the first line of what a stranger said, where it is plain text and tells more than a name."""
    line = data[:MOST_SHOWN].split(b"\n")[0].decode("ascii", "replace").rstrip()
    plain = line.isascii() and line.isprintable() and "`" not in line
    return f" (`{line}`)" if plain and len(line) > len(name) else ""


def client_hello() -> bytes:
    """Return the first words of a TLS client that checks no certificate: it only asks who is there."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with suppress(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing).do_handshake()
    return outgoing.read()
