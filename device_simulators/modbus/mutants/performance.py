"""Mutants for the performance suite: right in every answer, and slow, forgetful or short of breath.

How much each of them is wrong is assumed: well beyond the limits of `profiles/performance/proof@1.yaml` where
it breaks one, well within them elsewhere. They do all that by the loop's clock.
"""

import asyncio
from collections import deque
from typing import ClassVar

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant
from device_simulators.modbus.protocol import ModbusTcpProtocol

SUITE = "modbus_performance"
_ONE_VALUE = b"\0\1"


class _Late(ModbusTcpProtocol):
    """Hears each chunk of requests some time after it came; the tester's control exchanges at once."""

    requests = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to count time."""
        self._began = asyncio.get_running_loop().time()
        super().connection_made(transport)

    def wait(self, now: float) -> float:
        """Return the seconds for which a chunk is kept back; `now` is the loop's time."""
        raise NotImplementedError

    def data_received(self, data: bytes) -> None:
        """Keep it back."""
        if data[-2:] == _ONE_VALUE:
            super().data_received(data)
            return
        loop = asyncio.get_running_loop()
        self.requests += 1
        loop.call_later(self.wait(loop.time()), self._hear, data)

    def _hear(self, data: bytes) -> None:
        if not self.transport.is_closing():
            super().data_received(data)


class _Counting(Plc):
    heard = 0

    def comes(self, every: int) -> bool:
        """Count a request, and say whether it is one of so many."""
        self.heard += 1
        return self.heard % every == 0


class _AlwaysLate(_Late):
    def wait(self, now: float) -> float:  # noqa: ARG002 - a rule
        """Keep everything back for longer than half of the requests may wait."""
        return 0.14


class _SometimesLate(_Late):
    def wait(self, now: float) -> float:  # noqa: ARG002 - a rule
        """Keep one request in ten back."""
        assert isinstance(self.server, _Counting)  # noqa: S101 - its only users
        return 0.3 if self.server.comes(10) else 0.0


class _SeldomLate(_Late):
    def wait(self, now: float) -> float:  # noqa: ARG002 - a rule
        """Keep one request in 33 back."""
        assert isinstance(self.server, _Counting)  # noqa: S101 - its only users
        return 0.6 if self.server.comes(33) else 0.0


@mutant("PERF-MB-LATENCY", "PERF-MB-THROUGHPUT", suite=SUITE)
class AnswersSlowly(Plc):
    """Takes 140 ms for each answer."""

    protocol_class = _AlwaysLate


@mutant("PERF-MB-LATENCY", "PERF-MB-THROUGHPUT", "PERF-MB-CHURN", suite=SUITE)
class AnswersSomeSlowly(_Counting):
    """Takes 300 ms for one answer in ten."""

    protocol_class = _SometimesLate


@mutant("PERF-MB-LATENCY", "PERF-MB-SESSIONS", suite=SUITE)
class AnswersFewSlowly(_Counting):
    """Takes 600 ms for one answer in 33."""

    protocol_class = _SeldomLate


class _OneAtATime(_Late):
    def wait(self, now: float) -> float:
        """Wait until all that came before, on whatever connection, has been served."""
        server = self.server
        assert isinstance(server, ServesOneByOne)  # noqa: S101 - its only user
        server.free = max(server.free, now) + 0.006
        return server.free - now


@mutant("PERF-MB-THROUGHPUT", suite=SUITE)
class ServesOneByOne(Plc):
    """Takes 6 ms for an answer, and serves one connection at a time: no more than 167 a second."""

    protocol_class = _OneAtATime
    free = 0.0


class _Stalling(_Late):
    def wait(self, now: float) -> float:
        """Answer nothing for 0.8 s out of 1.2: no second is without a stall."""
        server = self.server
        assert isinstance(server, Stalls)  # noqa: S101 - its only user
        if now - server.last > 1.0:
            server.began = now  # a pause lies before a load
        server.last = now
        into = (now - server.began) % 1.2 - 0.2
        return 0.8 - into if 0 <= into < 0.8 else 0.0  # as above


