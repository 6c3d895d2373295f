"""A device that restarts is waited for, so that one that crashes is judged whole; one that is gone is not."""

import asyncio
from dataclasses import replace

import pytest

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.protocol import ModbusTcpProtocol
from testbed.bundle.journal import Leased
from testbed.plugin import presence as module
from testbed.plugin.restoring import put_back
from tests.plugin.bench import case, declared, records, served, setup, simulated
from tests.plugin.sample_cases import passes

POISON = bytes([100, 1])


class Crashes(ModbusTcpProtocol):
    """Goes down at one request, with all connections, and is back some seconds later."""

    away = 2.0
    down_until = 0.0

    def is_down(self):
        return asyncio.get_running_loop().time() < type(self).down_until

    def connection_made(self, transport):
        super().connection_made(transport)
        if self.is_down():
            transport.close()

    def data_received(self, data):
        if data[7:] == POISON:
            type(self).down_until = asyncio.get_running_loop().time() + self.away
        if self.is_down():
            self.transport.close()
        else:
            super().data_received(data)


async def poisons(modbus):
    """A request that the device does not survive."""
    await modbus.outcome(POISON)


def run(away, jobs):
    protocol = type("Crashing", (Crashes,), {"away": away})
    made = replace(setup(jobs=jobs), simulator=simulated(Plc(), protocol))
    good = [case(passes, "modbus", name=f"passes[{at}]") for at in range(30)]
    return records([*good[:15], case(poisons, "modbus"), *good[15:]], made)


def survival(record):
    return next(one for one in record.findings if one.requirement == "MB-SURVIVES")


@pytest.mark.parametrize("jobs", [1, 8])
@pytest.mark.parametrize("away", [0.5, 2.0, 4.0, 12.0])
def test_a_device_that_restarts_is_judged_whole(away, jobs):
    found = run(away, jobs)
    crashed = survival(found.pop("poisons"))
    assert (crashed.verdict, crashed.reproduced, crashed.tries) == ("FAIL", 3, 3)
    assert {record.verdict for record in found.values()} == {"PASS"}
    assert not [one for record in found.values() for one in record.findings if one.broken]


def test_a_device_that_is_gone_is_given_up_and_what_it_met_is_said():
    found = run(1e9, jobs=1)
    assert survival(found.pop("poisons")).verdict == "FAIL"
    untried = [record for record in found.values() if record.reason and "not tried" in record.reason.en]
    assert len(untried) >= 10
    assert all("(control exchange: the connection was closed)" in record.reason.en for record in untried)
    assert {record.verdict for record in untried} == {"INCONCLUSIVE"}


def test_beside_others_too_it_broke_survival_and_nothing_else():
    found = run(1e9, jobs=8)
    assert survival(found["poisons"]).verdict == "FAIL"
    assert {one.requirement for record in found.values() for one in record.findings if one.broken} == {
        "MB-SURVIVES"
    }


def test_a_device_that_never_answered_is_not_waited_for():
    protocol = type("Deaf", (Crashes,), {"down_until": 1e9})
    made = replace(setup(), simulator=simulated(Plc(), protocol))
    found = records(
        [case(passes, "modbus", name=f"passes[{at}]") for at in range(module.GIVE_UP_AFTER + 3)], made
    )
    assert {record.verdict for record in found.values()} == {"INCONCLUSIVE"}
    assert all(not one.broken for record in found.values() for one in record.findings)
    assert all("waited" not in line for record in found.values() for line in record.log)
    assert sum("not tried" in record.reason.en for record in found.values()) == 3


def test_what_a_stopped_run_left_changed_is_said_with_its_values_where_it_cannot_be_put_back():
    with served() as (_, port):
        made = setup(declared(connect=f"connect:     tcp://127.0.0.1:{port}?unit=1"))
    left = Leased(number=3, table="registers", first=400, values=(5, 6), single=False)
    done = put_back(made, [left])  # into a device that is gone
    assert (done.restored, done.entries) == ([], [])
    (said,) = done.not_restored
    assert said.startswith("holding registers 400 to 401 were 5 6: cannot connect: ")


def test_records_that_a_stopped_run_left_changed_are_put_back_as_records():
    with served() as (device, port):
        made = setup(declared(connect=f"connect:     tcp://127.0.0.1:{port}?unit=1"))
        device.files[4].write(7, b"\0\1")
        before = device.holding_registers.read(0, 200)
        done = put_back(
            made, [Leased(number=3, table="files", file=4, first=7, values=(4007,), single=False)]
        )
    assert (done.restored, done.entries, done.not_restored) == (["file 4, records 7 to 7"], [3], [])
    assert (device.files[4][7], device.holding_registers.read(0, 200)) == (4007, before)


@pytest.mark.parametrize("jobs", [1, 8])
def test_one_outage_of_twelve_seconds_is_nobodys_fault(jobs):
    class Unplugged(Crashes):
        asked = 0

        def data_received(self, data):
            Unplugged.asked += 1
            if Unplugged.asked == 40:
                Unplugged.down_until = asyncio.get_running_loop().time() + 12.0
            super().data_received(data)

    made = replace(setup(jobs=jobs), simulator=simulated(Plc(), Unplugged))
    found = records([case(passes, "modbus", name=f"passes[{at}]") for at in range(30)], made)
    assert Unplugged.asked > 60
    assert not [one for record in found.values() for one in record.findings if one.broken]
    assert [record.verdict for record in found.values()].count("PASS") >= 29
