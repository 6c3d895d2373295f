"""What the cases of a run share: the client as declared, and what makes it act."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from testbed.model.budget import DEFAULT
from testbed.model.client import Client, Task
from testbed.model.declaration import Declaration
from testbed.model.needs import Needs
from testbed.testers.bench import PutBack
from testbed.testers.journal import Journal, Leased
from testbed.testers.modbus_client.by_hand import ByHand
from testbed.testers.modbus_client.commanding import Commanded
from testbed.testers.modbus_client.desk import ClientCase
from testbed.testers.modbus_client.driving import Driver, InProcess, Waiting
from testbed.testers.modbus_client.watching import watch_of
from testbed.wire.awaiting import Awaited
from testbed.wire.dial import Dial
from testbed.wire.recorder import Recorder
from testbed.wire.simulator import SimulatedClient


class ClientBench:
    """One client and what is known of it."""

    SURVIVES: ClassVar[str] = "MBC-SURVIVES"
    FIXTURES: ClassVar[Mapping[str, str]] = {
        "client": "Makes the product act once against a stand-in, and says what it asked and believes.",
        "declared": "What the vendor declares of the client.",
        "meet": "Lets the product act against an independent server, through a recording tap.",
    }

    def __init__(
        self,
        declaration: Declaration,
        dial: Dial,
        seed: int,
        journal: Journal | None = None,  # noqa: ARG002 - nothing of a client's is written
    ) -> None:
        if declaration.client is None:
            raise ValueError("the declaration says nothing of a client")
        self.declaration = declaration
        self.client: Client = declaration.client
        self.refused: set[str] = set()
        self.met = False
        """Whether the client has made a control exchange at all."""
        self.acts_well = False
        """Whether the last thing that it did was a good act: an operator need not show it again."""
        self.fuzz_budget = DEFAULT
        self.seed = seed
        self._here: SimulatedClient | None = None
        if isinstance(dial, Awaited) and dial.device is not None and dial.device.client is not None:
            self._here = dial.device.client(self.client)

    def wear(self, said: Iterable[str]) -> None:
        """Count nothing: a stand-in does not wear."""

    def weight(self, fixtures: Sequence[str]) -> int:  # noqa: ARG002 - part of the interface
        """Return how many of the product a case needs at once; an operator is asked one thing at a time."""
        return self.declaration.sessions if self.client.by_hand else 1

    def case(self, name: str, needs: Needs, gate: str, recorder: Recorder) -> ClientCase:  # noqa: ARG002 - as above
        """Return what one case works with."""
        return ClientCase(self, recorder, random.Random(f"{self.seed} {name}"))  # noqa: S311 - reproducible

    async def put_back(self, leased: Sequence[Leased], recorder: Recorder, done: PutBack) -> None:
        """Put nothing back: a stand-in leases nothing."""

    @property
    def place(self) -> tuple[str, int] | None:
        """Where the stand-in listens; None for a client of this process."""
        where = self.declaration.endpoint
        return None if self._here is not None else (where.host, where.port)

    @property
    def lasts(self) -> bool:
        """Whether the product goes on from one act to the next, so that it may not survive one."""
        return self._here is not None or self.client.polls or self.client.by_hand

    def driver(self, task: Task) -> Driver:
        """Return what makes the product do a task."""
        if self._here is not None:
            return InProcess(self._here)
        watch = watch_of(task)
        if task.command:
            return Commanded(self.client.environment, watch)
        if task.is_by_hand:
            return ByHand(self.client.acts_within, watch)
        return Waiting(watch)
