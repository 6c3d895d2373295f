"""ISO/IEC 17065:2012, 7.5 to 7.7: what a confirmation of a council has to say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reports.lint.look import day, last_day, missing
from reports.lint.rule import CONFIRMATION, Fault, Known, rule
from reports.lint.sheet import Sheet
from reports.words import word
from testbed.model.certificate import CONFORMITY, INTEROPERABILITY

ISO = "ISO/IEC 17065:2012"
NOT_YET = "nothing is confirmed by a report"


@rule(
    "17065-TITLE",
    f"{ISO}, 7.7.1",
    "a title that is a confirmation's, never a certificate's",
    CONFIRMATION,
    NOT_YET,
)
def _title(sheet: Sheet, _: Known) -> Iterator[Fault]:
    found = sheet.get("title")
    if found is None or (found.ko, found.en) not in {
        (one.ko, one.en) for one in (CONFORMITY, INTEROPERABILITY)
    }:
        yield Fault("the title is not that of a confirmation", found.line if found else 0)
    elif found.en == INTEROPERABILITY.en:
        yield from missing(sheet, "peer")
    kind = sheet.get("kind")
    if kind is None or kind.en != word("confirmation.kind").en:
        yield Fault(
            "it does not say that it is no certificate of an accredited body", kind.line if kind else 0
        )


@rule("17065-BODY", f"{ISO}, 7.7.1", "name and address of the council", CONFIRMATION, NOT_YET)
def _council(sheet: Sheet, _: Known) -> Iterator[Fault]:
    yield from missing(sheet, "council.name", "council.address")


@rule(
    "17065-DATE",
    f"{ISO}, 7.7.1",
    "the day of the decision, not before the test ended",
    CONFIRMATION,
    NOT_YET,
)
def _granted(sheet: Sheet, _: Known) -> Iterator[Fault]:
    issued, ended = day(sheet.get("issued")), last_day(sheet)
    if issued is None:
        yield Fault("the day of the decision is missing")
    elif ended is not None and issued < ended:
        yield Fault(f"decided on {issued}, before the test ended on {ended}")


@rule("17065-CLIENT", f"{ISO}, 7.7.1", "who asked for it", CONFIRMATION, NOT_YET)
def _client(sheet: Sheet, _: Known) -> Iterator[Fault]:
    own_run = sheet.said("lab.name") == " ".join(_pair("title.self_test_means"))
    if not own_run:
        yield from missing(sheet, "client.name", "client.contact")


@rule("17065-SCOPE", f"{ISO}, 7.7.1", "the scope: class of device, and what was met", CONFIRMATION, NOT_YET)
def _scope(sheet: Sheet, _: Known) -> Iterator[Fault]:
    yield from missing(sheet, "profile", "met", "statement")


@rule("17065-TERM", f"{ISO}, 7.7.1", "the day until which it holds", CONFIRMATION, NOT_YET)
def _term(sheet: Sheet, _: Known) -> Iterator[Fault]:
    issued, until = day(sheet.get("issued")), day(sheet.get("until"))
    if until is None:
        yield Fault("the day until which it holds is missing")
    elif issued is not None and until <= issued:
        yield Fault(f"it holds until {until}, which is not after {issued}")


@rule("17065-DECIDED", f"{ISO}, 7.6", "who decided, and by which rules", CONFIRMATION, NOT_YET)
def _decided(sheet: Sheet, _: Known) -> Iterator[Fault]:
    yield from missing(sheet, "member", "scheme")


@rule(
    "17065-REVIEWED",
    f"{ISO}, 7.5",
    "the report reviewed, by number and digest, and that it holds for that alone",
    CONFIRMATION,
    NOT_YET,
)
def _reviewed(sheet: Sheet, known: Known) -> Iterator[Fault]:
    yield from missing(sheet, "report.id", "notes.only")
    digest = sheet.get("report.sha256")
    if digest is None or not re.fullmatch(r"[0-9a-f]{64}", digest.en):
        yield Fault("the digest of the report is missing", digest.line if digest else 0)
    elif known.report_sha256 and digest.en != known.report_sha256:
        yield Fault("the digest is not that of the report beside it", digest.line)


def _pair(key: str) -> tuple[str, str]:
    said = word(key)
    return said.ko, said.en
