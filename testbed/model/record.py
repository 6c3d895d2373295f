"""The record of a run: header, one line a case, footer. Terminal, page and exports are read from it alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from testbed.model.base import Frozen, Text
from testbed.model.declaration import Declaration
from testbed.model.impairment import Impaired
from testbed.model.lab import Laboratory
from testbed.model.performance import Measurement
from testbed.model.preflight import Check
from testbed.model.saved_case import SavedCase
from testbed.model.standard import Catalogue, Requirement
from testbed.model.verdict import Basis, Level, Outcome, Verdict, join, outcome
from testbed.model.waiver import Waiver

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class FieldOfFrame(Frozen):
    """One field of a frame: bytes `start` to `end` (exclusive), its name in the standard, its value."""

    start: int
    end: int
    name: str
    value: str
    guilty: bool = False


class Frame(Frozen):
    """One frame as evidence, decoded. `number` is its number in the capture, as Wireshark counts."""

    number: int
    at: float
    """Seconds since the case began."""
    connection: int
    sent: bool
    """True from the tester to the device."""
    hex: str
    fields: tuple[FieldOfFrame, ...] = ()
    note: str = ""


class Finding(Frozen):
    """What one case (or a monitor during it) found about one requirement."""

    requirement: str
    verdict: Verdict
    broken: bool = False
    """Whether a contradiction was observed, whatever verdict its level makes of it."""
    expected: Text | None = None
    received: Text | None = None
    source: Literal["case", "invariant", "control", "selection"] = "case"
    frames: tuple[int, ...] = ()
    reproduced: int = 0
    """In how many tries of its case it was shown."""
    tries: int = 0
    """How many tries could have shown it; 0 where the case was not repeated."""


class SuiteUsed(Frozen):
    """A suite as a run used it."""

    id: str
    version: str
    digest: Sha256


class Header(Frozen):
    """First line of a record: what ran, on what, with what."""

    kind: Literal["header"] = "header"
    format: Literal[1] = 1
    run: str
    """Unique id of this run, printed on every page."""
    tester: str
    """Name and version of this program."""
    python: str
    platform: str
    packages: dict[str, str]
    suites: tuple[SuiteUsed, ...]
    profile: str
    profile_sha256: Sha256
    declaration_sha256: Sha256
    declaration: Declaration
    started: str
    """ISO 8601, UTC."""
    seed: int
    jobs: int
    clock: Literal["real", "virtual"]
    fuzz_budget: str = ""
    """How much each case that fuzzes may have sent: so many requests, or seconds."""
    selected_by_hand: str = ""
    """The expression that left cases out; empty when none did."""
    preflight: tuple[Check, ...] = ()
    """What was tried before the first case, with what was found wrong and did not stop the run."""
    preflight_capture: str = ""
    """Path of the capture of that in the bundle."""
    impairment: Impaired | None = None
    """What was done on purpose to the traffic with the device; preflight went without."""
    waivers: tuple[Waiver, ...] = ()
    """The laboratory's waivers that speak of this device and of a requirement judged here."""
    waivers_sha256: Sha256 | Literal[""] = ""
    """Digest of the signed `waivers.yaml` as used; empty when none was."""
    waivers_signer: str = ""
    """Name of the laboratory that signed it."""
    waivers_fingerprint: Sha256 | Literal[""] = ""
    """SHA-256 of that laboratory's certificate."""
    lab: Laboratory | None = None
    """The laboratory that tested, and for whom; None where a vendor tested its own device."""
    lab_sha256: str = ""
    """Digest of `lab.yaml` as written."""


class CaseRecord(Frozen):
    """One executed, refused or skipped case."""

    kind: Literal["case"] = "case"
    suite: str
    case: str
    """`test_file.py::test_name[parameters]`, unique in its suite."""
    title: str
    """The sentence of the case: the first line of its docstring."""
    verifies: tuple[str, ...]
    verdict: Verdict
    reason: Text | None = None
    """Why it did not run or could not judge, with the line to paste where a declaration lacks one."""
    findings: tuple[Finding, ...]
    at: float = 0.0
    """Seconds from the start of the run."""
    duration_s: float = 0.0
    capture: str = ""
    """Path of its capture in the bundle."""
    frames: tuple[Frame, ...] = ()
    """Decoded evidence, for whatever is not PASS."""
    reproduce: str = ""
    """The command that runs this case alone."""
    writes: tuple[str, ...] = ()
    """What it wrote into the device, or sent that only an isolated device may get, in order."""
    not_restored: tuple[str, ...] = ()
    """Scratch values that could not be put back as they were found."""
    log: tuple[str, ...] = ()
    """The tester's own decisions, in order."""
    peer: str = ""
    """Name and version of the independent product that the device met, in an interoperability case."""
    watched: int = 0
    """Frames of the device that the monitor judged, in all tries."""
    sequence: SavedCase | None = None
    """The shortest sequence of requests that the device failed, where a machine or the fuzzer found one."""
    measurement: Measurement | None = None
    """What a load showed, where the case put one on the device."""


