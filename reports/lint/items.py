"""ISO/IEC 17025:2017, 7.8.2.1: what every report shall include, item by item."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from reports.lint.look import STAMP, day, differs, last_day, missing, own_number, sentence
from reports.lint.rule import PAPERS, REPORT, TESTED, Fault, Known, rule
from reports.lint.sheet import Sheet
from reports.words import stamped, word

ISO = "ISO/IEC 17025:2017, 7.8.2.1"
OWN_RUN = "a vendor's own run has no laboratory and no client; its title says so"
_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
_VERSION = re.compile(r"\b\d+\.\d+\.\d+\b")
_BARE = re.compile(r"[+\-\u2212]?\d+(?:[.,]\d+)*\s*")
UNITS = frozenset({"s", "ms", "us", "%", "B"})


@rule("7.8.2.1-A", f"{ISO} a", "a title, in both languages, that says which paper this is")
def _title(sheet: Sheet, known: Known) -> Iterator[Fault]:
    wanted, found = word(f"title.{sheet.paper}"), sheet.get("title")
    yield from missing(sheet, "title")
    if found is not None and (found.ko, found.en) != (wanted.ko, wanted.en):
        yield Fault(f"the title is `{found.text[:80]}`, not `{wanted.ko}` and `{wanted.en}`", found.line)
    if known.header is not None and (known.lab is None) != (sheet.paper == "self_test"):
        yield Fault("the title is not that of the bundle: only a laboratory's run is a test report")


@rule("7.8.2.1-B", f"{ISO} b", "name and address of the laboratory", REPORT, OWN_RUN)
def _laboratory(sheet: Sheet, known: Known) -> Iterator[Fault]:
    yield from missing(sheet, "lab.name", "lab.address")
    if known.lab is not None:
        yield from differs(sheet.get("lab.name"), known.lab.name.en)
        yield from differs(sheet.get("lab.address"), known.lab.address.en)


@rule("7.8.2.1-C", f"{ISO} c", "where the work was done", REPORT, OWN_RUN)
def _site(sheet: Sheet, known: Known) -> Iterator[Fault]:
    yield from missing(sheet, "site")
    found = sheet.get("site")
    if found is None:
        return
    if not found.en.startswith(word("site.laboratory").en):
        yield from missing(sheet, "site.place")
    if known.lab is not None and not found.en.startswith(word(f"site.{known.lab.site.at}").en):
        yield Fault(f"the work was done `{found.en}`, in the bundle it is `{known.lab.site.at}`", found.line)


@rule("7.8.2.1-D", f"{ISO} d", "its own number on every page, and a clear end", PAPERS)
def _number(sheet: Sheet, known: Known) -> Iterator[Fault]:
    own = own_number(sheet)
    if not own:
        yield Fault("the number of the paper is missing")
        return
    safe = re.sub(r"[^A-Za-z0-9._:-]", "?", own[:80])
    if f'@bottom-left {{ content: "{safe}" }}' not in sheet.style:
        yield Fault(f"`{own}` does not stand at the foot of printed pages")
    if "counter(page)" not in sheet.style or "counter(pages)" not in sheet.style:
        yield Fault("printed pages are not numbered x / y")
    end = sheet.get("end")
    if end is None or own not in end.ko or own not in end.en or sheet.last != "end":
        yield Fault("the end of the paper is not marked with its number", end.line if end else 0)
    if known.number and sheet.paper != "confirmation" and own != known.number:
        yield Fault(f"the number is `{own}`, in the bundle it is `{known.number}`")


@rule("7.8.2.1-E", f"{ISO} e", "name of the client and how to reach it", REPORT, OWN_RUN)
def _client(sheet: Sheet, known: Known) -> Iterator[Fault]:
    yield from missing(sheet, "client.name", "client.contact")
    if known.lab is not None:
        yield from differs(sheet.get("client.name"), known.lab.client.name.en)


@rule("7.8.2.1-F", f"{ISO} f", "the method: suites with version and digest, standards with edition", PAPERS)
def _method(sheet: Sheet, known: Known) -> Iterator[Fault]:
    yield from missing(sheet, "suite", "document")
    for one in sheet.all("suite"):
        if not _VERSION.search(one.en) or not _DIGEST.search(one.en):
            yield Fault(f"`{one.en[:80]}` lacks its version or its digest", one.line)
    for one in sheet.all("document"):
        if not re.search(r", .*\d", one.en):
            yield Fault(f"`{one.en[:80]}` lacks its edition", one.line)
    if known.header is not None:
        used = {f"{one.id} {one.version} SHA-256 {one.digest}" for one in known.header.suites}
        if found := {one.en for one in sheet.all("suite") if _DIGEST.search(one.en)} - used:
            yield Fault(f"`{min(found)[:80]}` is not a suite of the bundle")


@rule("7.8.2.1-G", f"{ISO} g", "the item, beyond doubt, and its condition", PAPERS)
def _item(sheet: Sheet, known: Known) -> Iterator[Fault]:
    yield from missing(sheet, "device.vendor", "device.model", "device.firmware")
    if sheet.paper == "report":
        yield from missing(sheet, "condition")
    if known.header is not None:
        device = known.header.declaration.device
        for name in ("vendor", "model", "hardware", "firmware", "serial"):
            if getattr(device, name) and name in {"hardware", "serial"}:
                yield from missing(sheet, f"device.{name}")
            yield from differs(sheet.get(f"device.{name}"), getattr(device, name))


@rule(
    "7.8.2.1-H", f"{ISO} h", "the day on which the item was received, before it was tested", REPORT, OWN_RUN
)
def _received(sheet: Sheet, known: Known) -> Iterator[Fault]:
    found, ended = day(sheet.get("received")), last_day(sheet)
    if found is None:
        yield Fault("the day on which the item was received is missing")
    elif ended is not None and found > ended + timedelta(days=1):  # it may be tomorrow where it was received
        yield Fault(f"the item was received on {found}, after it was tested")
    elif known.lab is not None and found != known.lab.item.received:
        yield Fault(f"the item was received on {found}, in the bundle on {known.lab.item.received}")


@rule("7.8.2.1-I", f"{ISO} i", "from when to when the test was performed", PAPERS)
def _performed(sheet: Sheet, known: Known) -> Iterator[Fault]:
    field = sheet.get("tested")
    stamps = STAMP.findall(field.en) if field is not None else []
    if len(stamps) != 2 or stamps[0] > stamps[1]:  # noqa: PLR2004 - from and to
        yield Fault("the test has no beginning, no end, or ends before it begins", field.line if field else 0)
    elif known.header is not None and known.ended:
        wanted = [stamped(known.header.started).en, stamped(known.ended).en]
        if stamps != wanted:
            yield Fault(f"the test is said to have lasted from {stamps[0]} to {stamps[1]}")


@rule("7.8.2.1-J", f"{ISO} j", "the day of issue, not before the test ended", TESTED)
def _issued(sheet: Sheet, known: Known) -> Iterator[Fault]:
    found, ended = day(sheet.get("issued")), last_day(sheet)
    if found is None:
        yield Fault("the day of issue is missing")
    elif ended is not None and found < ended:
        yield Fault(f"issued on {found}, before the test ended on {ended}")
    elif known.reissue is not None and found != known.reissue.issued:
        yield Fault(f"issued on {found}, in the bundle on {known.reissue.issued}")


@rule("7.8.2.1-L", f"{ISO} l", "that the results relate only to the item tested", PAPERS)
def _only(sheet: Sheet, _: Known) -> Iterator[Fault]:
    yield from sentence(sheet, "item")


@rule("7.8.2.1-M", f"{ISO} m", "a unit with every number", PAPERS)
def _units(sheet: Sheet, _: Known) -> Iterator[Fault]:
    for one in sheet.numbers:
        if one.unit in UNITS:
            if not re.fullmatch(rf"{_BARE.pattern} ?{one.unit}", one.text):
                yield Fault(f"`{one.text[:40]}` is not a number with the unit {one.unit}", one.line)
        elif not one.unit and _BARE.fullmatch(one.text):
            yield Fault(f"`{one.text[:40]}` has no unit", one.line)


@rule("7.8.2.1-N", f"{ISO} n", "additions, deviations and exclusions, as many as the face counts")
def _departed(sheet: Sheet, known: Known) -> Iterator[Fault]:
    field, listed = sheet.get("departures.count"), len(sheet.all("departure"))
    claimed = re.match(r"\d+", field.en) if field is not None else None
    if field is None or claimed is None:
        yield Fault("the face does not count the departures from the method")
    elif int(claimed[0]) != listed:
        yield Fault(f"the face counts {claimed[0]} departures, {listed} are listed", field.line)
    elif known.departures is not None and listed != known.departures:
        yield Fault(f"{listed} departures are listed, the record shows {known.departures}", field.line)


@rule("7.8.2.1-O", f"{ISO} o", "who authorised the paper: name, role and key, the signer's own", PAPERS)
def _authorised(sheet: Sheet, known: Known) -> Iterator[Fault]:
    yield from missing(sheet, "signer.name", "signer.fingerprint")
    yield from missing(sheet, *(["signer.role"] if sheet.paper == "self_test" else ["approver.name"]))
    if sheet.paper != "self_test":
        yield from missing(sheet, "approver.role")
    if known.signer is None:
        return
    yield from differs(sheet.get("signer.name"), known.signer.name)
    yield from differs(sheet.get("signer.fingerprint"), known.signer.fingerprint)
    approver = sheet.get("approver.name")
    if approver is not None and not known.signer.is_test:
        name = approver.en.partition(",")[0]
        if name != known.signer.name:
            yield Fault(f"authorised by {name[:80]}, signed by {known.signer.name}", approver.line)


@rule("7.8.2.1-P", f"{ISO} p", "which results are an external provider's", TESTED)
def _provided(sheet: Sheet, known: Known) -> Iterator[Fault]:
    yield from missing(sheet, "providers")
    claimed = len(known.lab.providers) if known.lab is not None else None
    if claimed is not None and len(sheet.all("provider")) != claimed:
        yield Fault(f"{len(sheet.all('provider'))} providers are named, in the bundle {claimed}")