@mutant(
    "PERF-MB-STALL",
    "PERF-MB-LATENCY",
    "PERF-MB-SESSIONS",
    "PERF-MB-THROUGHPUT",
    "PERF-MB-CHURN",
    suite=SUITE,
)
class Stalls(Plc):
    """Stops for 0.8 s in every 1.2."""

    protocol_class = _Stalling
    began = last = 0.0


class _Ageing(_Late):
    def wait(self, now: float) -> float:
        """Become slower with the age of the connection."""
        return 0.02 * (now - self._began)


@mutant("PERF-MB-DRIFT", suite=SUITE)
class BecomesSlower(Plc):
    """Takes 20 ms more for an answer with each second of a connection."""

    protocol_class = _Ageing


class _ShortOfBreath(ModbusTcpProtocol):
    most: ClassVar[int]
    answered = 0

    def respond(self, transaction: int, protocol: int, unit: int, pdu: bytes) -> bytes:
        """Close the connection where it has answered enough."""
        self.answered += 1
        if self.answered > self.most:
            self.transport.close()
            return b""
        return super().respond(transaction, protocol, unit, pdu)


class _SoonTired(_ShortOfBreath):
    most = 21


class _LaterTired(_ShortOfBreath):
    most = 23


@mutant("PERF-MB-SOAK", suite=SUITE)
class ClosesAfterSome(Plc):
    """Closes a connection behind 23 answers."""

    protocol_class = _LaterTired


@mutant("PERF-MB-ANSWERED", "PERF-MB-SOAK", "PERF-MB-LATENCY", suite=SUITE)
class ClosesAfterFewer(Plc):
    """Closes a connection behind 21 answers."""

    protocol_class = _SoonTired


class _NewAreLate(_Late):
    def wait(self, now: float) -> float:
        """Keep the first request of a connection back where many were opened of late."""
        server = self.server
        assert isinstance(server, OpensSlowly)  # noqa: S101 - its only user
        if self.requests == 1:
            server.opened.append(now)
        recent = sum(now - one < 1.0 for one in server.opened)
        return 0.4 if self.requests == 1 and recent > 20 else 0.0  # sixteen sessions and some


@mutant("PERF-MB-CHURN", suite=SUITE)
class OpensSlowly(Plc):
    """Takes 400 ms for the first answer on a connection where more than twenty were opened in a second."""

    protocol_class = _NewAreLate

    def __init__(self) -> None:
        super().__init__()
        self.opened: deque[float] = deque(maxlen=64)


class _Crowded(_Late):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count it."""
        super().connection_made(transport)
        assert isinstance(self.server, SuffersFromOneMore)  # noqa: S101 - its only user
        self.server.clients += 1

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it no more."""
        super().connection_lost(exc)
        assert isinstance(self.server, SuffersFromOneMore)  # noqa: S101 - its only user
        self.server.clients -= 1

    def wait(self, now: float) -> float:  # noqa: ARG002 - a rule
        """Keep everything back while there are more clients than sessions."""
        assert isinstance(self.server, SuffersFromOneMore)  # noqa: S101 - its only user
        return 0.9 if self.server.clients > 16 else 0.0  # sessions


@mutant("PERF-MB-SESSIONS", suite=SUITE)
class SuffersFromOneMore(Plc):
    """Takes 900 ms for each answer while more than its sixteen sessions are open."""

    protocol_class = _Crowded
    clients = 0


class _Misaddressed(ModbusTcpProtocol):
    def respond(self, transaction: int, protocol: int, unit: int, pdu: bytes) -> bytes:
        """Answer a read of one value under the next unit identifier."""
        return super().respond(transaction, protocol, unit + (pdu[3:5] == _ONE_VALUE), pdu)


@mutant("PERF-MB-INVARIANTS", suite=SUITE)
class ForgetsItsUnit(Plc):
    """Answers reads of one value under another unit identifier."""

    protocol_class = _Misaddressed
