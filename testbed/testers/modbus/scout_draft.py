"""What a scout found as the text of a declaration, with what it saw beside each line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

from testbed.model.declaration import ADDRESSES, UNKNOWN
from testbed.model.identification import OBJECTS as NAMES
from testbed.protocols.modbus import ExceptionCode, Function
from testbed.testers.drafting import beside, reply_within, seen
from testbed.testers.modbus.scout import FIRST_UNITS, Found
from testbed.testers.modbus.scout_areas import Search
from testbed.testers.modbus.scout_identity import OBJECTS, clean

LONGEST_REASON = 300
"""Characters that are kept of why a search ended early."""
MOST_UNITS = 16
"""Unit identifiers that are named in a comment."""


def draft(found: Found, profile: str, day: date) -> str:
    """Return the declaration; every claim in it was read off the device, or is the most cautious one.

    Args:
        found: at least one table of it must be served.
        profile: name and version of the profile to be judged by.
        day: when the device was asked.
    """
    lines = [
        f"# Drafted by `testbed declare` on {day.isoformat()} by {found.reads} reads and no write. Each line",
        '# is a claim of the vendor: check every one, and fill in what stands as "?".',
        *([f"# INCOMPLETE: {clean(found.stopped.encode(), LONGEST_REASON)[0]}."] if found.stopped else []),
        _device(found),
        f"profile:     {profile}",
        beside(f"connect:     {found.endpoint}", _units(found)),
        beside(f"supports:    [{', '.join(_supports(found))}]", "for writes see the end"),
        beside("numbering:   pdu", "addresses as on the wire, from 0"),
        beside(f"sessions:    {max(1, found.sessions)}", _connections(found)),
        beside(f"transactions: {max(1, found.transactions)}", _requests(found)),
        "isolated:    false",
        beside(
            f"timing:      {{ reply_within: {reply_within(found.times)} }}", "assumed, from what was seen:"
        ),
        f"# {seen(found.times)}",
    ]
    for search in found.served:
        lines += ["", f"{search.table}:", *_areas(search)]
    lines += _identification(found)
    remarks = list(_remarks(found))
    return "\n".join([*lines, *([""] if remarks else []), *(f"# {one}" for one in remarks)]) + "\n"


def _device(found: Found) -> str:
    names = {
        "vendor": found.identity.vendor,
        "model": found.identity.model,
        "firmware": found.identity.firmware,
    }
    inside = ", ".join(
        f"{key}: {json.dumps(name or UNKNOWN, ensure_ascii=False)}" for key, name in names.items()
    )
    told = "told by function 43/14" if any(names.values()) else "it tells no names by function 43/14"
    return beside(f"device:      {{ {inside} }}", told)


def _supports(found: Found) -> list[str]:
    """Name the functions that were served and that the draft says enough of to judge them."""
    return [*(one.name for one in found.served), *(["fc43/14"] if found.identity.conformity else [])]


def _identification(found: Found) -> Iterator[str]:
    """Yield the line that holds the device to what it told; a run compares every byte."""
    identity = found.identity
    if identity.conformity:
        told = {"conformity": f"0x{identity.conformity:02X}"}
        told |= {NAMES[number]: json.dumps(text) for number, text in sorted(identity.exact.items())}
        yield ""
        yield f"identification: {{ {', '.join(f'{key}: {value}' for key, value in told.items())} }}"


def _units(found: Found) -> str:
    named = ", ".join(map(str, found.units[:MOST_UNITS]))
    more = f" and {len(found.units) - MOST_UNITS} more" if len(found.units) > MOST_UNITS else ""
    return f"unit identifiers that answered: {named}{more}" if len(found.units) > 1 else ""


def _connections(found: Found) -> str:
    if found.sessions < 1:
        return "more connections at once were not tried"
    more = "; more were not tried" if found.sessions == found.most_sessions else ""
    return f"connections that were answered at once{more}"


def _requests(found: Found) -> str:
    return "requests that were answered at once" if found.transactions else "more at once were not tried"


def _areas(search: Search) -> Iterator[str]:
    for run in search.runs:
        doubted = [edge for edge in (run.first - 1, run.stop) if edge in search.doubtful]
        yield beside(
            f"  - {{ first: {run.first}, count: {run.stop - run.first} }}",
            f"NOT PROVEN: no refusal was seen at {' and '.join(map(str, doubted))}" if doubted else "",
        )


def _remarks(found: Found) -> Iterator[str]:
    """Yield what does not stand in a line of its own, for whoever checks the draft."""
    for search in found.searches:
        yield from _of_table(search)
    identity = found.identity
    for number, text in sorted(identity.objects.items()):
        yield f"Object {number} of its identification, {OBJECTS[number]}: {text}"
    if identity.server_id:
        yield f"Function 17 reports: {identity.server_id}"
    if identity.unshown:
        yield f"Characters of its names that cannot be shown and were left out: {identity.unshown}."
    others = [one for one in identity.functions if one != Function.ENCAPSULATED_INTERFACE]
    if others:
        yield f"It also serves functions {', '.join(map(str, others))}; none of them is declared here."
    if found.busy:
        yield f"It said {found.busy} times that it was busy, and was asked again."
    for requirement, count in found.breaches.items():
        yield f"{count} of its answers broke {requirement}; a run will judge that."
    if len(found.units) > len(FIRST_UNITS):
        yield "A unit may be a device of its own; name it with `?unit=N` to draft its declaration."
    yield "Areas that hold none of the addresses looked at are missing; `--at ADDRESS` looks at more."


def _of_table(search: Search) -> Iterator[str]:
    told = ", ".join(f"{_exception(code)} {count} times" for code, count in sorted(search.exceptions.items()))
    if search.refused:
        yield f"{search.name} is refused with {_exception(ExceptionCode.ILLEGAL_FUNCTION)}."
    elif not search.runs and search.exceptions:
        yield f"{search.name} answers, but serves no address looked at ({told}); add it if it serves any."
    if search.unanswered:
        rest = "" if search.finished else "; the rest was left alone"
        yield f"{search.name}: {search.unanswered} reads had no usable answer{rest}."
    elif not search.finished:
        yield f"{search.name}: not all addresses were looked at."
    if search.malformed:
        yield f"{search.name}: {search.malformed} responses did not hold what was asked for."
    if search.runs and search.block < min(search.request.limit, ADDRESSES):
        yield f"{search.name}: reads of more than {search.block} values are refused."


def _exception(code: int) -> str:
    known = code in set(ExceptionCode)
    return f"exception {code:02X}" + (f" ({ExceptionCode(code).title})" if known else "")
