"""Independent servers as installed here: each holds what it is told, refuses what it lacks, and ends."""

from __future__ import annotations

import asyncio
import ctypes
import random
import threading
from pathlib import Path

import pytest

from testbed.model.client import Task
from testbed.protocols.modbus import Frame
from testbed.testers.modbus_client.holding import Holding, is_right
from testbed.testers.modbus_client.servers import SERVERS, libmodbus, libraries
from testbed.testers.modbus_client.servers.tables import filled, values_of
from testbed.testers.trouble import NotTestable, Undecided

UNIT = 17
TASKS = (Task(does="fc03", at=107, count=3), Task(does="fc01", at=19, count=19))
REQUESTS = (
    "01 0013 0013",
    "02 0000 0005",
    "03 006B 0003",
    "04 0002 0002",
    "05 0013 FF00",
    "05 0014 0000",
    "06 006C 1234",
    "0F 0014 000A 02 CD01",
    "10 006B 0002 04 0102 0304",
    "01 0013 0013",
    "03 006B 0003",
    "03 FFFF 0001",
)
"""Each function, then what became of the writes, then an address that no server has."""


def chance():
    return random.Random(1)  # noqa: S311 - reproducible


def installed(name):
    async def find():
        return await SERVERS[name].find()

    try:
        return asyncio.run(find())
    except NotTestable:
        return None


INSTALLED = [name for name in SERVERS if installed(name) is not None]


async def asked(port, pdu, transaction=0x1234):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        head = transaction.to_bytes(2) + bytes(2) + (len(pdu) + 1).to_bytes(2) + bytes((UNIT,))
        writer.write(head + pdu)
        async with asyncio.timeout(5):
            return Frame(await reader.read(300))
    finally:
        writer.close()


@pytest.mark.parametrize("name", INSTALLED)
def test_answers_as_its_values_demand(name):
    async def run():
        tables = filled(TASKS, chance())
        server, holding = await SERVERS[name].find(), Holding(tables, UNIT)
        async with server.running(tables, UNIT) as port:
            for said in REQUESTS:
                pdu = bytes.fromhex(said)
                answer = await asked(port, pdu)
                request = Frame(bytes.fromhex("1234 0000 0000") + bytes((UNIT,)) + pdu)
                due = holding.answer(request)
                assert due is not None
                assert (answer.transaction, answer.protocol, answer.unit) == (0x1234, 0, UNIT)
                assert is_right(answer.pdu, due), (said, answer.pdu.hex(), due.hex())
        assert due[0] == 0x83

    asyncio.run(run())


@pytest.mark.parametrize("name", INSTALLED)
def test_refuses_a_table_that_is_not_there(name):
    async def run():
        tables = filled(TASKS, chance()).without("holding_registers")
        async with (await SERVERS[name].find()).running(tables, UNIT) as port:
            refused = await asked(port, bytes.fromhex("03 0000 0001"))
            assert refused.pdu.hex() == "8302"
            assert (await asked(port, bytes.fromhex("01 0013 0001"))).pdu[0] == 0x01

    asyncio.run(run())


def children():
    return Path("/proc/thread-self/children").read_text(encoding="ascii").split()


@pytest.mark.parametrize("name", INSTALLED)
def test_leaves_nothing_behind_however_it_ends(name):
    threads = threading.active_count()

    async def run():
        tables = filled(TASKS, chance())
        with pytest.raises(RuntimeError, match="in the middle"):  # noqa: PT012 - that is the middle
            async with (await SERVERS[name].find()).running(tables, UNIT) as port:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(bytes.fromhex("1234 0000 0006 11 01 0013 0001"))
                assert (await reader.read(300)).hex() == "1234000000041101010" + str(tables.coils[19])
                writer.write(b"\x12\x34\0\0\0\x06")  # and nothing more of it
                raise RuntimeError("in the middle")
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
        assert children() == []
        writer.close()
        await asyncio.wait([asyncio.ensure_future(reader.read())])

    asyncio.run(run())
    for one in threading.enumerate():
        if one.name.startswith("testbed-"):
            one.join(5)
    assert threading.active_count() <= threads + 1  # the pool of a loop may keep one of its own


def test_one_that_breaks_down_is_said():
    class Broken(libraries.Library):
        name = "pymodbus"

        def _serve(self, *_):
            raise OSError("no room")

    async def run():
        async with Broken("0").running(filled(TASKS, chance()), UNIT):
            raise AssertionError("it runs")

    with pytest.raises(Undecided, match="pymodbus 0 broke down: OSError: no room"):
        asyncio.run(run())


def test_one_that_breaks_down_later_is_said():
    class Broken(libraries.Library):
        name = "pymodbus"

        def _serve(self, _tables, _unit, began, end):
            began(1)
            end.wait()
            raise OSError("worn out")

    async def run():
        async with Broken("0").running(filled(TASKS, chance()), UNIT) as port:
            assert port == 1

    with pytest.raises(Undecided, match="worn out"):
        asyncio.run(run())


def test_a_program_that_is_killed_is_said(monkeypatch, tmp_path):
    program = tmp_path / "program.py"
    program.write_text("import sys; sys.stdin.readline(); sys.exit(3)", encoding="ascii")
    monkeypatch.setattr(libmodbus, "PROGRAM", program)

    async def run():
        async with libmodbus.Libmodbus("0", "nothing").running(filled(TASKS, chance()), UNIT):
            raise AssertionError("it runs")

    with pytest.raises(Undecided, match="libmodbus 0 did not start"):
        asyncio.run(run())


@pytest.mark.parametrize("name", [name for name in SERVERS if name != "reference"])
def test_one_that_is_missing_is_not_tested(name, monkeypatch):
    def missing(*_):
        raise libraries.PackageNotFoundError(name)

    def no_library(*_):
        raise OSError("cannot open shared object file")

    monkeypatch.setattr(libraries, "version", missing)
    monkeypatch.setattr(ctypes, "CDLL", no_library)
    with pytest.raises(NotTestable, match=f"^{name} is not installed$"):
        asyncio.run(SERVERS[name].find())


@pytest.mark.parametrize(
    "task",
    [
        Task(does="fc01", count=9),
        *(
            Task(does="fc03", count=2, type=kind)
            for kind in ("uint16", "int16", "uint32", "int32", "float32", "uint64", "int64", "float64")
        ),
    ],
    ids=lambda task: task.type if not task.is_bits else task.does,
)
def test_high_and_low_values_differ_everywhere(task):
    high, low = (values_of(task, chance(), high=high) for high in (True, False))
    assert all(one != other for one, other in zip(high, low, strict=True))
    assert len(high) == len(low) == task.count
    if task.type.startswith(("int", "float")):
        assert max(high) < 0 <= min(low)
