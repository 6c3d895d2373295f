"""Servers whose answers are nested deeply, or long beyond use."""

from __future__ import annotations

from typing import Any

from asyncua import ua

from testbed.protocols.opcua import MSG, OPN
from tests.hostile.opcua.turncoat import Turncoat

_DEEP = 10_000
_LONG = 10_000_000
_NAMESPACES = 100_000
_MARK = b"the one value of a Read"
_VARIANT, _BYTES, _ONE_MORE = b"\x98\x01\x00\x00\x00", b"\x0f", b"\x40"
"""Encoding bytes of a Variant that holds an array of one Variant, of one with bytes, of a DiagnosticInfo
in another."""


def _operands(deep: int) -> bytes:
    """Return a Variant with structures in one another, each in an ExtensionObject of the right length."""
    value = b"\x01\x01"
    for _ in range(deep):
        value = b"\x16\x01\x00\x55\x02\x01" + len(value).to_bytes(4, "little") + value  # i=597
    return value


class Nested(Turncoat):
    """Answers every Read with one value, a Variant in a Variant and so on, 10,000 deep."""

    said = "levels of nesting"
    stops = "cannot be read"
    broken = ("UA-ENCODING-DECODABLE",)
    value = _VARIANT * _DEEP + b"\x01\x01"

    def reply(self, channel: Any, body: bytes, request_id: int, kind: bytes = MSG) -> None:
        if self.is_hostile and kind != OPN and _MARK in body:
            at = body.index(_BYTES + len(_MARK).to_bytes(4, "little") + _MARK)
            body = body[:at] + self.value + body[at + 5 + len(_MARK) :]
        super().reply(channel, body, request_id, kind)

    def read(self, session: Any, request: ua.ReadRequest) -> ua.ReadResponse:
        response = super().read(session, request)
        if self.is_hostile:
            response.Results = [ua.DataValue(ua.Variant(_MARK)) for _ in response.Results]
        return response


class NestedObjects(Nested):
    """Answers every Read with one value, a LiteralOperand that holds a LiteralOperand and so on."""

    said = "levels of nesting"
    value = _operands(1_000)


class NestedDiagnostics(Turncoat):
    """Puts a DiagnosticInfo 10,000 deep into the header of every answer."""

    said = "levels of nesting"
    stops = "cannot be read"
    broken = ("UA-ENCODING-DECODABLE",)

    def reply(self, channel: Any, body: bytes, request_id: int, kind: bytes = MSG) -> None:
        if self.is_hostile and kind != OPN:
            at = 4 + 8 + 4 + 4  # type id, time, handle, result
            body = body[:at] + _ONE_MORE * _DEEP + b"\x00" + body[at + 1 :]
        super().reply(channel, body, request_id, kind)


class LongText(Turncoat):
    """Answers every Read with strings of ten megabytes."""

    said = "AAAA|flooded"
    most_memory = 2500.0  # sixteen sessions, each with answers that are kept encoded, decoded and recorded

    def read(self, session: Any, request: ua.ReadRequest) -> ua.ReadResponse:
        response = super().read(session, request)
        if self.is_hostile:
            response.Results = [ua.DataValue(ua.Variant("A" * _LONG)), *response.Results[1:]]
        return response


class ManyNamespaces(Turncoat):
    """Has 100,000 namespaces."""

    said = "."
    stops = "does not have the declared namespace"

    def read(self, session: Any, request: ua.ReadRequest) -> ua.ReadResponse:
        response = super().read(session, request)
        for one, result in zip(request.Parameters.NodesToRead, response.Results, strict=True):
            if self.is_hostile and one.NodeId == ua.NodeId(2255) and one.AttributeId == ua.AttributeIds.Value:
                result.Value = ua.Variant([f"urn:{at}" for at in range(_NAMESPACES)])
        return response
