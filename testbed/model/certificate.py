"""The granting rule: when a council may confirm what a laboratory reported (ISO/IEC 17065, 7.5 to 7.7)."""

from __future__ import annotations

from collections.abc import Sequence

from testbed.model.base import Frozen, Text
from testbed.model.disposition import dispositions
from testbed.model.record import Footer, Header, Judged, Resumed, outcome_of
from testbed.model.standard import Catalogue
from testbed.model.verdict import Outcome, Verdict

CONFORMITY = Text(en="Conformity confirmation", ko="적합성 확인서")
INTEROPERABILITY = Text(en="Interoperability confirmation", ko="상호운용성 확인서")


class Decision(Frozen):
    """Whether a confirmation is granted, under which title, or every reason why not."""

    granted: bool
    title: Text
    reasons: tuple[Text, ...] = ()


def decide(  # noqa: PLR0913 - all that a decision rests on
    header: Header,
    footer: Footer | None,
    judged: Sequence[Judged],
    catalogues: Sequence[Catalogue],
    *,
    report_is_good: bool,
    resumed: Sequence[Resumed] = (),
) -> Decision:
    """Decide on a confirmation.

    Args:
        header: of the run reported.
        footer: of the run; None when it never finished.
        judged: every requirement of the suites used.
        catalogues: the suites used.
        report_is_good: whether the report's signature and all its evidence were verified.
        resumed: where the run had been stopped and went on.

    The outcome is computed again from the findings; what the footer claims must agree.
    """
    reasons = []
    if not report_is_good:
        reasons.append(
            Text(
                en="The report or its evidence was not verified.",
                ko="성적서 또는 근거 자료의 진위가 확인되지 않았습니다.",
            )
        )
    if footer is None or footer.interrupted:
        reasons.append(Text(en="The run did not finish.", ko="시험이 끝까지 수행되지 않았습니다."))
    if header.selected_by_hand:
        reasons.append(
            Text(en="Cases were left out by hand.", ko="일부 시험 케이스가 임의로 제외되었습니다.")
        )
    found = dispositions(header, judged, resumed)
    reasons += [one.said for one in found.stale]
    if unnamed := header.declaration.device.unnamed:
        reasons.append(
            Text(
                en=f"The device is not named: {', '.join(unnamed)} still stands as a question mark.",
                ko=f"기기가 특정되지 않았습니다: {', '.join(unnamed)} 항목이 물음표로 남아 있습니다.",
            )
        )
    result = outcome_of(
        judged,
        finished=footer is not None and not footer.interrupted,
        selected_by_hand=bool(header.selected_by_hand),
        waived=found.waived,
        stale_waiver=bool(found.stale),
    )
    if footer is not None and footer.outcome is not result:
        reasons.append(
            Text(
                en=f"The record claims {footer.outcome} but its findings amount to {result}.",
                ko=f"기록에는 {footer.outcome}로 되어 있으나 시험 결과는 {result}입니다.",
            )
        )
    if result not in {Outcome.CONFORMANT, Outcome.CONFORMANT_WITH_WAIVERS}:
        reasons.append(Text(en=f"The overall verdict is {result}.", ko=f"종합 판정이 {result}입니다."))
    sections = {catalogue.id for catalogue in catalogues if catalogue.section == "interoperability"}
    exchanged = [one for one in judged if one.suite in sections and one.verdict is not Verdict.NOT_TESTED]
    interoperable = any(one.verdict is Verdict.PASS for one in exchanged) and all(
        one.verdict in {Verdict.PASS, Verdict.NOT_APPLICABLE} for one in exchanged
    )
    title = INTEROPERABILITY if interoperable else CONFORMITY
    return Decision(granted=not reasons, title=title, reasons=tuple(reasons))
