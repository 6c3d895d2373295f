"""What the plugin asks of a protocol's tester: a bench for each device, a desk for each case."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from importlib import import_module
from typing import ClassVar, Protocol, cast

from testbed.model.base import Text
from testbed.model.budget import Budget
from testbed.model.connect import Endpoint
from testbed.model.declaration import Declaration
from testbed.model.needs import Needs
from testbed.model.performance import Measurement, Performance
from testbed.model.preflight import Check
from testbed.model.record import Frame
from testbed.model.saved_case import SavedCase
from testbed.testers.journal import Journal, Leased
from testbed.wire.dial import Dial
from testbed.wire.monitor import Breach
from testbed.wire.recorder import Recorder


class Tester(Protocol):
    """A client of a case, with one connection at a time."""

    frames: tuple[int, ...]
    """Frame numbers of its last exchange."""

    @property
    def is_open(self) -> bool:
        """Whether neither side has closed."""


class Watch(Protocol):
    """What the monitor has seen of a case."""

    @property
    def breaches(self) -> Sequence[Breach]:
        """Frames that broke an invariant."""

    @property
    def watched(self) -> int:
        """Frames judged."""

    @property
    def silences(self) -> int:
        """Times that the tester waited for something that did not come."""

    @property
    def busy(self) -> bool:
        """Whether the device said that it has no room: it may have been full of other cases'."""


class Desk(Protocol):
    """One case at the bench: its connections, its leases, its monitor."""

    random: random.Random
    recorder: Recorder
    not_restored: list[str]
    """Scratch values that could not be put back, with what they were."""
    peer: str
    """Name and version of the independent product that took part."""
    saved: SavedCase | None
    """A sequence of requests that the device failed, to be kept and sent again."""
    measurement: Measurement | None
    """What a load showed that the case put on the device."""

    @property
    def testers(self) -> Sequence[Tester]:
        """The clients of the case."""

    @property
    def monitor(self) -> Watch:
        """Watches their connections."""

    @property
    def writes(self) -> Sequence[str]:
        """What was written, and what only an isolated device may get, in order."""

    def repeat(self) -> None:
        """Take note that the case was tried before."""

    async def prepare(self, fixtures: Sequence[str]) -> dict[str, object]:
        """Connect, prove with a good exchange that the device answers, lease what the case writes.

        Raises:
            Undecided: the device cannot be reached, does not answer, or set-up fails.
        """

    async def conclude(self) -> Text | None:
        """Prove that the device still answers, put back what was found, close; say what is wrong."""

    def evidence(self, cited: Collection[int], guilty: Mapping[int, tuple[int, int]]) -> tuple[Frame, ...]:
        """Return the cited frames, decoded, with their guilty bytes marked."""

    def capture(self, comment: str, epoch: float) -> bytes:
        """Return what was on the wire as the bytes of a pcapng file.

        Args:
            comment: of the whole capture.
            epoch: POSIX time at which the case began, in seconds.
        """


class PutBack(Protocol):
    """Takes note of what becomes of values that are put back."""

    restored: list[str]
    not_restored: list[str]
    entries: list[int]
    """Numbers of the entries that were put back."""


class Bench(Protocol):
    """One device and what is known of it."""

    SURVIVES: ClassVar[str]
    """The requirement that a device which stops answering breaks."""

    declaration: Declaration
    refused: set[str]
    """Declared facts that the device was found not to serve."""
    met: bool
    """Whether the device has answered a control exchange at all."""
    fuzz_budget: Budget
    """How much each case that fuzzes may send."""
    performance: Performance | None
    """What the profile demands of performance."""
    load_workers: int
    """Processes that share a load."""

    def __init__(
        self, declaration: Declaration, dial: Dial, seed: int, journal: Journal | None = None
    ) -> None: ...

    def wear(self, said: Iterable[str]) -> None:
        """Count what a run had written before it was stopped."""

    def weight(self, fixtures: Sequence[str]) -> int:
        """Return how many sessions a case needs at once."""

    def case(self, name: str, needs: Needs, gate: str, recorder: Recorder) -> Desk:
        """Return what one case works with."""

    async def put_back(self, leased: Sequence[Leased], recorder: Recorder, done: PutBack) -> None:
        """Write values back, the latest first, so that what was found first stands in the end."""


class Look(Protocol):
    """What preflight tried and found."""

    recorder: Recorder
    checks: list[Check]


class Preflight(Protocol):
    """The preflight of a protocol: a module."""

    def Desk(  # noqa: N802 - a class of the module
        self,
        declaration: Declaration,
        dial: Dial,
        recorder: Recorder,
        trying: Callable[[str], None],
        elsewhere: Callable[[Endpoint], Dial] | None,
    ) -> Look:
        """Return one device about to be judged.

        Args:
            declaration: of the device.
            dial: reaches it.
            recorder: keeps what is said.
            trying: hears what is tried now.
            elsewhere: reaches another port of the same host; None for a device that runs in this process.
        """

    async def examine(self, desk: Look) -> None:
        """Fill the desk with checks, in bounded time, by reads alone."""

    def captured(self, recorder: Recorder, endpoint: Endpoint, *, comment: str, epoch: float) -> bytes:
        """Return what was said as the bytes of a pcapng file."""


_BENCHES = {
    "modbus": "testbed.testers.modbus.bench:ModbusBench",
    "opcua": "testbed.testers.opcua.bench:UaBench",
    "modbus_client": "testbed.testers.modbus_client.bench:ClientBench",
}


def bench_of(protocol: str) -> type[Bench]:
    """Return the bench of a protocol, as a suite names it; what another one needs is not loaded."""
    module, _, name = _BENCHES[protocol].partition(":")
    return cast("type[Bench]", getattr(import_module(module), name))


def preflight_of(protocol: str) -> Preflight:
    """Return the preflight of a protocol, as a suite names it."""
    return cast("Preflight", import_module(f"testbed.testers.{protocol}.preflight"))
