"""`testbed replay`: sends the tester's side of one case to a device again."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from testbed.commands.console import fail, modbus_alone
from testbed.model.verdict import BAD_INPUT

if TYPE_CHECKING:
    from testbed.plugin.setup import Setup
    from testbed.testers.modbus.replay import Replayed
    from testbed.wire.playback import Step

_CAPTURE = re.compile(r"wire/[0-9a-f]{64}\.pcapng")
MOST_SHOWN = 64
"""Bytes of one frame that are printed; `--json` has all."""


@click.command()
@click.argument("what", metavar="CAPTURE|CASE|FILE.yaml")
@click.option(
    "--against",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DECLARATION",
    help="The device to send it to, and what it allows.",
)
@click.option("--from", "bundle", type=click.Path(path_type=Path), help="The bundle whose CASE is meant.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def replay(what: str, against: Path, bundle: Path | None, *, as_json: bool) -> None:
    """Send the tester's side of one case to a device again, byte for byte and in its rhythm.

    FILE.yaml is a case that the fuzzer or a machine has saved; it is judged as it was when it was found.

    Prints what the device did in the capture and what it does now. Nothing is judged, and nothing is sent
    that the declaration does not allow; what is overwritten is put back. Exit status: 0 it does the same,
    1 it does not, 2 it cannot be reached, 64 input that cannot be used.

    \b
    Example:
      testbed replay test_read_coils.py::test_quantity_zero --from results/plc/1 --against plc.yaml
      testbed replay frames.pcapng --against plc.yaml
      testbed replay results/plc/1/cases/fuzzing.yaml --against plc.yaml
    """  # noqa: D301 - click wants the character
    from testbed.model.document import DocumentError  # noqa: PLC0415 - heavy; only this command needs it
    from testbed.plugin.setup import prepare  # noqa: PLC0415
    from testbed.testers.modbus.replay import NotAllowedError  # noqa: PLC0415
    from testbed.wire.dial import UnreachableError  # noqa: PLC0415

    try:
        setup = prepare(against)
        modbus_alone("replay", setup.protocol, against)
        if bundle is None and Path(what).suffix in {".yaml", ".yml"}:
            from testbed.commands.resending import resent  # noqa: PLC0415 - only a saved case needs it

            sys.exit(resent(Path(what), setup, as_json=as_json))
        script = _script(what, bundle)
        result = _play(setup, script)
    except (DocumentError, NotAllowedError) as error:
        raise fail(str(error), BAD_INPUT) from None
    except UnreachableError as error:
        raise fail(f"{against}: {error}", 2) from None
    if as_json:
        lines = [
            {"connection": one.connection, "sent": one.sent, "then": one.then, "now": one.now}
            for one in result.lines
        ]
        said = {"same": result.is_same, "lines": lines, "not_restored": result.not_restored}
        click.echo(json.dumps(said))
    else:
        _print(result)
    sys.exit(0 if result.is_same else 1)


def _script(what: str, bundle: Path | None) -> tuple[Step, ...]:
    """Read the capture that is meant."""
    from testbed.bundle import files  # noqa: PLC0415
    from testbed.bundle.errors import Refused  # noqa: PLC0415
    from testbed.wire.blocks import UnreadableError  # noqa: PLC0415
    from testbed.wire.playback import LARGEST, steps  # noqa: PLC0415

    path = Path(what) if bundle is None else bundle / _capture_of(what, bundle)
    if bundle is None and "::" in what and not path.exists():
        raise fail(f"to replay the case {what}, say of which bundle: --from BUNDLE", BAD_INPUT)
    try:
        return steps(files.read(path, LARGEST))
    except (Refused, UnreadableError) as error:
        raise fail(f"{path}: {error}", BAD_INPUT) from None


def _capture_of(case: str, bundle: Path) -> str:
    """Find the capture of a case of a bundle, named as a report names it, or without its suite."""
    from testbed.bundle.reader import BundleError, read_record  # noqa: PLC0415

    try:
        records = read_record(bundle).cases
    except BundleError as error:
        raise fail(str(error), BAD_INPUT) from None
    named = [one for one in records if case in {f"{one.suite}/{one.case}", one.case}]
    if not named:
        raise fail(f"{bundle} has no case {case}", BAD_INPUT)
    if not _CAPTURE.fullmatch(named[0].capture):
        raise fail(f"{bundle}: the case {case} has no capture, it was not run", BAD_INPUT)
    return named[0].capture


def _play(setup: Setup, script: tuple[Step, ...]) -> Replayed:
    """Play a capture in a loop of its own: to a simulated device on a virtual clock."""
    import asyncio  # noqa: PLC0415
    from contextlib import AsyncExitStack  # noqa: PLC0415

    from testbed.testers.modbus.replay import replay as play  # noqa: PLC0415
    from testbed.wire.clock import VirtualClockLoop  # noqa: PLC0415

    async def session() -> Replayed:
        async with AsyncExitStack() as stack:
            declaration, dial = await setup.connect()(stack)
            return await play(script, dial, declaration)

    with asyncio.Runner(loop_factory=VirtualClockLoop if setup.simulator is not None else None) as runner:
        return runner.run(session())


def _print(result: Replayed) -> None:
    connections = len({line.connection for line in result.lines})
    for line in result.lines:
        place = f"{line.connection} " if connections > 1 else ""
        if line.sent:
            click.echo(f"{place}→ {_shown(line.then)}  (frame {line.frame})")
        elif line.is_same:
            click.echo(f"{place}← {_shown(line.now)}")
        else:
            click.echo(click.style(f"{place}← then {_shown(line.then) or 'nothing'}", fg="yellow"))
            click.echo(click.style(f"{place}   now  {_shown(line.now) or 'nothing'}", fg="yellow"))
    for one in result.not_restored:
        click.echo(f"not restored: {one}", err=True)
    same = sum(line.is_same for line in result.lines if not line.sent)
    click.echo(f"{same} of {sum(not line.sent for line in result.lines)} reactions are the same")


def _shown(text: str) -> str:
    return text if len(text) <= 3 * MOST_SHOWN else f"{text[: 3 * MOST_SHOWN]}… ({len(text) // 3 + 1} bytes)"
