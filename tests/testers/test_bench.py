"""Around a case: the control before it, the proof of survival after it, and the pause between requests."""

import asyncio
from itertools import pairwise

import pytest

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.protocol import ModbusTcpProtocol
from testbed.model.declaration import Timing
from testbed.protocols.modbus import ReadHoldingRegisters
from testbed.testers.modbus.conclusion import Patience
from testbed.testers.modbus.invariants import ModbusMonitor
from testbed.testers.modbus.reply import Reaction
from testbed.testers.tap import RELEASE_WITHIN
from testbed.testers.trouble import Unanswered, Undecided
from testbed.wire.connection import Connection
from testbed.wire.pipe import join
from testbed.wire.recorder import Kind, Recorder
from tests.testers.bench import bench, run, seated
from tests.wire.bench import Cutter as Loose


def conclude(at, *fixtures, work=None):
    """Run a case; return what its conclusion says, its desk, and the virtual time it took."""

    async def case():
        loop = asyncio.get_running_loop()
        desk = at.case("a case", (), "", Recorder(loop.time))
        used = await desk.prepare(fixtures)
        if work is not None:
            await work(used)
        return await desk.conclude(), desk, loop.time()

    return run(case())


def switch(attribute):
    """Return a protocol that stops serving once an attribute of its device is set."""

    class Switched(ModbusTcpProtocol):
        def connection_made(self, transport):
            super().connection_made(transport)
            if attribute == "refuses" and getattr(self.server, "gone", False):
                transport.close()

        def data_received(self, data):
            if attribute == "hangs" and getattr(self.server, "gone", False):
                return
            super().data_received(data)

    return Switched


class Mortal(Plc):
    gone = False


def test_a_good_case_leaves_nothing_open():
    said, desk, _ = conclude(bench(), "modbus", "other", "registers")
    assert said is None
    assert not any(tester.is_open and not tester.wire._transport.is_closing() for tester in desk.testers)
    assert desk.recorder.notes == [
        "0.000 s: control exchange answered",
        "0.000 s: control exchange after the case answered",
    ]
    assert not desk.monitor.breaches


@pytest.mark.parametrize("how", ["hangs", "refuses"])
def test_a_device_that_is_gone_after_the_case(how):
    device = Mortal()

    async def kill(used):
        device.gone = True
        used["modbus"].reset()

    said, _, _ = conclude(bench(device, switch(how)), "modbus", work=kill)
    assert said.en.startswith("after the case: ")
    assert said.ko.startswith("케이스 이후: ")


@pytest.mark.parametrize("how", ["hangs", "refuses"])
def test_a_device_that_is_gone_before_the_case_leaves_it_undecided(how):
    device = Mortal()
    device.gone = True
    with pytest.raises(Undecided, match="control exchange: "):
        conclude(bench(device, switch(how)), "modbus")


def test_a_device_that_hung_on_one_connection_is_said_to_though_it_serves_another():
    class Hangs(ModbusTcpProtocol):
        deaf = False

        def data_received(self, data):
            if data[8:10] == b"\x03\xe7":  # address 999
                self.deaf = True
            if not self.deaf:
                super().data_received(data)

    async def attack(used):
        used["modbus"].wire.send(used["modbus"].adu(ReadHoldingRegisters(999, 1).encode()))

    said, _, _ = conclude(bench(protocol=Hangs), "modbus", work=attack)
    assert said.en == "after the case: no answer within 200 ms"


def test_silence_is_an_outcome_and_an_unanswered_question():
    class Silent(Plc):
        def answer(self, pdu):
            return b"" if pdu[1:3] == b"\x03\xe7" else super().answer(pdu)

    async def case():
        async with seated(bench(Silent()), "modbus") as (_, used):
            modbus = used["modbus"]
            assert await modbus.outcome(ReadHoldingRegisters(999, 1)) is Reaction.SILENCE
            assert not modbus.in_step
            await modbus.connect()
            with pytest.raises(Unanswered, match="no answer within 200 ms"):
                await modbus.read_holding_registers(999, 1)

    run(case())


