"""Function codes, exception codes and errors of the codec (MODBUS Application Protocol V1.1b3, 5, 7)."""

from enum import IntEnum

MAX_PDU = 253
"""Longest PDU in bytes (AP 4.1): what an RS-485 ADU of 256 bytes leaves after address and CRC."""

ERROR_BIT = 0x80
"""Set in the function code of an exception response (AP 4.1)."""

_ABBREVIATIONS = {"Id": "ID", "Fifo": "FIFO"}


class Function(IntEnum):
    """The public function codes (AP 5.1)."""

    READ_COILS = 1
    READ_DISCRETE_INPUTS = 2
    READ_HOLDING_REGISTERS = 3
    READ_INPUT_REGISTERS = 4
    WRITE_SINGLE_COIL = 5
    WRITE_SINGLE_REGISTER = 6
    READ_EXCEPTION_STATUS = 7
    DIAGNOSTICS = 8
    GET_COMM_EVENT_COUNTER = 11
    GET_COMM_EVENT_LOG = 12
    WRITE_MULTIPLE_COILS = 15
    WRITE_MULTIPLE_REGISTERS = 16
    REPORT_SERVER_ID = 17
    READ_FILE_RECORD = 20
    WRITE_FILE_RECORD = 21
    MASK_WRITE_REGISTER = 22
    READ_WRITE_MULTIPLE_REGISTERS = 23
    READ_FIFO_QUEUE = 24
    ENCAPSULATED_INTERFACE = 43

    @property
    def title(self) -> str:
        """The name in words, as "Read Holding Registers"."""
        return _in_words(self)


class ExceptionCode(IntEnum):
    """The exception codes (AP 7)."""

    ILLEGAL_FUNCTION = 0x01
    ILLEGAL_DATA_ADDRESS = 0x02
    ILLEGAL_DATA_VALUE = 0x03
    SERVER_DEVICE_FAILURE = 0x04
    ACKNOWLEDGE = 0x05
    SERVER_DEVICE_BUSY = 0x06
    MEMORY_PARITY_ERROR = 0x08
    GATEWAY_PATH_UNAVAILABLE = 0x0A
    GATEWAY_TARGET_FAILED = 0x0B

    @property
    def title(self) -> str:
        """The name in words, as "Illegal Data Value"."""
        return _in_words(self)


class DecodeError(ValueError):
    """Bytes that are not the message they claim to be.

    Attributes:
        reason: What is wrong, in words.
        offset: Index into the PDU, or the frame around it, of the first byte that is wrong or missing.
    """

    def __init__(self, reason: str, offset: int, of: str = "PDU") -> None:
        super().__init__(f"{reason} (at byte {offset} of the {of})")
        self.reason = reason
        self.offset = offset


class UnknownFunction(DecodeError):  # noqa: N818 -- the answer to it is exception 01, not an error of ours
    """A function code, sub-function or MEI type that AP assigns to no public function."""


class EncodeError(ValueError):
    """A value that does not fit its field on the wire."""


def _in_words(code: IntEnum) -> str:
    words = code.name.title().split("_")
    return " ".join(_ABBREVIATIONS.get(word, word) for word in words)
