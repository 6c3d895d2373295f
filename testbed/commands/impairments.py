"""`testbed impairments`: which impairments there are, and by which means this system can make them."""

from __future__ import annotations

import click

from testbed.model.base import Language


@click.command()
@click.option("--lang", type=click.Choice(["en", "ko"]), default="en", help="Language of what is printed.")
def impairments(lang: Language) -> None:
    """List the impairments under which a run can be made.

    \b
    Example:
      testbed impairments
      testbed run profiles/devices/sim-plc.yaml --impair plant-wifi
    """  # noqa: D301 - click wants the character
    from testbed.plugin.impaired import FOLDER, names, scenario  # noqa: PLC0415 - heavy
    from testbed.wire.impair.means import lacks  # noqa: PLC0415

    for name in names():
        one, _ = scenario(FOLDER / f"{name}.yaml")
        means = [kind for kind, is_there in (("stream", one.stream), ("packets", one.packets)) if is_there]
        click.secho(f"{one.id}  {one.title.in_language(lang)} ({', '.join(means)})", bold=True)
        click.echo(f"  {one.summary.in_language(lang)}")
    for kind in ("tun", "netem"):
        click.echo(f"--impair-by {kind}: {lacks(kind) or _HERE[lang]}")


_HERE: dict[Language, str] = {"en": "can be used here", "ko": "이 시스템에서 사용 가능"}
