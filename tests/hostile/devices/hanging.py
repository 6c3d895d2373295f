"""Devices that are silent, slow or late."""

from __future__ import annotations

import socket
import time

from tests.hostile.line import Line, hostile


@hostile("MB-SURVIVES", said="no answer within 200 ms", stops="neither unit 1 nor another one tried answered")
def never_answers(line: Line) -> None:
    """Accepts, reads, and never answers."""
    while True:
        line.request()


@hostile("MB-FUNCTION-UNASSIGNED", said="no answer within 200 ms")
def answers_the_first_request_only(line: Line) -> None:
    """Answers the first request of each connection and none after it."""
    line.send(line.answer(line.request()))
    line.hang()


@hostile("MB-SURVIVES", said="no answer within 200 ms")
def answers_the_first_connection_only(line: Line) -> None:
    """Serves the first connection; those after it are accepted and hang."""
    while line.number == 1:
        line.send(line.answer(line.request()))
    line.hang()


@hostile("MB-MBAP-LENGTH", said="1 bytes that do not make a frame")
def sends_a_byte_a_second(line: Line) -> None:
    """Answers one byte a second."""
    for byte in line.answer(line.request()):
        line.send(bytes([byte]))
        time.sleep(1.0)


@hostile("MB-MBAP-LENGTH", said="1 bytes that do not make a frame")
def sends_a_byte_and_hangs(line: Line) -> None:
    """Sends the first byte of an answer and hangs."""
    line.send(line.answer(line.request())[:1])
    line.hang()


@hostile("MB-MBAP-LENGTH", said="7 bytes that do not make a frame")
def sends_a_header_and_hangs(line: Line) -> None:
    """Sends a right MBAP header and no PDU."""
    line.send(line.answer(line.request())[:7])
    line.hang()


@hostile("MB-SURVIVES", said="no answer within 200 ms", stops="longer than the declared 200 ms")
def answers_late(line: Line) -> None:
    """Answers each request well, but later than it declared."""
    while True:
        answer = line.answer(line.request())
        time.sleep(0.8)
        line.send(answer)


@hostile("MB-SURVIVES", said="no answer within 200 ms")
def becomes_slower(line: Line) -> None:
    """Takes ten milliseconds longer for every twenty requests that it got."""
    while True:
        answer = line.answer(line.request())
        time.sleep(line.device.requests // 20 * 0.01)
        line.send(answer)


@hostile("MB-SURVIVES", said="no answer within 200 ms", stops="neither unit 1 nor another one tried answered")
def never_reads(line: Line) -> None:
    """Lets its window run full and never reads."""
    line.plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    line.hang()


@hostile("MB-FUNCTION-UNASSIGNED", said="no answer within 200 ms")
def stops_reading(line: Line) -> None:
    """Answers one request of each connection well, then reads no more and lets its window run full."""
    line.plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    line.send(line.answer(line.request()))
    line.hang()


@hostile("MB-SURVIVES", said="no answer within 200 ms")
def accepts_slowly(line: Line) -> None:
    """Takes half a second to notice each connection, and serves it well after that."""
    time.sleep(0.5)
    while True:
        line.send(line.answer(line.request()))


@hostile("MB-SURVIVES", said="no answer within 200 ms")
def hangs_for_good_at_one_function(line: Line) -> None:
    """Hangs, on all connections, from the first function code on that it does not know."""
    while True:
        request = line.request()
        line.device.is_stuck |= request[7] >= 100
        if line.device.is_stuck:
            line.hang()
        line.send(line.answer(request))
