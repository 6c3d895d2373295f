"""The in-process line against times worked out by hand.

19200 baud, even parity: 11 bits a character, 572.917 us. t1.5 is 859.375 us, t3.5 2005.208 us
(MODBUS over Serial Line V1.02, 2.5.1 and 2.5.1.1).
"""

import asyncio

import pytest

from testbed.model.connect import endpoint
from testbed.wire.clock import VirtualClockLoop
from testbed.wire.dial import over_line
from testbed.wire.line import Line, LineProtocol
from testbed.wire.serial_format import SerialFormat

US = 1e-6
SHAPE = SerialFormat()


class End(LineProtocol):
    """Keeps what it hears, with times."""

    def __init__(self):
        self.runs, self.lost = [], []

    def connection_made(self, transport):
        self.transport = transport

    def characters_received(self, run):
        self.runs.append((run, asyncio.get_running_loop().time()))

    def connection_lost(self, exc):
        self.lost.append(exc)

    @property
    def heard(self):
        return [run.data for run, _ in self.runs]


class Bytes(asyncio.Protocol):
    """Takes bytes alone."""

    def __init__(self):
        self.data = []

    def data_received(self, data):
        self.data.append(data)


def run(main):
    with asyncio.Runner(loop_factory=VirtualClockLoop) as runner:
        runner.run(main())


def us(seconds):
    return pytest.approx(seconds / US, abs=0.01)


def attach(line, *ends, **options):
    for end in ends:
        line.attach(end, **options)


def test_a_run_arrives_with_its_last_character():
    """Eight characters take 4583.333 us; a millisecond passes before the first."""

    async def main():
        line, near, far = Line(SHAPE), End(), End()
        attach(line, near, far)
        await asyncio.sleep(1000 * US)
        near.transport.write(b"12345678")
        assert near.transport.drained_at / US == us(5583.333 * US)
        assert near.transport.get_write_buffer_size() == 8
        await asyncio.sleep(1)
        [(heard, at)] = far.runs
        assert (heard.data, heard.bad, heard.own) == (b"12345678", frozenset(), False)
        assert heard.began / US == us(1000 * US)
        assert heard.ended / US == us(5583.333 * US)
        assert at / US == us(5583.333 * US)
        assert near.runs == []
        assert near.transport.get_write_buffer_size() == 0

    run(main)


@pytest.mark.parametrize(
    ("text", "character_us"),
    [
        ("sim:plc?over=rtu", 572.917),  # 11 bits at 19200
        ("sim:plc?over=ascii", 520.833),  # 10 bits
        ("serial:///dev/x?baud=1200&parity=none", 9166.667),  # 8N2: 11 bits
        ("serial:///dev/x?baud=115200&parity=odd", 95.486),
    ],
)
def test_a_character_takes_its_bits(text, character_us):
    async def main():
        line, near, far = Line(SerialFormat.of(endpoint(text))), End(), End()
        attach(line, near, far)
        near.transport.write(b"x")
        await asyncio.sleep(1)
        [(heard, _)] = far.runs
        assert (heard.ended - heard.began) / US == pytest.approx(character_us, abs=0.001)

    run(main)


def test_gaps_are_as_long_as_asked_for():
    """Two characters, 1.6 characters of silence (916.667 us), two more; the next one waits its turn."""

    async def main():
        line, near, far = Line(SHAPE), End(), End()
        attach(line, near, far)
        near.transport.send(b"ab")
        said = near.transport.send(b"cd", gap=916.667 * US)
        near.transport.send(b"e")
        await asyncio.sleep(1)
        times = [(run.data, run.began / US, run.ended / US) for run, _ in far.runs]
        assert times == [
            (b"ab", us(0), us(1145.833 * US)),
            (b"cd", us(2062.5 * US), us(3208.333 * US)),
            (b"e", us(3208.333 * US), us(3781.25 * US)),
        ]
        assert (said.began / US, said.ended / US) == times[1][1:]

    run(main)


def test_a_good_master_waits_for_silence():
    """The line is quiet from the end of the other's answer; t3.5 later the next request begins."""

    async def main():
        line, master, slave = Line(SHAPE), End(), End()
        line.attach(master, silence=SHAPE.t35)
        line.attach(slave)
        master.transport.write(b"1")  # not before the line was seen silent at all
        slave.transport.send(b"2", gap=5000 * US)
        await asyncio.sleep(5100 * US)
        master.transport.write(b"3")
        await asyncio.sleep(1)
        assert [(run.data, run.began / US) for run, _ in slave.runs] == [
            (b"1", us(2005.208 * US)),
            (b"3", us((5000 + 572.917 + 2005.208) * US)),
        ]

    run(main)


