"""The scout in front of odd devices: what it finds, that it stays bounded, and that it only reads."""

import asyncio
import random
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_simulators.modbus.datastore import Bits, Registers
from device_simulators.modbus.devices import IoBlock, Plc
from device_simulators.modbus.protocol import ModbusTcpProtocol
from device_simulators.modbus.server import ModbusServer
from testbed.model.connect import endpoint
from testbed.plugin.setup import prepare_text
from testbed.protocols.modbus import Framer, decode_request
from testbed.testers.manners import Manners
from testbed.testers.modbus.framing import Mbap, framing_of
from testbed.testers.modbus.reads import READABLE
from testbed.testers.modbus.scout import Found, NothingAnswers, Wishes, scout
from testbed.testers.modbus.scout_draft import draft
from testbed.wire.clock import VirtualClockLoop
from testbed.wire.dial import UnreachableError, in_process, over_line
from testbed.wire.simulator import simulators

CHANGING = {5, 6, 8, 15, 16, 21, 22, 23, 24}


def look(serve, **wishes):
    """Scout a device on a virtual clock; what was sent is looked at, whatever happens."""
    found = Found(endpoint("tcp://plc:502"))
    with asyncio.Runner(loop_factory=VirtualClockLoop) as runner:
        try:
            runner.run(scout(in_process(serve), Mbap(), Wishes(**wishes), found, lambda _: None))
        finally:
            only_reads(found)
            found.took = found.recorder.now()
    return found


def only_reads(found):
    framers = {}
    sent = 0
    for packet in found.recorder.packets:
        if packet.sent and packet.data:
            frames = framers.setdefault(packet.connection, Framer()).feed(packet.data)
            assert frames
            sent += len(frames)
            for frame in frames:
                assert decode_request(frame.pdu).function in READABLE - CHANGING
    assert sent == found.reads > 0
    assert all(not framer.pending for framer in framers.values())
    assert found.recorder.left_out == 0


def serve(server, protocol=ModbusTcpProtocol):
    return lambda: protocol(server)


def areas(found):
    return {one.name: [(run.first, run.stop - run.first) for run in one.runs] for one in found.served}


def test_the_reference_controller():
    found = look(serve(Plc()))

    assert areas(found) == {
        "fc01": [(0, 2048), (4096, 2048)],
        "fc02": [(0, 2048), (4096, 16)],
        "fc03": [(0, 200), (400, 256), (800, 16)],
        "fc04": [(0, 200), (400, 16)],
    }
    assert (found.units, found.sessions, found.transactions, found.stopped) == ([1, 255, 0], 16, 16, "")
    assert not any(one.doubtful for one in found.searches)
    assert found.breaches == {}


def test_twenty_reads_a_second():
    found = look(serve(Plc()))

    times = [packet.at for packet in found.recorder.packets if packet.sent and packet.data]
    for at, time in enumerate(times[: len(times) - 30]):  # of the last, sixteen go in one segment
        assert sum(time <= other < time + 1 for other in times[at:]) <= 21


def test_functions_that_are_refused_are_told_from_those_that_serve_nothing():
    class Empty(IoBlock):
        functions = IoBlock.functions | {3}

    found = look(serve(Empty()))

    assert [one.name for one in found.served] == ["fc01", "fc02"]
    assert {one.name: one.refused for one in found.searches} == {
        "fc01": False,
        "fc02": False,
        "fc03": False,
        "fc04": True,
    }
    assert found.searches[2].exceptions.keys() == {2}


def test_gaps_single_registers_and_the_last_address():
    runs = [(0, 1), (2, 1), (5, 10), (40000, 7), (65535, 1)]
    found = look(serve(ModbusServer(holding_registers=Registers([(a, [0] * n) for a, n in runs]))))

    assert areas(found) == {"fc03": runs}


def test_a_device_that_serves_every_bit():
    found = look(serve(ModbusServer(coils=Bits([(0, [False] * 65536)]))))

    assert areas(found) == {"fc01": [(0, 65536)]}
    assert not found.searches[0].doubtful


def test_a_limit_of_quantity_below_the_standard():
    class Small(Plc):
        READ_HOLDING_REGISTERS_MAX = 50

    found = look(serve(Small()))

    assert areas(found)["fc03"] == [(0, 200), (400, 256), (800, 16)]
    assert found.searches[2].block == 50


class Slow(ModbusTcpProtocol):
    """Answers after a while."""

    def data_received(self, data):
        asyncio.get_running_loop().call_later(0.8, super().data_received, data)


