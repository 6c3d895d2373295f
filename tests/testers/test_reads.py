"""The guard of whoever only looks: nothing but whole reads leave."""

import asyncio

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from testbed.protocols.modbus import (
    Adu,
    Diagnostics,
    Framer,
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
from testbed.testers.modbus.reads import READABLE, NotARead, refuse_writes
from testbed.testers.modbus.scout_line import Reader
from testbed.testers.modbus.scout_manners import Manners
from testbed.wire.dial import in_process
from tests.wire.bench import Device

READ = Adu(1, 1, ReadHoldingRegisters(0, 1).encode())
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
    refuse_writes(Adu(7, 255, request_.encode()).encode() + READ.encode())


@pytest.mark.parametrize("request_", WRITES, ids=lambda one: type(one).__name__)
def test_what_may_change_something_does_not(request_):
    for data in (
        Adu(1, 1, request_.encode()).encode(),
        READ.encode() + Adu(1, 1, request_.encode()).encode(),
    ):
        with pytest.raises(NotARead):
            refuse_writes(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        READ.encode()[:-1],
        READ.encode() + b"\0",
        Adu(1, 1, READ.pdu, protocol=1).encode(),
        Adu(1, 1, READ.pdu, length=2).encode(),
        Adu(1, 1, ReadHoldingRegisters(0, 0).encode()).encode(),
        Adu(1, 1, ReadHoldingRegisters(0, 126).encode()).encode(),
        Adu(1, 1, bytes((43, 13, 0))).encode(),
        Adu(1, 1, b"").encode(),
    ],
)
def test_malformed_bytes_do_not(data):
    with pytest.raises(NotARead):
        refuse_writes(data)


@given(st.lists(st.binary(min_size=1, max_size=253), min_size=1, max_size=3))
@example([bytes((function, 0, 0, 0, 1)) for function in range(1, 5)])
def test_whatever_passes_is_a_read(pdus):
    data = b"".join(Adu(1, 1, pdu).encode() for pdu in pdus)
    try:
        refuse_writes(data)
    except NotARead:
        assert not all(pdu[0] in {1, 2, 3, 4} and len(pdu) == 5 and pdu[3:] == b"\0\1" for pdu in pdus)
        return
    assert all(decode_request(frame.pdu).function in READABLE for frame in Framer().feed(data))


@pytest.mark.parametrize("request_", WRITES, ids=lambda one: type(one).__name__)
def test_a_reader_that_is_told_to_write_sends_nothing(request_):
    device = Device()

    async def tell():
        reader = Reader(in_process(lambda: device), Manners(), 1, lambda _: None)
        with pytest.raises(NotARead):
            await reader.ask(request_)
        await reader.leave()

    asyncio.run(tell())
    assert device.got == b""
