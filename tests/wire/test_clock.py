"""Virtual time: it passes only when nothing is left to do, and nothing changes its place for it."""

import asyncio
import threading
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from testbed.wire.clock import VirtualClockLoop


def run(coroutine):
    with asyncio.Runner(loop_factory=VirtualClockLoop) as runner:
        return runner.run(coroutine)


def test_a_long_wait_takes_no_time():
    async def wait():
        await asyncio.sleep(3600)
        return asyncio.get_running_loop().time()

    began = time.perf_counter()
    assert abs(run(wait()) - 3600) < 1e-6
    assert time.perf_counter() - began < 1


def test_time_stands_still_while_there_is_work():
    async def work():
        loop = asyncio.get_running_loop()
        fired = []
        loop.call_later(0.000_001, fired.append, "timer")
        for _ in range(1000):
            await asyncio.sleep(0)
            assert loop.time() == 0.0
        assert not fired
        await asyncio.sleep(0.001)
        return fired

    assert run(work()) == ["timer"]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 10_000), unique=True, max_size=30))
def test_waits_end_in_the_order_of_their_lengths(delays):
    async def all_at_once():
        loop, ended = asyncio.get_running_loop(), []

        async def one(delay):
            await asyncio.sleep(delay / 1000)
            ended.append((delay, round(loop.time() * 1000, 3)))

        await asyncio.gather(*map(one, delays))
        return ended

    assert run(all_at_once()) == [(delay, delay) for delay in sorted(delays)]


def test_a_time_out_is_virtual_too():
    async def give_up():
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(60):
                await asyncio.Event().wait()
        except TimeoutError:
            return loop.time()

    assert abs(run(give_up()) - 60) < 1e-6


def test_a_thread_wakes_an_idle_loop():
    async def wait():
        loop, woken = asyncio.get_running_loop(), asyncio.Event()
        thread = threading.Timer(0.05, lambda: loop.call_soon_threadsafe(woken.set))
        thread.start()
        await woken.wait()
        thread.join()
        return await asyncio.to_thread(lambda: "done"), loop.time()

    assert run(wait()) == ("done", 0.0)
