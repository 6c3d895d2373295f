"""A drafted declaration as it is given out: to a file or standard output, as text or JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from testbed.commands.console import fail
from testbed.model.verdict import BAD_INPUT
from testbed.plugin.setup import prepare_text
from testbed.testers.modbus.scout import Found
from testbed.testers.modbus.scout_draft import draft
from testbed.testers.modbus.scout_missing import Outlook, as_comments, outlook

PROFILES = {"rtu": "modbus-rtu-server@1", "rtu+tcp": "modbus-rtu-server@1", "ascii": "modbus-ascii-server@1"}
"""What a device is judged by, by the kind of line; any other is a server of Modbus TCP."""


def nothing(found: Found) -> str:
    """Say that a device answers and nothing can be declared of it."""
    if found.stopped:
        return f"no value was read before {found.stopped}"
    if malformed := sum(one.malformed for one in found.searches):
        return f"{found.endpoint} answers, but {malformed} responses do not hold what was asked for"
    return (
        f"{found.endpoint} answers and serves no value at the addresses looked at; "
        "if you know one, name it: `--at ADDRESS`"
    )


def give_out(found: Found, out: Path | None, *, as_json: bool) -> None:
    """Give out the draft, with the lines that it lacks at its end."""
    profile = PROFILES.get(found.endpoint.over, "modbus-tcp-server@1")
    text = draft(found, profile, datetime.now(UTC).date())
    setup = prepare_text(text, str(out or "draft"))
    ahead = outlook(setup.declaration, [suite.catalogue for suite in setup.suites])
    text += as_comments(ahead)
    hand_over(text, out, _as_data(found, ahead, text) if as_json else None, found.reads, found.stopped)


def hand_over(text: str, out: Path | None, data: dict[str, object] | None, reads: int, stopped: str) -> None:
    """Write a draft into a file or to standard output, and say how it came about.

    Args:
        text: of the declaration.
        out: a file that is not there yet; None for standard output.
        data: to be printed instead, as JSON.
        reads: how many were sent.
        stopped: why asking ended early, if it did.
    """
    if out is not None:
        try:
            with out.open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise fail(f"{out} cannot be written: {error.strerror}", BAD_INPUT) from None
    if data is not None:
        click.echo(json.dumps(data, ensure_ascii=False))
    elif out is None:
        click.echo(text, nl=False)
    where = f" into {out}" if out is not None else ""
    click.echo(f"testbed: drafted{where} by {reads} reads and no write", err=True)
    if stopped:
        click.echo(f"testbed: INCOMPLETE: {stopped}", err=True)


def _as_data(found: Found, ahead: Outlook, text: str) -> dict[str, object]:
    return {
        "declaration": text,
        "connect": str(found.endpoint),
        "complete": not found.stopped,
        "stopped": found.stopped,
        "units": found.units,
        "identification": {str(number): said for number, said in found.identity.objects.items()},
        "functions": {
            one.name: {
                "served": bool(one.runs),
                "refused": one.refused,
                "areas": [{"first": run.first, "count": run.stop - run.first} for run in one.runs],
                "doubtful": one.doubtful,
                "most_values": one.block,
            }
            for one in found.searches
        },
        "sessions": found.sessions,
        "transactions": found.transactions,
        "answers_s": [round(time, 6) for time in found.times],
        "reads": found.reads,
        "writes": 0,
        "judged": ahead.judged,
        "requirements": ahead.of,
        "missing": [{"paste": list(one.paste), "allows": one.allows} for one in ahead.lines],
    }
