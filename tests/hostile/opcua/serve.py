"""Serves one server until its input ends: `python -m tests.hostile.opcua.serve NAME [at-once] [KEYS]`."""

import asyncio
import os
import sys
import threading
from pathlib import Path

from tests.hostile.opcua import SERVERS


async def _serve() -> None:
    at_once, keys = "at-once" in sys.argv[2:], [one for one in sys.argv[2:] if one != "at-once"]
    server = SERVERS[sys.argv[1]](at_once=at_once)
    served = server.serve(keys=Path(keys[0]) if keys else None)
    server.identity  # noqa: B018 - its key takes a second, which no answer may wait for
    listener = await asyncio.get_running_loop().create_server(served, "127.0.0.1", 0)
    print(listener.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - who started it waits for this line
    await listener.serve_forever()


def _wait() -> None:
    sys.stdin.read()
    os._exit(0)  # whatever it still does


if __name__ == "__main__":
    threading.Thread(target=_wait, daemon=True).start()
    asyncio.run(_serve())
