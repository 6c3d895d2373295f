"""What is installed: suites by entry point, profiles by name."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import profiles
from testbed.model.document import Complaint, DocumentError, load, parse, quickly
from testbed.model.errata import Erratum, read_errata
from testbed.model.profile import Profile
from testbed.model.standard import Catalogue, Part

ERRATA = "errata.yaml"


@dataclass(frozen=True)
class Suite:
    """One installed suite."""

    catalogue: Catalogue
    folder: Path
    digest: str
    """SHA-256 over names and contents of its YAML and Python files and those of its parts, in order of name.

    `errata.yaml` stays outside: what is published later must not change what a version was.
    """
    errata: tuple[Erratum, ...] = ()
    """What is known to be wrong with this version or another one."""

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where its cases stand: its own folder, then those of its parts."""
        return (self.folder, *(self.folder.parent / part for part in self.catalogue.includes))

    @property
    def pending(self) -> tuple[Erratum, ...]:
        """The errata that this very version has."""
        return tuple(one for one in self.errata if one.applies_to(self.catalogue.version))


@cache
def suites() -> Mapping[str, Suite]:
    """Return every installed suite by id."""
    found = {}
    for point in sorted(entry_points(group="testbed.suites"), key=lambda point: point.name):
        folder = Path(str(import_module(point.value).__path__[0]))
        suite = read_suite(folder)
        found[suite.catalogue.id] = suite
    return found


def read_suite(folder: Path) -> Suite:
    """Read a suite's folder and those of the parts that it includes.

    Raises:
        DocumentError: a suite.yaml, part.yaml, requirements.yaml or errata.yaml cannot be used.
    """
    source = folder / "suite.yaml"
    said, _ = parse(source.read_text(encoding="utf-8"), str(source))
    own: dict[str, Any] = said if isinstance(said, dict) else {}
    shelf = [_read_part(folder.parent / str(name), own) for name in own.get("includes") or ()]
    catalogue = load(
        Catalogue,
        source.read_text(encoding="utf-8"),
        f"{source} with its other files",
        {
            "requirements": [
                *_rows(folder, "requirements"),
                *(row for one in shelf for row in one.requirements),
            ],
            "ambiguities": [
                *_rows(folder, "ambiguities"),
                *(row for one in shelf for row in one.ambiguities),
            ],
            "facts": [*(own.get("facts") or ()), *(fact for one in shelf for fact in one.facts)],
        },
    )
    digest = hashlib.sha256()
    for place in (folder, *(one.folder for one in shelf)):
        for file in sorted(path for path in place.iterdir() if path.suffix in {".py", ".yaml"}):
            if file.name != ERRATA:
                name = file.name if place == folder else f"{place.name}/{file.name}"
                digest.update(f"{name}\0{file.stat().st_size}\0".encode() + file.read_bytes())
    return Suite(catalogue, folder, digest.hexdigest(), _errata(folder, catalogue))


@dataclass(frozen=True)
class _Included:
    """A part as one suite includes it: of its clauses, those of documents that the suite lists."""

    folder: Path
    facts: tuple[str, ...]
    requirements: list[dict[str, Any]]
    ambiguities: list[dict[str, Any]]


def _read_part(folder: Path, suite: Mapping[str, Any]) -> _Included:
    source = folder / "part.yaml"
    if not source.is_file():
        raise DocumentError(str(source), [Complaint(0, "does not exist, but a suite includes this part")])
    part = load(Part, source.read_text(encoding="utf-8"), str(source))
    listed = suite.get("documents") or {}
    rows = [{**row, "proven_in": part.proven_in} for row in _cited(_rows(folder, "requirements"), listed)]
    ids = {row["id"] for row in rows}
    questions = _cited(_rows(folder, "ambiguities"), listed)
    return _Included(
        folder,
        part.facts,
        [row if row["proven_in"] != suite.get("id") else {**row, "proven_in": ""} for row in rows],
        [{**row, "requirements": [one for one in row["requirements"] if one in ids]} for row in questions],
    )


