"""What a load showed, held against a profile's limits. The decision rule stands here, once.

A latency is the device's and the harness's together. It passes where its upper 95 % bound keeps the limit,
for the harness can only have added to it. It fails where its lower 95 % bound, less what the harness showed
against a loopback responder in the same run, is beyond the limit, and that harness is three times faster. In
between, and where the engine was later by itself than a third of the limit, nothing is decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from testbed.model.base import Text
from testbed.model.performance import Measurement, Quantile
from testbed.testers.answer import Agreement
from testbed.testers.load.plan import DRAIN
from testbed.testers.trouble import Undecided

BETTER = 3.0
"""How many times faster than what is judged the harness must be."""
MATERIAL = 0.25
"""Share of a latency limit below which a drift is no matter (assumed)."""
AGREED = Agreement()


@dataclass(frozen=True)
class Loaded:
    """One load, as a case looks at it. Every property but those of the load itself gives an agreement."""

    measurement: Measurement
    limits: dict[str, float]
    """Seconds, by percentile."""
    stall_limit: float
    """Seconds."""
    thirds: tuple[Quantile | None, Quantile | None] = (None, None)
    """The p90 of the first third of a soak, and of the last."""
    drift: float = 1.0
    closable: int = 0
    """Connections that the device may close for new ones, as it declares."""

    @property
    def hurried_ms(self) -> float | None:
        """Milliseconds by which the engine itself was too late to judge a limit; None where it was not."""
        harness = self.measurement.harness
        if harness.late_p99 > min(self.limits.values()) * 1000 / BETTER:
            return harness.late_p99
        return harness.late_worst if harness.late_worst > self.stall_limit * 1000 / BETTER else None

    @property
    def answered(self) -> Agreement:
        """Every request was answered, and by an answer of its own.

        Raises:
            Undecided: the engine was so late by itself that an answer in time may have been read too late.
        """
        seen = self.measurement
        faults = {
            Text(en="not answered", ko="무응답"): seen.unanswered,
            Text(en="answered wrongly", ko="잘못된 응답"): seen.wrong,
            Text(en="answers to nothing", ko="요청 없는 응답"): seen.strange,
            Text(en="connections lost", ko="끊어진 연결"): max(0, seen.lost - self.closable),
        }
        if self.closable and seen.lost:
            faults[Text(en="not answered", ko="무응답")] = 0  # they were pending on what it may close
        found = {what: number for what, number in faults.items() if number}
        if not found:
            return AGREED
        # An answer that came in time may have been read too late; nothing else is made so.
        if not (seen.wrong or seen.strange or seen.lost) and seen.harness.late_worst > DRAIN * 1000 / BETTER:
            raise Undecided(too_late(seen.harness.late_worst))
        return Agreement(
            expected=Text(en=f"{seen.requests:,} right answers", ko=f"올바른 응답 {seen.requests:,}개"),
            received=Text(
                en=", ".join(f"{number:,} {what.en}" for what, number in found.items()),
                ko=", ".join(f"{what.ko} {number:,}개" for what, number in found.items()),
            ),
            is_absence=not (seen.wrong or seen.strange),  # bytes that came stand, whatever held them up
        )

    @property
    def latency(self) -> Agreement:
        """Each percentile keeps its limit; one that does not outweighs one of which nobody can tell.

        Raises:
            Undecided: of one nobody can tell, and all others keep theirs.
        """
        unsure: Undecided | None = None
        for name in sorted(self.limits, key=lambda one: float(one[1:])):
            try:
                found = self.keeps(name, self.limits[name])
            except Undecided as error:
                unsure = unsure or error
            else:
                if not found.agrees:
                    return found
        if unsure is not None:
            raise unsure
        return AGREED

    def keeps(self, name: str, limit_s: float) -> Agreement:
        """Say whether a percentile keeps a limit in seconds; Undecided where nobody can tell."""
        share, limit = float(name.removeprefix("p")) / 100, limit_s * 1000
        found = of_share(self.measurement.quantiles, share)
        if found is None:
            raise Undecided(
                Text(
                    en=f"{self.measurement.requests} requests are too few for {name} with its upper bound",
                    ko=f"요청 {self.measurement.requests}개로는 {name}의 상한을 정할 수 없음",
                )
            )
        floor = of_share(self.measurement.harness.floor, share)
        return _judged(name, limit, found, floor, self.measurement.harness.late_p99)

    @property
    def stall(self) -> Agreement:
        """No stretch without an answer is longer than the limit."""
        worst = max((one.seconds for one in self.measurement.stalls), default=0.0)
        if worst <= self.stall_limit:
            return AGREED
        late = self.measurement.harness.late_worst
        if late > self.stall_limit * 1000 / BETTER or worst * 1000 - late <= self.stall_limit * 1000:
            raise Undecided(too_late(late))
        return Agreement(
            expected=_at_most("", self.stall_limit * 1000),
            received=Text(en=f"a stall of {worst * 1000:,.0f} ms", ko=f"{worst * 1000:,.0f} ms 정지"),
            is_absence=True,
        )

    @property
    def steady(self) -> Agreement:
        """The p90 of the last third is not much longer than that of the first."""
        first, last = self.thirds
        if first is None or last is None:
            raise Undecided(Text(en="too few requests for a drift", ko="변화를 판정하기에 요청 수가 부족함"))
        material = min(self.limits.values()) * 1000 * MATERIAL
        if first.high is None or first.value is None or last.value is None:
            raise Undecided(Text(en="too many were not answered", ko="무응답이 너무 많음"))
        most = max(material, first.high * self.drift)
        if last.value <= most or (last.low is not None and last.low <= most):
            return AGREED
        if self.measurement.harness.late_p99 > most / BETTER:
            raise Undecided(too_late(self.measurement.harness.late_p99))
        return Agreement(
            expected=_at_most("p90 ", most),
            received=Text(
                en=f"p90 {last.value:,.2f} ms in the last third, {first.value:,.2f} ms in the first",
                ko=f"p90 마지막 1/3 {last.value:,.2f} ms, 처음 1/3 {first.value:,.2f} ms",
            ),
            is_absence=True,
        )


def of_share(quantiles: Sequence[Quantile], share: float) -> Quantile | None:
    """Return one of some quantiles; None where there is none for that share."""
    return next((one for one in quantiles if abs(one.share - share) < 1e-9), None)  # noqa: PLR2004 - rounding


def _judged(name: str, limit: float, found: Quantile, floor: Quantile | None, late: float) -> Agreement:
    """Apply the decision rule; all times in milliseconds."""
    if late > limit / BETTER:
        raise Undecided(too_late(late))
    if found.high is not None and found.high <= limit:
        return AGREED
    own = floor.high if floor is not None else None
    if own is None:
        raise Undecided(Text(en="what the harness adds is not known", ko="시험 장치의 기여분을 알 수 없음"))
    if found.value is not None and (own * BETTER > found.value or (found.low or 0) - own <= limit):
        raise Undecided(
            Text(
                en=f"{name} {found.value:,.2f} ms is too near to {limit:,.2f} ms to tell: {_band(found)}, "
                f"harness {own:,.2f} ms",
                ko=f"{name} {found.value:,.2f} ms는 한계 {limit:,.2f} ms에 너무 가까움: {_band(found)}, "
                f"시험 장치 {own:,.2f} ms",
            )
        )
    said = "not answered" if found.value is None else f"{found.value:,.2f} ms"
    said_ko = "무응답" if found.value is None else said
    return Agreement(
        expected=_at_most(f"{name} ", limit),
        received=Text(
            en=f"{name} {said} ({_band(found)}; harness {own:,.2f} ms)",
            ko=f"{name} {said_ko} ({_band(found)}; 시험 장치 {own:,.2f} ms)",
        ),
        is_absence=True,
    )


def _band(found: Quantile) -> str:
    low, high = (("∞" if one is None else f"{one:,.2f}") for one in (found.low, found.high))
    return f"95 %: {low}…{high} ms"


def _at_most(what: str, limit: float) -> Text:
    return Text(en=f"{what}at most {limit:,.4g} ms", ko=f"{what}최대 {limit:,.4g} ms")


def too_late(late: float) -> Text:
    """Say that the engine was late by itself, in milliseconds."""
    return Text(
        en=f"the load engine was late by {late:,.2f} ms itself: this host is too busy to judge this limit",
        ko=f"부하 엔진 자체가 {late:,.2f} ms 늦음: 이 시험 호스트로는 이 한계를 판정할 수 없음",
    )
