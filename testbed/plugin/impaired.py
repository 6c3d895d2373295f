"""A run under an impairment: what is read, how the device is reached, and what may still be judged.

Whatever the impairment itself may have caused stands against nobody: where it broke a connection, the whole try
tells nothing; where it made something later than the tester waited for, what did not come is undecided. A wrong
frame that came stays a fault, as long as no byte of it can have been altered on the way.
"""

from __future__ import annotations

import difflib
import hashlib
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from testbed.model.base import Text
from testbed.model.declaration import Declaration
from testbed.model.document import Complaint, DocumentError, load
from testbed.model.impairment import Impaired, Impairment, Means
from testbed.model.record import Finding
from testbed.model.verdict import Verdict
from testbed.plugin.judge import Happening, Judgement
from testbed.plugin.shelf import OWN
from testbed.wire.dial import Dial
from testbed.wire.documents import read_document
from testbed.wire.impair.dial import impaired
from testbed.wire.impair.means import lacks
from testbed.wire.impair.scope import Impairing, Scope
from testbed.wire.recorder import Kind, Recorder
from testbed.wire.secure_dial import SecureDial

FOLDER = OWN / "impairments"
MOST_TRIES = 5
"""Tries of a case after which it is undecided, where the impairment broke a connection in each (assumed)."""
CARRIED = {"modbus": 260, "opcua": 65536}
"""Bytes of the longest message whose way through an impairment is waited for: of Modbus the largest ADU over TCP
(IG 3.1.3), of OPC UA the chunk that every peer takes (assumed; OPC 10000-6, 7.1.2.3 demands 8192 at least)."""

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


@dataclass(frozen=True)
class Chosen:
    """An impairment as somebody asked for it."""

    scenario: Impairment
    text: bytes
    means: Means = "stream"

    @property
    def sha256(self) -> str:
        """Digest of the scenario as written."""
        return hashlib.sha256(self.text).hexdigest()

    def lengthened(self, protocol: str) -> float:
        """Return the seconds by which the tester waits longer for an answer, so that it cannot miss a late one."""
        if self.means == "stream":
            stream = self.scenario.stream
            return 2 * stream.longest(CARRIED[protocol]) if stream else 0.0
        packets = self.scenario.packets
        return packets.longest if packets else 0.0

    def impairing(self, declaration: Declaration, seed: int) -> Impairing:
        """Return it at work."""
        return Impairing(self.scenario, seed, self.means, self.lengthened(declaration.protocol))

    def said(self, declaration: Declaration, seed: int) -> Impaired:
        """Return what a record says of it."""
        one = self.scenario
        return Impaired(
            id=one.id,
            title=one.title,
            summary=one.summary,
            sha256=self.sha256,
            seed=seed,
            means=self.means,
            lengthened_s=round(self.lengthened(declaration.protocol), 6),
        )


def names() -> list[str]:
    """Return the scenarios of the bed."""
    return sorted(file.stem for file in FOLDER.glob("*@*.yaml"))


def chosen(name: str, means: Means = "stream") -> Chosen:
    """Read a scenario by its name, the newest where no version is said, or by the path of its file.

    Raises:
        DocumentError: there is none, or it cannot be used, or it has nothing for that means, or this system
            lacks the means.
    """
    if lack := lacks(means):
        raise DocumentError("--impair-by", [Complaint(0, f"`{means}`: {lack}")])
    path = Path(name)
    if path.suffix != ".yaml":
        found = [one for one in names() if name in {one, one.partition("@")[0]}]
        if not found:
            near = difflib.get_close_matches(name, names(), n=1, cutoff=0.4)
            hint = f"did you mean `{near[0]}`?" if near else f"known: {', '.join(names())}"
            raise DocumentError(name, [Complaint(0, f"unknown impairment `{name}`; {hint}")])
        path = FOLDER / f"{max(found, key=lambda one: int(one.partition('@')[2]))}.yaml"
    return read(path, means)


def read(path: Path, means: Means) -> Chosen:
    """Read a scenario from its file.

    Raises:
        DocumentError: it cannot be used, or it has nothing for that means.
    """
    found, text = scenario(path)
    if (found.stream if means == "stream" else found.packets) is None:
        other = "packets" if means == "stream" else "stream"
        how = "with `--impair-by tun`" if means == "stream" else "without `--impair-by`"
        what = f"{found.id} has `{other}` alone; ask for it {how}"
        raise DocumentError(str(path), [Complaint(0, what)])
    return Chosen(found, text, means)


def scenario(path: Path) -> tuple[Impairment, bytes]:
    """Read a scenario, and its text.

    Raises:
        DocumentError: it cannot be used.
    """
    text = read_document(path)
    return load(Impairment, text, str(path)), text.encode()


def check(declaration: Declaration, name: str) -> None:
    """Hold that the device is reached over TCP: a serial line has impairments of its own kind.

    Raises:
        DocumentError: it is not.
    """
    endpoint = declaration.endpoint
    if endpoint.scheme == "serial" or endpoint.over in {"rtu", "ascii"}:
        what = f"an impairment is of a network, and `connect` says {endpoint}; leave --impair away"
        raise DocumentError(name, [Complaint(0, what)])


def waiting(declaration: Declaration, impairing: Impairing | None) -> Declaration:
    """Return a declaration with which the tester waits as long as an impaired answer may take."""
    if impairing is None or not impairing.lengthened:
        return declaration
    timing = declaration.timing
    longer = timing.model_copy(update={"reply_within": timing.reply_within + impairing.lengthened})
    return declaration.model_copy(update={"timing": longer})


async def way(dial: Dial, impairing: Impairing | None, stack: AsyncExitStack) -> Dial:
    """Return what dials through an impairment; what it opens for that is left to the stack.

    Raises:
        UnreachableError: this system cannot make it.
    """
    if impairing is None:
        return dial
    if isinstance(dial, SecureDial):  # a network knows nothing of the sessions that it carries
        dial.below = await way(dial.below, impairing, stack)
        return dial
    if impairing.means == "stream":
        return impaired(dial, impairing)
    from testbed.wire.impair.tunnel import tunnelled  # noqa: PLC0415 - few runs have one, and it needs root

    return await tunnelled(dial, impairing, stack)


def heard(happening: Happening, scope: Scope | None, recorder: Recorder) -> None:
    """Leave out of what happened the stumps of frames that the impairment made: it cuts, and it breaks."""
    if scope is None:
        return
    stream = scope.plan.scenario.stream
    cuts = stream is not None and (stream.split is not None or stream.throttle is not None)
    if cuts or scope.broken or scope.cut_short or scope.altered:
        stumps = {one.number for one in recorder.packets if one.comment == "incomplete frame"}
        happening.breaches = [one for one in happening.breaches if one.frame not in stumps]


def is_proven(recorder: Recorder, declaration: Declaration) -> bool:
    """Say whether what did not come was waited for long enough, or the device itself ended a connection.

    Args:
        recorder: of a case whose own part is over.
        declaration: with which the tester waits.
    """
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
    doubt = _Doubt.of(scope, impairing, bool(judgement.guilty), proven=proven)
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
    def of(cls, scope: Scope, impairing: Impairing, shown: bool, *, proven: bool) -> _Doubt:  # noqa: FBT001 - a fact
        late = scope.was_late or scope.cut_short or scope.worst > impairing.lengthened / 2
        late = late or scope.altered or (scope.worst > 0 and not proven)
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
