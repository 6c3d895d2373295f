"""The stand-in server: takes the product's connections and answers each request as the scenario says."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from testbed.model.connect import MODBUS_PORT
from testbed.protocols.modbus import Frame
from testbed.testers.modbus.cutter import MbapCutter
from testbed.testers.modbus_client.monitor import ClientMonitor
from testbed.testers.modbus_client.scenario import Answer, Moment, Scene, Step
from testbed.wire.connection import Connection, Received
from testbed.wire.impair.arriving import Arrival, segments_of
from testbed.wire.impair.scope import CURRENT
from testbed.wire.pipe import join
from testbed.wire.recorder import Recorder

MOST_CONNECTIONS = 64
"""Connections that a client may open in one act (assumed; one is enough for most)."""
MOST_REQUESTS = 256
"""Requests of one act that are answered (assumed; a case plays four answers at most)."""
LONGEST = 260
"""Bytes of the largest ADU over TCP (IG 3.1.3)."""
FOREVER = 86_400.0
"""Seconds for which the next request is waited for; each act has a time of its own, which is shorter."""
_FIRST_PORT = 49152


@dataclass(frozen=True)
class Asked:
    """One request of the product."""

    frame: Frame
    number: int
    """Of its frame in the capture."""
    connection: int
    at: float
    """Seconds since the case began."""

    @property
    def pdu(self) -> bytes:
        """Function code and data."""
        return self.frame.pdu


class Standin:
    """Plays one scenario.

    Args:
        recorder: keeps what is said.
        monitor: judges each request.
        scene: the values of the answers.
        answers: one for each request; the last is given to every further one.
        news: called whenever something happened.
    """

    def __init__(
        self,
        recorder: Recorder,
        monitor: ClientMonitor,
        scene: Scene,
        answers: Sequence[Answer],
        news: Callable[[], None],
    ) -> None:
        self.asked: list[Asked] = []
        self.opened: list[float] = []
        """When each connection came, in seconds since the case began."""
        self.answered = 0
        self.fault: BaseException | None = None
        self._recorder, self._monitor, self._scene = recorder, monitor, scene
        self._answers, self._news = answers, news
        self._visits: dict[Visit, asyncio.Task[None]] = {}
        self._scope = scope = CURRENT.get()
        if scope is not None:
            monitor.late = lambda: 2 * scope.worst  # the handshake takes two ways
        self._arrivals: list[Arrival] = []
        self._server: asyncio.Server | None = None
        self._held: socket.socket | None = None

    @property
    def held_up(self) -> float:
        """Seconds by which an impairment may hold up a handshake of two ways, a request, and its answer."""
        if self._scope is None or self._scope.lifted:
            return 0.0
        stream = self._scope.plan.scenario.stream
        return 3 * stream.longest(LONGEST) if stream else 0.0

    # Where the product connects to.

    async def listen(self, host: str, port: int) -> int:
        """Listen; return the port.

        Raises:
            OSError: the place is not to be had.
        """
        self._server = await asyncio.get_running_loop().create_server(self._received, host, port)
        found: int = self._server.sockets[0].getsockname()[1]
        return found

    async def hold(self, host: str, port: int) -> int:
        """Hold a port where nobody listens; return it.

        A port that is merely free may be given to somebody else at any time: another case's stand-in, or the
        product itself as its own end of the connection, which would then reach itself (RFC 9293, 3.5).

        Raises:
            OSError: the place is not to be had.
        """
        loop = asyncio.get_running_loop()
        family, kind, number, _, where = (await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM))[0]
        self._held = held = socket.socket(family, kind, number)
        if port:  # connections of the last act may still leave it
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(where)
        found: int = held.getsockname()[1]
        return found

    async def join(self, protocol: asyncio.Protocol) -> None:
        """Connect a client of this process."""
        await asyncio.sleep(0)  # what was closed before arrives before a new connection does
        join(
            protocol,
            self._received(),
            client_port=_FIRST_PORT + len(self._recorder.connections),
            server_port=MODBUS_PORT,
        )

    async def leave(self) -> None:
        """Listen no more, and end what still is connected."""
        if self._server is not None:
            self._server.close()
        if self._held is not None:
            self._held.close()
        tasks = list(self._visits.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        for visit in self._visits:
            visit.close()
        for arrival in self._arrivals:
            arrival.give_up()
        await asyncio.sleep(0)  # a connection that came with the last packet is closed, too

    def _received(self) -> asyncio.Protocol:
        """Return what a connection of the product talks to: the stand-in, or an impairment before it."""
        if self._scope is None or self._scope.lifted:
            return Visit(self, self._recorder, self._monitor)
        arrival = Arrival(self._scope, lambda one: Visit(self, self._recorder, self._monitor, one.segments))
        if len(self._arrivals) >= MOST_CONNECTIONS:
            asyncio.get_running_loop().call_soon(arrival.refuse)
        else:
            self._arrivals.append(arrival)
        return arrival.back

    # What a connection says.

    def came(self, visit: Visit) -> None:
        """Take a connection, unless there are too many."""
        self.opened.append(self._recorder.now())
        self._monitor.opened(visit.number, visit.segments)
        if len(self.opened) > MOST_CONNECTIONS:
            self._recorder.note(f"more than {MOST_CONNECTIONS} connections: reset by the stand-in")
            visit.reset()
        else:
            task = asyncio.get_running_loop().create_task(self._converse(visit))
            task.add_done_callback(self._ended)
            self._visits[visit] = task
        self._news()

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            self.fault = self.fault or task.exception()
        self._news()

    async def _converse(self, visit: Visit) -> None:
        while isinstance(came := await visit.receive(FOREVER), Received):
            frame, number = Frame(came.data), len(self.asked)
            self.asked.append(Asked(frame, came.number, visit.number, came.at))
            self._news()
            if number >= MOST_REQUESTS or not frame.pdu:
                continue
            moment = Moment(self._scene, number, frame, visit)
            for step in self._answers[min(number, len(self._answers) - 1)].steps:
                await self._do(step, moment)
            self.answered += 1
            self._news()

    async def _do(self, step: Step, moment: Moment) -> None:
        if step.timeouts:
            await asyncio.sleep(step.timeouts * self._scene.timeout)
        if step.make is not None:
            data = step.make(moment)
            if step.piece:
                pieces = [data[at : at + step.piece] for at in range(0, len(data), step.piece)]
                await moment.line.send_in_pieces(pieces, step.pause)
            else:
                moment.line.send(data)
        elif step.pause:
            await asyncio.sleep(step.pause)
        if step.end == "close":
            moment.line.close()
        elif step.end == "reset":
            moment.line.reset()


class Visit(Connection):
    """One connection that the product opened."""

    def __init__(
        self,
        standin: Standin,
        recorder: Recorder,
        monitor: ClientMonitor,
        segments: Callable[[], int | None] | None = None,
    ) -> None:
        super().__init__(recorder, MbapCutter(), monitor)
        self._standin = standin
        self._segments = segments
        self._chunks = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Record the new connection."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - narrows the type asyncio gives
        self._transport = transport
        here = transport.get_extra_info("sockname") or ("127.0.0.1", MODBUS_PORT)
        there = transport.get_extra_info("peername") or (here[0], 0)  # it may have reset by now
        self._number = self.recorder.opened(tuple(here[:2]), tuple(there[:2]), accepted=True)
        self._standin.came(self)

    def data_received(self, data: bytes) -> None:
        """Count what came in one piece, then take it."""
        self._chunks += 1
        super().data_received(data)

    def segments(self) -> int | None:
        """Return how many segments with data have come from the product; None where nobody can tell."""
        return self._segments() if self._segments is not None else segments_of(self._transport, self._chunks)
