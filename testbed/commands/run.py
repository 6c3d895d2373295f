"""`testbed run`: judges devices by their declarations; one file in, one folder out."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from testbed.commands.console import complain, fail
from testbed.commands.fuzz import BudgetType
from testbed.model.base import Language
from testbed.model.budget import Budget
from testbed.model.impairment import Means
from testbed.model.verdict import BAD_INPUT


@click.command()
@click.argument("declarations", nargs=-1, metavar="DECLARATION...", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder for the bundle (default: results/DEVICE/TIME)."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on standard output.")
@click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), help="Seed of every random choice (default: a fresh one)."
)
@click.option("--jobs", type=click.IntRange(1, 1000), help="Cases that may run at once (default: 8).")
@click.option(
    "--profile",
    metavar="NAME",
    help="Judge by this profile instead of the declaration's, such as performance/gateway-basic.",
)
@click.option(
    "--load-workers",
    type=click.IntRange(1, 64),
    default=1,
    help="Processes that share the load of a performance suite (default: 1).",
)
@click.option(
    "--fuzz-budget",
    "budget",
    type=BudgetType(),
    help="What each case that fuzzes may send: requests as `10000`, or a time as `60s` (default: 200).",
)
@click.option(
    "--impair", metavar="SCENARIO", help="Impair the traffic on purpose; `testbed impairments` lists how."
)
@click.option(
    "--impair-by",
    type=click.Choice(["stream", "tun", "netem"]),
    default="stream",
    help="A relay of the stream (default), or packets, by this program (tun) or the system; those need root.",
)
@click.option(
    "-k", "expression", default="", help="Run only cases that match; the outcome is INCOMPLETE then."
)
@click.option(
    "--case", "cases", multiple=True, help="Run only this case, SUITE/FILE::NAME, as a report names it."
)
@click.option("--lang", type=click.Choice(["en", "ko"]), default="en", help="Language of what is printed.")
@click.option("-v", "--verbose", is_flag=True, help="Print every frame of every case, decoded.")
@click.option("--dry-run", is_flag=True, help="List every write that a run would send, and send nothing.")
@click.option(
    "--resume",
    type=click.Path(path_type=Path),
    help="Go on with the stopped run in this bundle, as it was begun; no DECLARATION.",
)
@click.option("--keys", type=click.Path(path_type=Path), help="Folder of the laboratory's keys.")
@click.option(
    "--lab", type=click.Path(path_type=Path), help="Settings of a laboratory and its client (lab.yaml)."
)
@click.option(
    "--waivers",
    "waived",
    type=click.Path(path_type=Path),
    help="Failures that the laboratory accepts, signed.",
)
def run(  # noqa: C901, PLR0913, PLR0917 - the options of the command, and how each ends
    declarations: tuple[Path, ...],
    out: Path | None,
    seed: int | None,
    jobs: int | None,
    profile: str | None,
    load_workers: int,
    budget: Budget | None,
    impair: str | None,
    impair_by: Means,
    expression: str,
    cases: tuple[str, ...],
    lang: Language,
    resume: Path | None,
    keys: Path | None,
    lab: Path | None,
    waived: Path | None,
    *,
    as_json: bool,
    verbose: bool,
    dry_run: bool,
) -> None:
    """Judge devices by the standard that they claim to speak.

    Exit status: 0 conformant (with or without waivers), 1 not conformant, 2 incomplete or unreachable,
    64 input that cannot be used.

    \b
    Example:
      testbed run profiles/devices/sim-plc.yaml
      testbed run --resume results/sim-plc-1.0/20261122T093000Z
    """  # noqa: D301 - click wants the character
    from testbed.bundle.reader import BundleError  # noqa: PLC0415 - heavy; only this command needs it
    from testbed.bundle.writer import BundleExistsError  # noqa: PLC0415
    from testbed.commands.asked import asked_for  # noqa: PLC0415
    from testbed.commands.present import as_data, stopped, summary, unreachable  # noqa: PLC0415
    from testbed.commands.session import Request, judge  # noqa: PLC0415
    from testbed.commands.signing import KeyTroubleError, authorise, laboratory  # noqa: PLC0415
    from testbed.model.document import DocumentError  # noqa: PLC0415
    from testbed.plugin.gather import GatherError  # noqa: PLC0415
    from testbed.plugin.impaired import chosen  # noqa: PLC0415
    from testbed.wire.dial import UnreachableError  # noqa: PLC0415

    if waived is not None and lab is None and resume is None:
        raise fail(
            "waivers are a laboratory's, never the client's: name the laboratory with --lab", BAD_INPUT
        )
    try:  # whatever is wrong with the input is said before anything is sent
        impairment = chosen(impair, impair_by)
        all_asked = asked_for(
            declarations,
            resume,
            out,
            lab,
            seed=seed,
            jobs=jobs,
            budget=budget,
            impairment=impairment,
            profile=profile,
            load_workers=load_workers,
        )
        signer = None if dry_run else laboratory(keys)
        authorise(all_asked[0].laboratory, signer, all_asked[0].lab)
        if signer is not None and (waived is not None or resume is not None):
            from testbed.commands.accepting import accepting  # noqa: PLC0415 - few runs have waivers

            all_asked = accepting(all_asked, waived, keys, signer)
    except (BundleError, DocumentError, FileExistsError, KeyTroubleError) as error:
        raise fail(str(error), BAD_INPUT) from None
    statuses, printed = [], []
    for asked in all_asked:
        request = Request(
            asked.setup,
            asked.folder,
            expression,
            cases,
            verbose=verbose,
            dry=dry_run,
            lang=lang,
            taken=asked.taken,
            is_movable=out is None and asked.taken is None,
        )
        try:
            result = judge(request, signer)
        except UnreachableError as error:
            complain(f"{asked.declaration}: {error}")
            statuses.append(2)
            printed.append(unreachable())
            continue
        except GatherError as error:
            raise fail(f"a suite is broken, nothing was judged\n{error}", 2) from None
        except (BundleError, BundleExistsError, LookupError) as error:
            raise fail(str(error), BAD_INPUT) from None
        except OSError as error:
            raise fail(f"{error.filename or asked.folder}: {error.strerror or error}", BAD_INPUT) from None
        statuses.append(result.outcome.exit_status)
        if as_json:
            printed.append(as_data(result, lang))
        else:
            summary(result, lang)
        if stopped(result):
            break  # whoever stops one run has not asked for the next
    if as_json:
        click.echo(json.dumps(printed[0] if len(all_asked) == 1 else printed, ensure_ascii=False))
    sys.exit(0 if dry_run else 1 if 1 in statuses else max(statuses))
