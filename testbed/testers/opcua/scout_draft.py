"""What a scout found as the text of a declaration, with what it saw beside each line."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import date

from testbed.model.opcua.units import mandatory_units, profile_named, unit_named
from testbed.testers.drafting import beside, reply_within, seen
from testbed.testers.opcua.preflight.endpoints import shown
from testbed.testers.opcua.scout import Found
from testbed.testers.opcua.scout_choice import Picked
from testbed.testers.opcua.scout_methods import UNKNOWN, drafted
from testbed.testers.opcua.scout_nodes import text_of

_EVERY = {"Core 2022 Server Facet": "Session Base", "UA-TCP UA-SC UA-Binary": "UA Binary Encoding"}
"""Facets that every server has in this line or an older one (OPC 10000-7), each with a unit that tells it."""
_WRITES = "Attribute Write Values"
_WITH_WRITES = {"Attribute Write Index", "Attribute Write StatusCode & Timestamp"}
"""Units that no server has without plain writes."""
_CALL, _METHODS = "Method Call", "Address Space Method"
_MANY_SESSIONS = {"Session Multiple": 2, "Session Minimum 2 Parallel": 2, "Session Minimum 50 Parallel": 50}
_FACETS = {
    "Basic256Sha256": "SecurityPolicy [B] \u2013 Basic256Sha256",
    "Aes128_Sha256_RsaOaep": "SecurityPolicy [A] - Aes128-Sha256-RsaOaep",
    "Aes256_Sha256_RsaPss": "SecurityPolicy - Aes256-Sha256-RsaPss",
}
"""The facet of each secured policy (OPC 10000-7)."""
_MOST_NAMED = 10
"""Unknown names of a server that a comment repeats."""


def draft(found: Found, profile: str, day: date) -> str:
    """Return the declaration; every claim in it was read off the server, or is the most cautious one.

    Args:
        found: at least one variable of it must have been read.
        profile: name and version of the profile to be judged by.
        day: when the server was asked.
    """
    claims, strange, assumed = _claims(found)
    units, more = _units(found, [*claims, *assumed])
    lines = [
        f"# Drafted by `testbed declare` on {day.isoformat()} by {found.reads} reads and no write. Each line",
        '# is a claim of the vendor: check every one, and fill in what stands as "?".',
        *([f"# INCOMPLETE: {shown(found.stopped)}."] if found.stopped else []),
        beside(f"device:   {{ {_device(found)} }}", "told by BuildInfo"),
        f"profile:  {profile}",
        f"connect:  {found.endpoint}",
        "claims:",
        *(f"  - {claim}" for claim in claims),
        *(beside(f"  - {claim}", "assumed: it names none that has it") for claim in assumed),
        "supports:" if units else "supports: []",
        *(f"  - {unit}" for unit in units),
        *_strangers(strange + more),
        beside(f"sessions: {max(1, found.sessions)}", _sessions(found)),
        "isolated: false",
        beside(f"timing:   {{ reply_within: {reply_within(found.times)} }}", "assumed, from what was seen:"),
        f"# {seen(found.times)}",
        "channel:  { policy: None, mode: None }",
        *_security(found, claims),
        "",
        "nodes:",
        *(_line(one) for _, one in sorted(found.choice.read.items(), key=_order)),
        *_writable(found),
        *_methods(found),
    ]
    if not found.crawl.is_whole:
        lines.append("# There are more nodes than were looked at.")
    return "\n".join(lines) + "\n"


def _device(found: Found) -> str:
    return ", ".join(f"{key}: {json.dumps(name, ensure_ascii=False)}" for key, name in found.names.items())


def _claims(found: Found) -> tuple[list[str], list[str], list[str]]:
    """Return profiles that the server names, names that nobody knows, and what every server has besides."""
    claims, strange = [], []
    for uri in found.profiles:
        try:
            claims.append(profile_named(uri))
        except ValueError:
            strange.append(uri)
    has = mandatory_units(claims)
    assumed = [facet for facet, unit in _EVERY.items() if unit not in has]
    return list(dict.fromkeys(claims)), strange, assumed


def _units(found: Found, claims: list[str]) -> tuple[list[str], list[str]]:
    """Return the units beyond the claims that the server names and that go together; and unknown names."""
    units, strange = [], []
    for name in found.units:
        try:
            units.append(unit_named(name))
        except ValueError:
            strange.append(name)
    has = mandatory_units(claims)
    if _CALL in {*has, *units} and _METHODS not in has:
        units.append(_METHODS)
    if _WRITES not in {*has, *units}:
        units = [unit for unit in units if unit not in _WITH_WRITES]
    few = {unit for unit, least in _MANY_SESSIONS.items() if max(1, found.sessions) < least}
    return sorted(set(units) - has - few), strange


def _strangers(names: list[str]) -> Iterator[str]:
    if names:
        said = ", ".join(shown(name) for name in names[:_MOST_NAMED])
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        yield f"# It names profiles or units that are not known here: {said}{more}."


def _sessions(found: Found) -> str:
    if not found.sessions:
        return "more at once were not tried"
    told = f"; MaxSessions tells {found.told_sessions}" if found.told_sessions else ""
    more = "; more were not tried" if found.sessions == found.most_sessions else ""
    return f"sessions that were served at once{more}{told}"


def _security(found: Found, claims: Collection[str]) -> Iterator[str]:
    """Yield what its security could be judged with, as comments: no read tells whom it trusts."""
    if not found.secured:
        return
    policies = dict.fromkeys(policy for policy, _ in found.secured)
    yield "# It offers secured channels, too:"
    for policy in policies:
        yield f"#   {policy}: {', '.join(mode for one, mode in found.secured if one == policy)}"
    yield "# To have them judged make certificates with `testbed keys opcua opcua`, and do what its STEPS.txt"
    yield "# says. Then take the mark off the next line."
    yield "# security: { keys: opcua }"
    more = [_FACETS[policy] for policy in policies if _FACETS[policy] not in claims]
    if more:
        yield "# Add to `claims` what its vendor claims of these:"
        yield from (f"#   {facet}" for facet in more)


def _order(pair: tuple[tuple[str, str], Picked]) -> tuple[str, int]:
    return pair[1].type, len(pair[1].lengths)


def _line(one: Picked, more: str = "") -> str:
    lengths = list(one.lengths)
    shape = f", array: {lengths[0]}" if len(lengths) == 1 else f", matrix: {lengths}" if lengths else ""
    return f"  - {{ id: {json.dumps(one.text, ensure_ascii=False)}, type: {one.type}{shape}{more} }}"


def _writable(found: Found) -> Iterator[str]:
    """Yield variables that could be granted, as comments: what a write would do only the vendor knows."""
    if found.choice.write:
        read = {one.text for one in found.choice.read.values()}
        twice = any(one.text in read for one in found.choice.write.values())
        yield "# This user may write these. Who knows that it does no harm takes the mark off a line" + (
            "," if twice else ""
        )
        if twice:
            yield "# removes the line above of the same node, where there is one,"
        yield "# and claims `Attribute Write Values` in `supports`."
    for _, one in sorted(found.choice.write.items(), key=_order):
        yield f"#{_line(one, ', scratch: true')}"


def _methods(found: Found) -> Iterator[str]:
    """Yield methods as comments: what a call does only the vendor knows."""
    said = []
    for owner, method, _ in found.crawl.methods:
        texts = text_of(owner, found.namespaces), text_of(method, found.namespaces)
        if None not in texts:
            first, second = (json.dumps(text, ensure_ascii=False) for text in texts)
            inputs, told = drafted(found.crawl.inputs.get(method))
            mark = "#  # " if UNKNOWN in inputs else "#  "  # it is no line of a declaration yet
            said.append(f"{mark}- {{ object: {first}, method: {second}, inputs: {inputs} }}")
            if told:
                said.append(f"#    # {told}")
    if said:
        yield ""
        yield "# Methods, none of which was called. Add what does no harm; the inputs are of the right types"
        yield '# alone: write good values in their places, and fill in what stands as "?".'
        yield "#methods:"
        yield from said
