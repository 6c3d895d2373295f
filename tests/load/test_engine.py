"""The engine against devices in this process that misbehave; times here have wide margins."""

import asyncio
import subprocess
import sys
import time
from importlib.util import find_spec

import pytest

from testbed.testers.load.crew import NotConnectedError, carry_out
from testbed.testers.load.line import CLOSED, FRAMING
from testbed.testers.load.processes import responder


def answer(frame, size=29):
    return frame[:4] + bytes((0, size - 6)) + frame[6:8] + bytes(size - 8)


def against(plan_for, device, *, workers=1, rate=200, seconds=0.5, **more):
    async def go():
        async def meet(reader, writer):
            try:
                await device(reader, writer)
            except (asyncio.IncompleteReadError, ConnectionError):
                pass  # the engine has gone
            finally:
                writer.close()

        server = await asyncio.start_server(meet, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            return await carry_out(plan_for(port, rate, seconds, drain=0.3, **more), workers)

    return asyncio.run(go())


async def good(reader, writer):
    while True:
        writer.write(answer(await reader.readexactly(12)))


async def refusing(reader, writer):
    while True:
        frame = await reader.readexactly(12)
        writer.write(frame[:5] + b"\3" + frame[6:7] + b"\x83\6")


async def by_bytes(reader, writer):
    while True:
        for byte in answer(await reader.readexactly(12)):
            writer.write(bytes((byte,)))
            await asyncio.sleep(0)


async def twice(reader, writer):
    while True:
        writer.write(2 * answer(await reader.readexactly(12)))


async def mute(reader, _):
    while True:
        await reader.readexactly(12)


async def closing(reader, writer):
    for _ in range(10):
        writer.write(answer(await reader.readexactly(12)))


async def noisy(reader, writer):
    while True:
        await reader.readexactly(12)
        writer.write(b"\xaa" * 40)


@pytest.mark.parametrize("device", [good, by_bytes])
@pytest.mark.parametrize("workers", [1, 2])
def test_every_request_is_answered(plan_for, device, workers):
    seen = against(plan_for, device, workers=workers, connections=4)

    assert len(seen.latencies) == 100
    assert min(seen.latencies) > 0
    assert min(seen.late) >= 0
    assert (seen.ends, seen.strange) == ({}, 0)


def test_a_refusal_is_no_answer(plan_for):
    seen = against(plan_for, refusing, connections=2)

    assert (seen.wrong, seen.unanswered) == (100, 0)


def test_an_answer_too_many_is_counted(plan_for):
    assert against(plan_for, twice, connections=2).strange == pytest.approx(100, abs=2)


def test_silence_ends_with_the_plan(plan_for):
    seen = against(plan_for, mute, connections=2, transactions=2)

    assert (seen.unanswered, seen.backlog) == (100, 96)


def test_a_connection_that_the_device_closes_is_told_and_not_opened_again(plan_for):
    seen = against(plan_for, closing, connections=2)

    assert seen.ends == {CLOSED: 2}
    assert seen.unanswered == pytest.approx(80, abs=2)


def test_noise_ends_a_connection(plan_for):
    assert against(plan_for, noisy, connections=2).ends == {FRAMING: 2}


def test_connections_come_and_go(plan_for):
    seen = against(plan_for, good, churn=True, rate=50, connections=2)

    assert (len(seen.latencies), seen.unanswered, seen.wrong) == (25, 0, 0)


def test_more_connections_than_declared_are_told_apart(plan_for):
    assert against(plan_for, good, extra=3).extra == {"served": 3}


def test_nobody_there_is_said_before_anything_is_sent(plan_for):
    async def free_port():
        async with responder(29) as port:
            return port

    port = asyncio.run(free_port())
    with pytest.raises(NotConnectedError, match="Connection refused"):
        asyncio.run(carry_out(plan_for(port, 100, 1)))


def test_a_session_at_a_device_that_is_mute_ends_in_time(plan_for):
    """Visits wait for one another where there is one session; who is not let in is not answered."""
    began = time.monotonic()
    seen = against(plan_for, mute, rate=100, seconds=1, connections=1, churn=True)

    assert seen.unanswered == 100
    assert time.monotonic() - began < 10


@pytest.mark.skipif(not find_spec("resource"), reason="descriptors are not limited here")
@pytest.mark.parametrize("more", [{}, {"extra": 16}])
def test_a_host_that_opens_no_more_is_not_the_device(more):
    """In a process of its own, which may have few open files, as all that it starts."""
    text = (
        "import asyncio, resource, sys\n"
        "from testbed.testers.load.crew import carry_out, NotConnectedError\n"
        "from testbed.testers.load.processes import EngineError, responder\n"
        "from testbed.testers.load.plan import Plan\n"
        "async def go():\n"
        "    async with responder(29) as port:\n"
        "        resource.setrlimit(resource.RLIMIT_NOFILE, (24, 24))\n"
        f"        plan = Plan('127.0.0.1', port, bytes.fromhex('01030000000a'), 29, 200.0, 1.0, **{more!r},\n"
        f"                    connections={10 if 'extra' in more else 100})\n"
        "        try: await carry_out(plan)\n"
        "        except EngineError as error: print('ours:', error)\n"
        "        except NotConnectedError as error: print('the device:', error)\n"
        "asyncio.run(go())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, check=False, timeout=60
    )

    assert done.stdout.startswith("ours: this host opens no more connections: Too many open files"), done
