"""`testbed simulate`: serves a simulated device, good or broken on purpose, or a fleet, until Ctrl-C."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from testbed.commands.console import fail
from testbed.commands.serving import serve_until_told
from testbed.model.verdict import BAD_INPUT

if TYPE_CHECKING:
    from testbed.model.connect import Over
    from testbed.wire.simulator import Serve, Simulator

_FLEET = {".yaml", ".yml"}
"""How the file of a fleet ends; no device is called so."""


@click.command()
@click.argument("name", metavar="NAME|FLEET.yaml")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on (default: any free one).")
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option(
    "--over",
    type=click.Choice(["tcp", "tls", "rtu", "ascii", "rtu+tcp"]),
    help="Transport; rtu and ascii on a new pseudo-terminal.  [default: tcp]",
)
@click.option(
    "--keys",
    type=click.Path(path_type=Path),
    help="Whose certificates it trusts: with --over tls a folder of `testbed keys mbaps`, of OPC UA one of "
    "`testbed keys opcua`; made where there is none.",
)
@click.option("--json", "as_json", is_flag=True, help="Print all endpoints of a fleet as one line of JSON.")
def simulate(  # noqa: PLR0913 - one argument an option
    name: str, port: int | None, host: str | None, over: Over | None, keys: Path | None, *, as_json: bool
) -> None:
    """Serve simulated devices until Ctrl-C; where they are reached is printed.

    NAME is `plc`, `transmitter`, `io-block`, `opcua-plc` or a mutant of `testbed mutants`: one device, over
    TCP unless --over says otherwise; those of OPC UA are over TCP alone. FLEET.yaml is many of them in one
    process, on ports, on addresses or as units behind gateways, with values that move; profiles/fleets has
    one of 1,000 devices.

    \b
    Example:
      testbed simulate plc --port 5020
      testbed simulate opcua-plc --port 4840 --keys opcua
      testbed simulate plc --over rtu
      testbed simulate plc --over tls --keys mbaps --port 8020
      testbed simulate profiles/fleets/heat-treatment.yaml
      testbed simulate fleet.yaml --json
    """  # noqa: D301 - click wants the character
    if Path(name).suffix in _FLEET:
        if any(one is not None for one in (port, host, over, keys)):
            raise click.UsageError("a fleet says in its file where it listens; leave out all but --json")
        from testbed.commands.fleet import serve_fleet  # noqa: PLC0415 - only a fleet needs it

        serve_fleet(Path(name), as_json=as_json)
        return
    if as_json:
        raise click.UsageError("--json is for a fleet; the endpoint of one device is printed alone")
    on_a_line = over in {"rtu", "ascii"}
    if on_a_line and (port is not None or host is not None):
        raise click.UsageError(f"a serial line has neither host nor port; leave out --over {over} or those")
    host, port, over = host or "127.0.0.1", port or 0, over or "tcp"
    device = _device(name)
    is_opcua = device.protocol == "opcua"
    if is_opcua and over != "tcp":
        raise click.UsageError(f"{name} speaks OPC UA over TCP alone; leave out --over {over}")
    if keys is not None and over != "tls" and not is_opcua:
        raise click.UsageError("--keys are for --over tls, and for OPC UA")
    if on_a_line:
        serve_until_told(_serve_on_a_line(device.start(over), over))
        return
    try:
        serve = _started(device, over, keys)
        serve_until_told(_serve(serve, host, port, "opc.tcp" if is_opcua else over))
    except OSError as error:
        raise fail(f"cannot listen on {host}:{port}: {error.strerror or error}", 2) from None


def _device(name: str) -> Simulator:
    """Return the simulated device of a name; one that is a client has nothing to serve."""
    from testbed.wire.simulator import NoSuchSimulatorError, simulator  # noqa: PLC0415 - loads the simulators

    try:
        device = simulator(name)
    except NoSuchSimulatorError as error:
        raise fail(str(error), BAD_INPUT) from None
    if device.client is not None:
        raise click.UsageError(f"{name} is a client and serves nobody; judge it with `connect: sim:{name}`")
    return device


def _started(device: Simulator, over: Over, keys: Path | None) -> Serve:
    if device.protocol == "opcua":
        return _trusting(device, keys)
    return _secured(device, keys) if over == "tls" else device.start(over)


def _secured(device: Simulator, keys: Path | None) -> Serve:
    """Start a device behind TLS, with keys in a folder, or with some that are gone when it ends."""
    from testbed.model.document import DocumentError  # noqa: PLC0415 - only TLS needs these
    from testbed.wire.mbaps import MaterialError, make_folder, throw_away  # noqa: PLC0415

    try:
        if keys is None:
            keys = throw_away().folder
        elif not keys.exists():
            make_folder(keys)
        click.echo(f"certificates for its clients: {keys}", err=True)
        return device.start("tls", keys)
    except (MaterialError, DocumentError) as error:
        raise fail(str(error), BAD_INPUT) from None
    except OSError as error:
        raise fail(f"{keys}: {error.strerror or error}", BAD_INPUT) from None


def _trusting(device: Simulator, keys: Path | None) -> Serve:
    """Start an OPC UA server that trusts the tester of a folder, or of one that is gone when it ends."""
    from testbed.wire.opcua_keys import (  # noqa: PLC0415 - only secured channels need these
        MaterialError,
        OpcUaKeys,
        check_writable,
        make_folder,
        throw_away,
    )

    try:
        if keys is None:
            keys = throw_away().folder
        elif not keys.exists():
            make_folder(keys)
        tester = OpcUaKeys(keys)
        tester.check()
        check_writable(tester)
        click.echo(f"certificates for its clients: {keys}", err=True)
        return device.start("tcp", keys)
    except MaterialError as error:
        raise fail(str(error), BAD_INPUT) from None
    except OSError as error:
        raise fail(f"{keys}: {error.strerror or error}", BAD_INPUT) from None


async def _serve_on_a_line(serve: Serve, over: Over) -> None:
    from testbed.model.connect import Endpoint  # noqa: PLC0415 - loads pydantic
    from testbed.wire.pseudo_terminal import serve_on_terminal  # noqa: PLC0415 - no need for it over TCP

    try:
        terminal = serve_on_terminal(serve)
    except OSError as error:
        raise fail(f"the system has no pseudo-terminal left: {error.strerror or error}", 2) from None
    click.echo(Endpoint(scheme="serial", over=over, name=terminal.get_extra_info("serial").name))
    await terminal.closed.wait()


async def _serve(serve: Serve, host: str, port: int, scheme: str) -> None:
    server = await asyncio.get_running_loop().create_server(serve, host, port)
    bound = server.sockets[0].getsockname()
    shown = f"[{bound[0]}]" if ":" in bound[0] else bound[0]
    click.echo(f"{scheme}://{shown}:{bound[1]}")
    await server.serve_forever()
