"""Servers whose answers are nested deeply, or long beyond use."""

from __future__ import annotations

from typing import Any

from asyncua import ua

from testbed.protocols.opcua import MSG, OPN, encode_service
from tests.hostile.opcua.turncoat import Turncoat

_DEEP = 10_000
_LONG = 10_000_000
_NAMESPACES = 100_000
_MARK = b"the one value of a Read"
_VARIANT, _BYTES, _ONE_MORE = b"\x98\x01\x00\x00\x00", b"\x0f", b"\x40"
"""Encoding bytes of a Variant that holds an array of one Variant, of one with bytes, of a DiagnosticInfo
in another."""


class Nested(Turncoat):
    """Answers every Read with one value, a Variant in a Variant and so on, 10,000 deep."""

    said = "a response that can be decoded|nested|deep"
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
    """Answers every Read with one value, an ExtensionObject in an ExtensionObject and so on."""

    said = "a response that can be decoded|nested|deep"
    value = b"\x16" + b"\x00\x00\x01\xff\xff\xff\x7f" * _DEEP


class NestedDiagnostics(Turncoat):
    """Puts a DiagnosticInfo 10,000 deep into the header of every answer."""

    said = "a response that can be decoded|nested|deep"
    stops = "cannot be read"
    broken = ("UA-ENCODING-DECODABLE",)

    def reply(self, channel: Any, body: bytes, request_id: int, kind: bytes = MSG) -> None:
        if self.is_hostile and kind != OPN:
            at = len(encode_service(ua.ServiceFault())) - 20 + 16  # type id, time, handle, result
            body = body[:at] + _ONE_MORE * _DEEP + b"\x00" + body[at + 1 :]
        super().reply(channel, body, request_id, kind)


class LongText(Turncoat):
    """Answers every Read with strings of ten megabytes."""

    said = "."

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
            if one.NodeId == ua.NodeId(2255) and one.AttributeId == ua.AttributeIds.Value:
                result.Value = ua.Variant([f"urn:{at}" for at in range(_NAMESPACES)])
        return response
