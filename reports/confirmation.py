"""The council's confirmation: one sheet over an unchanged report (ISO/IEC 17065:2012, 7.7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from reports.face import SignerFace, sentences
from reports.page import page
from reports.words import day_of
from testbed.model.certificate import INTEROPERABILITY, Decision
from testbed.model.council import Council
from testbed.model.disposition import dispositions
from testbed.model.lab import Laboratory
from testbed.model.record import Footer, Header, Judged, Resumed, counts
from testbed.model.standard import Catalogue
from testbed.model.verdict import Verdict

VALID_YEARS = 1
"""Years that a confirmation holds (assumed: no document of the council sets a term yet)."""


def render_certificate(  # noqa: PLR0913 - what the council decided on
    header: Header,
    footer: Footer,
    judged: Sequence[Judged],
    catalogues: Sequence[Catalogue],
    decision: Decision,
    *,
    report_sha256: str,
    report_id: str,
    signer: SignerFace,
    peers: Sequence[str] = (),
    issued: date | None = None,
    lab: Laboratory | None = None,
    council: Council | None = None,
    resumed: Sequence[Resumed] = (),
) -> bytes:
    """Return the confirmation's page, ready to be signed.

    Args:
        header: of the run reported.
        footer: of the run.
        judged: every requirement of the suites used.
        catalogues: the suites used.
        decision: of the council; it must grant.
        report_sha256: digest of the report's bytes as signed, in hexadecimal.
        report_id: number of the report.
        signer: who signs for the council.
        peers: independent products, name and version, with which every exchange passed.
        issued: day of the decision; the day on which the run ended when None.
        lab: whose report it is (`lab.yaml` of the bundle); the one of the record when None.
        council: which body decides (`council.yaml`); not named on the paper when None.
        resumed: where the run had been stopped and went on.

    Raises:
        ValueError: the decision does not grant a confirmation, no day of issue is known, or somebody would
            decide on a test in which he took part.
    """
    lab = lab or header.lab
    if council is not None and (partial := council.partial(lab)):
        raise ValueError(f"{', '.join(partial)} took part in the testing and cannot decide on it")
    if not decision.granted:
        raise ValueError("no confirmation was granted: " + " ".join(one.en for one in decision.reasons))
    day = issued or day_of(footer.ended)
    if day is None:
        raise ValueError(f"`{footer.ended}` is not a time stamp; say when the confirmation is issued")
    waivers = dispositions(header, judged, resumed)
    years = council.valid_years if council else VALID_YEARS
    return page(
        "certificate.html",
        number=f"C-{report_id}",
        is_test=signer.is_test,
        header=header,
        footer=footer,
        catalogues=catalogues,
        decision=decision,
        lab=lab,
        council=council,
        documents=dict.fromkeys(pair for one in catalogues for pair in one.documents.items()),
        met=counts(judged)[Verdict.PASS],
        sentences=[
            sentence
            for catalogue in catalogues
            for sentence in sentences(
                catalogue,
                [one for one in judged if one.suite == catalogue.id],
                footer.outcome,
                frozenset(waivers.waived),
            )
        ],
        waivers=waivers.accepted,
        peers=tuple(peers) if decision.title == INTEROPERABILITY else (),
        report_id=report_id,
        report_sha256=report_sha256,
        signer=signer,
        issued=day,
        until=min((_years_later(day, years), *(one.expires for one in waivers.accepted))),
    )


def _years_later(day: date, years: int) -> date:
    """Return the same day some years on; of 29 February, the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