class Resumed(Frozen):
    """A line at which a run that had been stopped went on; what came before it still counts."""

    kind: Literal["resumed"] = "resumed"
    at: str
    """ISO 8601, UTC."""
    kept: int
    """Cases that stood in the record and were not judged again."""
    ran_s: float
    """Seconds that the run had taken until it was stopped, as far as its record tells."""
    cut: int = 0
    """Bytes of an unfinished end that were cut off the record."""
    restored: tuple[str, ...] = ()
    """Scratch values that the stopped run had left changed, put back before anything else was sent."""
    not_restored: tuple[str, ...] = ()
    """Scratch values that could not be put back."""
    tester: str
    """Name and version of the program that went on."""
    platform: str


class Footer(Frozen):
    """Last line of a record; without it the run is incomplete. A run that went on has another one."""

    kind: Literal["footer"] = "footer"
    ended: str
    duration_s: float
    cases: int
    outcome: Outcome
    counts: dict[Verdict, int]
    captures: int
    interrupted: bool = False


Line = Annotated[Header | CaseRecord | Resumed | Footer, Field(discriminator="kind")]
LINE: TypeAdapter[Header | CaseRecord | Resumed | Footer] = TypeAdapter(Line)

ALL_TRAFFIC = "(all traffic)"
"""The case to which the monitor's good findings belong."""


class Judged(Frozen):
    """A requirement with its verdict and everything that was found about it."""

    requirement: Requirement
    suite: str
    verdict: Verdict
    findings: tuple[tuple[str, Finding], ...] = ()
    """Pairs of case and finding."""
    reasons: tuple[Text, ...] = ()

    @property
    def is_bare(self) -> bool:
        """Whether it can be tested, and nothing at all was found about it."""
        return self.requirement.untestable is None and not self.findings

    @property
    def is_broken(self) -> bool:
        """Whether any finding contradicts it (what kills a mutant)."""
        return any(finding.broken for _, finding in self.findings)


class UnknownRequirementError(ValueError):
    """A record holds a finding about a requirement that its suite's catalogue does not have."""


def in_order(header: Header, cases: Iterable[CaseRecord]) -> tuple[CaseRecord, ...]:
    """Return cases by suite and name, what the monitor found last; a record has them as they ended."""
    rank = {used.id: at for at, used in enumerate(header.suites)}
    return tuple(
        sorted(cases, key=lambda one: (rank.get(one.suite, len(rank)), one.case == ALL_TRAFFIC, one.case))
    )


def roll_up(catalogues: Sequence[Catalogue], cases: Iterable[CaseRecord]) -> tuple[Judged, ...]:
    """Give each requirement the worst of its findings, in the catalogues' order.

    Raises:
        UnknownRequirementError: a finding would be left out, because its suite has no such requirement.
    """
    by_suite = {catalogue.id: catalogue for catalogue in catalogues}
    found: dict[tuple[str, str], list[tuple[str, Finding]]] = {}
    reasons: dict[tuple[str, str], list[Text]] = {}
    for case in cases:
        for finding in case.findings:
            if case.suite in by_suite and finding.requirement not in by_suite[case.suite]:
                said = f"{case.suite}/{case.case}: {finding.requirement} is not in the suite's catalogue"
                raise UnknownRequirementError(said)
            found.setdefault((case.suite, finding.requirement), []).append((case.case, finding))
            if case.reason is not None and finding.verdict not in {Verdict.PASS, Verdict.FAIL}:
                reasons.setdefault((case.suite, finding.requirement), []).append(case.reason)
    judged = []
    for catalogue in catalogues:
        for requirement in catalogue.requirements:
            key = (catalogue.id, requirement.id)
            findings = found.get(key, [])
            judged.append(
                Judged(
                    requirement=requirement,
                    suite=catalogue.id,
                    verdict=join(finding.verdict for _, finding in findings),
                    findings=tuple(findings),
                    reasons=tuple(dict.fromkeys(reasons.get(key, []))),
                )
            )
    return tuple(judged)


def counts(judged: Iterable[Judged]) -> dict[Verdict, int]:
    """Count requirements by verdict, every verdict named."""
    result = dict.fromkeys(Verdict, 0)
    for one in judged:
        result[one.verdict] += 1
    return result


def outcome_of(
    judged: Iterable[Judged],
    *,
    finished: bool,
    selected_by_hand: bool,
    waived: Mapping[str, bool] | None = None,
    stale_waiver: bool = False,
) -> Outcome:
    """Return what a whole run amounts to (see `testbed.model.verdict.outcome`).

    A requirement whose basis is memory never blocks: nobody has read its clause. A demand about which nothing
    was found at all is undecided: somebody left its cases out.
    """
    waived = waived or {}
    return outcome(
        (
            (
                Level.MAY if one.requirement.basis is Basis.MEMORY else one.requirement.level,
                Verdict.INCONCLUSIVE if one.is_bare else one.verdict,
                waived.get(one.requirement.id, False),
            )
            for one in judged
            if one.requirement.untestable is None
        ),
        finished=finished,
        selected_by_hand=selected_by_hand,
        stale_waiver=stale_waiver,
    )
