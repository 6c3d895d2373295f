"""`testbed explain`: one requirement, its clause, its cases, its mutants, and what to try."""

from __future__ import annotations

import difflib

import click

from testbed.model.needs import PERMISSIONS, least, names
from testbed.model.standard import Catalogue, Requirement
from testbed.plugin.case import Case
from testbed.wire.simulator import Simulator


@click.command()
@click.argument("requirement")
@click.option("--lang", type=click.Choice(["en", "ko"]), default="en", help="Language of the sentences.")
def explain(requirement: str, lang: str) -> None:
    """Explain a requirement that a report names.

    \b
    Example:
      testbed explain MB-FC03-QUANTITY-ZERO
    """  # noqa: D301 - click wants the character
    from testbed.plugin.gather import gather  # noqa: PLC0415 - loads pytest
    from testbed.plugin.shelf import suites  # noqa: PLC0415
    from testbed.wire.simulator import simulators  # noqa: PLC0415

    wanted = requirement.upper()
    owners = [one for one in suites().values() if wanted in one.catalogue]
    suite = min(owners, key=lambda one: bool(one.catalogue[wanted].proven_in), default=None)
    if suite is None:
        ids = [one.id for suite in suites().values() for one in suite.catalogue.requirements]
        near = difflib.get_close_matches(wanted, ids, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]}?" if near else "; `testbed catalogue` lists them"
        raise click.UsageError(f"no requirement is called {requirement}{hint}")
    cases = [case for case in gather([suite]) if wanted in case.verifies]
    mutants = [
        one
        for one in simulators(suite.catalogue.id).values()
        if wanted in one.breaks and one.suite == suite.catalogue.id
    ]
    names_of = [one.catalogue.id for one in owners]
    _print(suite.catalogue, suite.catalogue[wanted], cases, mutants, names_of, korean=lang == "ko")


def _print(  # noqa: PLR0913 - all that stands behind a requirement
    catalogue: Catalogue,
    found: Requirement,
    cases: list[Case],
    mutants: list[Simulator],
    owners: list[str],
    *,
    korean: bool,
) -> None:
    say = click.echo
    say(f"{found.id}  {found.level}, basis: {found.basis}")
    say(f"suite {', '.join(owners)}")
    say(f"  {found.text.ko if korean else found.text.en}")
    for key, number in found.clause.items():
        name, _, edition = key.partition("@")
        document = catalogue.documents[name]
        say(f"  {document.title}, {edition or document.edition}, {number}")
    if found.invariant:
        say("judged on all traffic, during every case")
    for need in found.needs:
        say(f"needs {need if isinstance(need, str) else ' or '.join(need)}")
    say("cases" if cases else "no case of its own")
    for case in cases:
        say(f"  {case.id}\n      {case.title}")
    say("mutants")
    for one in mutants:
        how = f"testbed simulate {one.name}{_over(one)}" if one.client is None else f"connect: sim:{one.name}"
        say(f"  {how}\n      {one.summary}")
    for question in catalogue.contested(found.id):
        say(f"contested: {question.question.ko if korean else question.question.en}")
        say(f"  testbed ambiguities {question.id}")
    say("what to try")
    if found.hint is not None:
        say(f"  {found.hint.ko if korean else found.hint.en}")
    for name in sorted(names(found.needs) & PERMISSIONS.keys()):
        say(f"  to have it judged: {PERMISSIONS[name].format(least=max(least(found.needs, name), 1))}")
    if cases:
        say(f"  to see it alone, with frames: testbed run FILE -v --case '{catalogue.id}/{cases[0].id}'")


def _over(device: Simulator) -> str:
    """Return the option of `testbed simulate` that serves a device over its transport."""
    from testbed.plugin.setup import prepare  # noqa: PLC0415 - reads suites
    from testbed.plugin.shelf import example  # noqa: PLC0415

    over = prepare(example(device.declaration)).declaration.endpoint.over if device.declaration else "tcp"
    return "" if over == "tcp" else f" --over {over}"
