"""`testbed declare opc.tcp://…`: drafts the declaration of an OPC UA server, by reads and browses alone."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from testbed.commands import INTERRUPTED
from testbed.commands.console import fail, progress
from testbed.commands.drafted import hand_over
from testbed.model.connect import Endpoint
from testbed.model.verdict import BAD_INPUT
from testbed.plugin.setup import prepare_text
from testbed.testers.manners import Manners, Tell
from testbed.testers.opcua.captures import captured
from testbed.testers.opcua.scout import Found, NothingAnswers, Wishes, scout
from testbed.testers.opcua.scout_draft import draft
from testbed.wire.clock import VirtualClockLoop
from testbed.wire.dial import UnreachableError
from testbed.wire.reach import reach
from testbed.wire.simulator import NoSuchSimulatorError, simulator

PROFILE = "opcua-server@1"
UNANSWERED = 2
"""Exit status where nothing could be drafted, or the server stopped answering."""


def declare_opcua(  # noqa: PLR0913 - the options of the command
    place: Endpoint,
    manners: Manners,
    *,
    most_sessions: int,
    out: Path | None,
    capture: Path | None,
    as_json: bool,
) -> None:
    """Ask a server, and give out the draft; ends the program.

    Args:
        place: where the server is.
        manners: how gently it is asked.
        most_sessions: to try at once.
        out: file of the draft; None for standard output.
        capture: file of what was sent and received.
        as_json: whether one JSON object is printed instead.
    """
    found, stopped = Found(place), False
    try:
        with progress(manners.reads, "reads") as step:
            _ask(place, Wishes(most_sessions, manners), found, step)
    except NoSuchSimulatorError as error:
        raise fail(str(error), BAD_INPUT) from None
    except (UnreachableError, NothingAnswers) as error:
        raise fail(f"{place}: {error}", UNANSWERED) from None
    except KeyboardInterrupt:
        stopped, found.stopped = True, "stopped by Ctrl-C"
    finally:
        _keep_capture(found, capture)
    if not found.choice.read:
        why = found.stopped or "no variable outside the standard's own namespace can be read by anybody"
        raise fail(f"{place} lets us in, but {why}", INTERRUPTED if stopped else UNANSWERED)
    text = draft(found, PROFILE, datetime.now(UTC).date())
    prepare_text(text, str(out or "draft"))
    hand_over(text, out, _as_data(found, text) if as_json else None, found.reads, found.stopped)
    if stopped:
        raise KeyboardInterrupt
    sys.exit(UNANSWERED if found.silent else 0)


def _ask(place: Endpoint, wishes: Wishes, found: Found, step: Tell) -> None:
    """Let the scout look: over TCP in real time, at a simulated server in virtual time."""
    device = simulator(place.name) if place.is_simulated else None
    manners = wishes.manners
    click.echo(
        f"testbed: at most {manners.reads} reads, {manners.reads / manners.per_second:.0f} s at this pace, "
        f"{manners.seconds:.0f} s where answers are slow",
        err=True,
    )
    with asyncio.Runner(loop_factory=VirtualClockLoop if device else None) as runner:
        runner.run(scout(reach(place, device), wishes, found, step))


def _keep_capture(found: Found, path: Path | None) -> None:
    if path is not None and found.recorder is not None:
        said = f"testbed declare {found.endpoint}"
        try:
            with path.open("xb") as file:
                now = datetime.now(UTC).timestamp()
                file.write(captured(found.recorder, found.endpoint, comment=said, epoch=now))
        except OSError as error:
            raise fail(f"{path} cannot be written: {error.strerror}", BAD_INPUT) from None


def _as_data(found: Found, text: str) -> dict[str, object]:
    return {
        "declaration": text,
        "connect": str(found.endpoint),
        "complete": not found.stopped,
        "stopped": found.stopped,
        "identification": found.names,
        "namespaces": list(found.namespaces),
        "profiles": list(found.profiles),
        "conformance_units": list(found.units),
        "variables": len(found.crawl.variables),
        "methods": [name for _, _, name in found.crawl.methods],
        "nodes": [one.text for one in found.choice.read.values()],
        "sessions": found.sessions,
        "answers_s": [round(time, 6) for time in found.times],
        "reads": found.reads,
        "writes": 0,
    }