def test_a_slow_device_is_waited_for():
    found = look(serve(IoBlock(), Slow))

    assert areas(found) == {"fc01": [(0, 16)], "fc02": [(0, 16)]}
    assert min(found.times) > 0.79
    assert found.stopped == ""


def test_time_is_bounded_too():
    found = look(serve(Plc(), Slow), manners=Manners(seconds=60))

    assert found.stopped == "the 60 s granted are used up"
    assert found.took < 64


class Sessions:
    """Serves a number of connections at once, and turns others away in one of three ways."""

    def __init__(self, most, manner):
        self.most, self.manner, self.open, self.server = most, manner, [], IoBlock()

    def __call__(self):
        outer = self

        class One(ModbusTcpProtocol):
            served = True

            def connection_made(self, transport):
                super().connection_made(transport)
                outer.open.append(self)
                if len(outer.open) > outer.most:
                    if outer.manner == "oldest":
                        outer.open[0].transport.close()
                    elif outer.manner == "closed":
                        transport.close()
                    else:
                        self.served = False

            def connection_lost(self, _):
                outer.open.remove(self)

            def data_received(self, data):
                if self.served:
                    super().data_received(data)

        return One(self.server)


@pytest.mark.parametrize("most", [1, 2, 5])
@pytest.mark.parametrize("manner", ["closed", "mute", "oldest"])
def test_connections_at_once(most, manner):
    device = Sessions(most, manner)
    found = look(device)

    assert found.sessions == most
    assert found.transactions == 16
    assert areas(found) == {"fc01": [(0, 16)], "fc02": [(0, 16)]}
    assert found.stopped == ""
    assert device.open == []


def test_connections_are_not_tried_where_one_is_wished():
    found = look(serve(Plc()), most_sessions=1)

    assert found.sessions == 0


class OneByOne(ModbusTcpProtocol):
    """Takes the first requests of a segment, and drops the rest."""

    most = 4

    def data_received(self, data):
        super().data_received(b"".join(frame.raw for frame in Framer().feed(data)[: self.most]))


def test_requests_at_once():
    assert look(serve(IoBlock(), OneByOne)).transactions == 4


def test_answers_in_any_order_count():
    class Backwards(ModbusTcpProtocol):
        def data_received(self, data):
            for frame in reversed(Framer().feed(data)):
                super().data_received(frame.raw)

    assert look(serve(IoBlock(), Backwards)).transactions == 16


def test_a_busy_device_is_asked_again():
    class Busy(IoBlock):
        count = 0

        def answer(self, request):
            self.count += 1
            return self.refuse(request, 6) if self.count % 2 == 0 else super().answer(request)

    found = look(serve(Busy()), most_sessions=1)

    assert areas(found) == {"fc01": [(0, 16)], "fc02": [(0, 16)]}
    assert not any(one.unanswered or one.doubtful for one in found.searches)
    assert found.busy > 100


def test_a_table_in_crumbs_leaves_reads_for_the_others():
    crumbs = Bits([(at, [False]) for at in range(0, 8000, 2)])
    server = ModbusServer(coils=crumbs, holding_registers=Registers([(0, [0] * 10)]))
    found = look(serve(server), manners=Manners(reads=600))

    assert areas(found)["fc03"] == [(0, 10)]
    assert (found.sessions, found.transactions) == (16, 16)
    assert found.stopped == "the 600 reads granted are used up"
    assert not found.searches[0].finished


def test_a_device_that_closes_idle_connections_is_searched_at_any_pace():
    class Idle(ModbusTcpProtocol):
        last = 0.0

        def data_received(self, data):
            self.last = asyncio.get_running_loop().time()
            super().data_received(data)
            asyncio.get_running_loop().call_later(1.0, self.look)

        def look(self):
            if asyncio.get_running_loop().time() - self.last > 0.9:
                self.transport.close()

    found = look(serve(IoBlock(), Idle), manners=Manners(per_second=0.5, reads=400, seconds=2000))

    assert areas(found) == {"fc01": [(0, 16)], "fc02": [(0, 16)]}
    assert not any(one.unanswered for one in found.searches)
    assert found.sessions == 1


def test_units_behind_a_gateway():
    class Gateway(ModbusTcpProtocol):
        def respond(self, transaction, protocol, unit, pdu):
            if unit in {3, 77}:
                return super().respond(transaction, protocol, unit, pdu)
            return self.envelop(transaction, unit, bytes((pdu[0] | 0x80, 11))) if unit < 100 else b""

    found = look(serve(IoBlock(), Gateway), units=(3,), sweep=True)
    assert (found.units, found.endpoint.unit) == ([3, 77], 3)

    with pytest.raises(NothingAnswers, match=r"no read is answered by unit 1, 255, 0"):
        look(serve(IoBlock(), Gateway))


