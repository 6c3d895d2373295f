"""An answer that comes after the tester gave it up: neither the next request's answer nor a breach."""

from __future__ import annotations

import asyncio

import pytest

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.protocol import ModbusTcpProtocol
from testbed.model.declaration import Timing
from testbed.protocols.modbus import ReadHoldingRegisters
from testbed.testers.trouble import Unanswered
from testbed.wire.clock import VirtualClockLoop
from tests.interop.bench import seated
from tests.wire.bench import connect

WITHIN = 0.1


class LateOnce(ModbusTcpProtocol):
    """Answers its second request when the tester has given it up."""

    requests = 0

    def data_received(self, data):
        self.requests += 1
        if self.requests == 2:
            asyncio.get_running_loop().call_later(1.5 * WITHIN, super().data_received, data)
        else:
            super().data_received(data)


def test_it_is_told_from_the_next_answer():
    async def scene():
        server = Plc()
        timing = Timing(reply_within=f"{WITHIN} s")
        async with seated(lambda: LateOnce(server), "modbus", timing=timing) as (desk, got):
            with pytest.raises(Unanswered):
                await got["modbus"].ask(ReadHoldingRegisters(1, 1))
            await asyncio.sleep(WITHIN)
            reply = await got["modbus"].ask(ReadHoldingRegisters(2, 1))
            assert reply.values == (2,)
            assert desk.monitor.breaches == []
            assert desk.monitor.silences == 1
            assert any("too late" in note for note in desk.recorder.notes)

    asyncio.run(scene())


def test_what_comes_as_the_time_runs_out_is_the_answer():
    frame = bytes.fromhex("000100000003018302")

    async def scene():
        connection, watch, _ = connect()
        asyncio.get_running_loop().call_soon(
            lambda: asyncio.get_running_loop().call_at(1.0, connection.data_received, frame)
        )
        assert (await connection.receive(1.0)).data == frame
        assert ("forget", 0) not in watch.said

    with asyncio.Runner(loop_factory=VirtualClockLoop) as runner:
        runner.run(scene())
