"""Serves one server, `python -m tests.hostile.opcua.serve NAME [at-once]`, until its standard input ends."""

import asyncio
import os
import sys
import threading

from tests.hostile.opcua import SERVERS


async def _serve() -> None:
    server = SERVERS[sys.argv[1]](at_once=sys.argv[2:] == ["at-once"])
    server.identity  # noqa: B018 - its key takes a second, which no answer may wait for
    listener = await asyncio.get_running_loop().create_server(server.serve(), "127.0.0.1", 0)
    print(listener.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - who started it waits for this line
    await listener.serve_forever()


def _wait() -> None:
    sys.stdin.read()
    os._exit(0)  # whatever it still does


if __name__ == "__main__":
    threading.Thread(target=_wait, daemon=True).start()
    asyncio.run(_serve())
