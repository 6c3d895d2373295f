"""MODBUS Messaging on TCP/IP V1.0b, 4.4.1.4: Response time."""

from testbed.cases import alone, verifies


@alone
@verifies("MB-REPLY-TIME")
async def test_reply_time(modbus, declared):
    """Fifty answers of each declared read function come within the declared time."""
    slowest = await modbus.slowest(declared.reads, times=50)

    assert slowest <= declared.reply_within
