"""Devices that send more than they were asked for."""

from __future__ import annotations

import itertools
import random
import time

from tests.hostile.line import Line, each_answer, frame, hostile

GIB = 1 << 30
_CHUNK = 1 << 16


def _pour(line: Line, piece: bytes) -> None:
    """Send one GiB, as fast as it is taken, and hang."""
    chunk = piece * max(1, _CHUNK // len(piece))
    for _ in range(GIB // len(chunk)):
        line.send(chunk)
    line.hang()


@hostile("MB-ADU-SIZE", "MB-ONE-ANSWER", said="flood")
def pours_zeros(line: Line) -> None:
    """Sends one GiB of zeros, unasked."""
    _pour(line, b"\0")


@hostile("MB-ADU-SIZE", "MB-ONE-ANSWER", said="flood")
def answers_with_zeros(line: Line) -> None:
    """Answers a request with one GiB of zeros."""
    line.request()
    _pour(line, b"\0")


@hostile("MB-ONE-ANSWER", said="flood")
def pours_random_bytes(line: Line) -> None:
    """Sends one GiB of random bytes, unasked."""
    _pour(line, random.Random(1).randbytes(_CHUNK))  # noqa: S311 - the same in every run


@hostile("MB-ONE-ANSWER", said="flood", stops="sends without end what nobody asked for")
def pours_frames(line: Line) -> None:
    """Sends one GiB of sound responses that nobody asked for, from the beginning."""
    _pour(line, frame(1, bytes.fromhex("0302 0000")))


@hostile(
    "MB-ONE-ANSWER", said="the device flooded the connection", stops="sends without end what nobody asked for"
)
def pours_answers(line: Line) -> None:
    """Answers the first request, right transaction identifier and all, one GiB long."""
    _pour(line, line.answer(line.request()))


@hostile("MB-ONE-ANSWER", said="flood", stops="sends without end what nobody asked for")
def pours_answers_of_others(line: Line) -> None:
    """Answers with every transaction identifier, over and over."""
    answer = line.answer(line.request())
    _pour(line, b"".join(at.to_bytes(2) + answer[2:] for at in range(0, 0x10000, 7)))


@hostile("MB-ADU-SIZE", "MB-ONE-ANSWER", said="length field 65535")
def pours_the_longest_frames(line: Line) -> None:
    """Sends frames of 65,541 bytes, the longest that a length field can declare."""
    _pour(line, frame(1, bytes(0xFFFE)))


@hostile("MB-ONE-ANSWER", said="flood")
def pours_behind_good_answers(line: Line) -> None:
    """Answers each request well, and lets ten megabytes follow."""
    while True:
        line.send(line.answer(line.request()))
        line.send(frame(1, bytes.fromhex("0302 0000")) * 900_000)


@hostile("MB-ONE-ANSWER", said="an answer that nothing asked for")
def sends_a_frame_every_millisecond(line: Line) -> None:
    """Sends a sound response that nobody asked for every millisecond, and answers nothing."""
    for at in itertools.count():
        line.send(frame(at & 0xFFFF, bytes.fromhex("0302 0000")))
        time.sleep(0.001)


@hostile("MB-ONE-ANSWER", said="an answer that nothing asked for")
@each_answer
def answers_twice(_: bytes, answer: bytes) -> bytes:
    """Answers each request twice."""
    return answer * 2


@hostile("MB-ONE-ANSWER", said="an answer that nothing asked for")
@each_answer
def answers_a_hundred_times(_: bytes, answer: bytes) -> bytes:
    """Answers each request a hundred times."""
    return answer * 100


@hostile("MB-MBAP-TRANSACTION-ECHO", said="transaction identifier 0000")
def answers_before_the_request(line: Line) -> None:
    """Sends an answer as soon as it is connected, and answers each request well after that."""
    line.send(frame(0, bytes.fromhex("0302 0000")))
    while True:
        line.send(line.answer(line.request()))


@hostile("MB-EXCEPTION-SIZE", "MB-FC03-READS", said="but 3 bytes of data")
def grows_its_frames(line: Line) -> None:
    """Makes each answer of a connection a byte longer than the one before, with a true length field."""
    for more in itertools.count():
        answer = line.answer(line.request())
        line.send(frame(int.from_bytes(answer[:2]), answer[7:] + bytes(more)))
