"""A link on a virtual clock: what is sent when, what arrives when."""

import asyncio

from testbed.model.base import Text
from testbed.model.impairment import Impairment
from testbed.wire.clock import VirtualClockLoop
from testbed.wire.dial import in_process
from testbed.wire.impair.dial import impaired
from testbed.wire.impair.scope import CURRENT, Impairing

SAID = Text(en="a link", ko="회선")


def scenario(stream=None, packets=None):
    """A scenario of a test."""
    return Impairment.model_validate(
        {
            "id": "test@1",
            "title": SAID,
            "summary": SAID,
            "sources": ["assumed"],
            "stream": stream,
            "packets": packets,
        }
    )


class Echo(asyncio.Protocol):
    """Sends back what it gets, and keeps when."""

    def __init__(self):
        self.got, self.ended = [], ""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.got.append((asyncio.get_running_loop().time(), data))
        self.transport.write(data)

    def eof_received(self):
        self.ended = "eof"

    def connection_lost(self, error):
        self.ended = self.ended or ("reset" if error else "lost")


class Client(Echo):
    """Keeps what it gets."""

    def data_received(self, data):
        self.got.append((asyncio.get_running_loop().time(), data))


def met(stream, play, *, seed=1, name="case", lifted=False):
    """Connect a client with an echo through a stream, let `play(client)` act; return all three."""
    impairing, servers = Impairing(scenario(stream), seed), []

    def serve():
        servers.append(Echo())
        return servers[-1]

    async def run():
        scope = impairing.scope(name)
        scope.lifted = lifted
        CURRENT.set(scope)
        client = Client()
        await impaired(in_process(serve), impairing)(client)
        client.made = asyncio.get_running_loop().time()
        await play(client)
        if not client.ended:
            client.transport.close()
        await asyncio.sleep(100)
        return client, servers[-1], scope

    with asyncio.Runner(loop_factory=VirtualClockLoop) as runner:
        return runner.run(run())
