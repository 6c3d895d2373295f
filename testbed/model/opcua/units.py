"""Profiles, facets and conformance units of OPC UA as data (OPC 10000-7): names, URIs and relations.

`tests/model/opcua_profiles.py` says where `profiles.json` comes from, and makes it.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from importlib.resources import files

from pydantic import TypeAdapter

from testbed.model.base import Frozen


class UaProfile(Frozen):
    """A profile or facet: other ones that it includes, and its own conformance units."""

    name: str
    uri: str
    includes: tuple[str, ...]
    mandatory: tuple[str, ...]
    optional: tuple[str, ...]


class _Database(Frozen):
    profiles: tuple[UaProfile, ...]
    units: tuple[str, ...]
    """Units that belong to none of the profiles."""


@cache
def _database() -> _Database:
    text = (files("testbed.model.opcua") / "profiles.json").read_text(encoding="utf-8")
    return TypeAdapter(_Database).validate_python(json.loads(text))


@cache
def profiles() -> Mapping[str, UaProfile]:
    """Return every known profile and facet, by name."""
    return {one.name: one for one in _database().profiles}


@cache
def units() -> frozenset[str]:
    """Return the name of every known conformance unit."""
    found = set(_database().units)
    for one in _database().profiles:
        found |= {*one.mandatory, *one.optional}
    return frozenset(found)


def profile_named(text: str) -> str:
    """Return the name of a profile or facet, told by its name or URI; dashes and case may differ.

    Raises:
        ValueError: there is none; with the nearest one.
    """
    uri = text.casefold().rstrip("/")
    found = next((one.name for one in _database().profiles if one.uri.casefold() == uri), None)
    return found or _named(text, profiles(), "profile or facet")


def unit_named(text: str) -> str:
    """Return the name of a conformance unit; dashes and case may differ.

    Raises:
        ValueError: there is none; with the nearest one.
    """
    return _named(text, units(), "conformance unit")


def mandatory_units(names: Iterable[str]) -> frozenset[str]:
    """Return what a device has to have for some profiles, with all that these include."""
    known, waiting, seen = profiles(), list(names), set[str]()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += known[name].includes
    return frozenset(unit for name in seen for unit in known[name].mandatory)


def _plain(text: str) -> str:
    return " ".join(text.replace("\u2013", "-").casefold().split())


def _named(text: str, known: Collection[str], what: str) -> str:
    if text in known:
        return text
    plain = {_plain(name): name for name in sorted(known)}
    if _plain(text) in plain:
        return plain[_plain(text)]
    near = difflib.get_close_matches(_plain(text), plain, n=1, cutoff=0.5)
    advice = f"did you mean `{plain[near[0]]}`?" if near else "OPC 10000-7 has the names"
    raise ValueError(f"`{text}` is no known {what}; {advice}")
