"""`testbed mutants`: proves that the suites can fail, by devices that are broken on purpose."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from testbed.commands.console import progress

if TYPE_CHECKING:
    from testbed.plugin.ledger import Ledger
    from testbed.plugin.setup import Setup
    from testbed.wire.simulator import Simulator


@click.command()
@click.option("--suite", "wanted", multiple=True, help="Only this suite (default: every installed one).")
@click.option("--device", "names", multiple=True, help="Only these simulated devices, for a closer look.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    help="Cases that may run at once; what is found must not depend on it.",
)
@click.option("--whole", is_flag=True, help="Every mutant meets every case, whether or not it can fail it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def mutants(
    wanted: tuple[str, ...], names: tuple[str, ...], jobs: int, *, whole: bool, as_json: bool
) -> None:
    """Prove that every case can fail.

    Each mutant is a simulated device that breaks named requirements. It must be judged broken in exactly
    those, and the reference in none. Exit status 1 when that does not hold or anything is unproven.

    A mutant meets the cases that make the reference call what it overrides: in others both are the same code.
    Devices that are named, and all with --whole, meet every case.

    \b
    Example:
      testbed mutants --suite modbus_tcp_server
    """  # noqa: D301 - click wants the character
    from testbed.plugin.gather import gather  # noqa: PLC0415 - heavy; only this command needs it
    from testbed.plugin.ledger import Ledger  # noqa: PLC0415
    from testbed.plugin.shelf import suites  # noqa: PLC0415
    from testbed.plugin.trials import guided_trials, trials  # noqa: PLC0415

    known = suites()
    if unknown := [name for name in wanted if name not in known]:
        raise click.UsageError(f"no suite is called `{unknown[0]}`; known: {', '.join(known)}")
    ledgers = []
    for name in wanted or tuple(known):
        suite = known[name]
        groups = _devices(name, names)
        cases = gather([suite])
        if not cases:
            continue
        ledger = Ledger(suite.catalogue, cases)
        order = [device.name for _, devices in groups for device in devices]
        with progress(len(order), f"{name}: devices") as step:
            for setup, devices in groups:
                guided = not (whole or names or suite.catalogue.section != "conformance")
                for trial in (guided_trials if guided else trials)(setup, cases, devices, jobs):
                    ledger.trials.append(trial)
                    step(trial.device)
        ledger.trials.sort(key=lambda trial: order.index(trial.device))
        ledgers.append(ledger)
    if as_json:
        click.echo(json.dumps([_as_data(ledger) for ledger in ledgers], ensure_ascii=False))
    else:
        for ledger in ledgers:
            _print(ledger, partial=bool(names))
        click.echo()
        _summarise(ledgers, partial=bool(names))
    if any(ledger.unequal if names else not ledger.is_proven for ledger in ledgers):
        raise SystemExit(1)


def _devices(suite: str, names: tuple[str, ...]) -> list[tuple[Setup, list[Simulator]]]:
    """Return the mutants of a suite, or the devices named, by the declaration whose claims they keep.

    Before the mutants of each declaration stands the reference that it is of.
    """
    from testbed.plugin.setup import prepare_text  # noqa: PLC0415
    from testbed.plugin.shelf import example  # noqa: PLC0415
    from testbed.wire.simulator import NoSuchSimulatorError, simulator, simulators  # noqa: PLC0415

    broken = [one for one in simulators(suite).values() if one.breaks and one.suite == suite]
    usual = broken[0].declaration if broken else "sim-plc.yaml"
    try:
        wanted = [simulator(name) for name in names] if names else broken
    except NoSuchSimulatorError as error:
        raise click.UsageError(str(error)) from None
    claims: dict[str, list[Simulator]] = {} if names else {usual: []}
    for one in wanted:
        claims.setdefault(one.declaration if one.suite == suite else usual, []).append(one)
    groups = []
    for name, devices in claims.items():
        file = example(name)
        setup = prepare_text(file.read_text(encoding="utf-8"), str(file))
        reference = [] if names else [simulator(setup.declaration.endpoint.name)]
        groups.append((setup, [*reference, *devices]))
    return groups


def _as_data(ledger: Ledger) -> dict[str, object]:
    return {
        "suite": ledger.catalogue.id,
        "proven": ledger.is_proven,
        "requirements": ledger.killers,
        "cases": ledger.failures,
        "devices": {
            trial.device: {
                "breaks": sorted(trial.breaks),
                "killed_by": sorted(trial.killed_by),
                "equal": trial.is_equal,
                "trouble": list(trial.trouble),
            }
            for trial in ledger.trials
        },
        "unproven": {"requirements": ledger.unproven_requirements, "cases": ledger.unproven_cases},
    }


def _print(ledger: Ledger, *, partial: bool) -> None:
    say = click.echo
    if not partial:
        _print_proofs(ledger)
    for trial in ledger.unequal:
        say(f"\nNOT EQUAL {trial.device}")
        say(f"  breaks, but not found:  {', '.join(sorted(trial.breaks - trial.killed_by)) or '-'}")
        say(f"  found, but not claimed: {', '.join(sorted(trial.killed_by - trial.breaks)) or '-'}")
        for line in trial.trouble:
            say(f"  trouble: {line}")
    if not partial:
        for requirement in ledger.unproven_requirements:
            say(f"\nUNPROVEN requirement {requirement}: no mutant breaks it")
        for case in ledger.unproven_cases:
            say(f"UNPROVEN case {case}: no mutant has ever failed it")


def _print_proofs(ledger: Ledger) -> None:
    """Print what has proven each requirement and each case."""
    say = click.echo
    say(f"{ledger.catalogue.id} {ledger.catalogue.version}\n\nRequirement → mutants that it killed")
    for requirement, killers in ledger.killers.items():
        elsewhere = ledger.catalogue[requirement].proven_in
        shown = ", ".join(killers) or (f"(proven in {elsewhere})" if elsewhere else "-")
        say(f"  {requirement:<30} {shown}")
    say("\nCase and parameters → mutants that failed it")
    for case, killers in ledger.failures.items():
        if killers or case in ledger.own:
            say(f"  {case}\n      {', '.join(killers) or '-'}")
    if left := len(ledger.cases) - len(ledger.own):
        say(f"  and {left} cases that another suite proves")


def _summarise(ledgers: list[Ledger], *, partial: bool) -> None:
    """Print one line a suite, and last what all of them amount to."""
    for ledger in ledgers:
        click.echo(f"{ledger.catalogue.id}: {_amount([ledger], partial=partial)}")
    click.echo(f"in all: {_amount(ledgers, partial=partial)}")


def _amount(ledgers: list[Ledger], *, partial: bool) -> str:
    trials = [trial for ledger in ledgers for trial in ledger.trials]
    cases = sum(len(ledger.cases) for ledger in ledgers)
    unproven = sum(len(one.unproven_requirements) + len(one.unproven_cases) for one in ledgers)
    mutants = [trial for trial in trials if trial.breaks]
    killed = sum(trial.is_equal for trial in mutants)
    spotless = all(trial.is_equal for trial in trials if not trial.breaks)
    return (
        f"{killed} of {len(mutants)} mutants killed by exactly what they break, "
        f"reference {'spotless' if spotless else 'NOT spotless'}, "
        + (f"{cases} cases looked at" if partial else f"{unproven} unproven of {cases} cases")
    )
