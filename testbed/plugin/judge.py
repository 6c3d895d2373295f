"""From what happened in a case to its line of the record. Pure: the engine runs, this judges."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field

from testbed.model.base import Text
from testbed.model.record import Finding
from testbed.model.standard import Catalogue
from testbed.model.verdict import Verdict, broken
from testbed.plugin.case import Case
from testbed.plugin.observation import observe
from testbed.testers.trouble import NotTestable, Unanswered, Undecided, Unsafe
from testbed.wire.dial import UnreachableError
from testbed.wire.monitor import Breach

TOO_LONG = Text(en="the case did not end in time", ko="케이스가 제한 시간 안에 끝나지 않음")
_BREACHED = Text(
    en="an invariant broke during the case, so its own observation says nothing",
    ko="케이스 중에 불변 조건이 깨져 자체 관찰로는 판정할 수 없음",
)


@dataclass
class Happening:
    """How a case ended, before anything is judged."""

    error: BaseException | None = None
    breaches: Sequence[Breach] = ()
    survival: Text | None = None
    """What is wrong when the device did not survive."""
    frames: tuple[int, ...] = ()
    missed: bool = False
    """Whether the tester waited in vain, or the device closed a connection."""
    busy: bool = False
    """Whether the device refused something with exception 06: its room is for all connections: IG 4.4.2.1."""
    log: list[str] = field(default_factory=list)


@dataclass
class Judgement:
    """The findings of a case, why it could not judge, and which bytes are guilty."""

    findings: list[Finding]
    reason: Text | None = None
    guilty: dict[int, tuple[int, int]] = field(default_factory=dict)
    doubtful: bool = False
    """Whether another case may have caused it: something did not come, or the device was busy."""
    standing: frozenset[str] = frozenset()
    """Requirements found broken by a frame that came: that stands at once, and is no other case's fault."""
    shown: bool = False
    """Whether what the case itself found rests on a value that the product shows, which no delay can make."""
    refused_as_busy: bool = False
    """Whether what the case itself found rests on exception 06, which asks to be asked again (AP 7)."""


def judge(case: Case, catalogue: Catalogue, happening: Happening, survives: str) -> Judgement:
    """Judge a case that ran.

    Args:
        case: the case.
        catalogue: of its suite; its levels decide how severe a broken requirement is.
        happening: how it ended.
        survives: the requirement that a device which stops answering breaks.
    """
    judgement = Judgement([])
    broken_ids: set[str] = set()
    for breach in happening.breaches:
        requirement = _of(catalogue, breach.requirement)
        judgement.guilty.setdefault(breach.frame, (breach.start, breach.end))
        cited = (breach.frame,) if breach.frame else ()  # 0 is a frame beyond what the recorder keeps
        if requirement not in broken_ids:
            broken_ids.add(requirement)
            judgement.findings.append(
                _broken(catalogue, requirement, breach.expected, breach.received, cited, "invariant")
            )
    judgement.standing = frozenset(broken_ids)
    if happening.survival is not None:
        requirement = _of(catalogue, survives)
        broken_ids.add(requirement)
        expected = Text(en="an answer to the control exchange", ko="확인 교환에 대한 응답")
        judgement.findings.append(
            Finding(requirement=requirement, verdict=Verdict.INCONCLUSIVE, source="control")
            if happening.breaches  # frames that nobody can read are no proof of silence
            else _broken(catalogue, requirement, expected, happening.survival, happening.frames, "control")
        )
    _judge_own(case, catalogue, happening, judgement, broken_ids)
    return judgement


