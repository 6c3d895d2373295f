"""The framing of the reference server: over a transport that only notes things down, and over real TCP."""

import asyncio
import sys
from itertools import pairwise

import pytest
import uvloop
from hypothesis import given
from hypothesis import strategies as st
from pymodbus.client import AsyncModbusTcpClient

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.protocol import BURST, ModbusTcpProtocol

READ = bytes.fromhex("0001 0000 0006 01 03 006b 0003")
ANSWER = bytes.fromhex("0001 0000 0009 01 03 06 006b 006c 006d")


def adu(transaction, pdu, unit=1):
    body = bytes((unit,)) + bytes.fromhex(pdu)
    return transaction.to_bytes(2) + b"\0\0" + len(body).to_bytes(2) + body


class Transport(asyncio.Transport):
    """Notes down what it is told; from ``congested_at`` bytes on its peer does not read."""

    def __init__(self, protocol, congested_at=sys.maxsize):
        super().__init__()
        self.writes, self.congested_at = [], congested_at
        self.reading, self.closing, self.full = True, False, False
        self.protocol = protocol
        protocol.connection_made(self)

    @property
    def written(self):
        return b"".join(self.writes)

    def write(self, data):
        assert not self.closing
        self.writes.append(bytes(data))
        if len(self.written) >= self.congested_at and not self.full:
            self.full = True
            self.protocol.pause_writing()

    def drain(self, congested_at=sys.maxsize):
        self.full, self.congested_at = False, congested_at
        self.protocol.resume_writing()

    def pause_reading(self):
        self.reading = False

    def resume_reading(self):
        assert not self.closing
        self.reading = True

    def is_closing(self):
        return self.closing

    def close(self):
        self.closing = True


@pytest.fixture
def wire():
    return Transport(ModbusTcpProtocol(Plc()))


def test_answers_with_transaction_unit_and_length(wire):
    wire.protocol.data_received(READ)
    wire.protocol.data_received(adu(0xFFFF, "8000", unit=0xF7))
    assert wire.writes == [ANSWER, bytes.fromhex("ffff 0000 0003 f7 80 01")]


@pytest.mark.parametrize("at", range(1, len(READ)))
def test_split_anywhere(wire, at):
    wire.protocol.data_received(READ[:at])
    assert wire.writes == []
    wire.protocol.data_received(READ[at:])
    assert wire.writes == [ANSWER]


def test_byte_by_byte(wire):
    for byte in READ + READ:
        wire.protocol.data_received(bytes((byte,)))
    assert wire.writes == [ANSWER, ANSWER]


def test_sixteen_joined_requests_are_answered_in_order_with_one_write(wire):
    wire.protocol.data_received(b"".join(adu(n, f"03{n:04x}007d") for n in range(16)))
    registers = [b"".join(value.to_bytes(2) for value in range(n, n + 125)).hex() for n in range(16)]
    assert wire.writes == [b"".join(adu(n, f"03fa{registers[n]}") for n in range(16))]


def test_one_and_a_half(wire):
    wire.protocol.data_received(READ + READ[:7])
    wire.protocol.data_received(READ[7:])
    assert wire.writes == [ANSWER, ANSWER]


def test_a_read_sees_the_write_before_it(wire):
    wire.protocol.data_received(adu(1, "0601901234") + adu(2, "0301900001"))
    assert wire.written == adu(1, "0601901234") + adu(2, "03021234")


@pytest.mark.parametrize("protocol", ["0001", "ffff"])
def test_other_protocols_are_discarded_in_step(wire, protocol):
    wire.protocol.data_received(bytes.fromhex(f"0009 {protocol} 0006 01 06 0190 beef") + READ)
    assert wire.writes == [ANSWER]
    assert not wire.closing
    assert wire.protocol.server.holding_registers[400] == 400


@pytest.mark.parametrize("length", [0, 1, 255, 256, 0xFFFF])
def test_impossible_length_closes_after_the_answers_before_it(wire, length):
    wire.protocol.data_received(READ + b"\0\x02\0\0" + length.to_bytes(2))
    assert wire.writes == [ANSWER]
    assert wire.closing
    assert wire.protocol.pending == b""


def test_longest_and_shortest_adu(wire):
    wire.protocol.data_received(adu(1, "41" + 252 * "00") + adu(2, "42"))
    assert wire.written == adu(1, "c101") + adu(2, "c201")


def test_a_request_hidden_in_a_longer_one_is_not_executed(wire):
    hidden = adu(2, "06 0190 beef".replace(" ", "")).hex()
    wire.protocol.data_received(adu(1, "0300000001" + hidden) + READ)
    assert wire.written == adu(1, "8303") + ANSWER
    assert wire.protocol.server.holding_registers[400] == 400


@given(st.lists(st.one_of(st.just(READ), st.just(READ[:5]), st.binary(max_size=300)), max_size=8), st.data())
def test_the_cut_of_the_stream_does_not_matter_and_little_is_kept(parts, data):
    stream = b"".join(parts)
    whole, cut = Transport(ModbusTcpProtocol(Plc())), Transport(ModbusTcpProtocol(Plc()))
    whole.protocol.data_received(stream)
    places = sorted({0, len(stream), *data.draw(st.lists(st.integers(0, len(stream)), max_size=8))})
    for start, stop in pairwise(places):
        if not cut.closing:
            cut.protocol.data_received(stream[start:stop])
        assert len(cut.protocol.pending) < 260
    assert (cut.written, cut.closing) == (whole.written, whole.closing)