def _cited(rows: list[dict[str, Any]], listed: Collection[str]) -> list[dict[str, Any]]:
    """Keep of each row's clauses those of listed documents; a row without one is of another transport."""
    kept = [
        {**row, "clause": {key: at for key, at in row["clause"].items() if key in listed}} for row in rows
    ]
    return [row for row in kept if row["clause"]]


def _rows(folder: Path, name: str) -> list[dict[str, Any]]:
    """Read the rows of `NAME.yaml`, and those of `NAME_AREA.yaml` of a standard too large for one file."""
    return [
        dict(row) if isinstance(row, dict) else row
        for source in sorted((*folder.glob(f"{name}.yaml"), *folder.glob(f"{name}_*.yaml")))
        for row in _read(source, source.stat().st_mtime_ns)
    ]


@lru_cache(maxsize=64)
def _read(source: Path, changed: int) -> list[dict[str, Any]]:  # noqa: ARG001 - tells one state of the file from another
    """Read a list once: several suites include the same part."""
    rows = quickly(source.read_text(encoding="utf-8"), str(source))
    return rows if isinstance(rows, list) else []


def _errata(folder: Path, catalogue: Catalogue) -> tuple[Erratum, ...]:
    """Read a suite's errata; each case of this version that one names must be there."""
    path = folder / ERRATA
    if not path.is_file():
        return ()
    errata = read_errata(path.read_text(encoding="utf-8"), str(path), catalogue)
    for erratum in errata:
        for case in erratum.cases if erratum.cases != "all" else ():
            places = [folder, *(folder.parent / part for part in catalogue.includes)]
            if erratum.applies_to(catalogue.version) and not any(_has(place, case) for place in places):
                what = f"{erratum.id}: version {catalogue.version} has no case {case}"
                raise DocumentError(str(path), [Complaint(0, what)])
    return errata


def _has(folder: Path, case: str) -> bool:
    """Say whether a suite has a case of this name; its parameters are known only once it is collected."""
    file, _, name = case.partition("[")[0].partition("::")
    path = folder / file
    return path.is_file() and f"\nasync def {name}(" in path.read_text(encoding="utf-8")


OWN = Path(str(profiles.__path__[0]))
"""The bed's own profiles, with example declarations in `devices/`."""


def example(name: str) -> Path:
    """Return an example declaration by its file name; another package's by its absolute path."""
    return OWN / "devices" / name


@cache
def profile_files() -> Mapping[str, Path]:
    """Return every installed profile's file by name and version; nobody can replace the bed's own."""
    points = entry_points(group="testbed.profiles")
    folders = [Path(str(import_module(point.value).__path__[0])) for point in points]
    every = (*folders, OWN, OWN / "security")
    found = {file.stem: file for folder in every for file in sorted(folder.glob("*@*.yaml"))}
    return found | {
        f"performance/{file.stem}": file for file in sorted((OWN / "performance").glob("*@*.yaml"))
    }


def _latest(name: str) -> str:
    """Return a profile's name with its highest version, where only the name is given."""
    versions = [int(one.rpartition("@")[2]) for one in profile_files() if one.rpartition("@")[0] == name]
    return f"{name}@{max(versions)}" if versions else name


@cache
def _profile(text: str, name: str) -> Profile:
    """Read a profile's text, once: that takes ten times as long as to read a declaration."""
    return load(Profile, text, name)


def read_profile(name: str, source: str, line: int = 0) -> tuple[Profile, bytes]:
    """Return a profile and its file's bytes.

    Args:
        name: name and version, `modbus-tcp-server@1`; the latest where no version is named.
        source: the document that asks for it, to complain about.
        line: where it asks.

    Raises:
        DocumentError: there is no such profile, or one of its suites is not installed.
    """
    path = profile_files().get(name if "@" in name else _latest(name))
    if path is None:
        known = sorted(profile_files())
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
        hint = f"did you mean `{near[0]}`?" if near else f"known: {', '.join(known)}"
        raise DocumentError(source, [Complaint(line, f"unknown profile `{name}`; {hint}")])
    data = path.read_bytes()
    profile = _profile(data.decode(), str(path))
    if missing := [suite for suite in profile.suites if suite not in suites()]:
        raise DocumentError(str(path), [Complaint(0, f"suite `{missing[0]}` is not installed")])
    return profile, data