def test_all_others_hear_and_one_hears_itself_where_its_receiver_stays_on():
    async def main():
        line, master, one, two = Line(SHAPE), End(), End(), End()
        attach(line, master, one)
        attach(line, two, hears_itself=True)
        two.transport.write(b"x")
        await asyncio.sleep(1)
        assert [(run.data, run.own) for run, _ in master.runs + one.runs + two.runs] == [
            (b"x", False),
            (b"x", False),
            (b"x", True),
        ]

    run(main)


def test_a_wrong_parity_is_flagged_and_read_as_zero_where_nobody_looks():
    async def main():
        line, near, far, plain = Line(SHAPE), End(), End(), Bytes()
        attach(line, near, far, plain)
        near.transport.send(b"abc", bad=[1])
        await asyncio.sleep(1)
        assert far.runs[0][0].bad == {1}
        assert far.heard == [b"abc"]
        assert plain.data == [b"a\0c"]

    run(main)


def test_where_two_send_at_once_both_are_spoilt():
    """The second begins within the third of the first one's four characters, and ends within a fifth."""

    async def main():
        line, one, two, other = Line(SHAPE), End(), End(), End()
        attach(line, one, two, other)
        one.transport.send(b"1234")
        two.transport.send(b"ab", gap=2.5 * 572.917 * US)
        await asyncio.sleep(1)
        assert [(run.data, run.bad) for run, _ in other.runs] == [(b"1234", {2, 3}), (b"ab", {0, 1})]

    run(main)


def test_what_only_touches_is_not_spoilt():
    async def main():
        line, one, two, other = Line(SHAPE), End(), End(), End()
        attach(line, one, two, other)
        one.transport.send(b"12")
        two.transport.send(b"ab", gap=2 * 11 / 19200)
        await asyncio.sleep(1)
        assert [(run.data, run.bad) for run, _ in other.runs] == [(b"12", set()), (b"ab", set())]

    run(main)


def test_a_line_is_busy_while_another_end_sends():
    async def main():
        line, one, two = Line(SHAPE), End(), End()
        attach(line, one, two)
        one.transport.send(b"1234", gap=1000 * US)
        said = []
        for _ in range(4):  # at 0, 1000, 2000 and 3000 us, and at 4000, behind the end at 3291.667
            said.append((one.transport.is_busy(), two.transport.is_busy()))
            await asyncio.sleep(1000 * US)
        said.append((one.transport.is_busy(), two.transport.is_busy()))
        assert said == [(False, False), (False, False), (False, True), (False, True), (False, False)]

    run(main)


def test_an_end_that_leaves_hears_no_more_and_what_it_sent_arrives():
    async def main():
        line, near, far = Line(SHAPE), End(), End()
        attach(line, near, far)
        near.transport.write(b"last")
        near.transport.close()
        near.transport.write(b"never")
        far.transport.write(b"to nobody")
        await asyncio.sleep(1)
        assert near.lost == [None]
        assert near.runs == []
        assert b"".join(far.heard) == b"last"

    run(main)


def test_a_protocol_that_fails_leaves_the_line_to_the_others():
    class Failing(End):
        def characters_received(self, run):
            raise ValueError(run)

    async def main():
        said = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: said.append(context["exception"]))
        line, near, failing, far = Line(SHAPE), End(), Failing(), End()
        attach(line, near, failing, far)
        near.transport.write(b"1")
        near.transport.write(b"2")
        await asyncio.sleep(1)
        assert far.heard == [b"1", b"2"]
        assert len(said) == 1
        assert isinstance(failing.lost[0], ValueError)

    run(main)


def test_a_port_that_is_opened_again_finds_the_line_as_it_was():
    made = []

    class Device(End):
        def __init__(self):
            super().__init__()
            made.append(self)

    async def main():
        dial = over_line(endpoint("sim:plc?over=rtu"), Device, Device)
        for _ in range(2):
            end = End()
            await dial(end)
            end.transport.write(b"x")
            await asyncio.sleep(1)
            end.transport.close()
        assert [device.heard for device in made] == [[b"x", b"x"]] * 2

    run(main)
