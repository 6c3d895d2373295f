"""The tap before an independent server: all is kept, and what the server does wrong is not the client's."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from testbed.model.declaration import Declaration
from testbed.model.document import load
from testbed.protocols.modbus import Adu, Frame
from testbed.testers.modbus_client import behind
from testbed.testers.modbus_client.belief import Belief
from testbed.testers.modbus_client.bench import ClientBench
from testbed.testers.modbus_client.exchanging import Exchange
from testbed.testers.modbus_client.holding import Holding
from testbed.testers.modbus_client.servers.reference import Reference
from testbed.testers.modbus_client.servers.server import Server
from testbed.testers.trouble import Undecided
from testbed.wire.awaiting import Awaited
from testbed.wire.recorder import Kind, Recorder
from testbed.wire.simulator import simulator

DECLARATION = Path(__file__).parents[2] / "profiles/devices/sim-client.yaml"


def exchange(server, client="client", **changes):
    """Return one case of a simulated client, and its exchange with a server."""
    declared = load(Declaration, DECLARATION.read_text(encoding="utf-8"), "client.yaml")
    quick = declared.client.model_copy(update={"timeout": 0.7, "retries": 0, **changes})
    bench = ClientBench(declared.model_copy(update={"client": quick}), Awaited(simulator(client)), 1)
    case = bench.case("a case", (), "", Recorder(asyncio.get_running_loop().time))
    return case, Exchange(case, server)


class Bent(Reference):
    """A server whose right answers are bent on their way; None closes the connection instead."""

    name = "bent"

    def __init__(self, bend):
        super().__init__("1")
        self._bend = bend

    @asynccontextmanager
    async def running(self, tables, unit):
        holding, bend = Holding(tables, unit), self._bend

        class Line(asyncio.Protocol):
            def connection_made(self, transport):
                self.transport = transport

            def data_received(self, data):
                asked = Frame(data)
                pdu = holding.answer(asked) or bytes((asked.pdu[0] | 0x80, 4))
                answer = bend(Adu(asked.transaction, asked.unit, pdu).encode())
                if answer is None:
                    self.transport.close()
                else:
                    self.transport.write(answer)

        server = await asyncio.get_running_loop().create_server(Line, "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            await asyncio.sleep(0.01)  # the tap's connections have ended by then


def said_of(bend, **changes):
    """Return what is said of a server in front of a client that reads coils."""

    async def run():
        case, peer = exchange(Bent(bend), **changes)
        with pytest.raises(Undecided) as caught:
            await peer.reads("fc01")
        assert case.monitor.breaches == []
        return caught.value.said

    return asyncio.run(run())


def test_every_byte_is_kept_and_nothing_is_changed():
    async def run():
        case, peer = exchange(Reference("1"))
        read = await peer.reads("fc03")
        assert read.believed == read.held
        kept = [one for one in case.recorder.packets if one.kind is Kind.DATA]
        assert [one.sent for one in kept] == [False, True] * 2
        assert [one.comment for one in kept] == ["", "from reference 1"] * 2
        assert kept[0].data.hex(" ") == "00 01 00 00 00 06 11 03 00 6b 00 03"
        values = [tuple(int.from_bytes(one.data[at : at + 2]) for at in (9, 11, 13)) for one in kept[1::2]]
        assert tuple(values) == read.held
        assert case.monitor.watched == 2
        assert case.testers[0].frames == tuple(one.number for one in kept)

    asyncio.run(run())


def test_what_was_written_is_read_back_on_the_record():
    async def run():
        case, peer = exchange(Reference("1"))
        written = await peer.writes("fc16")
        assert (written.belief, written.found) == (Belief.DONE, written.due)
        assert written.due[1:3] == (10, 258)
        assert len(written.due) == 4
        last = [one for one in case.recorder.packets if one.kind is Kind.DATA][-2:]
        assert [(one.sent, one.connection) for one in last] == [(True, 1), (False, 1)]
        assert last[0].comment == "the tester reads back"

    asyncio.run(run())


def test_a_refusal_is_passed_on():
    async def run():
        case, peer = exchange(Reference("1"))
        assert await peer.reads_nothing() is Belief.ERROR
        assert [one.data for one in case.recorder.packets if one.sent][-1][7:].hex() == "8302"

    asyncio.run(run())


def test_a_restart_shows_other_values():
    async def run():
        case, peer = exchange(Reference("1"))
        read = await peer.sees_restart()
        assert read.believed == read.held
        assert len(case.recorder.connections) == 2
        assert any("is restarted, with other values" in note for note in case.recorder.notes)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("bend", "said"),
    [
        (lambda data: data[:-1] + bytes((data[-1] ^ 1,)), "where 01 03"),
        (lambda data: b"\x77" + data[1:], "answered 77 01 00 00"),
        (lambda data: data[:2] + b"\0\1" + data[4:], "answered 00 01 00 01"),
        (lambda data: data[:6] + b"\x12" + data[7:], "answered 00 01 00 00 00 06 12"),
        (lambda data: data[:4] + b"\0\3\x11\x81\x02", "00 03 11 81 02 where 01 03"),
        (lambda _: b"", "did not answer a request, 0.7"),
        (lambda data: data[:5], "did not answer a request, 0.7"),
        (lambda _: None, "closed the connection instead of an answer"),
    ],
    ids=["value", "transaction", "protocol", "unit", "refusal", "silence", "stump", "close"],
)
def test_what_the_server_does_wrong_leaves_the_case_undecided(bend, said):
    found = said_of(bend)
    assert said in found.en
    assert found.en.startswith("bent 1 ")
    assert found.ko.startswith("독립 서버의 문제, bent 1 ")


def test_a_server_without_end_is_cut_off(monkeypatch):
    monkeypatch.setattr(behind, "MOST_BYTES", 200)
    assert "sends more than 200 bytes" in said_of(lambda data: data * 300).en


def test_a_server_that_does_not_refuse_proves_nothing():
    async def run():
        values = bytes.fromhex("0009 11 03 06 0001 0002 0003")
        _, peer = exchange(Bent(lambda data: data[:4] + values))
        with pytest.raises(Undecided, match="where 83 02 was due"):
            await peer.reads_nothing()

    asyncio.run(run())


def test_a_server_that_is_not_there_is_said():
    class Absent(Server):
        name = "absent"

        @classmethod
        async def find(cls):
            return cls("1")

        @asynccontextmanager
        async def running(self, tables, unit):  # noqa: ARG002 - as every server
            yield 1

    async def run():
        _, peer = exchange(Absent("1"))
        with pytest.raises(Undecided, match="absent 1 takes no connection"):
            await peer.reads("fc01")

    asyncio.run(run())


def test_a_server_that_cannot_be_read_back_is_said():
    async def run():
        _, peer = exchange(Bent(lambda data: data if data[7] == 0x10 else b""))
        with pytest.raises(Undecided, match="reading back from bent 1: no answer"):
            await peer.writes("fc16")

    asyncio.run(run())


def test_a_wrong_request_is_the_clients_whatever_it_is_answered():
    async def run():
        case, peer = exchange(Bent(lambda _: b""), "client-asks-unit-one")
        await peer.reads("fc01")
        assert {one.requirement for one in case.monitor.breaches} == {"MBC-UNIT"}

    asyncio.run(run())


def test_a_client_that_hangs_up_at_once_is_owed_nothing():
    async def run():
        _, peer = exchange(Bent(lambda _: b""), timeout=0.1)
        read = await peer.reads("fc01")
        assert read.believed == (Belief.ERROR, Belief.ERROR)

    asyncio.run(run())
