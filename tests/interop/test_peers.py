"""Independent clients against the reference controller, and what they say when something is wrong."""

from __future__ import annotations

import asyncio
import os
import shutil
import time

import pytest

from testbed.protocols.modbus import (
    COIL_ON,
    ReadCoils,
    ReadDiscreteInputs,
    ReadHoldingRegisters,
    ReadInputRegisters,
    WriteMultipleCoils,
    WriteMultipleRegisters,
    WriteSingleCoil,
    WriteSingleRegister,
)
from testbed.testers.modbus.peers import CLIENTS, Place, libraries, mbpoll
from testbed.testers.trouble import NotTestable, Unanswered
from tests.interop.bench import plc, served

INSTALLED = [
    pytest.param(
        name, marks=pytest.mark.skipif(name == "mbpoll" and not shutil.which(name), reason="not installed")
    )
    for name in CLIENTS
]
WITHIN = 0.3


def perform(name, *requests, serve=None):
    """Let a client carry out requests, one after the other; return what each gave."""

    async def run():
        client = await CLIENTS[name].find(WITHIN)
        async with served(serve or plc()) as port:
            return [await client.perform(one, Place("127.0.0.1", port, 1, WITHIN)) for one in requests]

    return asyncio.run(run())


@pytest.mark.parametrize("name", INSTALLED)
def test_reads_every_table(name):
    found = perform(
        name,
        ReadCoils(5, 9),
        ReadDiscreteInputs(5, 9),
        ReadHoldingRegisters(100, 3),
        ReadInputRegisters(100, 3),
    )
    odd = tuple(at.bit_count() % 2 == 1 for at in range(5, 14))
    assert found == [odd, tuple(not one for one in odd), (100, 101, 102), (1100, 1101, 1102)]


@pytest.mark.parametrize("name", INSTALLED)
def test_writes_with_every_function(name):
    pattern = (True, False, False, True, True, True, False, True, False, True)
    found = perform(
        name,
        WriteMultipleCoils(4096, pattern),
        ReadCoils(4096, 10),
        WriteSingleCoil(4097, COIL_ON),
        ReadCoils(4096, 3),
        WriteMultipleRegisters(400, (0x8001, 0xFFFF)),
        WriteSingleRegister(402, 0xFEDC),
        ReadHoldingRegisters(400, 3),
    )
    assert found == [(), pattern, (), (True, True, False), (), (), (0x8001, 0xFFFF, 0xFEDC)]


@pytest.mark.parametrize("name", INSTALLED)
@pytest.mark.parametrize("request_", [ReadHoldingRegisters(300, 1), WriteSingleRegister(300, 1)])
def test_says_a_refusal(name, request_):
    with pytest.raises(Unanswered, match=rf"^{name} \d.*: (exception 02|.*Illegal data address)$"):
        perform(name, request_)


@pytest.mark.parametrize("name", INSTALLED)
def test_says_silence_in_time_and_in_one_attempt(name):
    requests = []

    class Silent(asyncio.Protocol):
        def data_received(self, data):
            requests.append(data)

    began = time.monotonic()
    with pytest.raises(Unanswered, match=f"^{name} "):
        perform(name, ReadHoldingRegisters(0, 1), serve=Silent)
    assert WITHIN <= time.monotonic() - began < WITHIN + 2
    assert len(requests) == 1


@pytest.mark.parametrize("name", INSTALLED)
@pytest.mark.parametrize("answer", [b"", b"\xff" * 40, bytes.fromhex("0001 0000 0003 01 03 08")])
def test_says_a_close_and_nonsense(name, answer):
    class Rude(asyncio.Protocol):
        def connection_made(self, transport):
            self.transport = transport

        def data_received(self, data):
            self.transport.write(data[:2] + answer[2:] if len(answer) < 40 else answer)
            self.transport.close()

    with pytest.raises(Unanswered, match=f"^{name} "):
        perform(name, ReadHoldingRegisters(0, 1), serve=Rude)


@pytest.mark.parametrize("name", INSTALLED)
def test_says_that_nobody_listens(name):
    async def run():
        client = await CLIENTS[name].find(WITHIN)
        async with served(plc()) as port:
            pass
        await client.perform(ReadCoils(0, 1), Place("127.0.0.1", port, 1, WITHIN))

    with pytest.raises(Unanswered, match=f"^{name} "):
        asyncio.run(run())


@pytest.mark.parametrize("name", CLIENTS)
def test_one_that_is_missing_is_not_tested(name, monkeypatch):
    def missing(package):
        raise libraries.PackageNotFoundError(package)

    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(libraries, "version", missing)
    with pytest.raises(NotTestable, match=f"^{name} is not installed$"):
        asyncio.run(CLIENTS[name].find(WITHIN))


@pytest.mark.skipif(not shutil.which("mbpoll"), reason="not installed")
def test_mbpoll_cannot_wait_for_every_device():
    with pytest.raises(NotTestable, match="at most 10 s"):
        asyncio.run(CLIENTS["mbpoll"].find(10.5))


def test_a_program_that_does_not_end_is_ended(tmp_path):
    own_id = tmp_path / "pid"

    async def run():
        async with asyncio.timeout(0.2):
            await mbpoll.run("sh", "-c", f"echo $$ > {own_id}; exec sleep 30")

    with pytest.raises(TimeoutError):
        asyncio.run(run())
    with pytest.raises(ProcessLookupError):
        os.kill(int(own_id.read_text(encoding="ascii")), 0)
