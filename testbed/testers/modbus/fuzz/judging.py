"""What is wrong with a response that no invariant watches: its own layout."""

from __future__ import annotations

from testbed.model.base import Text
from testbed.protocols.modbus import (
    DecodeError,
    UnknownFunction,
    decode_response,
    is_request,
)
from testbed.testers.modbus.fuzz.shot import MALFORMED, Failure
from testbed.testers.modbus.reply import ERROR_BIT, Reply

_LAID_OUT = Text(en="a response laid out as its function demands", ko="기능 코드에 맞는 형식의 응답")


def malformed(request: bytes, reply: Reply) -> Failure | None:
    """Say what is wrong with a normal response to a request that is itself malformed.

    How well-formed requests are answered is the matter of each function's own requirements, and so is a
    malformed one that is carried out and echoed; how a function of the vendor's own answers is nobody's.

    Args:
        request: the PDU.
        reply: what it was answered with.
    """
    pdu = reply.pdu
    if is_request(request) or pdu == request or reply.function & ERROR_BIT:
        return None
    try:
        decode_response(pdu)
    except UnknownFunction:
        return None
    except DecodeError as error:
        said = Text(en=f"{pdu[:16].hex(' ').upper()}: {error}", ko=f"{pdu[:16].hex(' ').upper()}: {error}")
        return Failure(MALFORMED, _LAID_OUT, said, (reply.number, *reply.span("echo")))
    return None
