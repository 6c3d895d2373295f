"""`testbed proficiency`: a laboratory proves itself on devices of which it is not told what they are."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from testbed.commands.console import fail, progress
from testbed.model.verdict import BAD_INPUT

if TYPE_CHECKING:
    from testbed.model.proficiency import Scored, Submission

FOLDER = Path("proficiency")
_KEY = "The round's key (default: FOLDER.key); whoever has it can read what the devices are."


@click.group()
def proficiency() -> None:
    """Prove a laboratory on sealed devices (ISO/IEC 17043).

    A provider deals: each device is the reference or a mutant, and its declaration does not tell which. The
    laboratory judges them as it judges any device. Then the provider opens the seal and scores.
    Devices of Modbus TCP alone are dealt, none of OPC UA.

    \b
    Example:
      testbed proficiency deal --devices 20
      testbed run proficiency/device-*.yaml
      testbed proficiency score results/*/*
    """  # noqa: D301 - click wants the character


@proficiency.command()
@click.option(
    "--devices", type=click.IntRange(1, 500), default=20, show_default=True, help="How many to deal."
)
@click.option(
    "--seed",
    type=int,
    help="Seed of the choice, to deal the same round again: for rehearsals, since it gives the answers away.",
)
@click.option("--out", "folder", type=click.Path(path_type=Path), default=FOLDER, show_default=True)
@click.option("--key", type=click.Path(path_type=Path), help=_KEY)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object before serving.")
def deal(  # noqa: PLR0913 - the options of the command
    devices: int, seed: int | None, folder: Path, key: Path | None, host: str, *, as_json: bool
) -> None:
    """Start sealed devices, and write a declaration for each, until Ctrl-C.

    FOLDER gets what the laboratory may see: the declarations, and round.json with the sealed answers. The
    provider keeps the key.

    \b
    Example:
      testbed proficiency deal --devices 20
    """  # noqa: D301 - click wants the character
    import asyncio  # noqa: PLC0415 - only this command serves

    from testbed.plugin.dealing import Dealer, choose  # noqa: PLC0415 - loads the simulators

    key = key or folder.with_name(f"{folder.name}.key")
    try:
        if key.exists():
            raise fail(f"{key} exists already; a round's key is never overwritten", BAD_INPUT)
        folder.mkdir(parents=True)
    except FileExistsError:
        raise fail(
            f"{folder} exists already; a round is never overwritten: name another with --out", BAD_INPUT
        ) from None
    except OSError as error:
        raise fail(f"{folder}: cannot be made: {error.strerror}", BAD_INPUT) from None
    dealer = Dealer(choose(devices, seed), folder, key)

    async def serve() -> None:
        try:
            opened = await dealer.open(host)
        except OSError as error:
            raise fail(f"{error.filename or host}: {error.strerror or error}", BAD_INPUT) from None
        if as_json:
            said = {"round": opened.id, "folder": str(folder), "key": str(key), "devices": dealer.endpoints}
            click.echo(json.dumps(said))
        else:
            for name, endpoint in dealer.endpoints.items():
                click.echo(f"{folder / name}.yaml  {endpoint}")
            click.echo(f"{opened.id}: {len(opened.items)} sealed devices; judge them with")
            click.echo(f"  testbed run {folder}/device-*.yaml")
            click.echo(f"The key stays with the provider: {key}. Ctrl-C ends the round's devices.")
        sys.stdout.flush()
        await dealer.serve()

    with suppress(KeyboardInterrupt):  # the agreed way to end
        asyncio.run(serve())


@proficiency.command()
@click.argument("bundles", nargs=-1, required=True, metavar="BUNDLE...", type=click.Path(path_type=Path))
@click.option("--round", "folder", type=click.Path(path_type=Path), default=FOLDER, show_default=True)
@click.option("--key", type=click.Path(path_type=Path), help=_KEY)
@click.option("--root", type=click.Path(path_type=Path), help="Root certificates of the laboratory (PEM).")
@click.option(
    "--crl", "crl", multiple=True, type=click.Path(path_type=Path), help="What that root has revoked (PEM)."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def score(  # noqa: PLR0913 - the options of the command
    bundles: tuple[Path, ...],
    folder: Path,
    key: Path | None,
    root: Path | None,
    crl: tuple[Path, ...],
    *,
    as_json: bool,
) -> None:
    """Open the seal of a round and mark the laboratory's bundles.

    An item is concordant when exactly what the device breaks was found broken. A bundle that is not as its
    laboratory signed it scores nothing. Exit status: 0 all concordant, 1 not, 64 input that cannot be used.

    \b
    Example:
      testbed proficiency score results/*/*
    """  # noqa: D301 - click wants the character
    from testbed.bundle.errors import Refused  # noqa: PLC0415 - heavy; only this command needs it
    from testbed.bundle.sealed import read_key  # noqa: PLC0415
    from testbed.commands.verify import trusted  # noqa: PLC0415
    from testbed.model.proficiency import Mark  # noqa: PLC0415
    from testbed.model.proficiency import score as mark  # noqa: PLC0415
    from testbed.plugin.scoring import answers, read_round, submission  # noqa: PLC0415

    try:
        dealt = read_round(folder)
        assigned = answers(dealt, read_key(key or folder.with_name(f"{folder.name}.key")))
    except Refused as error:
        raise fail(str(error), BAD_INPUT) from None
    roots, revoked = trusted(root, crl)
    handed: dict[str, list[Submission]] = {}
    strangers: list[Submission] = []
    with progress(len(bundles), "bundles") as step:
        for bundle in bundles:
            item, found = submission(bundle, dealt, roots, revoked)
            if item is None:
                strangers.append(found)
            else:
                handed.setdefault(item, []).append(found)
            step(bundle.name)
    marks = mark(assigned, handed)
    good = sum(one.mark is Mark.CONCORDANT for one in marks)
    if as_json:
        said = {
            "round": dealt.id,
            "concordant": good,
            "items": [one.model_dump(mode="json") for one in marks],
            "strangers": [one.model_dump(mode="json", include={"bundle", "refused"}) for one in strangers],
        }
        click.echo(json.dumps(said, ensure_ascii=False))
    else:
        for one in marks:
            _print(one)
        for stranger in strangers:
            click.echo(f"not of this round: {stranger.bundle}: {stranger.refused}")
        click.echo(f"{dealt.id}: {good} of {len(marks)} concordant")
    sys.exit(0 if good == len(marks) and not strangers else 1)


def _print(one: Scored) -> None:
    click.echo(f"{one.item}  {one.mark:<10}  {one.simulator}" + (f": {one.why}" if one.why else ""))
    if one.missed:
        click.echo(f"    broken, but not found: {', '.join(one.missed)}")
    if one.accused:
        click.echo(f"    found, but not broken: {', '.join(one.accused)}")
