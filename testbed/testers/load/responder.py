"""The least that can answer, in a process of its own: it shows what the harness itself adds.

`python -m testbed.testers.load.responder SIZE` prints its port and answers each request with
so many bytes until its standard input ends.
"""

from __future__ import annotations

import asyncio
import sys
from importlib.util import find_spec
from typing import cast

_HEADER = 6


class Responder(asyncio.Protocol):
    """Answers each frame with zeros under its own transaction, unit and function."""

    def __init__(self, size: int) -> None:
        self._length = (size - _HEADER).to_bytes(2, "big")
        self._zeros = bytes(size - _HEADER - 2)
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = cast("asyncio.Transport", transport)  # of a stream; uvloop's has no such base

    def data_received(self, data: bytes) -> None:
        """Answer what is whole."""
        data = self._rest + data if self._rest else data
        at = 0
        while len(data) - at >= _HEADER + 2:
            end = at + _HEADER + (data[at + 4] << 8 | data[at + 5])
            if end > len(data):
                break
            self._transport.write(data[at : at + 4] + self._length + data[at + 6 : at + 8] + self._zeros)
            at = end
        self._rest = data[at:]


async def serve(size: int) -> None:
    """Serve a free port of the loopback until standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Responder(size), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


def main() -> None:
    """Serve, on uvloop where it is installed."""
    serving = serve(int(sys.argv[1]))
    if find_spec("uvloop"):
        import uvloop  # noqa: PLC0415 - only where it is there

        uvloop.run(serving)
    else:
        asyncio.run(serving)


if __name__ == "__main__":
    main()
