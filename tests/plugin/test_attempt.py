"""A case that is cancelled while it gives values back: it gives them back all the same."""

import asyncio

import pytest

from testbed.plugin.attempt import to_its_end


def test_who_is_cancelled_twice_while_values_are_restored_ends_when_they_are():
    restored = []

    async def restore():
        await asyncio.sleep(0.02)
        restored.append("values")

    async def stopped_early():
        task = asyncio.ensure_future(to_its_end(restore()))
        for _ in range(2):
            await asyncio.sleep(0.005)
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(stopped_early())
    assert restored == ["values"]


def test_what_went_wrong_is_said_where_nobody_cancelled():
    async def broken():
        raise OSError("the cable")

    with pytest.raises(OSError, match="the cable"):
        asyncio.run(to_its_end(broken()))
