"""The guard of whoever only looks: nothing but whole reads leave."""

import asyncio

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from testbed.protocols.modbus import (
    Diagnostics,
    MaskWriteRegister,
    ReadCoils,
    ReadDeviceIdentification,
    ReadFifoQueue,
    ReadHoldingRegisters,
    ReadWriteMultipleRegisters,
    ReportServerId,
    WriteMultipleCoils,
    WriteMultipleRegisters,
    WriteSingleCoil,
    WriteSingleRegister,
    decode_request,
)
from testbed.testers.manners import Manners
from testbed.testers.modbus.framing import Mbap
from testbed.testers.modbus.reads import READABLE, NotARead, refuse_writes
from testbed.testers.modbus.scout_line import Reader
from testbed.wire.dial import in_process
from tests.wire.bench import Device

READ = ReadHoldingRegisters(0, 1).encode()
WRITES = [
    WriteSingleCoil(0, 0xFF00),
    WriteSingleRegister(0, 1),
    WriteMultipleCoils(0, (True,)),
    WriteMultipleRegisters(0, (1,)),
    MaskWriteRegister(0, 1, 1),
    ReadWriteMultipleRegisters(0, 1, 0, (1,)),
    Diagnostics(1),
    ReadFifoQueue(0),
]


@pytest.mark.parametrize(
    "request_",
    [ReadCoils(0, 2000), ReadHoldingRegisters(65535, 1), ReadDeviceIdentification(1), ReportServerId()],
)
def test_reads_pass(request_):
    refuse_writes(request_.encode())


@pytest.mark.parametrize("request_", WRITES, ids=lambda one: type(one).__name__)
def test_what_may_change_something_does_not(request_):
    with pytest.raises(NotARead):
        refuse_writes(request_.encode())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        READ[:-1],
        READ + b"\0",
        READ + READ,
        ReadHoldingRegisters(0, 0).encode(),
        ReadHoldingRegisters(0, 126).encode(),
        bytes((43, 13, 0)),
    ],
)
def test_malformed_bytes_do_not(data):
    with pytest.raises(NotARead):
        refuse_writes(data)


@given(st.binary(min_size=1, max_size=253))
@example(bytes((1, 0, 0, 0, 1)))
@example(bytes((4, 0, 0, 0, 1)))
def test_whatever_passes_is_a_read(pdu):
    try:
        refuse_writes(pdu)
    except NotARead:
        assert not (pdu[0] in {1, 2, 3, 4} and len(pdu) == 5 and pdu[3:] == b"\0\1")
        return
    assert decode_request(pdu).function in READABLE


@pytest.mark.parametrize("request_", WRITES, ids=lambda one: type(one).__name__)
def test_a_reader_that_is_told_to_write_sends_nothing(request_):
    device = Device()

    async def tell():
        reader = Reader(in_process(lambda: device), Mbap(), Manners(), 1, lambda _: None)
        with pytest.raises(NotARead):
            await reader.ask(request_)
        await reader.leave()

    asyncio.run(tell())
    assert device.got == b""
