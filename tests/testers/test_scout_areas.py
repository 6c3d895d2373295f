"""The search for areas: never more than is served, and all of what the samples touch."""

import asyncio
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testbed.protocols.modbus import ReadCoils, ReadHoldingRegisters, decode_request
from testbed.testers.manners import Spent
from testbed.testers.modbus.reply import Reaction, Reply
from testbed.testers.modbus.scout_areas import Search
from testbed.testers.modbus.scout_samples import SAMPLES, STEPS

ADDRESSES = 1 << 16


class Device:
    """Answers reads of the addresses that it serves, up to a quantity."""

    def __init__(self, runs, *, most=2000, budget=100_000, over=3, busy=()):
        self.served = bytearray(ADDRESSES + 2000)
        for first, stop in runs:
            self.served[first:stop] = b"\1" * (stop - first)
        self.most, self.budget, self.over, self.busy = most, budget, over, busy
        self.asked, self.probe = [], None

    async def ask(self, request):
        if len(self.asked) >= self.budget:
            raise Spent("enough")
        self.asked.append(request)
        assert decode_request(request.encode()) == request
        function = request.function
        if request.address in self.busy:
            pdu = bytes((function | 0x80, 6))
        elif request.quantity > self.most:
            pdu = bytes((function | 0x80, self.over))
        elif not all(self.served[request.address : request.address + request.quantity]):
            pdu = bytes((function | 0x80, 2))
        else:
            size = 2 * request.quantity if function == 3 else (request.quantity + 7) // 8
            pdu = bytes((function, size)) + bytes(size)
        return Reply(b"\0\0\0\0\0\0\1" + pdu, 1, 0.0, request)


def look(device, request=ReadHoldingRegisters, more=()):
    """Search; return the search and its runs as pairs, whether it came to its end or not."""
    table = "coils" if request is ReadCoils else "holding_registers"
    search = Search("fc", table, request)
    try:
        asyncio.run(search.seek(device, more))
    except Spent:
        assert not search.finished
    return search, [(run.first, run.stop) for run in search.runs]


@st.composite
def maps(draw):
    """Runs of addresses that do not touch, some short, some long, some at the ends of the space."""
    edges = st.one_of(
        st.integers(0, ADDRESSES), st.integers(0, 300), st.sampled_from([0, 65535, 65536, 400, 40000])
    )
    cuts = sorted(draw(st.sets(edges, min_size=0, max_size=10)))
    return [(first, stop) for first, stop in pairwise(cuts)][::2]


def touched(runs):
    """The runs that the search promises to find."""
    found = [(first, stop) for first, stop in runs if any(first <= one < stop for one in SAMPLES)]
    while True:
        near = {at for first, stop in found for step in STEPS for at in (first - 1 - step, stop + step)}
        more = [run for run in runs if run not in found and any(run[0] <= at < run[1] for at in near)]
        if not more:
            return sorted(found)
        found += more


@settings(max_examples=150, deadline=None)
@given(maps(), st.sampled_from([ReadHoldingRegisters, ReadCoils]), st.sampled_from([2000, 125, 64, 7]))
def test_with_reads_enough_the_areas_are_the_map_where_samples_touch_it(runs, request, most):
    search, found = look(Device(runs, most=most), request)

    assert search.finished
    assert found == touched(runs)
    assert search.doubtful == []


@settings(max_examples=150, deadline=None)
@given(maps(), st.integers(0, 400), st.sets(st.integers(0, 2000), max_size=8))
def test_whatever_is_cut_short_or_busy_no_area_is_larger_than_what_is_served(runs, budget, busy):
    device = Device(runs, budget=budget, busy=busy)
    search, found = look(device)

    for first, stop in found:
        assert all(device.served[first:stop])
    for first, stop in found:  # an end is proven, or named as doubtful
        for edge in (first - 1, stop):
            inside = 0 <= edge < ADDRESSES and device.served[edge]
            assert not inside or edge in search.doubtful


@pytest.mark.parametrize("over", [2, 3, 4])
def test_a_limit_of_quantity_is_not_taken_for_the_end_of_an_area(over):
    search, found = look(Device([(0, 1000)], most=60, over=over))

    assert found == [(0, 1000)]
    assert search.block == 60


class Blocks(Device):
    """Refuses a read across the borders of its memory blocks, though all addresses are served."""

    async def ask(self, request):
        last = request.address + request.quantity - 1
        if any(request.address < border <= last for border in (200, 333, 600)):
            self.asked.append(request)
            return Reply(bytes((0, 0, 0, 0, 0, 3, 1, request.function | 0x80, 2)), 1, 0.0, request)
        return await super().ask(request)


def test_a_border_inside_an_area_is_no_limit_of_quantity():
    search, found = look(Blocks([(0, 1000)]))

    assert found == [(0, 1000)]
    assert search.block == 125


def test_a_device_that_serves_every_address():
    device = Device([(0, ADDRESSES)])
    search, found = look(device)

    assert found == [(0, ADDRESSES)]
    assert search.doubtful == []
    assert len(device.asked) < 540  # 525 blocks of 125, and little else


def test_single_registers_at_both_ends():
    assert look(Device([(0, 1), (65535, 65536)]))[1] == [(0, 1), (65535, 65536)]


def test_an_address_named_by_the_user_is_looked_at():
    runs = [(33333, 33343)]
    assert look(Device(runs))[1] == []
    assert look(Device(runs), more=[33340])[1] == runs


def test_every_other_register_is_bounded_by_the_reads_granted():
    device = Device([(at, at + 1) for at in range(0, 2000, 2)], budget=300)
    search, found = look(device)

    assert len(device.asked) == 300
    assert not search.finished
    assert len(found) > 20


class Mute:
    probe = None

    def __init__(self, answer):
        self.answer, self.asked = answer, 0

    async def ask(self, request):
        self.asked += 1
        return self.answer(request)


def test_a_table_without_answers_is_left_alone():
    device = Mute(lambda _: Reaction.SILENCE)
    search, found = look(device)

    assert (found, search.finished, search.refused, device.asked) == ([], False, False, 8)


def test_a_function_that_is_not_served_takes_one_read():
    device = Mute(lambda request: Reply(b"\0\0\0\0\0\3\1\x83\1", 1, 0.0, request))
    search, found = look(device)

    assert (found, search.finished, search.refused, device.asked) == ([], True, True, 1)


def test_answers_of_the_wrong_size_are_no_values():
    device = Mute(lambda request: Reply(b"\0\0\0\0\0\3\1\3\1\0", 1, 0.0, request))
    search, found = look(device)

    assert found == []
    assert search.malformed == device.asked
