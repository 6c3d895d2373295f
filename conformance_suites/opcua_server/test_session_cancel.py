"""OPC 10000-4 1.05.04, 5.7.5: Cancel."""

from testbed.cases import verifies


@verifies("UA-CANCEL-NOTHING")
async def test_nothing_to_cancel(ua):
    """Cancel of a handle that nothing has counts no request."""
    reply = await ua.cancel(0xFFFFFFFF)

    assert reply.cancelled == 0
