"""What every byte of a Modbus TCP ADU means, for a reader: total over any bytes, and judging none."""

from testbed.protocols.modbus.codes import ERROR_BIT, ExceptionCode, Function
from testbed.protocols.modbus.fields import Cursor, Field
from testbed.protocols.modbus.layouts import REQUESTS, RESPONSES

__all__ = ["Field", "dissect"]

_FUNCTIONS = frozenset(Function)
_EXCEPTIONS = frozenset(ExceptionCode)


def dissect(adu: bytes, *, response: bool, request: bytes | None = None) -> list[Field]:
    """Name every byte of an ADU.

    Args:
        adu: The bytes as sent or received, whatever they are.
        response: Whether the server sent them.
        request: The ADU that this one answers; tells how many bits of functions 1 and 2 were asked for.

    Returns:
        Fields that cover every byte once and in order. What does not decode is one last field, "undecoded
        bytes"; so are bytes beyond those that the length field counts.
    """
    cursor = Cursor(adu, request or b"")
    cursor.number("transaction identifier")
    cursor.number("protocol identifier")
    cursor.within(cursor.count("length", 2))
    cursor.number("unit identifier", 1)
    if cursor.left:
        _dissect_pdu(cursor, response=response)
    return cursor.finish()


def _dissect_pdu(cursor: Cursor, *, response: bool) -> None:
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
