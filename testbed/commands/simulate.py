"""`testbed simulate`: serves a simulated device, good or broken on purpose, until Ctrl-C."""

from __future__ import annotations

import asyncio

import click

from testbed.commands.console import fail
from testbed.model.verdict import BAD_INPUT


@click.command()
@click.argument("name")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on (default: any free one)."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
def simulate(name: str, port: int, host: str) -> None:
    """Serve a simulated device until Ctrl-C; the bound endpoint is printed.

    Names are `plc`, `transmitter`, `io-block` and every mutant of `testbed mutants`.

    \b
    Example:
      testbed simulate plc --port 5020
    """  # noqa: D301 - click wants the character
    from testbed.wire.simulator import NoSuchSimulatorError, simulator  # noqa: PLC0415 - loads the simulators

    try:
        device = simulator(name)
    except NoSuchSimulatorError as error:
        raise fail(str(error), BAD_INPUT) from None
    try:
        import uvloop as fast  # noqa: PLC0415 - where it is installed
    except ImportError:
        fast = None  # type: ignore[assignment]  # a plain loop does as well, slower
    try:
        with asyncio.Runner(loop_factory=fast.new_event_loop if fast else None) as runner:
            runner.run(_serve(device.start(), host, port))
    except OSError as error:
        raise fail(f"cannot listen on {host}:{port}: {error.strerror or error}", 2) from None
    except KeyboardInterrupt:
        pass  # the agreed way to end


async def _serve(serve, host: str, port: int) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    server = await asyncio.get_running_loop().create_server(serve, host, port)
    bound = server.sockets[0].getsockname()
    shown = f"[{bound[0]}]" if ":" in bound[0] else bound[0]
    click.echo(f"tcp://{shown}:{bound[1]}")
    await server.serve_forever()
