"""How long a PDU will be, told by its first bytes: what a receiver without a length field has to go by.

A serial line has no length field (MODBUS over Serial Line V1.02, 2.5): a frame ends by silence. Where there
is no silence to be seen, as behind a gateway, the layout of each function (AP 6) tells the length instead.
"""

from testbed.protocols.modbus.codes import ERROR_BIT, Function
from testbed.protocols.modbus.encapsulated import MeiType
from testbed.protocols.modbus.serial_line import SubFunction

_REQUESTS: dict[int, int] = {
    Function.READ_COILS: 5,
    Function.READ_DISCRETE_INPUTS: 5,
    Function.READ_HOLDING_REGISTERS: 5,
    Function.READ_INPUT_REGISTERS: 5,
    Function.WRITE_SINGLE_COIL: 5,
    Function.WRITE_SINGLE_REGISTER: 5,
    Function.READ_EXCEPTION_STATUS: 1,
    Function.GET_COMM_EVENT_COUNTER: 1,
    Function.GET_COMM_EVENT_LOG: 1,
    Function.REPORT_SERVER_ID: 1,
    Function.MASK_WRITE_REGISTER: 7,
    Function.READ_FIFO_QUEUE: 3,
}
_RESPONSES: dict[int, int] = {
    Function.WRITE_SINGLE_COIL: 5,
    Function.WRITE_SINGLE_REGISTER: 5,
    Function.READ_EXCEPTION_STATUS: 2,
    Function.GET_COMM_EVENT_COUNTER: 5,
    Function.WRITE_MULTIPLE_COILS: 5,
    Function.WRITE_MULTIPLE_REGISTERS: 5,
    Function.MASK_WRITE_REGISTER: 7,
}
_COUNTED_REQUESTS: dict[int, int] = {
    Function.WRITE_MULTIPLE_COILS: 5,
    Function.WRITE_MULTIPLE_REGISTERS: 5,
    Function.READ_FILE_RECORD: 1,
    Function.WRITE_FILE_RECORD: 1,
    Function.READ_WRITE_MULTIPLE_REGISTERS: 9,
}
"""Where the byte count stands; it counts all that follows it."""
_COUNTED_RESPONSES: dict[int, int] = {
    Function.READ_COILS: 1,
    Function.READ_DISCRETE_INPUTS: 1,
    Function.READ_HOLDING_REGISTERS: 1,
    Function.READ_INPUT_REGISTERS: 1,
    Function.GET_COMM_EVENT_LOG: 1,
    Function.REPORT_SERVER_ID: 1,
    Function.READ_FILE_RECORD: 1,
    Function.WRITE_FILE_RECORD: 1,
    Function.READ_WRITE_MULTIPLE_REGISTERS: 1,
}
_EXCEPTION = 2
_DIAGNOSTICS = 5
_IDENTIFICATION_REQUEST = 4
_OBJECTS = 7
"""Where the objects of an identification begin; the byte before them is their number."""
_FIFO_COUNT_ENDS = 3


def request_size(head: bytes) -> int | None:
    """The size in bytes of the request PDU that begins so.

    Returns:
        None where these bytes do not tell: too few of them yet, no public function, or one whose data have
        any length (08/00, 43/13).
    """
    if not head:
        return None
    if head[0] == Function.ENCAPSULATED_INTERFACE:
        return _IDENTIFICATION_REQUEST if head[1:2] == bytes((MeiType.READ_DEVICE_IDENTIFICATION,)) else None
    if head[0] == Function.DIAGNOSTICS:
        return _diagnostics_size(head)
    return _REQUESTS.get(head[0]) or _counted(head, _COUNTED_REQUESTS.get(head[0]))


def response_size(head: bytes, request: bytes = b"") -> int | None:
    """The size in bytes of the response PDU that begins so.

    Args:
        head: The response's bytes as far as they have come.
        request: The request PDU; an echo of query data (08/00) is as long as it.

    Returns:
        None where these bytes do not tell, as in `request_size`; so too while the heads of an
        identification's objects (43/14) have not all come.
    """
    if not head:
        return None
    code = head[0]
    if code & ERROR_BIT:
        return _EXCEPTION
    if code == Function.ENCAPSULATED_INTERFACE:
        return _identification_size(head)
    if code == Function.DIAGNOSTICS:
        return len(request) if _echoes(head, request) else _diagnostics_size(head)
    if code == Function.READ_FIFO_QUEUE:
        has_count = len(head) >= _FIFO_COUNT_ENDS
        return _FIFO_COUNT_ENDS + int.from_bytes(head[1:_FIFO_COUNT_ENDS], "big") if has_count else None
    return _RESPONSES.get(code) or _counted(head, _COUNTED_RESPONSES.get(code))


def _counted(head: bytes, at: int | None) -> int | None:
    return at + 1 + head[at] if at is not None and len(head) > at else None


def _echoes(head: bytes, request: bytes) -> bool:
    return head[:3] == request[:3] == bytes((Function.DIAGNOSTICS, 0, SubFunction.RETURN_QUERY_DATA))


def _diagnostics_size(head: bytes) -> int | None:
    """Every sub-function but the echo of query data carries one word (AP 6.8)."""
    sub_function = int.from_bytes(head[1:3], "big")
    return _DIAGNOSTICS if len(head) > 2 and sub_function != SubFunction.RETURN_QUERY_DATA else None  # noqa: PLR2004


def _identification_size(head: bytes) -> int | None:
    if len(head) < _OBJECTS or head[1] != MeiType.READ_DEVICE_IDENTIFICATION:
        return None
    size = _OBJECTS
    for _ in range(head[_OBJECTS - 1]):
        if len(head) < size + 2:
            return None
        size += 2 + head[size + 1]
    return size