class Named(IoBlock):
    """Tells its identification, spread over several answers."""

    functions = IoBlock.functions | {43, 17}
    HANDLERS = IoBlock.HANDLERS | {43: "identify", 17: "report"}
    objects = (b"Maker", b"Code", b"V1.2", b"http://x", b"Product", b"Model", b"App")

    def identify(self, request):
        code, first = request[2], request[3]
        following = first + 1 if first + 1 < (3 if code == 1 else len(self.objects)) else 0
        more = 0xFF if following else 0
        value = self.objects[first]
        return bytes((43, 14, code, 2, more, following, 1, first, len(value))) + value

    def report(self, request):
        return bytes((request[0], 5)) + b"id-7\xff"


def test_identification():
    identity = look(serve(Named())).identity

    assert identity.objects == dict(
        enumerate(["Maker", "Code", "V1.2", "http://x", "Product", "Model", "App"])
    )
    assert (identity.vendor, identity.model, identity.firmware) == ("Maker", "Model", "V1.2")
    assert identity.server_id == "id-7"
    assert identity.functions == [43, 17]
    assert (identity.conformity, identity.exact) == (2, identity.objects)


@pytest.mark.parametrize(
    "answer",
    [
        bytes((43, 14, 1, 1, 0xFF, 0, 1, 0, 1)) + b"x",  # more follows, from the beginning
        bytes((43, 14, 1, 1, 0xFF, 200, 0)),  # more follows, for ever
        bytes((43, 14, 1, 1, 0, 0, 9, 0, 250)) + b"x",  # lies in its length
        bytes((43, 13, 0)),
        bytes((43,)),
    ],
)
def test_an_identification_that_never_ends_or_lies_is_bounded(answer):
    class Lying(Named):
        def identify(self, _):
            return answer

    found = look(serve(Lying()))

    assert found.reads < 500
    assert found.stopped == ""
    assert found.identity.vendor in {"", "x"}


class Whim(ModbusTcpProtocol):
    """Answers well, and every so often in one of many wrong ways."""

    def __init__(self, server, whim):
        super().__init__(server)
        self.whim = whim

    def data_received(self, data):
        if self.whim.random() < 0.8:
            super().data_received(data)
            return
        frame = data[:12]
        wrong = self.whim.choice(
            [
                b"",
                self.whim.randbytes(self.whim.randrange(1, 300)),
                frame[:7] + bytes((frame[7] | 0x80, self.whim.randrange(256))),
                frame[:4] + b"\0\3" + frame[6:7] + bytes((frame[7] | 0x80, self.whim.randrange(12))),
                frame[:4] + b"\0\4" + frame[6:8] + b"\xff\0",
                bytes((frame[0] ^ 1,)) + frame[1:],
                frame[:4] + b"\xff\xff" + frame[6:],
                frame * 100,
            ]
        )
        self.transport.write(wrong)
        if self.whim.random() < 0.2:
            self.transport.abort() if self.whim.random() < 0.5 else self.transport.close()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32))
def test_whatever_a_device_answers_the_scout_only_reads_and_ends(seed):
    server, whim = Plc(), random.Random(seed)  # noqa: S311 - reproducible
    try:
        found = look(lambda: Whim(server, whim))
    except NothingAnswers:
        return
    for search in found.searches:
        assert all(0 <= run.first < run.stop <= 65536 for run in search.runs)
    assert found.reads <= 2000
    assert found.took < 960
    if found.served:
        prepare_text(draft(found, "modbus-tcp-server@1", date(2026, 11, 22)), "draft.yaml")


class Mute(asyncio.Protocol):
    """Takes everything and answers nothing."""


class Flood(asyncio.Protocol):
    """Sends frames that answer nothing, as many as fit."""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, _):
        self.transport.write(b"\xff\xff\0\0\0\3\1\3\0" * 20_000)


class Garbage(asyncio.Protocol):
    """Speaks another protocol."""

    def connection_made(self, transport):
        self.transport = transport
        transport.write(b"SSH-2.0-OpenSSH_9.2p1\r\n")

    def data_received(self, _):
        self.transport.write(b"Protocol mismatch.\r\n")
        self.transport.close()


class Trickle(asyncio.Protocol):
    """Sends a byte a second, for ever."""

    def connection_made(self, transport):
        self.transport = transport
        self.drip()

    def drip(self):
        if not self.transport.is_closing():
            self.transport.write(b"\0")
            asyncio.get_running_loop().call_later(1.0, self.drip)

    def connection_lost(self, _):
        self.transport.close()


