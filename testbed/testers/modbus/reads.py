"""The guard of whoever only looks: no byte leaves that is not provably part of a read."""

from __future__ import annotations

from testbed.protocols.modbus import DecodeError, Function, ReadDeviceIdentification, decode_request

READABLE = frozenset(
    {
        Function.READ_COILS,
        Function.READ_DISCRETE_INPUTS,
        Function.READ_HOLDING_REGISTERS,
        Function.READ_INPUT_REGISTERS,
        Function.READ_EXCEPTION_STATUS,
        Function.GET_COMM_EVENT_COUNTER,
        Function.REPORT_SERVER_ID,
        Function.ENCAPSULATED_INTERFACE,
    }
)
"""Functions that change nothing in a device (AP 6). Left out on purpose: 08 (its sub-functions restart and
clear), 24 (a sloppy device may empty its queue), 23 (writes too)."""


class NotARead(RuntimeError):  # noqa: N818 - says what the bytes are
    """Something other than a read was about to be sent: a fault of this program, and nothing left it."""


def refuse_writes(pdu: bytes) -> None:
    """Let a well-formed read request pass, of at least one value, and nothing else.

    Raises:
        NotARead: for any other bytes.
    """
    try:
        request = decode_request(pdu)
    except DecodeError as error:
        raise NotARead(f"{pdu[:16].hex(' ')}: {error.reason}") from error
    is_mei = request.function is Function.ENCAPSULATED_INTERFACE
    if request.function not in READABLE or (is_mei and not isinstance(request, ReadDeviceIdentification)):
        raise NotARead(f"function {request.function} is not provably a read")
