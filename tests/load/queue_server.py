"""A single server whose truth is known: each request takes so long, one after the other, but for stalls.

`python queue_server.py SERVICE_S [EVERY_S STALL_S]` prints its port. Finish times are worked out, not slept:
a late timer delays one answer and none behind it. In each period of EVERY_S from the first request on, the
server takes nothing up for STALL_S from the middle on.
"""

import asyncio
import sys
import time

SIZE = 29


class Queue:
    def __init__(self, service, every=0.0, stall=0.0):
        self.service, self.every, self.stall = service, every, stall
        self.began = self.free = 0.0

    def finish(self, now):
        """Return when a request that comes now is done."""
        self.began = self.began or now
        start = max(now, self.free)
        if self.every:
            into = (start - self.began) % self.every - self.every / 2
            if 0 <= into < self.stall:
                start += self.stall - into
        self.free = start + self.service
        return self.free


class Connection(asyncio.Protocol):
    def __init__(self, queue):
        self.queue = queue

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        loop = asyncio.get_running_loop()
        for at in range(0, len(data), 12):
            answer = data[at : at + 4] + bytes((0, SIZE - 6)) + data[at + 6 : at + 8] + bytes(SIZE - 8)
            loop.call_at(self.queue.finish(time.monotonic()), self.transport.write, answer)


async def serve(queue):
    server = await asyncio.get_running_loop().create_server(lambda: Connection(queue), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(Queue(*map(float, sys.argv[1:]))))
