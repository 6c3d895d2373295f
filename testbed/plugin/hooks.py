"""The pytest plugin: cases of installed suites become tasks of an engine, findings become reports.

It is loaded in every pytest run of whoever installed the bed, so it imports nothing of it early.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from testbed.model.record import CaseRecord
    from testbed.plugin.case import Case
    from testbed.plugin.run import Run

CASE: pytest.StashKey[Case] = pytest.StashKey()
RECORD: pytest.StashKey[CaseRecord] = pytest.StashKey()
RUN: pytest.StashKey[Run] = pytest.StashKey()
FOREIGN: pytest.StashKey[list[pytest.Item]] = pytest.StashKey()
"""Cases of suites that are not in play."""
HAND: pytest.StashKey[str] = pytest.StashKey()
MADE: pytest.StashKey[list[tuple[Path, str]]] = pytest.StashKey()
"""Each case that a module holds, by file and name: a node id picks some, and pytest deselects none."""

LETTERS = {
    "PASS": ("passed", ".", "PASS"),
    "WEAK": ("weak", "w", ("WEAK", {"yellow": True})),
    "INFO": ("info", "i", "INFO"),
    "INCONCLUSIVE": ("inconclusive", "?", ("INCONCLUSIVE", {"yellow": True})),
    "FAIL": ("failed", "F", "FAIL"),
    "ERROR": ("error", "E", "ERROR"),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the options of a run."""
    group = parser.getgroup("testbed", "conformance of a device under test")
    group.addoption("--declaration", type=Path, help="the vendor's declaration (YAML) of the device to judge")
    group.addoption("--testbed-out", type=Path, help="folder for the bundle (default: no bundle is kept)")
    group.addoption("--testbed-seed", type=int, help="seed of every random choice (default: a fresh one)")
    group.addoption("--testbed-jobs", type=int, help="cases that may run at once (default: 8)")
    group.addoption("--testbed-profile", help="judge by this profile (default: that of the declaration)")
    group.addoption("--testbed-impair", metavar="SCENARIO", help="impair the traffic on purpose")
    group.addoption("--testbed-impair-by", default="stream", choices=["stream", "tun", "netem"], help="how")
    group.addoption(
        "--testbed-case", action="append", default=[], help="run only this case: SUITE/FILE::NAME"
    )
    group.addoption(
        "--testbed-suite", action="append", default=[], help="suite to which cases belong that several share"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse several processes: each would judge the device anew."""
    if config.getoption("--declaration") and config.getoption("numprocesses", None):
        pytest.exit("a device is judged by one process: leave -n away, cases run side by side anyway", 64)


@pytest.fixture(name="modbus")
def _modbus() -> None:
    """A strict Modbus client with a connection of its own (supplied by the engine)."""


@pytest.fixture(name="other")
def _other() -> None:
    """A second client, on a second connection (supplied by the engine)."""


@pytest.fixture(name="crowd")
def _crowd() -> None:
    """As many clients as the device declares sessions (supplied by the engine)."""


@pytest.fixture(name="declared")
def _declared() -> None:
    """What the device has, and its limits, as declared (supplied by the engine)."""


@pytest.fixture(name="registers")
def _registers() -> None:
    """Leased scratch registers, restored afterwards (supplied by the engine)."""


@pytest.fixture(name="coils")
def _coils() -> None:
    """Leased scratch coils, restored afterwards (supplied by the engine)."""


@pytest.fixture(name="files")
def _files() -> None:
    """Leased scratch records of a file, restored afterwards (supplied by the engine)."""


@pytest.fixture(name="tls")
def _tls() -> None:
    """Opens sessions of TLS as a case wants them (supplied by the engine)."""


@pytest.fixture(name="load")
def _load() -> None:
    """Puts load on the device, at intended times (supplied by the engine)."""


@pytest.fixture(name="meet")
def _meet() -> None:
    """Lets the device meet an independent product, through a recording tap (supplied by the engine)."""


@pytest.fixture(name="client")
def _client() -> None:
    """Makes a product that is a client act against a stand-in server, and says what it asked and believes."""


@pytest.fixture(name="wire")
def _wire() -> None:
    """A TCP connection to an OPC UA server on which nothing was sent yet (supplied by the engine)."""


@pytest.fixture(name="channel")
def _channel() -> None:
    """An OPC UA client with a secure channel and no session (supplied by the engine)."""


@pytest.fixture(name="ua")
def _ua() -> None:
    """An OPC UA client with an activated session (supplied by the engine)."""


@pytest.fixture(name="other_wire")
def _other_wire() -> None:
    """A second connection (supplied by the engine)."""


@pytest.fixture(name="other_channel")
def _other_channel() -> None:
    """A second OPC UA client with a channel, on a connection of its own (supplied by the engine)."""


@pytest.fixture(name="scratch")
def _scratch() -> None:
    """Leased nodes that a test may write, restored afterwards (supplied by the engine)."""


@pytest.fixture(name="space")
def _space() -> None:
    """The address space, as a crawl found it (supplied by the engine)."""


@pytest.fixture(name="secure")
def _secure() -> None:
    """Opens secured channels of OPC UA as a case wants them (supplied by the engine)."""


@pytest.fixture(name="fuzz")
def _fuzz() -> None:
    """Fires random and nearly valid requests (supplied by the engine)."""


@pytest.fixture(name="machine")
def _machine() -> None:
    """Drives a rule-based machine against the device (supplied by the engine)."""


@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makeitem(
    collector: pytest.Module | pytest.Class,
) -> Generator[None, object, object]:
    """Remember each case that a module makes, whether it is asked for or not."""
    made = yield
    if isinstance(made, list):
        names = [(item.path, item.name) for item in made if hasattr(item, "function")]
        collector.config.stash.setdefault(MADE, []).extend(names)
    return made


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Recognise the cases of installed suites and choose among them."""
    if not any(
        isinstance(item, pytest.Function) and hasattr(item.function, "__verifies__") for item in items
    ):
        return
    from testbed.plugin.collect import case_of, in_play, wanted  # noqa: PLC0415 - see the top of this file

    among = in_play(config.getoption("--testbed-suite"), config.getoption("--declaration"))
    foreign: list[pytest.Item] = []
    for item in items:
        if isinstance(item, pytest.Function) and hasattr(item.function, "__verifies__"):
            case = case_of(item, among)
            if case is None:
                foreign.append(item)
            else:
                item.stash[CASE] = case
    if foreign:  # of suites that the device's profile does not name: nobody left them out
        config.stash[FOREIGN] = foreign
        items[:] = [item for item in items if item not in foreign]
        config.hook.pytest_deselected(items=foreign)
    chosen = config.getoption("--testbed-case")
    if chosen:
        items[:] = wanted(items, chosen, config)


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """Remember that somebody left cases out."""
    left_out = [
        item
        for item in items
        if CASE in item.stash or hasattr(getattr(item, "function", None), "__verifies__")
        if item not in item.config.stash.get(FOREIGN, [])
    ]
    if left_out:
        left_out[0].config.stash[HAND] = f"{len(left_out)} cases were deselected"


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Start the run before the first case."""
    if session.config.option.collectonly:
        return (yield)
    if session.testsfailed:  # a suite could not be collected whole; pytest says so and stops
        return (yield)
    cases = [item.stash[CASE] for item in session.items if CASE in item.stash]
    path: Path | None = session.config.getoption("--declaration")
    if cases and RUN not in session.config.stash and path is not None:
        _prepare(session, path)
    run = session.config.stash.get(RUN, None)
    if cases and run is not None:
        from testbed.plugin.collect import left_out  # noqa: PLC0415

        made = session.config.stash.get(MADE, [])
        run.begin(cases, session.config.stash.get(HAND, "") or left_out(run.setup, cases, made))
    return (yield)


def _prepare(session: pytest.Session, path: Path) -> None:
    """Make the run of a plain `pytest --declaration FILE`."""
    from testbed.model.document import DocumentError  # noqa: PLC0415
    from testbed.model.verdict import BAD_INPUT  # noqa: PLC0415
    from testbed.plugin.collect import keeper  # noqa: PLC0415
    from testbed.plugin.impaired import chosen  # noqa: PLC0415
    from testbed.plugin.preflight import reach  # noqa: PLC0415
    from testbed.plugin.run import Run  # noqa: PLC0415
    from testbed.plugin.setup import prepare  # noqa: PLC0415
    from testbed.wire.dial import UnreachableError  # noqa: PLC0415

    option = session.config.getoption
    try:
        impairment = chosen(option("--testbed-impair"), option("--testbed-impair-by"))
        setup = prepare(
            path,
            seed=option("--testbed-seed"),
            jobs=option("--testbed-jobs"),
            profile=option("--testbed-profile"),
        )
        setup = setup if impairment is None else setup.impaired(impairment)
        preflight = reach(setup)
        keepers = keeper(setup, option("--testbed-out"), preflight.capture)
        journal = keepers[0].journal if keepers else None
        session.config.stash[RUN] = Run(setup, keepers, preflight=preflight.checks, journal=journal)
    except (DocumentError, FileExistsError) as error:
        pytest.exit(str(error), returncode=BAD_INPUT)
    except UnreachableError as error:
        pytest.exit(f"{path}: {error}", returncode=2)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Await the result of a case that the engine runs, and report its verdict."""
    case = pyfuncitem.stash.get(CASE, None)
    if case is None:
        return None
    run = pyfuncitem.config.stash.get(RUN, None)
    if run is None:
        pytest.skip("no device: say which with --declaration FILE")
    try:
        record = run.result(case.suite, case.id)
    except Exception:
        pyfuncitem.session.shouldstop = "the test bed broke"  # and no other case has a result either
        raise
    pyfuncitem.stash[RECORD] = record
    if record.verdict in {"NOT_APPLICABLE", "NOT_TESTED"}:
        pytest.skip(record.reason.en if record.reason else record.verdict)
    if record.verdict in {"FAIL", "ERROR", "INCONCLUSIVE"}:
        pytest.fail("\n".join(_lines(record)), pytrace=False)
    return True


def _lines(record: CaseRecord) -> Iterator[str]:
    from testbed.bundle.errors import LINE_LIMIT, printable  # noqa: PLC0415 - see the top of this file

    yield from (printable(line, LINE_LIMIT) for line in _told(record))


def _told(record: CaseRecord) -> Iterator[str]:
    yield f"{record.title}"
    if record.reason:
        yield f"  {record.verdict}: {record.reason.en}"
    for finding in record.findings:
        if finding.expected and finding.received:
            yield f"  {finding.requirement} {finding.verdict}"
            yield f"    expected: {finding.expected.en}"
            yield f"    received: {finding.received.en}"
    for frame in record.frames:
        arrow = "→" if frame.sent else "←"
        yield f"  {frame.number:>4} {arrow} {bytes.fromhex(frame.hex).hex(' ')} {frame.note}".rstrip()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Carry the verdict over into the report."""
    report = yield
    record = item.stash.get(RECORD, None)
    if record is not None and report.when == "call":
        report.user_properties.append(("verdict", str(record.verdict)))
    return report


def pytest_report_teststatus(report: pytest.TestReport) -> object:
    """Show verdicts in the terminal."""
    verdict = dict(report.user_properties).get("verdict") if report.when == "call" else None
    return LETTERS.get(str(verdict)) if verdict else None


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write the footer; a run's outcome decides the exit status."""
    run = session.config.stash.get(RUN, None)
    if run is not None and run.header is not None:
        outcome = run.end(
            interrupted=exitstatus in {pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR}
        )
        session.exitstatus = outcome.exit_status


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the outcome below pytest's own summary."""
    run = terminalreporter.config.stash.get(RUN, None)
    if run is not None and run.footer is not None:
        for check in run.header.preflight if run.header is not None else ():
            if check.found is not None:
                terminalreporter.write_line(f"preflight: {check.found.sentence('en')}")
        terminalreporter.write_line(f"outcome: {run.footer.outcome}")
