"""The sockets of a fleet: opened all or none, each refusal said with the line that asks for it."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from testbed.model.document import Complaint, DocumentError, Path
from testbed.wire.fleet import Place, Standing, place_of
from testbed.wire.open_files import RESERVE, allow_open_files

_BACKLOG = 100
"""Connections that wait to be accepted, as asyncio has it."""


def listen(standing: Standing, lines: Mapping[Path, int], source: str) -> dict[Place, socket.socket]:
    """Open a socket for each listener.

    Raises:
        DocumentError: a place that another program has or this computer lacks (the first of each group), or
            more listeners than open files.
    """
    wanted = len(standing.listeners)
    allowed = allow_open_files(wanted)
    if allowed < wanted + RESERVE:
        said = (
            f"{wanted} listeners need {wanted + RESERVE} open files, and this system allows {allowed}; "
            "raise `ulimit -n`, or put devices behind gateways with `unit: 1+`"
        )
        raise DocumentError(source, [Complaint(lines[("devices",)], said)])
    opened: dict[Place, socket.socket] = {}
    wrong: dict[int, Complaint] = {}
    for post in standing.posts:
        place = place_of(post)
        if place in opened or post.group in wrong:
            continue
        try:
            opened[place] = _listening(post.address, post.port)
        except OSError as error:
            said = f"`devices.{post.group}`: {post.name} cannot have {post.address} port {post.port}"
            wrong[post.group] = Complaint(lines[("devices", post.group)], f"{said}: {_why(error)}")
    if wrong:
        for one in opened.values():
            one.close()
        raise DocumentError(source, list(wrong.values()))
    return opened


def _listening(address: str, port: int) -> socket.socket:
    one = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # elsewhere the option lets two programs have one port
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.setblocking(False)  # noqa: FBT003 - its only parameter
        one.bind((address, port))
        one.listen(_BACKLOG)
    except OSError:
        one.close()
        raise
    return one


def _why(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "another program has it; end that, or give another port"
    if error.errno == errno.EADDRNOTAVAIL:
        return "this computer does not have that address; give one that it has, and count ports instead"
    if error.errno in {errno.EACCES, errno.EPERM}:
        return "ports below 1024 are the administrator's; give a higher one"
    return error.strerror or str(error)


@asynccontextmanager
async def serving(standing: Standing, sockets: Mapping[Place, socket.socket]) -> AsyncIterator[None]:
    """Serve every listener in the running loop."""
    loop = asyncio.get_running_loop()
    servers = [
        await loop.create_server(standing.listeners[place], sock=one) for place, one in sockets.items()
    ]
    try:
        yield
    finally:
        for server in servers:
            server.close()
