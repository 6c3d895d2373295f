"""What records of TLS say to a reader, as far as they can be read without keys; total over any bytes."""

from __future__ import annotations

from testbed.protocols.modbus.fields import Field
from testbed.protocols.tls.alerts import alert_of
from testbed.protocols.tls.records import HEADER, ContentType, Record, Version, records

_MESSAGES = {
    0: "HelloRequest",
    1: "ClientHello",
    2: "ServerHello",
    4: "NewSessionTicket",
    11: "Certificate",
    12: "ServerKeyExchange",
    13: "CertificateRequest",
    14: "ServerHelloDone",
    15: "CertificateVerify",
    16: "ClientKeyExchange",
    20: "Finished",
}
_LEVELS = {1: "warning", 2: "fatal"}
_VERSIONS = frozenset(Version)


def dissect_tls(data: bytes) -> list[Field]:
    """Name every byte of some records; what is no whole record is one last field."""
    found, rest = records(data)
    fields, at, sealed = [], 0, False
    for one in found:
        version = Version(one.version).title if one.version in _VERSIONS else f"{one.version:04X}"
        kind = ContentType(one.kind).name.replace("_", " ").lower()
        fields.append(Field(at, at + HEADER, "record", f"{kind}, {version}, {len(one.body)} bytes"))
        at += HEADER
        fields.append(Field(at, at + len(one.body), "fragment", _said(one, sealed=sealed)))
        at += len(one.body)
        sealed |= one.kind == ContentType.CHANGE_CIPHER_SPEC
    if rest:
        fields.append(Field(at, len(data), "undecoded bytes", rest[:16].hex(" ")))
    return [field for field in fields if field.start < field.end]


def _said(one: Record, *, sealed: bool) -> str:
    match one.kind:
        case ContentType.ALERT if len(one.body) == 2:  # noqa: PLR2004 - level and description
            level = _LEVELS.get(one.body[0], f"level {one.body[0]}")
            alert = alert_of(one.body[1])
            return f"{level}, {int(alert)} ({alert.title})"
        case ContentType.HANDSHAKE if not sealed:
            return ", ".join(_messages(one.body)) or "nothing"
        case ContentType.CHANGE_CIPHER_SPEC:
            return one.body[:4].hex(" ")
        case _:
            return "encrypted"


def _messages(body: bytes) -> list[str]:
    names, at = [], 0
    while at + 4 <= len(body):
        names.append(_MESSAGES.get(body[at], f"message {body[at]}"))
        at += 4 + int.from_bytes(body[at + 1 : at + 4])
    return names
