"""What may still be judged under an impairment.

Whatever the impairment itself may have caused stands against nobody: where it broke a connection, the whole
try tells nothing; where it made something later than the tester waited for, what did not come is undecided. A
wrong frame that came stays a fault, as long as no byte of it can have been altered on the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from testbed.model.base import Text
from testbed.model.declaration import Declaration
from testbed.model.record import Finding
from testbed.model.verdict import Verdict
from testbed.plugin.judge import Happening, Judgement
from testbed.wire.impair.scope import CURRENT, Impairing, Scope
from testbed.wire.recorder import Kind, Recorder

MOST_TRIES = 5
"""Tries of a case after which it is undecided, where the impairment broke a connection in each (assumed)."""
SPARE = 0.2
"""Share of a client's time-out that an impairment may use up (assumed; cases answer after half of it at most,
and a client waits for 0.8 of it for certain)."""
_MARGIN = 1.0
"""Seconds beyond the known delay in which what is still under way is waited for (assumed)."""
_BROKEN = Text(
    en="the impairment broke a connection during the case, so what it observed says nothing",
    ko="통신 장애 조건이 케이스 중에 연결을 끊어 관찰 결과로는 판정할 수 없음",
)
_LATE = Text(
    en="the impairment itself may explain what did not come in time",
    ko="제때 오지 않은 것은 통신 장애 조건 자체로 설명될 수 있음",
)
_ALTERED = Text(
    en="the impairment may have altered bytes on the way, so a wrong frame says nothing",
    ko="통신 장애 조건이 바이트를 변경했을 수 있어 잘못된 프레임으로는 판정할 수 없음",
)


@dataclass
class Under:
    """One try of a case, under the run's impairment where it has one."""

    impairing: Impairing | None
    scope: Scope | None
    proven: bool = False
    """Whether what did not come was waited for as long as the impairment may hold it up."""

    @classmethod
    def begin(cls, impairing: Impairing | None, case: str) -> Under:
        """Begin a try: the connections that are made from now on are its own."""
        scope = impairing.scope(case) if impairing else None
        CURRENT.set(scope)
        return cls(impairing, scope)

    def lift(self, recorder: Recorder, declaration: Declaration) -> None:
        """End the case's own part: survival is proven, and values are put back, without the impairment."""
        if self.scope is not None:
            self.proven = is_proven(recorder, declaration, self.scope)
            self.scope.lift()

    async def end(self, happening: Happening) -> None:
        """Let arrive what is still under way, and leave out of what happened what the impairment made."""
        if self.scope is not None and self.impairing is not None:
            await self.scope.settled(_MARGIN + self.impairing.lengthened)
            heard(happening, self.scope)

    def explained(self, judgement: Judgement) -> Judgement:
        """Return a judgement without what the impairment may have caused."""
        return explained(judgement, self.scope, self.impairing, proven=self.proven)

    @property
    def again(self) -> bool:
        """Whether another try is worth it: until one is left whole."""
        return self.scope is not None and self.scope.broken and self.scope.number < MOST_TRIES

    @property
    def told(self) -> Sequence[str]:
        """What was done, for the log."""
        return self.scope.told() if self.scope else ()


def heard(happening: Happening, scope: Scope) -> None:
    """Leave out of what happened the stumps of frames that the impairment made: it cuts, and it breaks."""
    stream = scope.plan.scenario.stream
    cuts = stream is not None and (stream.split is not None or stream.throttle is not None)
    if cuts or scope.broken or scope.cut_short or scope.altered:
        happening.breaches = [one for one in happening.breaches if not one.is_stump]


def is_proven(recorder: Recorder, declaration: Declaration, scope: Scope) -> bool:
    """Say whether what did not come was waited for long enough, or the device itself ended a connection.

    Of a client it is the product that waits, as long as it declares: what the impairment adds to a handshake,
    a request and its answer has to leave it enough of that.

    Args:
        recorder: of a case whose own part is over.
        declaration: with which the tester waits.
        scope: what was done to the connections of the case.
    """
    if declaration.client is not None:
        return 3 * scope.worst <= SPARE * declaration.client.timeout
    ends = (Kind.FIN, Kind.RST)
    ended = any(one.kind in ends and not one.sent for one in recorder.packets)
    return ended or recorder.waited >= declaration.timing.reply_within


def explained(
    judgement: Judgement, scope: Scope | None, impairing: Impairing | None, *, proven: bool = False
) -> Judgement:
    """Return a judgement without what the impairment may have caused.

    Args:
        judgement: as it would be without.
        scope: what was done to the connections of the case.
        impairing: the impairment at work.
        proven: whether what did not come was waited for as long as the impairment may hold it up.
    """
    if scope is None or impairing is None:
        return judgement
    doubt = _Doubt.of(scope, impairing, shown=bool(judgement.guilty) or judgement.shown, proven=proven)
    findings, reason = [], None
    for one in judgement.findings:
        why = doubt.about(one, stands=one.requirement in judgement.standing)
        changed = {"verdict": Verdict.INCONCLUSIVE, "broken": False}
        findings.append(one.model_copy(update=changed) if why else one)
        reason = reason or why
    if reason is None:
        return judgement
    kept = frozenset(one.requirement for one in findings if one.broken) & judgement.standing
    return replace(
        judgement,
        findings=findings,
        reason=judgement.reason or reason,
        standing=kept,
    )


@dataclass(frozen=True)
class _Doubt:
    """What the impairment may have caused in one try of a case."""

    broken: bool
    """A connection was broken."""
    late: bool
    """Something may have come too late for the tester."""
    lossy: bool
    """Packets may have been lost, which nobody can tell afterwards."""
    alters: bool
    """Bytes may be others than were sent."""
    shown: bool
    """Bytes of a frame show what the case itself found: it is no time that was measured."""

    @classmethod
    def of(cls, scope: Scope, impairing: Impairing, *, shown: bool, proven: bool) -> _Doubt:
        late = scope.was_late or scope.cut_short or scope.worst > impairing.lengthened / 2
        late = late or scope.altered or (scope.worst > 0 and (scope.timed or not proven))
        alters = impairing.scenario.alters and impairing.means != "stream"
        return cls(scope.broken, late, scope.altered, alters, shown)

    def about(self, one: Finding, *, stands: bool) -> Text | None:  # noqa: PLR0911 - one line a reason
        """Say why a finding stands against nobody; None where it stays."""
        if one.verdict is Verdict.ERROR:
            return None
        if one.broken and self.alters:
            return _ALTERED
        if one.broken and stands and one.source == "invariant":
            return None
        if self.broken:
            return _BROKEN
        if not one.broken or (stands and self.shown):
            return None
        if one.source == "control":  # survival is proven without the impairment, where that can be lifted
            return _LATE if self.lossy else None
        return _LATE if self.late else None
