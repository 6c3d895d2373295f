"""Scratch areas: leased to one at a time, first come first served, given back as found."""

import asyncio
import random

import pytest

from device_simulators.modbus.datastore import Registers
from device_simulators.modbus.devices import Plc
from testbed.model.declaration import Area
from testbed.protocols.modbus import WriteMultipleRegisters, WriteSingleRegister
from testbed.testers.modbus import permission
from testbed.testers.modbus.scratch import Lease, Pool
from testbed.testers.trouble import Undecided, Unsafe
from tests.testers.bench import bench, run, seated

AREAS = (
    Area(first=0, count=50),
    Area(first=100, count=10, scratch=True),
    Area(first=200, count=4, scratch=True),
)


def addresses(lease):
    return set(range(lease.first, lease.last + 1))


def test_one_case_at_a_time_writes_and_all_is_freed():
    pool, held = Pool(AREAS), []

    async def borrow(count, seconds):
        lease = await pool.lease(count)
        assert lease.count == count
        assert addresses(lease) <= {*range(100, 110), *range(200, 204)}
        assert held == []  # a device that writes past what it was asked to spoils nobody else's values
        held.append(lease)
        await asyncio.sleep(seconds)
        held.remove(lease)
        pool.give_back(lease)

    async def crowd():
        chance = random.Random(1)  # noqa: S311 - reproducible
        async with asyncio.TaskGroup() as group:
            for _ in range(500):
                group.create_task(borrow(chance.randint(1, 10), chance.choice([0, 0.1, 1])))

    run(crowd())
    assert pool._leased is None
    assert not pool._queue


def test_what_is_not_leased_cannot_be_given_back():
    async def give():
        pool = Pool(AREAS)
        lease = await pool.lease(2)
        with pytest.raises(ValueError, match="is not leased"):
            pool.give_back(Lease(200, 1))
        pool.give_back(lease)

    run(give())


def test_a_large_lease_is_not_overtaken_for_ever():
    pool, order = Pool(AREAS[:2]), []

    async def borrow(name, count):
        lease = await pool.lease(count)
        order.append(name)
        await asyncio.sleep(1)
        pool.give_back(lease)

    async def crowd():
        async with asyncio.TaskGroup() as group:
            for name, count in [("a", 6), ("large", 10), ("b", 1), ("c", 1)]:
                group.create_task(borrow(name, count))

    run(crowd())
    assert order == ["a", "large", "b", "c"]


@pytest.mark.parametrize("given_back_first", [False, True])
def test_who_stops_waiting_leaves_nothing_behind(given_back_first):
    async def cancel():
        pool = Pool(AREAS[:2])
        lease = await pool.lease(10)
        waiter, next_ = asyncio.create_task(pool.lease(10)), asyncio.create_task(pool.lease(3))
        await asyncio.sleep(0)
        if given_back_first:
            pool.give_back(lease)  # the waiter has its lease now, and does not know it yet
        waiter.cancel()
        if not given_back_first:
            pool.give_back(lease)  # the waiter is cancelled now, and does not know it yet
        assert await next_ == Lease(100, 3)
        assert waiter.cancelled()
        assert pool._leased == Lease(100, 3)

    run(cancel())


def test_no_area_is_large_enough():
    async def borrow(areas, count):
        with pytest.raises(Undecided, match=f"no scratch area holds {count} values"):
            await Pool(areas).lease(count)

    run(borrow(AREAS, 11))
    run(borrow(AREAS[:1], 1))


def test_what_a_case_wrote_is_undone():
    async def case(device):
        async with seated(bench(device), "registers", "coils", needs=("scratch_registers >= 130",)) as (
            _,
            used,
        ):
            await used["registers"].set(*range(130))
            await used["coils"].set(not device.coils[4096])
            assert device.holding_registers[401] == 1
            assert device.coils[4096] != Plc().coils[4096]
            assert await used["registers"].values(130) == tuple(range(130))

    device, fresh = Plc(), Plc()
    run(case(device))
    assert [device.holding_registers[at] for at in range(400, 656)] == list(range(400, 656))
    assert all(device.coils[at] == fresh.coils[at] for at in range(4096, 6144))


