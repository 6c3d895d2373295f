"""Mutants that decode what they should not, or not what they should (OPC 10000-6 1.05.04, 5.2)."""

import asyncio
import math
from typing import Any

from asyncua import ua
from asyncua.ua import VariantType

from device_simulators.opcua.channel_rules import Channel
from device_simulators.opcua.mutants.encoding import Lossy
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc
from device_simulators.opcua.session_rules import Session
from testbed.protocols.opcua import MSG, status

READ, WRITE = b"\x01\x00\x77\x02", b"\x01\x00\xa1\x02"
"""Type ids of both requests, in the form of four bytes."""
ENDLESS = b"\xff\xff\xff\x7f"
"""The length of an array that no message has."""
NESTED = b"\x98\x01\x00\x00\x00"
"""An array of one Variant."""
DEEP = 1000
"""Levels that nobody has to read."""
NO_RANGE = b"\xff\xff\xff\xff\x01"
"""A null IndexRange and the mask of a DataValue that has a value only."""


class Tolerant(Plc):
    """Answers a request that it cannot decode as if it had carried it out."""

    body = b""
    """The request that is being answered."""

    def forgives(self, body: bytes) -> bool:
        """Say whether a request that cannot be decoded is one of those."""
        raise NotImplementedError

    def answer(self, channel: Channel, request_id: int, body: bytes) -> None:
        """Keep the request."""
        self.body = body
        super().answer(channel, request_id, body)

    def unreadable(self, channel: Channel) -> Any:
        """Answer as if it were nothing."""
        if not self.forgives(self.body):
            return super().unreadable(channel)
        if self.body.startswith(READ):
            return ua.ReadResponse()
        response = ua.WriteResponse()
        response.Results = [ua.StatusCode(0)]
        return response


@mutant("UA-DECODING-TRUNCATED")
class ReadsWhatIsThere(Tolerant):
    """Answers a Read that ends within a field."""

    def forgives(self, body: bytes) -> bool:
        """Look for a Read of some nodes."""
        return body.startswith(READ) and not body.endswith(ENDLESS)


@mutant("UA-DECODING-ARRAY-LENGTH")
class BelievesLengths(Tolerant):
    """Answers a Read with an array of more elements than any message has."""

    def forgives(self, body: bytes) -> bool:
        """Look for the length."""
        return body.startswith(READ) and body.endswith(ENDLESS)


@mutant("UA-ENCODING-DIMENSIONS")
class IgnoresDimensions(Tolerant):
    """Takes a matrix whose dimensions do not give its length."""

    def forgives(self, body: bytes) -> bool:
        """Look for a matrix of Int32 with five elements."""
        return body.startswith(WRITE) and NO_RANGE + b"\xc6\x05" in body


@mutant("UA-ENCODING-VARIANT-UNDEFINED")
class TakesAnyType(Tolerant):
    """Takes a Variant of a type that there is not."""

    def forgives(self, body: bytes) -> bool:
        """Look for both ends of the types that there are not."""
        return any(NO_RANGE + bytes([number]) in body for number in (32, 63))


@mutant("UA-ENCODING-NESTED-TOO-DEEP")
class GoesTooDeep(Tolerant):
    """Takes Variants nested in whatever many levels."""

    def forgives(self, body: bytes) -> bool:
        """Count the levels."""
        return body.count(NESTED) > DEEP


@mutant("UA-ENCODING-DIAGNOSTICS-TOO-DEEP")
class GoesTooDeepIntoDiagnostics(Tolerant):
    """Takes diagnostics nested in whatever many levels."""

    def forgives(self, body: bytes) -> bool:
        """Look for a thousand levels."""
        return b"\x40" * DEEP in body


@mutant("UA-ENCODING-UTF8")
class HangsUpOnBadText(Tolerant):
    """Closes the connection of a client that sends text which is no UTF-8."""

    def forgives(self, body: bytes) -> bool:  # noqa: ARG002 - what it overrides
        """Forgive nothing."""
        return False

    def unreadable(self, channel: Channel) -> Any:
        """Close as soon as the answer is sent."""
        if b"\xff\xfe" in self.body and self.body.startswith(WRITE):
            asyncio.get_running_loop().call_soon(channel.line.end, self.LINGER)
        return super().unreadable(channel)


