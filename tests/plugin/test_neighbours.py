"""What one case does to a device is not held against another case that ran beside it."""

from __future__ import annotations

import asyncio

import pytest

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.protocol import ModbusTcpProtocol
from testbed.plugin.attempt import Settings
from testbed.plugin.engine import AGAIN, Engine
from testbed.plugin.gather import gather
from testbed.plugin.shelf import suites
from testbed.protocols.modbus import ExceptionCode
from testbed.wire.clock import VirtualClockLoop
from testbed.wire.dial import in_process
from tests.plugin.bench import declared, other_than_pass, setup

SUITE = "modbus_tcp_server"


class Slow(Plc):
    """Sleeps 0.4 s after a request that it does not know, and serves nobody meanwhile, as libmodbus does."""

    asleep_until = 0.0

    def unknown_function(self, request):
        self.asleep_until = asyncio.get_running_loop().time() + 0.4
        return super().unknown_function(request)


class SlowProtocol(ModbusTcpProtocol):
    backlog = b""

    def data_received(self, data):
        self.backlog += data
        self.wake()

    def wake(self):
        loop = asyncio.get_running_loop()
        if loop.time() < self.server.asleep_until:
            loop.call_at(self.server.asleep_until, self.wake)
        elif self.backlog:
            data, self.backlog = self.backlog, b""
            super().data_received(data)


class Narrow(Plc):
    """Takes as many requests at once as it declares, from all connections together (IG 4.4.2.1)."""

    under_way = 0


class NarrowProtocol(ModbusTcpProtocol):
    """Needs 5 ms for a request; one that finds no room is refused with exception 06."""

    def respond(self, transaction, protocol, unit, pdu):
        if self.server.under_way == 16 and self.is_modbus(protocol):
            return self.envelop(transaction, unit, bytes((pdu[0] | 0x80, ExceptionCode.SERVER_DEVICE_BUSY)))
        answer = super().respond(transaction, protocol, unit, pdu)
        if answer:
            self.server.under_way += 1
            asyncio.get_running_loop().call_later(0.005, self.finish, answer)
        return b""

    def finish(self, answer):
        self.server.under_way -= 1
        self.transport.write(answer)


@pytest.fixture(scope="module")
def cases():
    return gather([suites()[SUITE]])


def judge(cases, jobs, device=Slow, protocol=SlowProtocol):
    device = device()

    async def connect(_stack):
        patient = setup(declared(timing="reply_within: 500 ms"))
        return patient.declaration, in_process(lambda: protocol(device))

    engine = Engine(
        cases, {SUITE: suites()[SUITE].catalogue}, Settings(1, jobs, 0.0), connect, new_loop=VirtualClockLoop
    )
    records = [result.record for result in engine.run()]
    assert engine.faults == []
    return records


@pytest.mark.parametrize("jobs", [1, 16])
def test_a_slow_device_gets_the_same_verdicts_however_many_cases_run_at_once(cases, jobs):
    assert other_than_pass(judge(cases, jobs)) == {}


@pytest.mark.parametrize("jobs", [1, 16])
def test_a_device_that_is_busy_with_other_cases_is_not_held_to_it(cases, jobs):
    assert other_than_pass(judge(cases, jobs, Narrow, NarrowProtocol)) == {}


def test_the_record_says_that_a_case_was_repeated(cases):
    assert not any(AGAIN in line for record in judge(cases, 1) for line in record.log)
    assert any(AGAIN in line for record in judge(cases, 8) for line in record.log)
