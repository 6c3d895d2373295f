"""The tap passes on what it gets, keeps all of it, and lets nobody send without end or where nobody may."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from device_simulators.modbus.protocol import ModbusTcpProtocol
from testbed.protocols.modbus import Adu, ReadHoldingRegisters, WriteSingleRegister
from testbed.testers import tap as tap_module
from testbed.testers.tap import Tap
from testbed.testers.trouble import Undecided, Unsafe
from testbed.wire.dial import UnreachableError, in_process
from testbed.wire.recorder import Kind
from tests.interop.bench import plc, seated

READ = Adu(0x1234, 1, ReadHoldingRegisters(5, 2).encode()).encode()
ANSWER = bytes.fromhex("1234 0000 0007 01 03 04 0005 0006")


@asynccontextmanager
async def tapped(desk):
    """Connect to a tap; yield the tap and both directions."""
    tap = Tap(desk, "a client 1.0")
    desk.taps.append(tap)
    reader, writer = await asyncio.open_connection("127.0.0.1", await tap.open())
    try:
        yield tap, reader, writer
    finally:
        writer.close()
        await tap.hang_up()


def data_of(desk, connection=1):
    kept = [one for one in desk.recorder.packets if one.connection == connection and one.kind is Kind.DATA]
    return [(one.sent, one.data, one.comment) for one in kept]


def test_bytes_pass_unchanged_and_each_adu_is_one_packet():
    async def run():
        async with seated(plc()) as (desk, _):
            async with tapped(desk) as (tap, reader, writer):
                writer.write(READ[:5])
                await asyncio.sleep(0.02)
                writer.write(READ[5:] + READ)
                got = await reader.readexactly(2 * len(ANSWER))
            assert got == 2 * ANSWER
            assert data_of(desk) == [
                (True, READ, "from a client 1.0"),
                (True, READ, "from a client 1.0"),
                (False, ANSWER, ""),
                (False, ANSWER, ""),
            ]
            assert desk.monitor.breaches == []
            assert tap.trouble is None

    asyncio.run(run())


class TwoBytesMore(ModbusTcpProtocol):
    def respond(self, transaction, protocol, unit, pdu):
        return super().respond(transaction, protocol, unit, pdu) + bytes(2)


def test_even_bytes_that_make_no_frame_reach_the_client_and_are_judged():
    async def run():
        async with seated(plc()) as (desk, _):
            desk.bench.dial = in_process(plc(TwoBytesMore))
            async with tapped(desk) as (_tap, reader, writer):
                writer.write(READ)
                assert await reader.readexactly(len(ANSWER) + 2) == ANSWER + bytes(2)
            assert [one.requirement for one in desk.monitor.breaches] == ["MB-MBAP-LENGTH"]

    asyncio.run(run())


def test_a_write_that_nobody_allowed_does_not_reach_the_device():
    async def run():
        async with seated(plc(), isolated=False) as (desk, arguments):
            assert arguments == {}
            async with tapped(desk) as (tap, reader, writer):
                writer.write(Adu(1, 1, WriteSingleRegister(5, 9).encode()).encode())
                assert await reader.read() == b""
            assert isinstance(tap.trouble, Unsafe)
            assert data_of(desk) == []

    asyncio.run(run())


def test_a_client_may_write_what_its_case_leased():
    async def run():
        async with seated(plc(), "registers", isolated=False) as (desk, arguments):
            registers = arguments["registers"]
            async with tapped(desk) as (_tap, reader, writer):
                write = Adu(1, 1, WriteSingleRegister(registers.first, 9).encode()).encode()
                writer.write(write)
                assert await reader.readexactly(len(write)) == write
            assert await registers.values() == (9, registers.first + 1)

    asyncio.run(run())


def test_a_client_without_end_is_cut_off(monkeypatch):
    monkeypatch.setattr(tap_module, "MOST_BYTES", 3 * len(ANSWER))

    async def run():
        async with seated(plc()) as (desk, _):
            async with tapped(desk) as (tap, reader, writer):
                for _ in range(3):
                    writer.write(READ)
                    assert await reader.readexactly(len(ANSWER)) == ANSWER
                writer.write(READ)
                assert await reader.read() == b""
            assert isinstance(tap.trouble, Undecided)

    asyncio.run(run())


def test_a_device_without_end_is_cut_off(monkeypatch):
    monkeypatch.setattr(tap_module, "MOST_BYTES", 2 * len(ANSWER))

    class Babbles(ModbusTcpProtocol):
        def respond(self, transaction, protocol, unit, pdu):
            return (
                super().respond(transaction, protocol, unit, pdu) * 30
            )  # fewer than what the connection takes for a flood

    async def run():
        async with seated(plc()) as (desk, _):
            desk.bench.dial = in_process(plc(Babbles))
            async with tapped(desk) as (_tap, reader, writer):
                writer.write(READ)
                assert len(await reader.read()) <= 2 * len(ANSWER)
            assert any("reset by the tap" in note for note in desk.recorder.notes)

    asyncio.run(run())


def test_more_connections_than_a_client_needs_are_refused(monkeypatch):
    monkeypatch.setattr(tap_module, "MOST_CONNECTIONS", 0)

    async def run():
        async with seated(plc()) as (desk, _):
            async with tapped(desk) as (tap, reader, _writer):
                assert await reader.read() == b""
            assert isinstance(tap.trouble, Undecided)

    asyncio.run(run())


def test_a_device_that_cannot_be_reached_is_said():
    async def unreachable(_):
        raise UnreachableError("gone")

    async def run():
        async with seated(plc()) as (desk, _):
            kept, desk.bench.dial = desk.bench.dial, unreachable
            async with tapped(desk) as (tap, reader, _writer):
                assert await reader.read() == b""
            desk.bench.dial = kept
            assert str(tap.trouble) == "gone"

    asyncio.run(run())


def test_nothing_listens_after_the_case():
    async def run():
        async with seated(plc()) as (desk, _), tapped(desk) as (tap, reader, writer):
            port = writer.get_extra_info("peername")[1]
            writer.write(READ)
            await reader.readexactly(len(ANSWER))
            await desk.conclude()
            assert await reader.read() == b""
            assert tap._lines == {}
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", port)

    asyncio.run(run())
