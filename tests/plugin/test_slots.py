"""Slots: never more than there are, first come first served, and nothing lost when somebody gives up."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from testbed.plugin.slots import Slots
from testbed.wire.clock import VirtualClockLoop

cases = st.tuples(
    st.integers(1, 5),  # weight
    st.integers(0, 20),  # arrives after
    st.integers(0, 20),  # holds for
    st.none() | st.integers(0, 60),  # is cancelled after
)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 5), st.lists(cases, max_size=25))
def test_capacity_order_and_giving_up(capacity, wanted):
    slots, held, admitted, asked = Slots(capacity), 0, {}, []

    async def one(number, weight, arrives, holds):
        nonlocal held
        await asyncio.sleep(arrives)
        asked.append(number)
        async with slots.take(weight):
            held += weight
            admitted[number] = asyncio.get_running_loop().time()
            assert held <= capacity
            try:
                await asyncio.sleep(holds)
            finally:
                held -= weight

    async def crowd():
        tasks = []
        for number, (weight, arrives, holds, cancelled) in enumerate(wanted):
            task = asyncio.create_task(one(number, min(weight, capacity), arrives, holds))
            tasks.append(task)
            if cancelled is not None:
                asyncio.get_running_loop().call_later(cancelled, task.cancel)
        return await asyncio.gather(*tasks, return_exceptions=True)

    with asyncio.Runner(loop_factory=VirtualClockLoop) as runner:
        ended = runner.run(crowd())
    assert all(isinstance(one, asyncio.CancelledError | None) for one in ended)
    times = [admitted[one] for one in asked if one in admitted]
    assert times == sorted(times)  # in the order of asking
    assert {at for at, one in enumerate(wanted) if one[3] is None} <= admitted.keys()  # nobody starves
    assert slots._free == capacity
    assert not slots._queue


def test_an_error_gives_slots_back():
    async def fail(slots):
        async with slots.take(2):
            raise ValueError

    async def then_again():
        slots = Slots(2)
        await asyncio.gather(fail(slots), return_exceptions=True)
        async with asyncio.timeout(1), slots.take(2):
            return "free"

    assert asyncio.run(then_again()) == "free"
