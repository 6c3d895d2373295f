"""Ports on which something else is served, and text that hopes to be obeyed."""

from __future__ import annotations

from tests.hostile.line import Line, each_answer, frame, hostile

MARKUP = b"</style></title>--><script>alert(1)</script><img src=x onerror=alert(1)>\"'`{{ 7*7 }}"
UNSEEN = "\u202eevil\u2066\u200b\x00\x07\x1b[2J\x1b]0;owned\x07\ufeff\U000e0041".encode()


@hostile("MB-MBAP-LENGTH", said="bytes that do not make a frame", stops="HTTP/1.1 400 Bad Request")
def is_a_web_server(line: Line) -> None:
    """Answers as a web server does."""
    line.request()
    line.send(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n" + MARKUP)


@hostile("MB-MBAP-LENGTH", said="bytes that do not make a frame", stops="SSH-2.0-OpenSSH")
def is_a_secure_shell(line: Line) -> None:
    """Greets as a secure shell does."""
    line.send(b"SSH-2.0-OpenSSH_9.2p1\r\n")
    line.hang()


@hostile("MB-MBAP-LENGTH", said="bytes that do not make a frame", stops="220 mail ESMTP")
def is_a_mail_server(line: Line) -> None:
    """Greets as a mail server does, and refuses each request in words."""
    line.send(b"220 mail ESMTP\r\n")
    while True:
        line.request()
        line.send(b"500 5.5.2 unrecognised\r\n")


@hostile("MB-MBAP-LENGTH", said="bytes that do not make a frame", stops="expects TLS")
def expects_tls(line: Line) -> None:
    """Refuses what is no ClientHello, with an alert, and closes."""
    line.request()
    line.send(bytes.fromhex("15 0303 0002 02 46"))


@hostile("MB-MBAP-LENGTH", said="bytes that do not make a frame")
def greets_with_markup(line: Line) -> None:
    """Greets with markup, marks that turn the direction of text, and escape sequences, and hangs."""
    line.send((MARKUP + UNSEEN) * 4)
    line.hang()


@hostile("MB-FC03-READS", said="bytes of data|values")
@each_answer
def answers_with_markup(request: bytes, answer: bytes) -> bytes:
    """Answers with a right header, and markup and escape sequences for data."""
    text = (MARKUP + UNSEEN)[:120]
    return frame(int.from_bytes(request[:2]), answer[7:8] + bytes([len(text)]) + text, unit=answer[6])


@hostile("MB-MBAP-PROTOCOL-ZERO", said="protocol identifier")
def sends_a_name_of_ten_megabytes(line: Line) -> None:
    """Answers each request with ten megabytes of text in one go."""
    while True:
        line.request()
        line.send(b"<b>" + b"A" * 10_000_000)
