import asyncio

from testbed.testers.load.passage import MOST_KEPT, passage
from testbed.testers.load.processes import responder
from testbed.wire.dial import UnreachableError


def through(dial, data):
    async def go():
        async with passage(dial) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(data)
            got = await asyncio.wait_for(reader.read(100), 5)
            writer.close()
            return got

    return asyncio.run(go())


def test_what_is_said_is_passed_on_in_both_directions():
    async def go():
        async with responder(29) as port:

            async def dial(protocol):
                await asyncio.sleep(0.05)  # what comes meanwhile is kept
                await asyncio.get_running_loop().create_connection(lambda: protocol, "127.0.0.1", port)

            async with passage(dial) as front:
                reader, writer = await asyncio.open_connection("127.0.0.1", front)
                writer.write(bytes((0, 7, 0, 0, 0, 6, 1, 3, 0, 0, 0, 10)))
                answer = await asyncio.wait_for(reader.readexactly(29), 5)
                writer.close()
                return answer

    assert asyncio.run(go())[:8] == bytes((0, 7, 0, 0, 0, 23, 1, 3))


def test_a_device_that_closes_is_seen_to_close():
    async def dial(protocol):
        def closing():
            return type("Closing", (asyncio.Protocol,), {"connection_made": lambda _, t: t.close()})()

        loop = asyncio.get_running_loop()
        server = await loop.create_server(closing, "127.0.0.1", 0)
        await loop.create_connection(lambda: protocol, *server.sockets[0].getsockname())
        server.close()

    assert through(dial, b"x") == b""


def test_a_device_that_is_not_there_is_seen_to_close():
    async def dial(_):
        raise UnreachableError("nobody")

    assert through(dial, b"") == b""


def test_who_is_not_read_is_held_back():
    """A device that sends without end to a client that does not read fills some buffers, and no more."""
    sent = 0

    async def go():
        nonlocal sent

        async def flood(_, writer):
            nonlocal sent
            try:
                while True:
                    writer.write(bytes(65536))
                    await writer.drain()
                    sent += 65536
            except ConnectionError:
                return
            finally:
                writer.close()

        async with await asyncio.start_server(flood, "127.0.0.1", 0) as server:
            where = server.sockets[0].getsockname()

            async def dial(protocol):
                await asyncio.get_running_loop().create_connection(lambda: protocol, *where)

            async with passage(dial) as front:
                _, writer = await asyncio.open_connection("127.0.0.1", front, limit=1024)
                before = -1
                while sent != before:
                    before = sent
                    await asyncio.sleep(0.3)
                writer.transport.abort()
                await asyncio.sleep(0.1)

    asyncio.run(asyncio.wait_for(go(), 30))
    assert 0 < sent < 64 << 20  # what the kernel keeps on two connections


def test_who_sends_too_much_before_anybody_is_there_is_closed():
    async def dial(_):
        await asyncio.sleep(20)

    assert through(dial, bytes(MOST_KEPT + 1)) == b""
