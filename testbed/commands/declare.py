"""`testbed declare`: drafts a declaration by asking a device, by reads alone."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import click

from testbed.commands import INTERRUPTED
from testbed.commands.console import fail, progress
from testbed.model.verdict import BAD_INPUT

if TYPE_CHECKING:
    from testbed.model.connect import Endpoint
    from testbed.testers.modbus.scout import Found, Wishes

LEAST_READS = 300
"""Reads that looking for units, names, connections and depth takes, with some for addresses."""
LEAST_SECONDS, SPARE = 900, 2
"""Seconds after which asking ends, or so many times what the reads take at their pace (assumed)."""
UNANSWERED = 2
"""Exit status where nothing could be drafted, or the device stopped answering."""


_OF_A_CLIENT = (
    "a client cannot be asked: begin with a copy of profiles/devices/example-client.yaml, and say there how "
    "it is made to act and where its values are seen"
)
_WITH_KEYS = (
    "over TLS a device answers only those whose certificate it trusts, and a draft knows of none: begin with "
    "a copy of profiles/devices/sim-plc-tls.yaml, and make certificates with `testbed keys mbaps FOLDER`"
)


@click.command()
@click.argument("address", metavar="tcp://HOST:PORT[?unit=N]|opc.tcp://HOST:PORT")
@click.option("--out", type=click.Path(path_type=Path), help="File of the draft (default: standard output).")
@click.option("--units", "sweep", is_flag=True, help="Ask for all units from 1 to 247 (a gateway's devices).")
@click.option(
    "--at", "addresses", multiple=True, type=click.IntRange(0, 65535), help="Look at this address, too."
)
@click.option(
    "--budget", type=click.IntRange(LEAST_READS), default=2000, show_default=True, help="Most reads."
)
@click.option(
    "--pace",
    type=click.FloatRange(0.1, 10_000),
    default=20,
    show_default=True,
    help="Reads a second at most.",
)
@click.option(
    "--patience", type=click.FloatRange(0.05, 60), default=3, show_default=True, help="Seconds for an answer."
)
@click.option(
    "--most-sessions",
    type=click.IntRange(1, 64),
    default=16,
    show_default=True,
    help="Connections to try at once (closed again); 1 tries none.",
)
@click.option("--capture", type=click.Path(path_type=Path), help="Keep what was sent and received (pcapng).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
def declare(  # noqa: C901, PLR0913, PLR0917 - the options of the command, and how each ends
    address: str,
    out: Path | None,
    addresses: tuple[int, ...],
    budget: int,
    pace: float,
    patience: float,
    most_sessions: int,
    capture: Path | None,
    *,
    sweep: bool,
    as_json: bool,
) -> None:
    """Draft a declaration by asking a device.

    Sends reads alone, one after the other, and never a write: which functions, addresses and units are
    served, what the device says that it is, how much it takes at once and how fast it answers. The end of
    the draft lists the lines that no read can prove, with what each would allow. Without `?unit=` the
    units 1, 255 and 0 are tried. An OPC UA server is browsed, unsecured and as nobody, for a variable of each
    type; `--units` and `--at` are not for it. `sim:NAME` asks a simulated device.

    Exit status: 0 drafted, 2 unreachable or no answer, 64 input that cannot be used.

    \b
    Example:
      testbed declare tcp://192.168.0.10:502 --out plc.yaml
    """  # noqa: D301 - click wants the character
    from testbed.commands.drafted import give_out, nothing  # noqa: PLC0415 - heavy; only this command needs it
    from testbed.model.connect import endpoint  # noqa: PLC0415
    from testbed.testers.manners import Manners  # noqa: PLC0415
    from testbed.testers.modbus.scout import FIRST_UNITS, Found, NothingAnswers, Wishes  # noqa: PLC0415
    from testbed.wire.dial import UnreachableError  # noqa: PLC0415
    from testbed.wire.simulator import NoSuchSimulatorError  # noqa: PLC0415

    try:
        place = endpoint(address)
        if place.protocol == "modbus_client":
            raise ValueError(_OF_A_CLIENT)  # noqa: TRY301 - said with the other faults of the command line
        if place.over == "tls":
            raise ValueError(_WITH_KEYS)  # noqa: TRY301 - said with the other faults of the command line
        for path in (out, capture):
            _is_free(path)
    except (ValueError, OSError) as error:
        raise fail(str(error), BAD_INPUT) from None
    seconds = max(LEAST_SECONDS, SPARE * budget / pace)
    manners = Manners(per_second=pace, reads=budget, patience=patience, seconds=seconds)
    if place.protocol == "opcua":
        from testbed.commands.declare_opcua import declare_opcua  # noqa: PLC0415 - loads asyncua

        if sweep or addresses:
            raise fail("`--units` and `--at` are for Modbus; an OPC UA server is browsed", BAD_INPUT)
        declare_opcua(place, manners, most_sessions=most_sessions, out=out, capture=capture, as_json=as_json)
    units = (place.unit,) if "unit" in parse_qs(address.partition("?")[2]) else FIRST_UNITS
    found = Found(place)
    stopped = False
    try:
        with progress(budget, "reads") as step:
            _ask(place, Wishes(units, sweep, addresses, most_sessions, manners), found, step)
    except NoSuchSimulatorError as error:
        raise fail(str(error), BAD_INPUT) from None
    except (UnreachableError, NothingAnswers) as error:
        raise fail(str(error), UNANSWERED) from None
    except KeyboardInterrupt:
        stopped, found.stopped = True, "stopped by Ctrl-C"
    finally:
        _keep_capture(found, capture)
    if not found.served:
        raise fail(nothing(found), INTERRUPTED if stopped else UNANSWERED)
    give_out(found, out, as_json=as_json)
    if stopped:
        raise KeyboardInterrupt
    sys.exit(UNANSWERED if found.silent else 0)


def _is_free(path: Path | None) -> None:
    """Raise OSError where a file would be overwritten, or has no folder to stand in."""
    if path is not None and path.exists():
        raise FileExistsError(f"{path} is there already and is not overwritten; name another file")
    if path is not None and not path.parent.is_dir():
        raise FileNotFoundError(f"{path} cannot be written: there is no folder {path.parent}; make it first")


def _ask(place: Endpoint, wishes: Wishes, found: Found, step: Callable[[str], None]) -> None:
    """Let the scout look: over TCP in real time, at a simulated device in virtual time."""
    import asyncio  # noqa: PLC0415 - heavy; only this command needs it

    from testbed.testers.modbus.framing import framing_of  # noqa: PLC0415
    from testbed.testers.modbus.scout import scout  # noqa: PLC0415
    from testbed.wire.clock import VirtualClockLoop  # noqa: PLC0415
    from testbed.wire.reach import reach  # noqa: PLC0415
    from testbed.wire.simulator import simulator  # noqa: PLC0415

    device = simulator(place.name) if place.is_simulated else None
    longest = wishes.manners.reads / wishes.manners.per_second
    slow = f"{wishes.manners.seconds:.0f} s where answers are slow"
    said = iter([f"testbed: at most {wishes.manners.reads} reads, {longest:.0f} s at this pace, {slow}"])

    def tell(purpose: str) -> None:
        for line in said:  # once, and not before there is a connection
            click.echo(line, err=True)
        step(purpose)

    with asyncio.Runner(loop_factory=VirtualClockLoop if device else None) as runner:
        runner.run(scout(reach(place, device), framing_of(place), wishes, found, tell))


def _keep_capture(found: Found, path: Path | None) -> None:
    from testbed.testers.modbus.captures import captured  # noqa: PLC0415 - heavy; only this command needs it

    if path is not None and found.recorder is not None:
        said = f"testbed declare {found.endpoint}"
        try:
            with path.open("xb") as file:
                now = datetime.now(UTC).timestamp()
                file.write(captured(found.recorder, found.endpoint, comment=said, epoch=now))
        except OSError as error:
            raise fail(f"{path} cannot be written: {error.strerror}", BAD_INPUT) from None
