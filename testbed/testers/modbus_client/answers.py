"""The answers of the catalogue, right and wrong on purpose: words for the cases of a suite.

What is wrong carries values that no valid answer carries, so that a client which believes them is found out.
"""

from __future__ import annotations

from testbed.model.client import Task
from testbed.protocols.modbus import Adu
from testbed.testers.modbus_client.numbers import response_of
from testbed.testers.modbus_client.scenario import Answer, Moment, Step

ERROR_BIT = 0x80


def good() -> Answer:
    """The right answer."""
    return Answer("the right answer", (Step(lambda now: now.adu(now.right_pdu()).encode()),))


def silent() -> Answer:
    """No answer at all."""
    return Answer("no answer")


def closing() -> Answer:
    """The connection closed."""
    return Answer("the connection closed", (Step(end="close"),))


def resetting() -> Answer:
    """The connection reset."""
    return Answer("the connection reset", (Step(end="reset"),))


def late(timeouts: float) -> Answer:
    """The right answer, after so many declared time-outs of the client."""

    def make(now: Moment) -> bytes:
        now.scene.truth.late.add(now.number)
        return now.adu(now.right_pdu()).encode()

    return Answer(f"the right answer after {timeouts:g} time-outs", (Step(timeouts=timeouts), Step(make)))


def slow(timeouts: float) -> Answer:
    """The right answer after a part of the client's time."""
    return Answer(f"the right answer after {timeouts:g} time-outs", (Step(timeouts=timeouts), *good().steps))


def in_pieces(size: int, pause: float) -> Answer:
    """The right answer in segments of some bytes, some seconds apart."""
    make = good().steps[0].make
    return Answer(f"the right answer, {size} bytes a segment", (Step(make, piece=size, pause=pause),))


def foreign(
    *, transaction: int = 0, protocol: int = 0, unit: int = 0, length: int | None = None, shorter: int = 0
) -> Answer:
    """An answer with another header.

    Args:
        transaction: what is added to the transaction identifier.
        protocol: the protocol identifier.
        unit: what is added to the unit identifier.
        length: the length field; the right one where None.
        shorter: what is taken off the length field.
    """

    def make(now: Moment) -> bytes:
        pdu, name = now.wrong_pdu(), (now.frame.transaction + transaction) & 0xFFFF
        counted = len(pdu) + 1 - shorter if length is None else length
        return Adu(name, (now.unit + unit) & 0xFF, pdu, protocol, counted).encode()

    return Answer("an answer with another header", (Step(make),))


def function(code: int) -> Answer:
    """An answer of another function, with values."""

    def make(now: Moment) -> bytes:
        return now.adu(bytes((code,)) + now.wrong_pdu()[1:]).encode()

    return Answer(f"an answer with function code {code}", (Step(make),))


def refusal(code: int, of: int = 0) -> Answer:
    """An exception, to the function that was asked for or to another one."""

    def make(now: Moment) -> bytes:
        return now.adu(bytes(((of or now.frame.pdu[0]) | ERROR_BIT, code))).encode()

    return Answer(f"exception {code:02X}", (Step(make),))


def codeless() -> Answer:
    """An exception without the code that says why."""

    def make(now: Moment) -> bytes:
        return now.adu(bytes((now.frame.pdu[0] | ERROR_BIT,))).encode()

    return Answer("an exception without a code", (Step(make),))


def counted(*, said: int = 0, there: int = 0) -> Answer:
    """An answer of other sizes than were asked for: so many bytes more are said, so many more are there.

    The header fits what is there.
    """

    def make(now: Moment) -> bytes:
        right = 2 * now.scene.task.quantity
        data = _values(now, right + there)
        return now.adu(bytes((now.frame.pdu[0], right + said)) + data).encode()

    return Answer(f"a byte count of {said:+d}, and {there:+d} bytes", (Step(make),))


def of_registers(more: int) -> Answer:
    """An answer with more or fewer registers than were asked for, well formed in itself."""

    def make(now: Moment) -> bytes:
        data = _values(now, 2 * (now.scene.task.quantity + more))
        return now.adu(bytes((now.frame.pdu[0], len(data))) + data).encode()

    return Answer(f"{more:+d} registers", (Step(make),))


def truncated(size: int) -> Answer:
    """The first bytes of an answer, and nothing more."""

    def make(now: Moment) -> bytes:
        return now.adu(now.wrong_pdu()).encode()[:size]

    return Answer(f"the first {size} bytes of an answer", (Step(make),))


def garbage(size: int) -> Answer:
    """Bytes that mean nothing: AA as often as said."""
    return Answer(f"{size} bytes AA", (Step(lambda _: b"\xaa" * size),))


def unsolicited_before() -> Answer:
    """An answer that nobody asked for and the right one, in one segment."""

    def make(now: Moment) -> bytes:
        stray = Adu(now.frame.transaction ^ 0x5555, now.unit, now.wrong_pdu()).encode()
        return stray + now.adu(now.right_pdu()).encode()

    return Answer("an answer that nobody asked for, and the right one", (Step(make),))


def twice() -> Answer:
    """The right answer, and once more the same."""
    return Answer("the right answer twice", (Step(lambda now: 2 * now.adu(now.right_pdu()).encode()),))


def echo(at: int) -> Answer:
    """The echo of a write in which one byte of the PDU is another."""

    def make(now: Moment) -> bytes:
        pdu = bytearray(now.right_pdu())
        pdu[at] ^= 0x01
        return now.adu(bytes(pdu)).encode()

    return Answer(f"an echo with another byte {at}", (Step(make),))


def _values(now: Moment, size: int) -> bytes:
    """Return bytes of registers that no valid answer carries."""
    task = now.scene.task
    plain = Task(does="fc03", count=max(1, (size + 1) // 2))
    values = now.scene.invalid() if task.is_bits else now.scene.invalid(plain.count)
    return response_of(plain, (*values, *[0.0] * plain.count)[: plain.count])[2 : 2 + size]
