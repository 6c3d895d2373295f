"""`testbed catalogue`: what the suites demand, by clause."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from testbed.plugin.shelf import Suite


@click.command()
@click.argument("suite", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON: each requirement with its cases.")
@click.option("--lang", type=click.Choice(["en", "ko"]), default="en", help="Language of the sentences.")
def catalogue(suite: str | None, lang: str, *, as_json: bool) -> None:
    """List the requirements of a suite, or of every suite.

    \b
    Example:
      testbed catalogue modbus_tcp_server
    """  # noqa: D301 - click wants the character
    from testbed.model.standard import clause_order  # noqa: PLC0415 - loads the model
    from testbed.plugin.shelf import suites  # noqa: PLC0415

    known = suites()
    if suite is not None and suite not in known:
        raise click.UsageError(f"no suite is called `{suite}`; known: {', '.join(known)}")
    chosen = [known[suite]] if suite else list(known.values())
    if as_json:
        data = [_as_data(one) for one in chosen]
        click.echo(json.dumps(data[0] if suite else data, ensure_ascii=False))
        return
    for one in chosen:
        items = one.catalogue
        click.echo(f"{items.id} {items.version}: {items.title.ko if lang == 'ko' else items.title.en}")
        for requirement in sorted(items.requirements, key=clause_order):
            clause = ", ".join(f"{document} {number}" for document, number in requirement.clause.items())
            text = requirement.text.ko if lang == "ko" else requirement.text.en
            click.echo(f"  {requirement.id:<30} {clause:<14} {requirement.level:<6} {text}")
        click.echo(f"  {len(items.requirements)} requirements")


def _as_data(suite: Suite) -> dict[str, object]:
    """Return a suite's catalogue, each requirement with its cases: none where it is watched or untestable."""
    from testbed.plugin.gather import gather  # noqa: PLC0415 - loads pytest

    data = suite.catalogue.model_dump(mode="json") | {"digest": suite.digest}
    cases: dict[str, list[str]] = {}
    for case in gather([suite]):
        for requirement in case.verifies:
            cases.setdefault(requirement, []).append(case.id)
    for row in data["requirements"]:
        row["cases"] = cases.get(row["id"], [])
    return data
