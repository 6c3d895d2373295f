"""Before anything is judged: is the device there, and set up as declared? Named causes, reads alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from testbed.model.base import Language, Text
from testbed.model.preflight import Check, Diagnosis
from testbed.model.review import review
from testbed.plugin.setup import Setup
from testbed.testers.bench import Look, preflight_of
from testbed.wire.clock import VirtualClockLoop
from testbed.wire.dial import UnreachableError
from testbed.wire.reach import reach as reach_device
from testbed.wire.recorder import Recorder
from testbed.wire.secrets import located

_UNFIT = Text(
    en="the declaration does not fit its profile {profile}; `testbed review` shows every item",
    ko="선언이 프로파일 {profile}에 맞지 않음; `testbed review`로 모든 항목을 확인",
)


@dataclass(frozen=True)
class Preflight:
    """What was tried and found, and what was said on the wire meanwhile."""

    checks: tuple[Check, ...] = ()
    capture: bytes = b""

    @property
    def found(self) -> tuple[Diagnosis, ...]:
        """What is wrong, in the order in which it was found."""
        return tuple(check.found for check in self.checks if check.found is not None)


class NotReadyError(UnreachableError):
    """Declaration or set-up would falsify every case; the message names cause and remedy."""


def look(setup: Setup, trying: Callable[[str], None] = lambda _: None) -> Preflight:
    """Compare the device with its declaration, by reads alone and in bounded time.

    Args:
        setup: the device.
        trying: hears what is tried now.
    """
    device, epoch = setup.simulator, time.time()
    preflight = preflight_of(setup.protocol)

    async def fly() -> Look:
        clock = asyncio.get_running_loop().time
        declared = located(setup.declaration, setup.base)
        way = partial(reach_device, security=declared.security, base=setup.base)
        dial, elsewhere = way(declared.endpoint, device), way if device is None else None
        desk = preflight.Desk(declared, dial, Recorder(clock), trying, elsewhere)
        await preflight.examine(desk)
        return desk

    with asyncio.Runner(loop_factory=None if device is None else VirtualClockLoop) as runner:
        desk = runner.run(fly())
    return Preflight(
        tuple(desk.checks),
        preflight.captured(
            desk.recorder,
            setup.declaration.endpoint,
            comment="preflight\n" + "\n".join(desk.recorder.notes),
            epoch=epoch,
        ),
    )


def reach(
    setup: Setup, trying: Callable[[str], None] = lambda _: None, language: Language = "en"
) -> Preflight:
    """Pass the gates before a run: the declaration fits its profile, the device is set up as declared.

    Args:
        setup: the device.
        trying: hears what is tried now.
        language: of the message, should nothing be judged.

    Raises:
        NotReadyError: what was found would falsify every case; nothing may be judged.
    """
    catalogues = [suite.catalogue for suite in setup.suites]
    faults = review(setup.declaration, setup.profile, catalogues).faults
    if faults:
        said = _UNFIT.in_language(language).format(profile=setup.profile.id)
        raise NotReadyError("\n".join([said, *(one.in_language(language) for one in faults)]))
    preflight = look(setup, trying)
    if any(one.stops for one in preflight.found):
        raise NotReadyError("\n".join(one.sentence(language) for one in preflight.found if one.stops))
    return preflight