@pytest.mark.parametrize("functions", [("fc03", "fc06"), ("fc03", "fc16")])
def test_it_is_undone_with_whatever_the_device_serves(functions):
    async def case(device):
        async with seated(
            bench(device, supports=functions), "registers", needs=("scratch_registers >= 3",)
        ) as (desk, used):
            await used["registers"].set(1, 2, 3)
        return desk.permission.writes

    device = Plc()
    writes = run(case(device))
    assert [device.holding_registers[at] for at in range(400, 403)] == [400, 401, 402]
    assert len(writes) == (6 if "fc06" in functions else 2)


def test_it_is_undone_after_a_failure():
    async def case(device):
        async with seated(bench(device), "registers") as (_, used):
            await used["registers"].set(0xFFFF)
            raise AssertionError("observed")

    device = Plc()
    with pytest.raises(AssertionError, match="observed"):
        run(case(device))
    assert device.holding_registers[400] == 400


def test_it_is_undone_after_a_cancellation_in_the_middle_of_an_exchange():
    async def case(at):
        async with seated(at, "modbus", "registers") as (_, used):
            await used["registers"].set(0xFFFF)
            await used["modbus"].ask(WriteSingleRegister(used["registers"].first, 0xEEEE))
            asyncio.get_running_loop().call_soon(asyncio.current_task().cancel)
            await used["modbus"].ping()

    async def cancelled(device):
        at = bench(device)
        with pytest.raises(asyncio.CancelledError):
            await case(at)
        return at

    device = Plc()
    at = run(cancelled(device))
    assert device.holding_registers[400] == 400
    assert at.pools["registers"]._leased is None


def test_it_is_undone_on_a_new_connection_where_the_case_lost_its_own():
    async def case(device):
        async with seated(bench(device), "modbus", "registers") as (_, used):
            await used["registers"].set(0xFFFF)
            used["modbus"].reset()

    device = Plc()
    run(case(device))
    assert device.holding_registers[400] == 400


def test_writes_are_capped_but_restoring_is_not(monkeypatch):
    monkeypatch.setattr(permission, "FIRST_WRITES", 5)

    async def case(device):
        async with seated(bench(device), "registers") as (_, used):
            for value in range(5):
                await used["registers"].set(value)
            with pytest.raises(Undecided, match="more than 5 times"):
                await used["registers"].set(5)

    device = Plc()
    run(case(device))
    assert device.holding_registers[400] == 400


def test_a_case_writes_only_what_it_leased():
    async def case(address):
        device = Plc()
        async with seated(bench(device, isolated=False), "modbus", "registers") as (desk, used):
            with pytest.raises(Unsafe):
                await used["modbus"].ask(WriteMultipleRegisters(address, (1,)))
            with pytest.raises(Unsafe):
                await used["modbus"].send(used["modbus"].adu(b"\x2b\x0d\x01\x00"))
            assert len(desk.permission.writes) == 2
        assert device.holding_registers[address] == address

    run(case(401))  # scratch, but nobody's
    run(case(5))


def test_an_isolated_device_may_get_anything():
    async def case():
        device = Plc()
        async with seated(bench(device), "modbus") as (desk, used):
            await used["modbus"].ask(WriteMultipleRegisters(5, (1,)))
            assert desk.permission.writes == ["writes holding registers 5 to 5"]
        assert device.holding_registers[5] == 1

    run(case())


def test_without_scratch_the_line_to_paste_is_said():
    async def case():
        areas = (Area(first=0, count=10),)
        async with seated(bench(holding_registers=areas), "registers", needs=("scratch_registers >= 4",)):
            pass

    with pytest.raises(
        Undecided, match=r"holding_registers: \[\{ first: ADDRESS, count: 4, scratch: true \}\]"
    ):
        run(case())


def test_a_value_that_does_not_arrive_leaves_the_case_undecided():
    class Deaf(Registers):
        def write(self, *_):
            """Keep what stands there."""

    async def case():
        device = Plc()
        device.holding_registers = Deaf([(0, range(200)), (400, range(400, 656))])
        async with seated(bench(device), "registers") as (_, used):
            await used["registers"].set(7)

    with pytest.raises(Undecided, match="a written value did not arrive"):
        run(case())
