"""Sending a saved case again, for `testbed replay`: what a machine or the fuzzer was left with."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from testbed.model.document import load
from testbed.model.saved_case import SavedCase
from testbed.plugin.setup import Setup
from testbed.testers.modbus.replay.saved import Resent, resend
from testbed.wire.clock import VirtualClockLoop
from testbed.wire.documents import read_document

if TYPE_CHECKING:
    from testbed.testers.answer import Agreement


def resent(path: Path, setup: Setup, *, as_json: bool) -> int:
    """Send a saved case to a device, print what it does, and return the exit status: 0 well, 1 it fails.

    Raises:
        DocumentError: the file cannot be used.
        NotAllowedError: the declaration does not allow it.
        UnreachableError: the device cannot be reached.
    """
    case = load(SavedCase, read_document(path), str(path))
    result = _send(case, setup)
    agreement = result.agreement
    if as_json:
        click.echo(json.dumps(_as_data(result)))
    else:
        _print(result, agreement)
    return 0 if agreement.agrees else 1


def _send(case: SavedCase, setup: Setup) -> Resent:
    async def session() -> Resent:
        async with AsyncExitStack() as stack:
            declaration, dial = await setup.connect()(stack)
            return await resend(case, dial, declaration)

    with asyncio.Runner(loop_factory=VirtualClockLoop if setup.simulator is not None else None) as runner:
        return runner.run(session())


def _as_data(result: Resent) -> dict[str, object]:
    agreement = result.agreement
    return {
        "agrees": agreement.agrees,
        "expected": agreement.expected.en if agreement.expected else None,
        "received": agreement.received.en if agreement.received else None,
        "lines": [{"sent": sent, "bytes": data.hex(" ")} for sent, data in result.lines],
        "not_restored": result.not_restored,
    }


def _print(result: Resent, agreement: Agreement) -> None:
    for sent, data in result.lines:
        click.echo(f"{'→' if sent else '←'} {data.hex(' ')}")
    for one in result.not_restored:
        click.echo(f"not restored: {one}", err=True)
    if agreement.expected is None or agreement.received is None:
        click.echo("the device takes it well")
        return
    click.echo(f"expected: {agreement.expected.en}")
    click.echo(f"received: {agreement.received.en}")
    click.echo("the device fails it")
