"""A fleet that stands: seeded values that move with time, and what its kinds do not have."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testbed.model.document import DocumentError
from testbed.model.fleet import Signal
from testbed.model.placing import read_fleet
from testbed.wire.clock import VirtualClockLoop
from testbed.wire.drift import Drift
from testbed.wire.fleet import SLICE, build, move, place_of

HEAD = "name: {{ en: Test, ko: 시험 }}\nseed: {seed}\ndevices:\n"
MOVING = "kind: transmitter, count: 3, port: 5020+, signals: [{ around: 60, swing: 10, every: 1 min }]"
READ = bytes.fromhex("0001 0000 0006 01 04 0000 0002")


def stand(*groups, seed=0):
    text = HEAD.format(seed=seed) + "".join(f"  - {{ {group} }}\n" for group in groups)
    fleet, lines = read_fleet(text, "fleet.yaml")
    return build(fleet, lines, "fleet.yaml")


class Told(asyncio.Transport):
    """Keeps what a device answers."""

    def __init__(self):
        super().__init__()
        self.said = b""

    def write(self, data):
        self.said += data


def ask(standing, number, request=READ):
    transport = Told()
    protocol = standing.listeners[place_of(standing.posts[number])]()
    protocol.connection_made(transport)
    protocol.data_received(request)
    return transport.said


def after(seconds, standing):
    """Let a fleet move for some seconds of a virtual clock."""

    async def pass_time():
        moving = asyncio.create_task(move(standing.driven, standing.pace))
        await asyncio.sleep(seconds)
        moving.cancel()

    with asyncio.Runner(loop_factory=VirtualClockLoop) as runner:
        runner.run(pass_time())
    return standing


@given(st.floats(-1e4, 1e4), st.floats(0, 1e4), st.floats(1, 1e6), st.floats(0, 1e9), st.integers(0, 99))
def test_a_value_never_leaves_its_swing(around, swing, every, seconds, seed):
    drift = Drift(Signal(around=around, swing=swing, every=f"{every:.3f} s"), str(seed))

    assert abs(drift.at(seconds) - around) <= swing + 1e-6


def test_the_same_seed_moves_the_same_values():
    one, same, other = stand(MOVING, seed=5), stand(MOVING, seed=5), stand(MOVING, seed=6)
    began = [ask(one, number) for number in range(3)]

    assert began == [ask(same, number) for number in range(3)]
    assert len({*began, *(ask(other, number) for number in range(3))}) == 6
    after(7.5, one)
    moved = [ask(one, number) for number in range(3)]
    assert moved == [ask(after(7.5, same), number) for number in range(3)]
    assert not {*moved} & {*began}


def test_one_task_moves_in_slices_and_lets_clients_in_between():
    standing = stand(MOVING.replace("count: 3", f"count: {3 * SLICE}"))
    turns = []

    async def watch():
        moving = asyncio.create_task(move(standing.driven, standing.pace))
        loop = asyncio.get_running_loop()
        for _ in range(6):
            before = loop.time()
            values = [ask(standing, number) for number in (0, SLICE, 2 * SLICE)]
            await asyncio.sleep(standing.pace / 3 + 1e-6)
            now = [ask(standing, number) for number in (0, SLICE, 2 * SLICE)]
            turns.append([a != b for a, b in zip(values, now, strict=True)])
            assert loop.time() - before < 0.4
        moving.cancel()

    with asyncio.Runner(loop_factory=VirtualClockLoop) as runner:
        runner.run(watch())

    assert turns[:3] == [[True, False, False], [False, True, False], [False, False, True]]


def test_what_stands_still_is_set_once_and_is_the_client_s_from_then_on():
    standing = stand(
        "kind: plc, port: 5020, signals: [{ table: holding_registers, address: 7, around: 92.5, scale: 10 },"
        " { table: coils, address: 2, around: 1 }, { table: coils, address: 3, around: 0.4 }]"
    )

    assert standing.driven == ()
    assert ask(standing, 0, bytes.fromhex("0001 0000 0006 01 03 0007 0001"))[-2:] == (925).to_bytes(2)
    assert ask(standing, 0, bytes.fromhex("0001 0000 0006 01 01 0002 0002"))[-1] == 0b01


def test_a_gateway_routes_by_unit_and_says_who_is_not_there():
    standing = stand("kind: transmitter, count: 2, unit: 5+, port: 5020")
    tag = "03 0010 0008"

    def at(unit, asked=tag):
        return ask(standing, 0, bytes.fromhex(f"0001 0000 0006 {unit:02x} {asked}"))[7:]

    assert at(5)[2:] == b"transmitter-1   "
    assert at(6)[2:] == b"transmitter-2   "
    assert at(7) == bytes.fromhex("83 0B")
    assert at(255) == bytes.fromhex("83 0A")
    assert at(0, "06 0002 0009") == b""
    assert (at(5, "03 0002 0001")[2:], at(6, "03 0002 0001")[2:]) == (b"\0\x09", b"\0\x09")


WRONG = {
    "unknown kind": (
        "kind: transmiter, port: 5020",
        "no simulator is called `transmiter`; did you mean `transmitter`?",
    ),
    "no fleet's kind": ("kind: stand-in, port: 5020", "`stand-in` cannot stand in a fleet"),
    "nothing measured": (
        "kind: plc, port: 5020, signals: [{ around: 1 }]",
        "this kind measures nothing by itself; give `table` and `address`",
    ),
    "no such address": (
        "kind: io-block, port: 5020, signals: [{ table: coils, address: 16, around: 1 }]",
        "this kind has no address 16 among its `coils`",
    ),
}


@pytest.mark.parametrize(("group", "said"), WRONG.values(), ids=WRONG)
def test_what_no_kind_has(group, said):
    with pytest.raises(DocumentError) as caught:
        stand(group)

    assert str(caught.value) == f"fleet.yaml: line 4: {said}"
