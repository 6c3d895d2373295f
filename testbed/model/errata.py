"""Suite errata: a case found wrong, for which versions, and what of an older report it touches.

A wrong case is wrong for every device, so it is never waived: what it may have judged wrongly is withdrawn.
One rule, `Erratum.doubts`, says what that is, before a run's record is written and long after.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date as Day  # noqa: N812 - `date` is the field's name
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from testbed.model.base import Frozen, RequirementId, Text
from testbed.model.document import Complaint, DocumentError, load_list
from testbed.model.record import CaseRecord, Finding
from testbed.model.standard import Catalogue
from testbed.model.verdict import Verdict, broken, join

_NUMBER = r"\d{1,6}\.\d{1,6}\.\d{1,6}"
Version = Annotated[str, StringConstraints(pattern=rf"^{_NUMBER}$")]
Versions = Annotated[str, StringConstraints(pattern=rf"^<?{_NUMBER}$")]
"""One version of a suite, `1.0.0`, or all before one, `<1.2.0`."""
CaseName = Annotated[
    str, StringConstraints(pattern=r"^test_\w+\.py::test_\w+(\[[^\[\]]+\])?$", max_length=300)
]
"""A case; without parameters it means the case with all of them."""


class Erratum(Frozen):
    """A case found wrong."""

    id: Annotated[str, StringConstraints(pattern=r"^E-\d{4}-\d{3}$")]
    date: Day
    requirement: RequirementId
    cases: Literal["all"] | Annotated[tuple[CaseName, ...], Field(min_length=1)]
    """Those that judged the requirement wrongly; of an invariant, `all`."""
    versions: tuple[Versions, ...] = Field(min_length=1)
    fault: Text
    effect: Literal["false FAIL", "false PASS", "both"]
    """`false FAIL`: it may find broken what holds. `false PASS`: it may let pass what is broken."""
    fixed_in: Version | None
    """The first version without the fault; null while there is none."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.fixed_in is not None and self.applies_to(self.fixed_in):
            raise ValueError(f"`fixed_in` {self.fixed_in} is among the faulty `versions`")
        return self

    def applies_to(self, version: str) -> bool:
        """Say whether a version of the suite has the fault."""
        return any(
            _ordered(version) < _ordered(one[1:]) if one.startswith("<") else version == one
            for one in self.versions
        )

    def is_about(self, case: str) -> bool:
        """Say whether a case is among those found wrong."""
        return self.cases == "all" or case in self.cases or case.partition("[")[0] in self.cases

    def names_none_of(self, cases: Iterable[str]) -> str:
        """Return a case that is named and is none of these, with or without its parameters; else empty."""
        known = {name for case in cases for name in (case, case.partition("[")[0])}
        return next((name for name in self.cases if name not in known), "") if self.cases != "all" else ""

    def doubts(self, case: str, finding: Finding) -> bool:
        """Say whether a finding may be wrong: a pass of what is too strict stands, and so the other way."""
        if finding.requirement != self.requirement or not self.is_about(case):
            return False
        if finding.broken:
            return self.effect != "false PASS"
        return finding.verdict is Verdict.PASS and self.effect != "false FAIL"

    @property
    def said(self) -> Text:
        """The fault in one sentence, with the remedy."""
        en = (
            f"update the suite to {self.fixed_in}"
            if self.fixed_in
            else "no version of the suite mends it yet"
        )
        ko = (
            f"시험 스위트를 {self.fixed_in}(으)로 갱신하십시오"
            if self.fixed_in
            else "아직 수정된 버전이 없습니다"
        )
        return Text(
            en=f"suite erratum {self.id}: {self.fault.en}; {en}",
            ko=f"시험 스위트 정오표 {self.id}: {self.fault.ko}; {ko}",
        )


def _ordered(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def read_errata(text: str, source: str, catalogue: Catalogue) -> tuple[Erratum, ...]:
    """Read a suite's `errata.yaml`, a list of errata.

    Raises:
        DocumentError: an erratum that is not complete, stands twice, or is about no requirement of the suite.
    """
    errata, lines = load_list(Erratum, text, source)
    known = [one.id for one in catalogue.requirements]
    told, seen = [], set()
    for at, one in enumerate(errata):
        if one.id in seen:
            told.append(Complaint(lines.get((at, "id"), 0), f"{one.id} stands twice"))
        seen.add(one.id)
        if one.requirement not in catalogue:
            near = difflib.get_close_matches(one.requirement, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            what = f"{catalogue.id} has no requirement {one.requirement}{hint}"
            told.append(Complaint(lines.get((at, "requirement"), 0), what))
    if told:
        raise DocumentError(source, told)
    return errata


def withdrawn(record: CaseRecord, errata: Sequence[Erratum]) -> CaseRecord:
    """Return a case's record with each doubted finding INCONCLUSIVE, and the erratum as its reason.

    Args:
        record: of a case of the suite.
        errata: those of the suite that apply to the version used.
    """
    reason = record.reason
    findings = []
    for finding in record.findings:
        doubt = next((one for one in errata if one.doubts(record.case, finding)), None)
        if doubt is None:
            findings.append(finding)
            continue
        reason = doubt.said
        kept = finding.model_dump(include={"requirement", "source", "frames"})
        findings.append(Finding(verdict=Verdict.INCONCLUSIVE, **kept))
    if reason is record.reason:
        return record
    verdict = join(finding.verdict for finding in findings)
    return record.model_copy(update={"findings": tuple(findings), "verdict": verdict, "reason": reason})


class Touched(Frozen):
    """A requirement's verdict in a report that an erratum puts in doubt: the report is to be issued anew."""

    erratum: Erratum
    suite: str
    verdict: Verdict
    """As reported."""
    might: Verdict
    """What it may be without the fault."""

    @property
    def said(self) -> Text:
        """The finding in one sentence."""
        name = self.erratum.requirement
        return Text(
            en=f"{name}: {self.verdict} may be {self.might} ({self.erratum.said.en})",
            ko=f"{name}: {self.verdict} 판정이 {self.might}일 수 있음({self.erratum.said.ko})",
        )


def touched(
    catalogue: Catalogue, version: str, errata: Iterable[Erratum], cases: Sequence[CaseRecord]
) -> Iterator[Touched]:
    """Yield what the errata of a suite put in doubt of a run's verdicts.

    Args:
        catalogue: the suite as installed here.
        version: of the suite, as the run used it.
        errata: all of the suite that are known here.
        cases: the record of the run.

    A verdict that sound findings give anyway is not touched, so a false FAIL cannot hide in a report without
    FAIL, nor a false PASS behind a FAIL that another case found.
    """
    for erratum in errata:
        if not erratum.applies_to(version):
            continue
        demand = catalogue[erratum.requirement]
        found = [
            (finding.verdict, finding.broken, erratum.doubts(case.case, finding))
            for case in cases
            if case.suite == catalogue.id
            for finding in case.findings
            if finding.requirement == demand.id
        ]
        if not any(doubted for _, _, doubted in found):
            continue
        verdict = join(said for said, _, _ in found)
        worse = broken(demand.level, demand.basis)
        milder = join(Verdict.PASS if doubted and is_broken else said for said, is_broken, doubted in found)
        harder = join(worse if doubted and not is_broken else said for said, is_broken, doubted in found)
        might = next((other for other in (harder, milder) if other is not verdict), None)
        if might is not None:
            yield Touched(erratum=erratum, suite=catalogue.id, verdict=verdict, might=might)
