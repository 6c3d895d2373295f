"""Is the device still there? One that restarts is waited for, one that is gone is given up."""

from __future__ import annotations

import asyncio

from testbed.model.base import Text
from testbed.model.verdict import Verdict
from testbed.plugin.attempt import Bench, attempt
from testbed.plugin.case import Case
from testbed.plugin.reproduction import Try
from testbed.plugin.selection import not_run
from testbed.testers.bench import Bench as Device

RETURN_WAITS = (1.0, 2.0, 4.0, 8.0)
"""Seconds between the looks after a device that answered before: one that starts anew, or whose cable was
pulled, may take a quarter of a minute (assumed), and what is one absence shall not count as three."""
GIVE_UP_AFTER = len(RETURN_WAITS) + 1
"""Times in a row that a case alone meets nobody before the device is taken for gone (assumed)."""


class Presence:
    """Lets cases meet the device as long as it is there."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._alone = 0
        """Times in a row that a case met nobody, with nothing else running."""
        self._beside = 0
        """Times in a row that a case met nobody, whatever ran beside it."""
        self._cause: Text | None = None
        """Why the last of them met nobody."""
        self._unheard = False
        """Whether the last of them heard nothing at all."""

    @property
    def device(self) -> Device:
        """The device, and what is known of it."""
        return self._bench.device

    def is_doubtful(self, beside: int) -> bool:
        """Say whether so many cases at once met nobody so often that each should be tried alone."""
        return self._beside >= GIVE_UP_AFTER * beside

    async def meet(self, case: Case, note: str = "", *, alone: bool) -> Try:
        """Run a case once, unless the device has been gone for long; where it only restarts, wait for it."""
        if self._alone >= GIVE_UP_AFTER:
            untried = not_run(case, Verdict.INCONCLUSIVE, self._gave_up())
            return Try(untried, met=False, gone=True, unheard=self._unheard)
        done, waited = await self._attempt(case, note, alone=alone), 0.0
        may_return = alone and self.device.met
        while may_return and self._alone < GIVE_UP_AFTER and done.is_away and not done.standing:
            wait = RETURN_WAITS[max(self._alone, 1) - 1]
            await asyncio.sleep(wait)
            waited += wait
            done = await self._attempt(case, note, alone=alone, waited=waited)
        return done

    async def _attempt(self, case: Case, note: str, *, alone: bool, waited: float = 0.0) -> Try:
        """Run a case, and count how often in a row nobody was there."""
        done = await attempt(case, self._bench, alone=alone, note=note, waited=waited)
        if done.met:
            self._alone = self._beside = 0
        if done.gone:
            self._cause, self._unheard = done.record.reason, done.unheard
        self._beside += done.gone
        self._alone += alone and done.gone
        return done

    def _gave_up(self) -> Text:
        """Say why a case is not tried any more: what the last that was tried had met."""
        en = f"nobody had answered {GIVE_UP_AFTER} times in a row; this case was not tried any more"
        ko = f"연속 {GIVE_UP_AFTER}회 응답이 없어 이 케이스는 더 이상 시도하지 않음"
        if self._cause is None:
            return Text(en=en, ko=ko)
        return Text(en=f"{en} ({self._cause.en})", ko=f"{ko} ({self._cause.ko})")
