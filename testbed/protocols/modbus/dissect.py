"""What every byte of a Modbus ADU means, for a reader: total over any bytes, and judging none but checks."""

from dataclasses import replace

from testbed.protocols.modbus.ascii import START, AsciiFrame, lrc
from testbed.protocols.modbus.codes import ERROR_BIT, ExceptionCode, Function
from testbed.protocols.modbus.fields import Cursor, Field
from testbed.protocols.modbus.layouts import REQUESTS, RESPONSES
from testbed.protocols.modbus.rtu import MIN_ADU, RtuFrame, crc16

__all__ = ["Field", "dissect", "dissect_ascii", "dissect_rtu"]

_FUNCTIONS = frozenset(Function)
_EXCEPTIONS = frozenset(ExceptionCode)
_PDU_OF_MBAP = 7
_CRC_SIZE = 2


def dissect(adu: bytes, *, response: bool, request: bytes | None = None) -> list[Field]:
    """Name every byte of an ADU of Modbus over TCP.

    Args:
        adu: The bytes as sent or received, whatever they are.
        response: Whether the server sent them.
        request: The ADU that this one answers; tells how many bits of functions 1 and 2 were asked for.

    Returns:
        Fields that cover every byte once and in order. What does not decode is one last field, "undecoded
        bytes"; so are bytes beyond those that the length field counts.
    """
    cursor = Cursor(adu, (request or b"")[_PDU_OF_MBAP:])
    cursor.number("transaction identifier")
    cursor.number("protocol identifier")
    cursor.within(cursor.count("length", 2))
    cursor.number("unit identifier", 1)
    if cursor.left:
        _dissect_pdu(cursor, response=response)
    return cursor.finish()


def dissect_rtu(adu: bytes, *, response: bool, request: bytes | None = None) -> list[Field]:
    """Name every byte of an RTU frame, as `dissect` does; the last field is the CRC with its verdict."""
    if len(adu) < MIN_ADU:
        return _dissect_body(adu, b"", response=response)
    body, found = adu[:-_CRC_SIZE], adu[-_CRC_SIZE:]
    due = crc16(body).to_bytes(_CRC_SIZE, "little")
    asked = RtuFrame(request or b"").pdu
    check = Field(len(body), len(adu), "CRC", _verdict(found, due))
    return [*_dissect_body(body, asked, response=response), check]


def dissect_ascii(adu: bytes, *, response: bool, request: bytes | None = None) -> list[Field]:
    """Name every character of an ASCII frame, as `dissect` does; the LRC is shown with its verdict.

    Where the characters do not spell whole bytes, all behind the colon are "undecoded characters".
    """
    bytes_of = AsciiFrame(adu).body
    start = Field(0, 1, "start", '":"')
    if not bytes_of:
        head = [start] if adu[:1] == START else []
        rest = Field(len(head), len(adu), "undecoded characters", repr(adu[len(head) :])[1:])
        return [*head, rest] if len(adu) > len(head) else head
    body, found = bytes_of[:-1], bytes_of[-1:]
    fields = _dissect_body(body, AsciiFrame(request or b"").pdu, response=response)
    fields.append(Field(len(body), len(body) + 1, "LRC", _verdict(found, bytes((lrc(body),)))))
    spelt = [replace(one, start=1 + 2 * one.start, end=1 + 2 * one.end) for one in fields]
    end = Field(len(adu) - 2, len(adu), "end", f"CR {_name(adu[-1:])}")
    return [start, *spelt, end]


def _dissect_body(body: bytes, request: bytes, *, response: bool) -> list[Field]:
    """Fields of address and PDU of a serial line."""
    cursor = Cursor(body, request)
    cursor.number("address", 1)
    if cursor.left:
        _dissect_pdu(cursor, response=response)
    return cursor.finish()


def _dissect_pdu(cursor: Cursor, *, response: bool) -> None:
    cursor.pdu_at = cursor.position
    code = cursor.code("function code", 1, _function_words)
    if response and code & ERROR_BIT:
        cursor.code("exception code", 1, _exception_words)
    elif layout := (RESPONSES if response else REQUESTS).get(code):
        layout(cursor)


def _function_words(code: int) -> str:
    plain = code & ~ERROR_BIT
    name = Function(plain).title if plain in _FUNCTIONS else "not public"
    return f"{code} ({name})" if code == plain else f"{code} (exception to {plain}, {name})"


def _exception_words(code: int) -> str:
    return f"{code} ({ExceptionCode(code).title if code in _EXCEPTIONS else 'not public'})"


def _verdict(found: bytes, due: bytes) -> str:
    return f"{_hex(found)} (right)" if found == due else f"{_hex(found)} (wrong, {_hex(due)} is right)"


def _hex(data: bytes) -> str:
    return data.hex(" ").upper()


def _name(delimiter: bytes) -> str:
    return "LF" if delimiter == b"\n" else repr(delimiter)[1:]
