"""The test report: everything that one run found, on one page (ISO/IEC 17025:2017, 7.8; ISO/IEC 9646-5)."""

from __future__ import annotations

from collections.abc import Sequence

from reports.contested import contested
from reports.controls import controls
from reports.departures import departures
from reports.evidence import entries
from reports.face import SignerFace, report_id, status
from reports.hostile import lines
from reports.loads import loads
from reports.page import page
from reports.requirements import coverage, groups, rows
from reports.words import day_of, word
from testbed.model.certificate import INTEROPERABILITY, decide
from testbed.model.disposition import dispositions
from testbed.model.lab import Laboratory, Reissue
from testbed.model.profile import Profile
from testbed.model.record import CaseRecord, Footer, Header, Judged, Resumed, counts, roll_up
from testbed.model.review import review
from testbed.model.standard import Catalogue
from testbed.model.verdict import Level, Verdict

DECLARATION = 65536
"""Characters of the declaration that the page shows (assumed, twenty times a large one)."""


def render_report(  # noqa: PLR0913 - a report is made from everything about a run
    header: Header,
    cases: Sequence[CaseRecord],
    footer: Footer | None,
    catalogues: Sequence[Catalogue],
    *,
    declaration_text: str,
    profile: Profile,
    signer: SignerFace,
    lab: Laboratory | None = None,
    reissue: Reissue | None = None,
    resumed: Sequence[Resumed] = (),
) -> bytes:
    """Return the report's page, ready to be signed.

    Args:
        header: of the run.
        cases: every case of the record.
        footer: of the run; None when it never finished, which the page says aloud.
        catalogues: the suites used.
        declaration_text: the client's file, verbatim.
        profile: by which the device was judged.
        signer: who will sign.
        lab: settings of the laboratory (`lab.yaml` of the bundle); those of the record when None.
        reissue: which paper this one replaces, and why (`reissue.yaml` of the bundle).
        resumed: where the run had been stopped and went on.

    The same arguments give the same bytes.
    """
    lab = lab or header.lab
    judged = roll_up(catalogues, cases)
    waivers = dispositions(header, judged, resumed)
    table = rows(judged, waivers.accepted)
    interop = {catalogue.id for catalogue in catalogues if catalogue.section == "interoperability"}
    decision = decide(header, footer, judged, catalogues, report_is_good=True, resumed=resumed)
    shown, cut = lines(declaration_text, DECLARATION)
    return page(
        "report.html",
        number=report_id(header, reissue.revision if reissue else 1, lab),
        is_test=signer.is_test,
        header=header,
        footer=footer,
        profile=profile,
        controls=controls(profile, judged),
        signer=signer,
        failed=[row for row in table.values() if row.verdict is Verdict.FAIL and row.waiver is None],
        documents=dict.fromkeys(pair for one in catalogues for pair in one.documents.items()),
        status=status(
            header,
            footer,
            judged,
            catalogues,
            cases=cases,
            waivers=waivers,
        ),
        issued=reissue.issued if reissue else day_of(footer.ended) if footer else None,
        title=word("title.report" if lab else "title.self_test"),
        lab=lab,
        reissue=reissue,
        departures=departures(header, cases, footer, catalogues, accepted=waivers.accepted, resumed=resumed),
        contested=contested(catalogues, judged),
        unrestored=[
            *(values for one in resumed for values in one.not_restored),
            *(values for one in cases for values in one.not_restored),
        ],
        review=review(header.declaration, profile, catalogues),
        levels=_levels(judged),
        verdicts=[(verdict, count) for verdict, count in _gravest_last(counts(judged)) if count],
        legend=[verdict for verdict, _ in _gravest_last(counts(judged))],
        waivers=waivers.accepted,
        groups=groups(catalogues, table),
        entries=entries(judged, table, cases),
        coverage=coverage(catalogues, table),
        exchanges=[case for case in cases if case.suite in interop],
        has_interop=bool(interop),
        is_interoperable=decision.title == INTEROPERABILITY,
        loads=loads(cases, profile),
        cases=cases,
        declaration=shown,
        cut=cut,
    )


def _levels(judged: Sequence[Judged]) -> list[tuple[Level, list[int]]]:
    """Count requirements by level and verdict: the dynamic conformance summary."""
    return [
        (
            level,
            [
                number
                for _, number in _gravest_last(
                    counts(one for one in judged if one.requirement.level is level)
                )
            ],
        )
        for level in Level
    ]


def _gravest_last(found: dict[Verdict, int]) -> list[tuple[Verdict, int]]:
    """Order verdicts as the eye expects them: good, weak, bad, open, outside."""
    order = (
        Verdict.PASS,
        Verdict.WEAK,
        Verdict.FAIL,
        Verdict.INCONCLUSIVE,
        Verdict.ERROR,
        Verdict.INFO,
        Verdict.NOT_APPLICABLE,
        Verdict.NOT_TESTED,
    )
    return [(verdict, found[verdict]) for verdict in order]
