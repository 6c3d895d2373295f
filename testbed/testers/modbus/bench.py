"""What the cases of a run share: the device as declared, its scratch pools, its pace."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import ClassVar

from testbed.model.base import Text
from testbed.model.budget import DEFAULT
from testbed.model.declaration import Declaration
from testbed.model.needs import Needs
from testbed.model.performance import Performance
from testbed.protocols.modbus import Request
from testbed.testers.bench import PutBack
from testbed.testers.journal import Journal, Leased
from testbed.testers.load.crew import Outcome
from testbed.testers.modbus.conclusion import Patience
from testbed.testers.modbus.declared import READS, Declared
from testbed.testers.modbus.desk import ModbusCase
from testbed.testers.modbus.framing import framing_of
from testbed.testers.modbus.loaded import Loaded
from testbed.testers.modbus.restoring import put_back
from testbed.testers.modbus.safety import Write
from testbed.testers.modbus.scratch import Pool
from testbed.testers.trouble import Undecided
from testbed.wire.dial import Dial
from testbed.wire.impair.scope import Scope
from testbed.wire.recorder import Recorder


class ModbusBench:
    """One device and what is known of it."""

    SURVIVES: ClassVar[str] = "MB-SURVIVES"
    FIXTURES: ClassVar[Mapping[str, str]] = {
        "modbus": "A strict Modbus client with a connection of its own.",
        "other": "A second one, on a second connection.",
        "crowd": "As many clients as the device declares sessions.",
        "declared": "The device's tables and limits, as declared.",
        "registers": "Holding registers leased from the scratch areas, restored afterwards.",
        "coils": "Coils leased from the scratch areas, restored afterwards.",
        "files": "Records of a file leased from the scratch areas, restored afterwards.",
        "meet": "Starts an independent client against the device, through a recording tap.",
        "tls": "Opens sessions of TLS with whatever certificate, and sends hellos made by hand.",
        "fuzz": "Fires random and nearly valid requests, and says whether the device takes them well.",
        "load": "Puts load on the device, at intended times, and says what became of it.",
        "machine": "Drives a rule-based machine against the device, and says whether they agree.",
    }

    def __init__(
        self, declaration: Declaration, dial: Dial, seed: int, journal: Journal | None = None
    ) -> None:
        self.declaration = declaration
        self.framing = framing_of(
            declaration.endpoint, declaration.gateway.units if declaration.gateway else ()
        )
        self.declared = Declared(declaration)
        self.refused: set[str] = set()
        """Declared functions that the device was found not to serve."""
        self.pools = {
            "registers": Pool(declaration.areas("holding_registers")),
            "coils": Pool(declaration.areas("coils")),
            "files": Pool(declaration.files),
        }
        self.met = False
        """Whether the device has answered a control exchange at all."""
        self.patience = Patience()
        self.fuzz_budget = DEFAULT
        """How much each case that fuzzes may send."""
        self.performance: Performance | None = None
        """What the profile demands of performance."""
        self.load_workers = 1
        """Processes that share a load."""
        self.loads: dict[str, tuple[str, Loaded, Scope | None]] = {}
        """Loads on the device, by kind: the case that made it, and what was done to it on purpose."""
        self.floors: dict[tuple[float, bool, bool], Outcome] = {}
        """The harness alone at some rate, on connections that last or that come and go."""
        self.dial = dial
        self.seed = seed
        self.journal = journal
        self._pace = asyncio.Lock()
        self._next_request = 0.0

    def wear(self, said: Iterable[str]) -> None:
        """Count what a run had written before it was stopped: a value is written so often in one run only."""
        for write in filter(None, map(Write.of, said)):
            self.pools[write.table].writes.update(write.places)

    def weight(self, fixtures: Sequence[str]) -> int:
        """Return how many connections a case needs at once."""
        wanted = sum(name in {"modbus", "other"} for name in fixtures)
        wanted = max(wanted, 1) + ("tls" in fixtures)
        return max(wanted, self.declaration.sessions if "crowd" in fixtures else 0)

    def case(self, name: str, needs: Needs, gate: str, recorder: Recorder) -> ModbusCase:
        """Return what one case works with."""
        chance = random.Random(f"{self.seed} {name}")  # noqa: S311 - reproducible
        return ModbusCase(self, needs, gate, recorder, chance, name)

    async def put_back(self, leased: Sequence[Leased], recorder: Recorder, done: PutBack) -> None:
        """Write values back into the device, the latest first."""
        await put_back(self.case("(resumed)", (), "", recorder), leased, done)

    def probe(self, doubted: str = "") -> tuple[Request, str]:
        """Return a read of one value that the device declares to serve, and the name of its function.

        Args:
            doubted: a function to be used only where there is no other.

        Raises:
            Undecided: it declares none that it serves.
        """
        for function in sorted(READS, key=lambda name: name == doubted):
            table, request = READS[function]
            areas = self.declaration.areas(table)
            if function in self.declaration.supports and function not in self.refused and areas:
                return request(areas[0].first, 1), function
        raise Undecided(
            Text(en="no declared read function is served", ko="선언된 읽기 기능이 하나도 동작하지 않음")
        )

    async def keep_pace(self) -> None:
        """Wait until the device may be sent another request."""
        async with self.turn():
            pass

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for the pause that the device wants between requests; nobody else sends until the end."""
        pause = self.declaration.timing.pause
        if not pause:
            yield
            return
        async with self._pace:
            loop = asyncio.get_running_loop()
            await asyncio.sleep(max(0.0, self._next_request - loop.time()))
            try:
                yield
            finally:
                self._next_request = loop.time() + pause