class Refusing(Tolerant):
    """Takes what it should decode for something that cannot be decoded."""

    def forgives(self, body: bytes) -> bool:  # noqa: ARG002 - what it overrides
        """Forgive nothing."""
        return False

    def refuses(self, values: list[ua.Variant]) -> bool:
        """Say whether a Write of these values is refused."""
        raise NotImplementedError

    def perform(self, channel: Channel, request: Any) -> tuple[Any, Session | None]:
        """Look at what is to be written."""
        if isinstance(request, ua.WriteRequest):
            values = [one.Value.Value for one in request.Parameters.NodesToWrite or ()]
            if self.refuses([one for one in values if one is not None]):
                return self.fault(status.BadDecodingError), None
        return super().perform(channel, request)


@mutant("UA-ENCODING-NESTED")
class StaysAtTheSurface(Refusing):
    """Refuses Variants nested in more than fifty levels."""

    def refuses(self, values: list[ua.Variant]) -> bool:  # noqa: ARG002 - what it overrides
        """Count the levels."""
        return self.body.count(NESTED) > 50


@mutant("UA-ENCODING-VARIANT-RESERVED")
class KnowsNoReservedTypes(Refusing):
    """Refuses a request with a Variant of a reserved type."""

    def refuses(self, values: list[ua.Variant]) -> bool:
        """Look at the types."""
        return any(one.VariantType.value > VariantType.DiagnosticInfo.value for one in values)


@mutant("UA-ENCODING-EXTENSION-UNKNOWN")
class KnowsAllStructures(Refusing):
    """Refuses a request with a structure that it does not know."""

    def refuses(self, values: list[ua.Variant]) -> bool:
        """Look for one that was not decoded."""
        return any(isinstance(one.Value, ua.ExtensionObject) for one in values)


@mutant("UA-ENCODING-BOOLEAN-NONZERO")
class KnowsOnlyOne(Refusing):
    """Takes a Boolean of any byte but 01 for false."""

    def refuses(self, values: list[ua.Variant]) -> bool:
        """Change what was decoded, and refuse nothing."""
        for one in values if self.body.endswith(b"\x01\x01\x02") else ():
            one.Value = False
        return False


@mutant("UA-ENCODING-NAN")
class LosesNotANumber(Plc):
    """Keeps 0 for what is no number."""

    def accepted(self, node: Any, value: ua.Variant) -> ua.Variant:
        """Look at single numbers."""
        found = super().accepted(node, value)
        is_lost = isinstance(found.Value, float) and math.isnan(found.Value)
        return ua.Variant(0.0, found.VariantType) if is_lost else found


@mutant("UA-ENCODING-STRING-EMPTY")
class WritesNull(Lossy):
    """Keeps the word `null` for an empty String and for none."""

    KIND = VariantType.String

    def lost(self, value: str | None) -> str:
        """Put it into words."""
        return value or "null"


@mutant("UA-ENCODING-BYTE-STRING-EMPTY")
class FillsByteStrings(Lossy):
    """Keeps a byte 00 for an empty ByteString and for none."""

    KIND = VariantType.ByteString

    def lost(self, value: bytes | None) -> bytes:
        """Put a byte."""
        return value or b"\0"


@mutant("UA-DAMAGED-READ")
class IgnoresAnotherAge(Plc):
    """Gives no answer to a request whose timestamp is of another century."""

    is_mute = False

    def perform(self, channel: Channel, request: Any) -> tuple[Any, Session | None]:
        """Look at the year."""
        self.is_mute = not 1990 < request.RequestHeader.Timestamp.year < 2100
        return super().perform(channel, request)

    def reply(self, channel: Channel, body: bytes, request_id: int, kind: bytes = MSG) -> None:
        """Keep the answer back."""
        if not self.is_mute or kind != MSG:
            super().reply(channel, body, request_id, kind)
        self.is_mute = False
