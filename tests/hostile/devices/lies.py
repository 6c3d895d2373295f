"""Devices whose answers come in time and are wrong."""

from __future__ import annotations

import os

from tests.hostile.line import each_answer, hostile


def _with_length(answer: bytes, length: int) -> bytes:
    return answer[:4] + length.to_bytes(2) + answer[6:]


def _length(answer: bytes) -> int:
    return int.from_bytes(answer[4:6])


@hostile("MB-MBAP-LENGTH", said="bytes")
@each_answer
def declares_a_byte_too_many(_: bytes, answer: bytes) -> bytes:
    """Declares one byte more than it sends."""
    return _with_length(answer, _length(answer) + 1)


@hostile("MB-MBAP-LENGTH", said="bytes")
@each_answer
def declares_a_byte_too_few(_: bytes, answer: bytes) -> bytes:
    """Declares one byte fewer than it sends."""
    return _with_length(answer, _length(answer) - 1)


@hostile("MB-ADU-SIZE", said="length field 0")
@each_answer
def declares_no_bytes(_: bytes, answer: bytes) -> bytes:
    """Declares a length of zero."""
    return _with_length(answer, 0)


@hostile("MB-ADU-SIZE", said="length field 1")
@each_answer
def declares_one_byte(_: bytes, answer: bytes) -> bytes:
    """Declares a length of one, so that no function code is left."""
    return _with_length(answer, 1)


@hostile("MB-MBAP-LENGTH", said="bytes that do not make a frame")
@each_answer
def declares_the_most(_: bytes, answer: bytes) -> bytes:
    """Declares 65,535 bytes."""
    return _with_length(answer, 0xFFFF)


@hostile("MB-MBAP-LENGTH", said="bytes that do not make a frame")
@each_answer
def declares_a_negative_length(_: bytes, answer: bytes) -> bytes:
    """Declares a length that a reader of signed numbers takes for negative."""
    return _with_length(answer, 0x8000)


@hostile("MB-MBAP-LENGTH", said="bytes that do not make a frame")
@each_answer
def swaps_the_bytes_of_the_length(_: bytes, answer: bytes) -> bytes:
    """Sends the length field low byte first."""
    return answer[:4] + answer[5:3:-1] + answer[6:]


@hostile("MB-MBAP-PROTOCOL-ZERO", said="protocol identifier 1337")
@each_answer
def speaks_another_protocol(_: bytes, answer: bytes) -> bytes:
    """Sends a protocol identifier that is not that of Modbus."""
    return answer[:2] + b"\x13\x37" + answer[4:]


@hostile("MB-MBAP-TRANSACTION-ECHO", said="transaction identifier")
@each_answer
def answers_as_another_transaction(_: bytes, answer: bytes) -> bytes:
    """Answers with the transaction identifier of nobody."""
    return bytes([answer[0] ^ 0xFF]) + answer[1:]


@hostile("MB-MBAP-UNIT-ECHO", said="unit identifier FE")
@each_answer
def answers_as_another_unit(_: bytes, answer: bytes) -> bytes:
    """Answers with another unit identifier."""
    return answer[:6] + bytes([answer[6] ^ 0xFF]) + answer[7:]


@hostile("MB-FUNCTION-ECHO", said="function code")
@each_answer
def answers_as_another_function(_: bytes, answer: bytes) -> bytes:
    """Answers with another function code."""
    return answer[:7] + bytes([answer[7] ^ 0x40]) + answer[8:]


@hostile("MB-DECLARED-SERVED", said="control exchange: refused")
@each_answer
def refuses_with_exception_zero(_: bytes, answer: bytes) -> bytes:
    """Refuses everything with exception code 0, which no standard defines."""
    return answer[:4] + b"\0\3" + answer[6:7] + bytes([answer[7] | 0x80, 0])


@hostile("MB-DECLARED-SERVED", said="control exchange: refused")
@each_answer
def refuses_with_exception_255(_: bytes, answer: bytes) -> bytes:
    """Refuses everything with exception code 255, which no standard defines."""
    return answer[:4] + b"\0\3" + answer[6:7] + bytes([answer[7] | 0x80, 255])


@hostile(said="control exchange: refused", stops="every read is refused with exception 06")
@each_answer
def is_always_busy(_: bytes, answer: bytes) -> bytes:
    """Refuses everything as busy."""
    return answer[:4] + b"\0\3" + answer[6:7] + bytes([answer[7] | 0x80, 6])


@hostile("MB-EXCEPTION-SIZE", said="PDU bytes 200")
@each_answer
def refuses_at_length(_: bytes, answer: bytes) -> bytes:
    """Refuses everything with an exception response of 200 bytes."""
    return answer[:4] + b"\0\xc9" + answer[6:7] + bytes([answer[7] | 0x80, 2]) + bytes(198)


@hostile("MB-FC03-READS", said="byte count 255")
@each_answer
def counts_more_than_it_sends(_: bytes, answer: bytes) -> bytes:
    """Declares, in the byte count of a read, more data than follow."""
    return answer[:8] + b"\xff" + answer[9:]


@hostile("MB-FC03-READS", said="byte count 0")
@each_answer
def counts_fewer_than_it_sends(_: bytes, answer: bytes) -> bytes:
    """Declares, in the byte count of a read, no data at all."""
    return answer[:8] + b"\0" + answer[9:]


@hostile("MB-FC03-READS", said="bytes of data")
@each_answer
def echoes_the_request(request: bytes, _: bytes) -> bytes:
    """Sends back whatever it gets."""
    return request


@hostile("MB-FC03-READS", said="a PDU of 1 bytes")
@each_answer
def answers_without_data(_: bytes, answer: bytes) -> bytes:
    """Answers with a function code and nothing behind it."""
    return answer[:4] + b"\0\2" + answer[6:8]


@hostile("MB-MBAP-LENGTH", said="bytes")
@each_answer
def answers_with_random_bytes(_: bytes, answer: bytes) -> bytes:
    """Answers with as many random bytes as the right answer has."""
    return os.urandom(len(answer))


@hostile("MB-FC03-READS", said="byte count")
@each_answer
def answers_with_random_data(_: bytes, answer: bytes) -> bytes:
    """Answers with a right header and function code, and random bytes behind it."""
    return answer[:8] + os.urandom(len(answer) - 8)