def test_no_two_requests_come_closer_than_the_declared_pause():
    arrivals = []

    class Clocked(ModbusTcpProtocol):
        def data_received(self, data):
            arrivals.append(asyncio.get_running_loop().time())
            super().data_received(data)

    at = bench(protocol=Clocked, timing=Timing(reply_within="500 ms", pause="2 s"))

    async def cases():
        async def one():
            async with seated(at, "modbus", "other", "registers") as (desk, used):
                await used["registers"].set(1)
                await used["other"].ping()
                await used["modbus"].outcomes([used["modbus"].harmless] * 3)
            assert "control exchange after the case answered" in desk.recorder.notes[-1]

        async with asyncio.TaskGroup() as group:
            for _ in range(4):
                group.create_task(one())

    run(cases())
    assert len(arrivals) >= 4 * 8
    gaps = [later - earlier for earlier, later in pairwise(arrivals)]
    assert min(gaps) >= 2.0 - 1e-6


def test_a_pause_is_no_silence():
    at = bench(timing=Timing(reply_within="100 ms", pause="30 s"))
    said, _, took = conclude(at, "modbus")
    assert said is None
    assert took >= 30.0


def test_without_a_pause_nobody_waits():
    _, _, took = conclude(bench(), "modbus", "other", "registers", "coils")
    assert took == 0.0


def test_what_a_case_sends_is_the_same_for_the_same_seed():
    def sent():
        _, desk, _ = conclude(bench(), "modbus", "registers", work=lambda used: used["registers"].set(5))
        return [packet.data for packet in desk.recorder.packets if packet.kind is Kind.DATA]

    assert sent() == sent()


def test_a_crowd_meets_in_the_number_of_sessions():
    connections = []

    class Counted(ModbusTcpProtocol):
        def connection_made(self, transport):
            super().connection_made(transport)
            connections.append(transport)

    async def meet(used):
        assert await used["crowd"].outcomes() == {Reaction.NORMAL}

    conclude(bench(protocol=Counted, sessions=5), "crowd", work=meet)
    assert len(connections) == 5


def test_the_harmless_read_keeps_to_what_is_served():
    at = bench(supports=("fc01", "fc03"))
    assert at.probe()[1] == "fc03"
    assert at.probe("fc03")[1] == "fc01"
    at.refused.add("fc03")
    assert at.probe()[1] == "fc01"
    at.refused.add("fc01")
    with pytest.raises(Undecided, match="no declared read function is served"):
        at.probe()


@pytest.mark.parametrize("how", ["hangs", "refuses"])
def test_a_device_that_never_answered_has_not_stopped(how):
    device = Mortal()
    device.gone = True

    async def case():
        desk = bench(device, switch(how)).case("a case", (), "", Recorder(asyncio.get_running_loop().time))
        with pytest.raises(Undecided):
            await desk.prepare(("modbus",))
        return await desk.conclude()

    assert run(case()) is None


class Lingers(ModbusTcpProtocol):
    """Keeps its side of some connections open when the tester has closed its own."""

    lingering = True

    def eof_received(self):
        return type(self).lingering


def test_patience_with_a_device_that_lingers_shrinks_and_comes_back():
    at, waits = bench(protocol=Lingers), []

    async def case():
        loop = asyncio.get_running_loop()
        for Lingers.lingering in (True, True, True, False, True):
            desk = at.case("a case", (), "", Recorder(loop.time))
            await desk.prepare(("modbus",))
            began = loop.time()
            await desk.conclude()
            waits.append(loop.time() - began)

    run(case())
    assert waits == pytest.approx([RELEASE_WITHIN, RELEASE_WITHIN / 2, RELEASE_WITHIN / 4, 0, RELEASE_WITHIN])


def test_patience_never_ends():
    patience = Patience()

    async def part_often():
        loop, device = asyncio.get_running_loop(), Plc()
        for _ in range(20):
            began = loop.time()
            connection = Connection(Recorder(loop.time), Loose(), ModbusMonitor())
            join(connection, Lingers(device), client_port=49152, server_port=502)
            await patience.part(connection)
        return loop.time() - began

    Lingers.lingering = True
    assert run(part_often()) == pytest.approx(RELEASE_WITHIN / 64)
