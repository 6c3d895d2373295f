"""A badge: outcome by word and shape, suite and version, for a page that links to the bundle.

One SVG without script, link, style sheet or font of its own. It proves nothing, since anybody can draw one; a
test key and a vendor's own run are said on it, so that an honest one is not read for more than it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree import ElementTree as ET

from testbed.bundle.exports.account import OUTCOMES, Account, safe
from testbed.model.verdict import Outcome

HEIGHT, MARGIN, SHAPE = 28, 10, 16
ADVANCE = 7.2
"""Pixels from one character to the next: 0.6 em, as monospaced faces have it, at 12 px."""
MOST_SUITES = 4

_GREY, _WHITE, _DARK = "#3b4045", "#ffffff", "#1f2328"
COLOURS: Mapping[Outcome, str] = {
    Outcome.CONFORMANT: "#14713a",
    Outcome.CONFORMANT_WITH_WAIVERS: "#6b5b00",
    Outcome.NOT_CONFORMANT: "#b3261e",
    Outcome.INCOMPLETE: "#5b5f66",
}
"""Ground of the outcome; white upon each has a contrast above 4.5 (WCAG 2.2, 1.4.3)."""

_SHAPES: Mapping[Outcome, str] = {
    Outcome.CONFORMANT: "M2 8l4 4 8-9",  # a tick
    Outcome.CONFORMANT_WITH_WAIVERS: "M2 8l4 4 8-9M3 15h10",  # a tick, underlined
    Outcome.NOT_CONFORMANT: "M3 3l10 10M13 3L3 13",  # a cross
    Outcome.INCOMPLETE: "M2 8h2M7 8h2M12 8h2",  # three points
}


def badge(account: Account) -> bytes:
    """Return the badge of a run."""
    colour = COLOURS[account.outcome]
    parts = [(_suites(account), _GREY, ""), (_word(account.outcome), colour, _SHAPES[account.outcome])]
    parts += [(remark, _DARK, "") for remark in _remarks(account)]
    drawn, left = [], 0.0
    for text, ground, shape in parts:
        width = 2 * MARGIN + (SHAPE + MARGIN / 2 if shape else 0) + len(text) * ADVANCE
        drawn.append(_part(text, ground, shape, left, width))
        left += width
    size = f"{left:.1f}"
    svg = ET.Element("svg", xmlns="http://www.w3.org/2000/svg", width=size, height=str(HEIGHT))
    svg.set("viewBox", f"0 0 {size} {HEIGHT}")
    svg.set("role", "img")
    svg.set("aria-labelledby", "said")
    ET.SubElement(svg, "title", id="said").text = _title(account)
    svg.extend(drawn)
    ET.indent(svg)
    drawing: bytes = ET.tostring(svg, encoding="utf-8", xml_declaration=True)
    return drawing + b"\n"


def _part(text: str, ground: str, shape: str, left: float, width: float) -> ET.Element:
    """Draw one field of the badge; its text is squeezed to the width that was reckoned with."""
    part = ET.Element("g", {"aria-hidden": "true", "transform": f"translate({left:.1f} 0)"})
    ET.SubElement(part, "rect", width=f"{width:.1f}", height=str(HEIGHT), fill=ground)
    start = float(MARGIN)
    if shape:
        lines = {"fill": "none", "stroke": _WHITE, "stroke-width": "2.5", "stroke-linecap": "round"}
        ET.SubElement(part, "path", {"d": shape, "transform": f"translate({MARGIN} 6)", **lines})
        start += SHAPE + MARGIN / 2
    face = {"font-family": "monospace", "font-size": "12", "fill": _WHITE, "lengthAdjust": "spacingAndGlyphs"}
    place = {"x": f"{start:.1f}", "y": "18", "textLength": f"{len(text) * ADVANCE:.1f}"}
    ET.SubElement(part, "text", {**place, **face}).text = text
    return part


def _word(outcome: Outcome) -> str:
    return str(outcome).replace("_", " ")


def _suites(account: Account) -> str:
    used = account.header.suites
    named = [safe(f"{one.id} {one.version}", 80) for one in used[:MOST_SUITES]]
    return " · ".join(named + ([f"+{len(used) - MOST_SUITES}"] if len(used) > MOST_SUITES else []))


def _remarks(account: Account) -> Iterator[str]:
    if account.lab is None:
        yield "SELF-TEST"
    if account.is_test:
        yield "TEST KEY"


def _title(account: Account) -> str:
    """Return what a screen reader says: the outcome in both languages, of what, by which report."""
    device, said = account.header.declaration.device, OUTCOMES[account.outcome]
    parts = [
        f"{said.en} ({said.ko})",
        f"{device.vendor} {device.model} {device.firmware}",
        _suites(account),
        f"report {account.report}",
        account.header.started,
        *_remarks(account),
    ]
    return safe("; ".join(parts))
