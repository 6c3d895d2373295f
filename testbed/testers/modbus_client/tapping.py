"""A passive tap before an independent server: the product connects to it as to the server.

It changes nothing and answers nothing. Every byte is recorded, what the product asks is judged by the same
monitor as under a stand-in, and what the server answers is held against the values that it was given: where
the server is wrong, nothing is said of the product.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from testbed.model.client import SINGLE, Task
from testbed.protocols.modbus import Frame
from testbed.testers.modbus_client.behind import CONNECTS_WITHIN, Behind, Served
from testbed.testers.modbus_client.monitor import ClientMonitor
from testbed.testers.modbus_client.scenario import Scene
from testbed.testers.modbus_client.servers.server import HOST
from testbed.testers.modbus_client.standin import FOREVER, MOST_REQUESTS, Asked, Standin, Visit
from testbed.testers.trouble import Undecided
from testbed.wire.connection import Received
from testbed.wire.recorder import Recorder


class Tap(Standin):
    """Passes each request on to a server, and each answer back.

    Args:
        recorder: keeps what is said.
        monitor: judges each request.
        scene: the product's task; what is true of the server's values is kept in it.
        served: servers of one product, one after the other: with each of the product's connections ended, the
            next one takes the place of the first, as one that was restarted.
        news: called whenever something happened.
    """

    def __init__(
        self,
        recorder: Recorder,
        monitor: ClientMonitor,
        scene: Scene,
        served: Sequence[Served],
        news: Callable[[], None],
    ) -> None:
        super().__init__(recorder, monitor, scene, (), news)
        self._served = list(served)
        self._behind: dict[Visit, Behind] = {}

    @property
    def serving(self) -> Served:
        """The server that serves now."""
        return self._served[0]

    async def _converse(self, visit: Visit) -> None:
        behind = Behind(self, visit)
        self._behind[visit] = behind
        try:
            async with asyncio.timeout(CONNECTS_WITHIN):
                await asyncio.get_running_loop().create_connection(lambda: behind, HOST, self.serving.port)
        except (OSError, TimeoutError) as error:
            raise self.serving.server.failed(f"takes no connection: {error}") from error
        try:
            while isinstance(came := await visit.receive(FOREVER), Received):
                frame, number = Frame(came.data), len(self.asked)
                self.asked.append(Asked(frame, came.number, visit.number, came.at))
                if self.serving.values is not None:
                    self._scene.truth.valid[number] = self.serving.values
                if number < MOST_REQUESTS:
                    behind.ask(frame, came.at)
                self._news()
        finally:
            behind.leave(self._recorder.now())

    def passed_on(self, asked: Frame | None) -> None:
        """Count an answer that is about the task; behind it a server is restarted, but for the last one."""
        if asked is None or not touches(self._scene.task, asked):
            return  # a product that acts by itself may do its other tasks meanwhile
        self.answered += 1
        if len(self._served) > 1:
            self._served.pop(0)
            self._recorder.note(f"{self.serving.server} is restarted, with other values")
            for visit, behind in self._behind.items():
                behind.leave(self._recorder.now(), is_restart=True)
                visit.close()
        self._news()

    def blame(self, server: Undecided) -> None:
        """Take note of what a server did wrong."""
        self.fault = self.fault or server
        self._news()

    async def leave(self) -> None:
        """Listen no more, end what still is connected, and blame a server that owes an answer."""
        now = self._recorder.now()
        await super().leave()
        for behind in self._behind.values():
            if (owed := behind.owed(now)) is not None:
                self.blame(behind.served.server.failed(f"did not answer a request, {owed:.2f} s after it"))

    def now(self) -> float:
        """Return the seconds since the case began."""
        return self._recorder.now()


def touches(task: Task, asked: Frame) -> bool:
    """Say whether a request is about what a task reads or writes."""
    pdu = asked.pdu
    if f"fc{pdu[0]:02d}" != task.does:
        return False
    first, count = int.from_bytes(pdu[1:3]), 1 if task.does in SINGLE else int.from_bytes(pdu[3:5])
    return first < task.at + task.quantity and task.at < first + count