def test_a_peer_that_does_not_read_is_not_answered_further():
    requests = b"".join(adu(n, "030000007d") for n in range(100))
    free = Transport(ModbusTcpProtocol(Plc()))
    free.protocol.data_received(requests)
    jammed = Transport(ModbusTcpProtocol(Plc()), congested_at=1)

    jammed.protocol.data_received(requests)
    assert len(jammed.writes) == 1
    assert BURST <= len(jammed.written) < BURST + 260
    assert not jammed.reading

    jammed.drain(congested_at=2 * BURST)
    assert len(jammed.writes) == 2
    assert not jammed.reading

    jammed.drain()
    assert jammed.written == free.written
    assert len(free.written) == 100 * 259
    assert jammed.reading
    assert jammed.protocol.pending == b""


def test_half_close_behind_a_jam_is_answered_first():
    wire = Transport(ModbusTcpProtocol(Plc()), congested_at=1)
    wire.protocol.data_received(READ * 1000)
    assert wire.protocol.eof_received()
    assert not wire.closing
    wire.drain()
    assert wire.written == ANSWER * 1000
    assert wire.closing


def test_nothing_is_written_after_the_end():
    wire = Transport(ModbusTcpProtocol(Plc()), congested_at=1)
    wire.protocol.data_received(READ * 1000)
    wire.close()
    wire.drain()
    assert len(wire.writes) == 1


def test_each_framing_rule_is_one_override():
    class Wrong(ModbusTcpProtocol):
        def envelop(self, transaction, unit, pdu):
            return super().envelop(transaction ^ 1, unit, pdu)

    class Deaf(Plc):
        protocol_class = Wrong

    device = Deaf()
    wire = Transport(device.protocol_class(device))
    wire.protocol.data_received(READ)
    assert wire.written == b"\0\0" + ANSWER[2:]


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def run(request):
    """Run a coroutine function with the port of a served controller."""

    def run(client):
        async def main():
            plc = Plc()
            server = await asyncio.get_running_loop().create_server(
                lambda: plc.protocol_class(plc), "127.0.0.1", 0
            )
            async with server:
                return await asyncio.wait_for(client(server.sockets[0].getsockname()[1]), 20)

        with asyncio.Runner(loop_factory=request.param) as runner:
            return runner.run(main())

    return run


def test_tcp_half_close_gets_every_answer_and_then_the_end(run):
    async def client(port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(READ * 1000 + READ[:3])
        writer.write_eof()
        answers = await reader.read()
        writer.close()
        return answers

    assert run(client) == ANSWER * 1000


def test_tcp_impossible_length_ends_the_connection_but_not_the_server(run):
    async def client(port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(READ + b"\0\0\0\0\xff\xff")
        answers = await reader.read()
        writer.close()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(READ)
        answers += await reader.readexactly(len(ANSWER))
        writer.close()
        return answers

    assert run(client) == ANSWER * 2


def test_tcp_peer_that_does_not_read_holds_up_nobody_and_loses_nothing(run):
    count = 60_000  # answers worth 15 MB, more than the buffers of both sides take

    async def client(port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**16)
        writer.write(b"".join(adu(n % 65536, "030000007d") for n in range(count)))
        other_reader, other = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(20):
            other.write(READ)
            assert await asyncio.wait_for(other_reader.readexactly(len(ANSWER)), 1) == ANSWER
            await asyncio.sleep(0.01)
        other.close()
        for n in range(count):
            answer = await reader.readexactly(259)
            assert int.from_bytes(answer[:2]) == n % 65536
        writer.close()

    run(client)


def test_tcp_sixteen_connections_at_once(run):
    async def ask(port, number):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for n in range(50):
            writer.write(adu(n, f"03{number:04x}0001"))
            assert await reader.readexactly(11) == adu(n, f"0302{number:04x}")
        writer.close()

    async def client(port):
        await asyncio.gather(*(ask(port, number) for number in range(16)))

    run(client)


def test_tcp_an_independent_client_reads_and_writes(run):
    async def client(port):
        async with AsyncModbusTcpClient("127.0.0.1", port=port) as pymodbus:
            await pymodbus.write_registers(400, [1, 2, 3])
            await pymodbus.mask_write_register(address=400, and_mask=0xF0, or_mask=0x05)
            await pymodbus.write_coils(4096, [True, False, True])
            registers = await pymodbus.read_holding_registers(400, count=3)
            inputs = await pymodbus.read_input_registers(5, count=2)
            coils = await pymodbus.read_coils(4096, count=3)
            discrete = await pymodbus.read_discrete_inputs(0, count=4)
            beyond = await pymodbus.read_holding_registers(199, count=2)
        return registers.registers, inputs.registers, coils.bits[:3], discrete.bits[:4], beyond.exception_code

    assert run(client) == ([5, 2, 3], [1005, 1006], [True, False, True], [True, False, False, True], 2)
