"""`testbed impair`: stands between any client and any server, and impairs what they say to each other."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from testbed.commands.console import fail
from testbed.commands.serving import serve_until_told
from testbed.model.verdict import BAD_INPUT

if TYPE_CHECKING:
    from testbed.wire.impair.proxy import Proxy


@click.command()
@click.argument("scenario")
@click.option("--to", "server", required=True, metavar="HOST[:PORT]", help="The server behind (port 502).")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="Where it listens, on the loopback (default: a free one).",
)
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Of every choice (default: a fresh one).")
def impair(scenario: str, server: str, port: int, seed: int | None) -> None:
    """Listen on the loopback, and pass each connection on to a server as a scenario has it.

    Prints the endpoint and the seed, and ends at Ctrl-C; what was done to connections goes to standard error.

    \b
    Example:
      testbed impair plant-wifi --to 127.0.0.1:5020 --port 5021
    """  # noqa: D301 - click wants the character
    import secrets  # noqa: PLC0415 - heavy, as what follows; only this command needs it

    from testbed.model.connect import endpoint  # noqa: PLC0415
    from testbed.model.document import DocumentError  # noqa: PLC0415
    from testbed.plugin.impaired import chosen  # noqa: PLC0415
    from testbed.wire.dial import over_tcp  # noqa: PLC0415
    from testbed.wire.impair.proxy import HOST, Proxy  # noqa: PLC0415
    from testbed.wire.impair.scope import Impairing  # noqa: PLC0415

    try:
        found = chosen(scenario)
        where = endpoint(f"tcp://{server}")
    except (DocumentError, ValueError) as error:
        raise fail(str(error), BAD_INPUT) from None
    if found is None:
        raise fail("no scenario is named", BAD_INPUT)
    used = secrets.randbelow(2**32) if seed is None else seed
    proxy = Proxy(over_tcp(where), Impairing(found.scenario, used).scope())
    try:
        serve_until_told(_serve(proxy, port, used))
    except OSError as error:
        raise fail(f"cannot listen on {HOST}:{port}: {error.strerror or error}", 2) from None


async def _serve(proxy: Proxy, port: int, seed: int) -> None:
    """Serve until it is cancelled, and say then what was done."""
    click.echo(f"tcp://127.0.0.1:{await proxy.open(port)} seed {seed}")
    try:
        await asyncio.Event().wait()
    finally:
        await proxy.close()
        for said in proxy.scope.told():
            click.echo(said, err=True)
        if proxy.unreachable is not None:
            click.echo(str(proxy.unreachable), err=True)
