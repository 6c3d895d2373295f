"""What became of a run's waivers: a pure function of record and verdicts, for all who show or decide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from testbed.model.base import Frozen, Text
from testbed.model.record import Header, Judged, Resumed
from testbed.model.verdict import Verdict, join
from testbed.model.waiver import Waiver


class Stale(Frozen):
    """A waiver of this device that fails the run, and why."""

    waiver: Waiver
    verdict: Verdict
    """Of the requirement, in this run."""
    expired: bool

    @property
    def said(self) -> Text:
        """The reason in one sentence, with the remedy."""
        name, day = self.waiver.requirement, self.waiver.expires
        if self.expired:
            return Text(
                en=f"The waiver of {name} expired on {day}: take it out, or have it approved anew.",
                ko=f"{name}의 예외 승인이 {day}에 만료되었습니다. 삭제하거나 다시 승인·서명받으십시오.",
            )
        return Text(
            en=f"The waiver of {name} no longer bites (verdict {self.verdict}): "
            f"take it out and have the file signed anew.",
            ko=f"{name}의 예외 승인은 해당하는 부적합이 더 이상 없습니다(판정 {self.verdict}). "
            f"삭제하고 파일에 다시 서명하십시오.",
        )


class Dispositions(Frozen):
    """The waivers of a run, each in one of two heaps."""

    accepted: tuple[Waiver, ...] = ()
    """Each covers a FAIL of this run."""
    stale: tuple[Stale, ...] = ()

    @property
    def waived(self) -> dict[str, bool]:
        """The requirements whose FAIL is accepted, as `testbed.model.record.outcome_of` takes them."""
        return {waiver.requirement: True for waiver in self.accepted}


def day_of(header: Header, resumed: Sequence[Resumed] = ()) -> date | None:
    """Return the UTC day on which a run began or last went on; None when its record does not tell one."""
    stamps = [header.started, *(line.at for line in resumed[-1:])]
    try:
        return max(_in_utc(datetime.fromisoformat(stamp)).date() for stamp in stamps)
    except (ValueError, OverflowError):
        return None


def _in_utc(moment: datetime) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def dispositions(header: Header, judged: Iterable[Judged], resumed: Sequence[Resumed] = ()) -> Dispositions:
    """Say of each waiver in the header whether it covers a FAIL, on the day on which the run last set out.

    Whoever lets a stopped run go on judges then, so a waiver that ended in between covers nothing. One of
    another device is neither: it says nothing about this run. Where the day is not known, every waiver counts
    as expired.
    """
    verdicts: dict[str, Verdict] = {}
    for one in judged:
        before = verdicts.get(one.requirement.id, Verdict.NOT_TESTED)
        verdicts[one.requirement.id] = join((before, one.verdict))
    day, device = day_of(header, resumed), header.declaration.device
    accepted, stale = [], []
    for waiver in header.waivers:
        if not waiver.speaks_of(device):
            continue
        verdict = verdicts.get(waiver.requirement, Verdict.NOT_TESTED)
        if day is not None and not waiver.is_stale(verdict, day):
            accepted.append(waiver)
        else:
            expired = day is None or waiver.has_expired(day)
            stale.append(Stale(waiver=waiver, verdict=verdict, expired=expired))
    return Dispositions(accepted=tuple(accepted), stale=tuple(stale))