def _judge_own(
    case: Case, catalogue: Catalogue, happening: Happening, judgement: Judgement, broken_ids: set[str]
) -> None:
    """Add what the case itself found about the requirements that it verifies."""
    own = _own(case, happening)
    contradicted = own.contradicted and not happening.busy
    judgement.refused_as_busy = own.contradicted and happening.busy
    doubts = happening.missed or happening.busy
    judgement.doubtful = happening.survival is not None or (
        doubts and not contradicted and not happening.breaches
    )
    if contradicted and not happening.breaches:
        judgement.standing |= set(case.verifies) - broken_ids
    judgement.reason, judgement.shown = own.reason, own.shown
    if own.guilty is not None:
        number, start, end = own.guilty
        judgement.guilty.setdefault(number, (start, end))
    if happening.breaches and own.verdict is not Verdict.ERROR:
        own.verdict, judgement.reason = Verdict.INCONCLUSIVE, own.reason or _BREACHED
    for requirement in case.verifies:
        if requirement in broken_ids:
            continue  # the monitor found it broken in this very case
        if own.verdict is Verdict.FAIL:
            expected = own.expected or catalogue[requirement].text
            received = own.received or Text(en="nothing", ko="없음")
            judgement.findings.append(
                _broken(catalogue, requirement, expected, received, happening.frames, "case")
            )
        else:
            judgement.findings.append(
                Finding(requirement=requirement, verdict=own.verdict, frames=happening.frames)
            )


@dataclass
class _Own:
    """What a case's own end says: PASS, or FAIL (whatever its level makes of that), or why neither."""

    verdict: Verdict
    reason: Text | None = None
    expected: Text | None = None
    received: Text | None = None
    guilty: tuple[int, int, int] | None = None
    contradicted: bool = False
    """Whether it rests on a frame that came, rather than that none came."""
    shown: bool = False
    """Whether it rests on a value that the product shows."""


def _own(case: Case, happening: Happening) -> _Own:  # noqa: PLR0911 - one line a way to end
    """Judge by whose fault a case ended: the device's, the set-up's, or ours."""
    match happening.error:
        case None:
            return _Own(Verdict.PASS)
        case AssertionError() as error:
            return _observed(error, case, happening)
        case Unanswered() as error if happening.survival is None:
            return _Own(Verdict.FAIL, received=error.said)
        case Unanswered():
            return _Own(Verdict.INCONCLUSIVE, happening.survival)
        case UnreachableError() if happening.survival is not None:
            return _Own(Verdict.INCONCLUSIVE, happening.survival)
        case UnreachableError() as error:
            said = Text(en=f"no connection: {error}", ko=f"연결되지 않음: {error}")
            return _Own(Verdict.FAIL, received=said)
        case Undecided() as error:
            return _Own(Verdict.INCONCLUSIVE, error.said)
        case NotTestable() as error:
            return _Own(Verdict.NOT_TESTED, error.said)
        case TimeoutError():
            return _Own(Verdict.INCONCLUSIVE, TOO_LONG)
        case error:
            return _Own(Verdict.ERROR, _ours(error, happening))


def _observed(error: AssertionError, case: Case, happening: Happening) -> _Own:
    try:
        seen = observe(error, case.code)
    except Exception as trouble:  # noqa: BLE001 - an assertion that cannot be explained is ours, whatever the cause
        return _Own(Verdict.ERROR, _ours(trouble, happening))
    if seen.absence and happening.survival is not None:
        return _Own(Verdict.INCONCLUSIVE, happening.survival)  # it did not refuse to answer, it is gone
    return _Own(
        Verdict.FAIL,
        expected=seen.expected,
        received=seen.received,
        guilty=seen.guilty,
        contradicted=not seen.absence,
        shown=seen.shown,
    )


def _broken(  # noqa: PLR0913, PLR0917 - the parts of a finding
    catalogue: Catalogue,
    requirement: str,
    expected: Text,
    received: Text,
    frames: tuple[int, ...],
    source: str,
) -> Finding:
    demand = catalogue[requirement]
    return Finding(
        requirement=requirement,
        verdict=broken(demand.level, demand.basis),
        broken=True,
        expected=expected,
        received=received,
        source=source,  # type: ignore[arg-type]  # one of the literals, by the callers above
        frames=frames,
    )


def _of(catalogue: Catalogue, requirement: str) -> str:
    """Return an invariant's requirement in this suite: its own row, or one row for all of them."""
    if requirement in catalogue:
        return requirement
    return next(one.id for one in catalogue.requirements if one.invariant)


def _ours(error: BaseException, happening: Happening) -> Text:
    """Say an error of the bed, and keep its traceback in the log."""
    if not isinstance(error, Unsafe):
        happening.log += traceback.format_exception(error)
    said = f"{type(error).__name__}: {error}"
    return Text(en=f"error of the test bed: {said}", ko=f"시험 장치의 오류: {said}")
