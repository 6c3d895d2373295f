"""ISO/IEC 17025:2017, 7.8.2.2 to 7.8.8, ISO/IEC 9646-5, and what this house never lets a paper leave out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reports.lint.items import OWN_RUN
from reports.lint.look import differs, missing, own_number, sentence
from reports.lint.rule import PAPERS, REPORT, SELF_TEST, Fault, Known, rule
from reports.lint.sheet import Sheet
from reports.words import word
from testbed.model.base import Text
from testbed.model.verdict import Outcome, Verdict

ISO = "ISO/IEC 17025:2017"
HEADS = ("identification", "status", "static", "dynamic", "review", "campaign", "observations")
"""The seven heads of a protocol conformance test report."""
DECLARED = ("client.", "device.", "connect", "reply_within")
"""Fields that the client declares."""
_CLAIMS = re.compile(r"(?:conforms|complies|compliant) (?:to|with) the standard", re.IGNORECASE)
_ACCREDITED = re.compile(r"KOLAS|ILAC|\baccredited\b|공인\s*(?:시험|성적|기관)|인증서", re.IGNORECASE)
_DENIALS = ("notes.", "kind", "title")
"""Fields in which the house itself denies it; other rules hold them to the letter."""
_REVISION = re.compile(r"-(\d+)$")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@rule("7.8.2.2-A", f"{ISO}, 7.8.2.2", "a mark on everything that the client declared", PAPERS)
def _marked(sheet: Sheet, _: Known) -> Iterator[Fault]:
    for one in sheet.fields:
        if one.name.startswith(DECLARED) and not one.is_declared:
            yield Fault(f"`{one.name}` is the client's word and not marked as such", one.line)


@rule("7.8.2.2-B", f"{ISO}, 7.8.2.2", "a disclaimer for what the client declared", PAPERS)
def _disclaimed(sheet: Sheet, _: Known) -> Iterator[Fault]:
    yield from sentence(sheet, "declared")


@rule("7.8.2.2-C", f"{ISO}, 7.8.2.2", "that the results apply to the item as received", REPORT, OWN_RUN)
def _as_received(sheet: Sheet, _: Known) -> Iterator[Fault]:
    yield from sentence(sheet, "received")


@rule("7.8.3.1-A", f"{ISO}, 7.8.3.1 a", "the conditions of the test")
def _conditions(sheet: Sheet, known: Known) -> Iterator[Fault]:
    yield from missing(sheet, "tester", "connect", "clock", "reply_within")
    if sheet.paper == "report":
        yield from missing(sheet, "environment")
    if known.header is not None:
        yield from differs(sheet.get("clock"), word(f"clock.{known.header.clock}").en)
        if (one := known.header.impairment) is not None:
            yield from missing(sheet, "impairment")
            yield from differs(
                sheet.get("impairment"), f"{word('impaired.under').en} {one.title.en} {one.id}"
            )


@rule(
    "7.8.3.1-B", f"{ISO}, 7.8.3.1 b", "a statement of conformity that names what was met, or not, and no more"
)
def _conformity(sheet: Sheet, known: Known) -> Iterator[Fault]:
    yield from missing(sheet, "outcome", "statement")
    field = sheet.get("outcome")
    if field is not None and field.en:
        said = {word(f"outcome.{one}").en: one for one in Outcome}
        if field.en not in said:
            yield Fault(f"`{field.en[:80]}` is no outcome", field.line)
        elif known.outcome and said[field.en] != known.outcome:
            yield Fault(f"the outcome is {said[field.en]}, the record amounts to {known.outcome}", field.line)
    statements = " ".join(one.en for one in sheet.all("statement"))
    for suite in sheet.all("suite"):
        name, _, rest = suite.en.partition(" ")
        version = rest.partition(" ")[0]
        if statements and f"suite {name}, version {version}" not in statements:
            yield Fault(f"no statement names suite {name}, version {version}")
    for one in sheet.all("statement"):
        if _CLAIMS.search(one.en):
            yield Fault("a statement claims the whole standard", one.line)


@rule("7.8.3.1-C", f"{ISO}, 7.8.3.1 c", "what is said about measurement uncertainty")
def _uncertainty(sheet: Sheet, _: Known) -> Iterator[Fault]:
    yield from sentence(sheet, "rule")


@rule("7.8.3.1-D", f"{ISO}, 7.8.3.1 d", "opinions, as many as the face counts")
def _opinions(sheet: Sheet, known: Known) -> Iterator[Fault]:
    field, listed = sheet.get("opinions.count"), len(sheet.all("opinion"))
    claimed = re.match(r"\d+", field.en) if field is not None else None
    if field is None or claimed is None:
        yield Fault("the face does not count the opinions")
    elif int(claimed[0]) != listed:
        yield Fault(f"the face counts {claimed[0]} opinions, {listed} are given", field.line)
    elif known.lab is not None and listed != len(known.lab.opinions):
        yield Fault(f"{listed} opinions are given, in the bundle {len(known.lab.opinions)}", field.line)


@rule("7.8.6", f"{ISO}, 7.8.6", "the decision rule: each suite with version and digest")
def _decision(sheet: Sheet, _: Known) -> Iterator[Fault]:
    said = [one.en for one in sheet.all("rule")]
    for suite in sheet.all("suite"):
        parts = suite.en.replace("SHA-256", "").split()
        if not any(all(part in one for part in parts) for one in said):
            yield Fault(f"the decision rule does not name `{suite.en[:80]}`", suite.line)


@rule("7.8.7", f"{ISO}, 7.8.7", "opinions marked as such, with their basis and author")
def _opinion(sheet: Sheet, _: Known) -> Iterator[Fault]:
    given = len(sheet.all("opinion"))
    if given and (found := sheet.get("opinions")) is None:
        yield Fault("opinions are not marked as opinions")
    elif given and found is not None and found.en != word("opinions.intro").en:
        yield Fault("opinions are not marked as opinions", found.line)
    for name in ("opinion.basis", "opinion.by"):
        if len([one for one in sheet.all(name) if one.en]) != given:
            yield Fault(f"an opinion lacks its `{name}`")


@rule(
    "7.8.8",
    f"{ISO}, 7.8.8",
    "of a re-issue: a number of its own, which paper it replaces, why, and what changed",
)
def _reissue(sheet: Sheet, known: Known) -> Iterator[Fault]:
    found = _REVISION.search(own_number(sheet))
    if found is None:
        return  # the number is another rule's business
    pointers = (
        "amended",
        "replaces.report",
        "replaced.report",
        "replaced.sha256",
        "replaced.reason",
        "change",
    )
    if int(found[1]) == 1:
        for one in sheet.fields:
            if one.name in pointers:
                yield Fault("a first issue replaces nothing", one.line)
        if known.reissue is not None:
            yield Fault("the bundle holds a re-issue, the page is a first issue")
        return
    yield from missing(sheet, *pointers)
    if (older := sheet.get("replaced.report")) is not None and older.en == own_number(sheet):
        yield Fault("it replaces itself", older.line)
    if (digest := sheet.get("replaced.sha256")) is not None and not _SHA256.fullmatch(digest.en):
        yield Fault("the paper replaced has no digest", digest.line)
    if known.reissue is not None:
        for name in ("replaces.report", "replaced.report"):
            yield from differs(sheet.get(name), known.reissue.replaces.report)
        yield from differs(digest, known.reissue.replaces.sha256)


@rule("7.8.2.1-WHOLE", f"{ISO}, 7.8.2.1, note", "that it is not reproduced except in full", PAPERS)
def _whole(sheet: Sheet, _: Known) -> Iterator[Fault]:
    yield from sentence(sheet, "whole")


@rule("9646-HEADS", "ISO/IEC 9646-5", "the seven heads of a conformance test report, in order")
def _heads(sheet: Sheet, _: Known) -> Iterator[Fault]:
    wanted = [(f"{at} {said.ko}", f"{at} {said.en}") for at, said in enumerate(map(_head, HEADS), 1)]
    if [(one.ko, one.en) for one in sheet.all("head")] != wanted:
        yield Fault(f"the heads are {', '.join(one.en for one in sheet.all('head')) or 'missing'}"[:200])


@rule("9646-COUNTS", "ISO/IEC 9646-5", "verdicts counted, and the counts add up")
def _counted(sheet: Sheet, known: Known) -> Iterator[Fault]:
    found = {str(one): int(text) for one in Verdict if (text := sheet.said(f"count.{one}")).isdecimal()}
    every = sheet.get("count.all")
    total = re.search(r"\d+", every.en) if every is not None else None
    if every is None or total is None:
        yield Fault("the verdicts are not counted")
    elif sum(found.values()) != int(total[0]):
        yield Fault(f"the verdicts add up to {sum(found.values())}, not to {total[0]}", every.line)
    elif known.counts is not None and found != {key: n for key, n in known.counts.items() if n}:
        yield Fault("the verdicts counted are not those of the record", every.line)


@rule(
    "SELF-TEST",
    "this house",
    "that a vendor's own run is no laboratory's report",
    SELF_TEST,
    "a laboratory tested",
)
def _self_test(sheet: Sheet, _: Known) -> Iterator[Fault]:
    wanted, found = word("title.self_test_means"), sheet.get("self_test")
    if found is None or (found.ko, found.en) != (wanted.ko, wanted.en):
        yield Fault(f"the sentence `{wanted.en}` is missing", found.line if found else 0)


@rule(
    "KOLAS",
    "this house",
    "no accreditation is claimed: the sentence that denies it, or the laboratory's own",
    PAPERS,
)
def _kolas(sheet: Sheet, known: Known) -> Iterator[Fault]:
    claimed = sheet.get("accreditation")
    for one in sheet.fields if claimed is None else ():
        if not one.name.startswith(_DENIALS) and _ACCREDITED.search(one.text):
            yield Fault(f"`{one.name}` speaks of an accreditation: `{one.text[:80]}`", one.line)
    if claimed is None:
        yield from sentence(sheet, "kolas", "confirmation.kolas" if sheet.paper == "confirmation" else "")
    elif known.header is not None and (known.lab is None or known.lab.accreditation is None):
        yield Fault("an accreditation is claimed that the bundle does not have", claimed.line)


@rule("PUBLIC", "this house", "that no owner of a specification issued or endorsed it", PAPERS)
def _public(sheet: Sheet, _: Known) -> Iterator[Fault]:
    yield from sentence(sheet, "public")


@rule("TEST-KEY", "this house", "TEST KEY on every paper that a test key signed, and on no other", PAPERS)
def _test_key(sheet: Sheet, known: Known) -> Iterator[Fault]:
    found = sheet.get("test_key")
    if known.signer is not None and known.signer.is_test and found is None:
        yield Fault("a test key signed, and the page does not say so")
    elif known.signer is not None and not known.signer.is_test and found is not None:
        yield Fault("the page says TEST KEY, and another key signed", found.line)


def _head(name: str) -> Text:
    return word(f"head.{name}")
