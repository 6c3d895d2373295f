"""Finds the cases among what pytest collected, and notices when some were left out."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from testbed.bundle.journal import FileJournal
from testbed.bundle.writer import BundleWriter
from testbed.model.document import DocumentError
from testbed.model.record import CaseRecord, Footer, Header, Judged, Resumed
from testbed.plugin.case import Case, make_case
from testbed.plugin.setup import Setup, prepare
from testbed.plugin.shelf import Suite, suites


def in_play(names: Sequence[str], declaration: Path | None) -> list[Suite]:
    """Return the suites among which the owner of a case is sought: several may include the same part.

    Args:
        names: of the suites, where they are known.
        declaration: whose profile names them otherwise; one that cannot be read is complained about later.
    """
    installed = list(suites().values())
    if not names and declaration is not None:
        with suppress(DocumentError):
            names = [suite.catalogue.id for suite in prepare(declaration).suites]
    return [suite for suite in installed if suite.catalogue.id in names] or installed


def case_of(item: pytest.Function, among: Sequence[Suite]) -> Case | None:
    """Return the case that a collected function is, or None when it belongs to none of some suites."""
    suite = _suite_of(item.path, among)
    if suite is None:
        return None
    parameters = dict(item.callspec.params) if hasattr(item, "callspec") else {}
    return make_case(suite.catalogue, f"{item.path.name}::{item.name}", item.function, parameters)


def _suite_of(path: Path, among: Sequence[Suite]) -> Suite | None:
    here = path.parent.resolve()
    owners = [suite for suite in among if here in (folder.resolve() for folder in suite.folders)]
    return next(iter(owners), None)


def wanted(items: list[pytest.Item], chosen: Sequence[str], config: pytest.Config) -> list[pytest.Item]:
    """Keep the cases named `SUITE/FILE::NAME`; the others are deselected.

    Raises:
        pytest.UsageError: a name that no case has.
    """
    from testbed.plugin.hooks import CASE  # noqa: PLC0415 - the key stands with the hooks

    names = {f"{item.stash[CASE].suite}/{item.stash[CASE].id}": item for item in items if CASE in item.stash}
    if unknown := [name for name in chosen if name not in names]:
        raise pytest.UsageError(f"no case is called {unknown[0]}")
    kept = [names[name] for name in dict.fromkeys(chosen)]
    left = [item for item in items if item not in kept]
    if left:
        config.hook.pytest_deselected(items=left)
    return kept


def left_out(setup: Setup, cases: Sequence[Case], made: Sequence[tuple[Path, str]]) -> str:
    """Say which case files, and cases of the others, will not run; empty when the profile's suites run whole.

    Args:
        setup: of the run.
        cases: that will run.
        made: all that the modules hold which pytest has read, by file and name.
    """
    seen = {(case.suite, case.id.partition("::")[0]) for case in cases}
    asked = {(case.suite, case.id) for case in cases}
    folders = {folder.resolve(): suite.catalogue.id for suite in setup.suites for folder in suite.folders}
    missing = [
        f"{suite.catalogue.id}/{file.name}"
        for suite in setup.suites
        for folder in suite.folders
        for file in sorted(folder.glob("test_*.py"))
        if (suite.catalogue.id, file.name) not in seen
    ]
    for path, name in made:
        owner, case = folders.get(path.parent.resolve(), ""), f"{path.name}::{name}"
        if (owner, path.name) in seen and (owner, case) not in asked:
            missing.append(f"{owner}/{case}")
    return f"not run: {', '.join(missing)}" if missing else ""


class Keeper:
    """Writes a run into a bundle, or what is left of one that goes on."""

    def __init__(
        self,
        writer: BundleWriter,
        journal: FileJournal,
        preflight: bytes = b"",
        resumed: Resumed | None = None,
    ) -> None:
        self.writer, self.journal = writer, journal
        self._preflight = preflight
        self._resumed = resumed

    def begun(self, header: Header, cases: Sequence[Case]) -> None:
        """Keep the capture of what went before, write the header; or only say that a run goes on."""
        if self._resumed is not None:
            self.writer.line(self._resumed)
            return
        if header.selected_by_hand:
            self.journal.chosen([f"{case.suite}/{case.id}" for case in cases])
        if self._preflight:
            header = header.model_copy(update={"preflight_capture": self.writer.keep(self._preflight)})
        self.writer.line(header)

    def waiting(self, case: Case) -> None:
        """Write nothing."""

    def found(self, record: CaseRecord, capture: bytes) -> CaseRecord:
        """Keep the capture, write the record."""
        if capture:
            record = record.model_copy(update={"capture": self.writer.keep(capture)})
        if record.sequence is not None:
            self.writer.keep_sequence(record.sequence)
        if record.measurement is not None:
            self.writer.keep_measurement(record.measurement)
        self.writer.line(record)
        return record

    def ended(self, footer: Footer, judged: Sequence[Judged]) -> None:  # noqa: ARG002 - part of the interface
        """Write the footer and close; the journal of a run that was stopped is kept."""
        self.writer.line(footer)
        self.writer.close()
        self.journal.close(done=not footer.interrupted)


def keeper(setup: Setup, folder: Path | None, preflight: bytes = b"") -> list[Keeper]:
    """Return the listener that keeps a bundle, where a folder is named.

    Args:
        setup: what the run starts from.
        folder: where the bundle is to stand.
        preflight: the capture of what was said before the first case.

    Raises:
        BundleExistsError: the folder already holds something.
    """
    if folder is None:
        return []
    writer = BundleWriter(
        folder,
        declaration=setup.declaration_text,
        profile=setup.profile_text,
        lab=setup.lab_text,
        waivers=setup.waivers.opened.data if setup.waivers else b"",
        impairment=setup.impairment.text if setup.impairment else b"",
    )
    return [Keeper(writer, FileJournal(folder), preflight)]
