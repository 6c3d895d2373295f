"""Devices that close, reset, crash, or are not there."""

from __future__ import annotations

import socket
import time

from tests.hostile.line import Line, frame, hostile, listen

_FUNCTION = 7
"""Where the function code stands in an ADU."""


@hostile(
    "MB-SURVIVES",
    said="the connection was (closed|reset)",
    stops="takes the connection and ends it without an answer",
)
def closes_at_once(line: Line) -> None:
    """Closes each connection as soon as it is accepted."""
    line.plug.close()


@hostile(
    "MB-SURVIVES",
    said="(Connection reset by peer|the connection was reset)",
    stops="(Connection reset by peer|ends it without an answer)",
)
def resets_at_once(line: Line) -> None:
    """Resets each connection as soon as it is accepted."""
    line.reset()


@hostile(
    "MB-SURVIVES",
    said="the connection was closed",
    stops="takes the connection and ends it without an answer",
)
def closes_after_the_request(line: Line) -> None:
    """Takes a request and closes."""
    line.request()


@hostile(
    "MB-SURVIVES", said="the connection was reset", stops="takes the connection and ends it without an answer"
)
def resets_after_the_request(line: Line) -> None:
    """Takes a request and resets the connection."""
    line.request()
    line.reset()


@hostile("MB-MBAP-LENGTH", said="5 bytes that do not make a frame")
def closes_in_mid_answer(line: Line) -> None:
    """Sends half an answer and closes."""
    line.send(line.answer(line.request())[:5])


@hostile("MB-MBAP-LENGTH", said=r"\d+ bytes that do not make a frame")
def resets_in_mid_answer(line: Line) -> None:
    """Sends all of an answer but its last byte, and resets the connection."""
    answer = line.answer(line.request())
    line.send(answer[:-1])
    line.reset()


@hostile(
    "MB-SURVIVES",
    said="the connection was closed",
    stops="takes the connection and ends it without an answer",
)
def half_closes_and_reads_on(line: Line) -> None:
    """Closes its sending half at once, and goes on reading."""
    line.finish()
    while True:
        line.request()


@hostile("MB-FC03-READS", said="the connection was closed")
def answers_once_then_half_closes(line: Line) -> None:
    """Answers the first request of a connection, closes its sending half and reads on."""
    line.send(line.answer(line.request()))
    line.finish()
    while True:
        line.request()


@hostile("MB-SURVIVES", said="the connection was (closed|reset)")
def serves_one_connection_ever(line: Line) -> None:
    """Serves the first connection, and closes all that come later."""
    while line.number == 1:
        line.send(line.answer(line.request()))


@hostile("MB-ONE-ANSWER", said="an answer that nothing asked for")
def talks_on_when_left(line: Line) -> None:
    """Answers well, but keeps every connection open, and sends on, when the tester has closed its side."""
    try:
        while True:
            line.send(line.answer(line.request()))
    except ConnectionError:
        while True:
            line.send(frame(0, bytes.fromhex("0302 0000")))
            time.sleep(0.01)


@hostile("MB-SURVIVES", said="(connection was reset|refuses the connection)")
def dies_for_good(line: Line) -> None:
    """Answers forty requests, and is never seen again."""
    while True:
        answer = line.answer(line.request())
        if line.device.requests > 40:
            line.device.die()
        line.send(answer)


@hostile("MB-SURVIVES", said="refuses the connection: nothing listens")
def dies_at_one_function(line: Line) -> None:
    """Crashes at the first request with a function code that it does not know, and is never seen again."""
    while True:
        request = line.request()
        if request[_FUNCTION] >= 100:
            line.device.die()
        line.send(line.answer(request))


@hostile("MB-SURVIVES", said="after the case: .*reset")
def restarts_at_one_function(line: Line) -> None:
    """Crashes at every request with a function code that it does not know, and is back a second later."""
    while True:
        request = line.request()
        if request[_FUNCTION] >= 100:
            line.device.restart(1.0)
            return
        line.send(line.answer(request))


def _full() -> socket.socket:
    """Open a port whose backlog is full, so that the kernel answers no SYN any more."""
    listener = listen(backlog=0)
    for _ in range(4):
        plug = socket.socket()
        plug.settimeout(0)
        plug.connect_ex(listener.getsockname())
        _KEPT.append(plug)
    return listener


_KEPT: list[socket.socket] = []


@hostile(said="does not answer within 5 s", stops="does not answer within 5 s", open=_full, accepts=False)
def lets_nobody_in(line: Line) -> None:
    """Has a full backlog and never accepts."""


@hostile(
    said="takes connections, but neither unit 1 nor another one tried answered",
    stops="neither unit 1 nor another one tried answered",
    open=lambda: listen(backlog=0),
    accepts=False,
)
def never_accepts(line: Line) -> None:
    """Listens with the smallest backlog and never accepts."""
