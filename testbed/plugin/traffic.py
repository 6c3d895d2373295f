"""What the monitor has to say at the end of a run, about all frames of a suite's cases. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from testbed.model.base import Text
from testbed.model.record import ALL_TRAFFIC, CaseRecord, Finding
from testbed.model.standard import Catalogue
from testbed.model.verdict import Verdict


def traffic(catalogue: Catalogue, records: Iterable[CaseRecord], faults: Sequence[str]) -> CaseRecord | None:
    """Return the record of the invariants that no frame of any case broke; None where no frame was judged.

    Args:
        catalogue: of the suite.
        records: of all cases, in whatever process they ran.
        faults: errors of the bed, or of a device simulated in it: then what its monitor did not see proves
            nothing.
    """
    mine = [record for record in records if record.suite == catalogue.id]
    watched = sum(record.watched for record in mine)
    invariants = [one.id for one in catalogue.requirements if one.invariant]
    broken = {finding.requirement for record in mine for finding in record.findings if finding.broken}
    if faults and invariants:
        return _faulty(catalogue.id, invariants, faults)
    if not watched or not invariants:
        return None
    return CaseRecord(
        suite=catalogue.id,
        case=ALL_TRAFFIC,
        title=f"{watched} frames of the device, watched during all cases",
        verifies=tuple(invariants),
        verdict=Verdict.PASS,
        findings=tuple(
            Finding(requirement=one, verdict=Verdict.PASS, source="invariant")
            for one in invariants
            if one not in broken
        ),
    )


def _faulty(suite: str, invariants: Sequence[str], faults: Sequence[str]) -> CaseRecord:
    first = faults[0]
    return CaseRecord(
        suite=suite,
        case=ALL_TRAFFIC,
        title="the test bed, or a device simulated in it, raised an error",
        verifies=tuple(invariants),
        verdict=Verdict.ERROR,
        reason=Text(en=f"error of the test bed: {first}", ko=f"시험 장치의 오류: {first}"),
        findings=tuple(
            Finding(requirement=one, verdict=Verdict.ERROR, source="invariant") for one in invariants
        ),
        log=tuple(faults),
    )