class Slams(asyncio.Protocol):
    """Closes at once."""

    def connection_made(self, transport):
        transport.close()


@pytest.mark.parametrize("device", [Mute, Flood, Trickle, Slams])
def test_what_speaks_no_modbus_is_left_in_time(device):
    with pytest.raises(NothingAnswers, match="is this the port of Modbus/TCP"):
        look(device)


def test_another_protocol_is_named():
    with pytest.raises(NothingAnswers, match="speaks SSH; name the port of Modbus/TCP, usually 502"):
        look(Garbage)


def test_another_unit_is_named():
    class Strict(ModbusTcpProtocol):
        def respond(self, transaction, protocol, unit, pdu):
            return super().respond(transaction, protocol, unit, pdu) if unit == 255 else b""

    with pytest.raises(NothingAnswers, match=r"no read is answered by unit 7; unit 255 answers"):
        look(serve(IoBlock(), Strict), units=(7,))


def test_nobody_there():
    async def refuse(_):
        raise UnreachableError("nobody")

    found = Found(endpoint("tcp://plc:502"))
    with pytest.raises(UnreachableError, match="nobody"), asyncio.Runner() as runner:
        runner.run(scout(refuse, Mbap(), Wishes(), found, lambda _: None))


@pytest.mark.parametrize("then", ["mute", "closing"])
def test_a_device_that_dies_keeps_what_was_found(then):
    class Dies(ModbusTcpProtocol):
        count = 0

        def data_received(self, data):
            Dies.count += 1
            if Dies.count < 60:
                super().data_received(data)
            elif then == "closing":
                self.transport.close()

    found = look(serve(IoBlock(), Dies))

    assert found.silent
    assert found.stopped.startswith("the device fell silent")
    assert areas(found) == {"fc01": [(0, 16)]}
    assert found.reads < 80


def test_a_device_that_closes_at_every_refusal_is_connected_again():
    class Touchy(ModbusTcpProtocol):
        def data_received(self, data):
            answer = self.server.answer(data[7:])
            if answer[0] & 0x80 and len(data) == 12:
                self.transport.close()
            else:
                super().data_received(data)

    found = look(serve(IoBlock(), Touchy), most_sessions=1)

    assert areas(found) == {"fc01": [(0, 16)], "fc02": [(0, 16)]}
    for search in found.served:
        assert (search.unanswered, search.finished, search.doubtful) == (32, False, [16])
    for search in found.searches[2:]:
        assert (search.unanswered, search.finished) == (8, False)
    assert found.stopped == ""


@pytest.mark.acceptance
@pytest.mark.parametrize("name", simulators("modbus"))
def test_whatever_is_broken_about_a_device_it_is_drafted_or_left_in_bounds(name):
    try:
        found = look(simulators("modbus")[name].start())
    except NothingAnswers:
        return
    assert found.reads <= 2000
    assert found.took < 900
    if found.served:
        text = draft(found, "modbus-tcp-server@1", date(2026, 11, 22))
        claimed = [*(one.name for one in found.served), *["fc43/14"] * bool(found.identity.conformity)]
        assert prepare_text(text, "draft.yaml").declaration.supports == tuple(claimed)


def test_a_stopped_scout_has_said_what_it_found():
    async def stop():
        found = Found(endpoint("tcp://plc:502"))
        task = asyncio.create_task(
            scout(in_process(serve(IoBlock())), Mbap(), Wishes(), found, lambda _: None), name="scout"
        )
        await asyncio.sleep(6)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return found

    with asyncio.Runner(loop_factory=VirtualClockLoop) as runner:
        found = runner.run(stop())

    assert areas(found) == {"fc01": [(0, 16)]}
    only_reads(found)


@pytest.mark.parametrize("over", ["rtu", "ascii", "rtu+tcp"])
def test_a_line_carries_one_request_at_a_time(over):
    """Two frames without a silence between them are none, and no good master sends them (SL 2.1, 2.5.1.1)."""
    where = endpoint(f"sim:plc?over={over}")
    framing, found = framing_of(where), Found(where)
    dial = over_line(where, Plc().serve(over)) if over != "rtu+tcp" else in_process(Plc().serve(over))
    with asyncio.Runner(loop_factory=VirtualClockLoop) as runner:
        runner.run(scout(dial, framing, Wishes(), found, lambda _: None))
    sent = [packet.data for packet in found.recorder.packets if packet.sent and packet.data]
    assert len(sent) == found.reads > 0
    assert all(map(framing.is_well_formed, sent))
    text = draft(found, "modbus-rtu-server@1", date(2026, 11, 22))
    assert "transactions: 1 " in text
    assert "sessions:    1 " in text
