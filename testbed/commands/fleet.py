"""The fleet of `testbed simulate fleet.yaml`: read, built, served, and said on the terminal."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from testbed.commands.console import fail, patience
from testbed.commands.serving import serve_until_told
from testbed.model.verdict import BAD_INPUT

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

    from testbed.model.fleet import Fleet, Post
    from testbed.wire.fleet import Place, Standing

    Sockets = Mapping[Place, socket.socket]


def serve_fleet(path: Path, *, as_json: bool) -> None:
    """Serve every device of a fleet until Ctrl-C.

    Raises:
        SystemExit: the fleet's file cannot be used; what is wrong has been said.
    """
    from testbed.model.document import DocumentError  # noqa: PLC0415 - only a fleet needs all these
    from testbed.model.placing import read_fleet  # noqa: PLC0415
    from testbed.wire.documents import read_document  # noqa: PLC0415
    from testbed.wire.fleet import build  # noqa: PLC0415
    from testbed.wire.listening import listen  # noqa: PLC0415

    began = time.monotonic()
    try:
        with patience("fleet") as trying:
            fleet, lines = read_fleet(read_document(path), str(path))
            standing = build(fleet, lines, str(path), trying)
            sockets = listen(standing, lines, str(path))
    except DocumentError as error:
        raise fail(str(error), BAD_INPUT) from None
    serve_until_told(_served(fleet, standing, sockets, began, as_json=as_json))


async def _served(fleet: Fleet, standing: Standing, sockets: Sockets, began: float, *, as_json: bool) -> None:
    from testbed.wire.fleet import move  # noqa: PLC0415
    from testbed.wire.listening import serving  # noqa: PLC0415

    async with serving(standing, sockets):
        if as_json:
            click.echo(json.dumps({"devices": list(_rows(fleet, standing, sockets))}))
        else:
            click.echo(f"{fleet.name.en} · {fleet.name.ko}")
            for line in _table(fleet, standing, sockets):
                click.echo(line)
        listeners = f"{len(sockets):,} listeners" if len(sockets) > 1 else "1 listener"
        took = time.monotonic() - began
        click.echo(
            f"ready: {len(standing.posts):,} devices at {listeners}, after {took:.1f} s; Ctrl-C ends",
            err=as_json,
        )
        await move(standing.driven, standing.pace)


def _endpoint(post: Post, sockets: Sockets) -> str:
    from testbed.wire.fleet import place_of  # noqa: PLC0415

    host = f"[{post.address}]" if ":" in post.address else post.address
    unit = "" if post.unit is None else f"?unit={post.unit}"
    return f"tcp://{host}:{sockets[place_of(post)].getsockname()[1]}{unit}"


def _rows(fleet: Fleet, standing: Standing, sockets: Sockets) -> Iterator[dict[str, str]]:
    for post in standing.posts:
        kind = fleet.devices[post.group].kind
        yield {"name": post.name, "kind": kind, "endpoint": _endpoint(post, sockets)}


def _table(fleet: Fleet, standing: Standing, sockets: Sockets) -> Iterator[str]:
    """Say of each group how many there are, and where the first and the last is."""
    width = max(len(group.kind) for group in fleet.devices)
    for at, posts in groupby(standing.posts, key=lambda post: post.group):
        first, *others = posts
        said = (
            f"{1 + len(others):7,} {fleet.devices[at].kind:{width}}  {first.name} {_endpoint(first, sockets)}"
        )
        last = others[-1] if others else None
        yield f"{said} … {last.name} {_endpoint(last, sockets)}" if last else said
