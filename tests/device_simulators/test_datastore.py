"""Tables of a device: areas, gaps, registers and bits."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_simulators.modbus.datastore import Bits, Registers, Table
from device_simulators.modbus.devices import Plc


@pytest.mark.parametrize(
    "areas",
    [[(0, 0)], [(5, 3), (7, 1)], [(65535, 2)], [(65536, 1)], [(-1, 2)], [(10, 5), (0, 11)]],
    ids=["empty", "overlap", "beyond", "outside", "negative", "overlap-unsorted"],
)
def test_impossible_areas(areas):
    with pytest.raises(ValueError, match="is empty, overlaps or leaves"):
        Table(areas)


@pytest.mark.parametrize("value", [-1, 0x10000])
def test_registers_hold_sixteen_bits(value):
    with pytest.raises(ValueError, match="does not fit a register"):
        Registers([(0, [value])])


areas = st.lists(
    st.tuples(st.integers(0, 3), st.integers(1, 5)), min_size=0, max_size=6
)  # gaps and counts, laid out one behind the other


@given(areas, st.integers(0, 60), st.integers(0, 20), st.sampled_from([0, 65536 - 48]))
def test_covers_what_the_areas_hold(layout, address, count, base):
    laid, served = [], set()
    end = base
    for gap, size in layout:
        laid.append((end + gap, size))
        served.update(range(end + gap, end + gap + size))
        end += gap + size
    address = (base + address) % 65536

    covered = Table(reversed(laid)).covers(address, max(count, 1))

    assert covered == served.issuperset(range(address, address + max(count, 1)))


@given(st.lists(st.tuples(st.integers(0, 65500), st.binary(max_size=30)), max_size=5))
def test_registers_keep_what_is_written(writes):
    table, model = Registers([(0, [7] * 100)]), dict.fromkeys(range(100), 7)
    for address, data in writes:
        words = data[: len(data) // 2 * 2]
        table.write(address, words)
        for offset in range(0, len(words), 2):
            model[address + offset // 2] = int.from_bytes(words[offset : offset + 2])
    assert all(table[address] == value for address, value in model.items())
    assert table.read(0, 100) == b"".join(model[address].to_bytes(2) for address in range(100))


@given(
    st.lists(
        st.tuples(st.integers(0, 65500), st.integers(0, 30), st.integers(0, 2**40 - 1)),
        min_size=1,
        max_size=5,
    )
)
def test_bits_keep_what_is_written(writes):
    table, model = Bits([(0, [True, False, True])]), {0: True, 1: False, 2: True}
    for address, count, bits in writes:
        table.write(address, count, bits)
        model.update((address + place, bool(bits >> place & 1)) for place in range(count))
    assert all(table[address] == value for address, value in model.items())
    first, count, _ = writes[-1]
    assert table.read(first, count) == sum(model[first + place] << place for place in range(count))


def test_reading_behind_the_last_address_gives_zeros():
    assert Registers([(65535, [0xBEEF])]).read(65535, 2) == b"\xbe\xef\0\0"
    assert Bits([(65535, [True])]).read(65535, 2000) == 1


def test_single_values_can_be_set():
    registers, bits = Registers([(0, [0])]), Bits([(0, [False])])
    registers[0], bits[0] = 0xABCD, True
    assert (registers[0], bits[0]) == (0xABCD, True)


def test_a_copy_has_values_of_its_own():
    registers, bits = Registers([(4, [1, 2])]), Bits([(9, [True])])
    others = registers.copy(), bits.copy()
    registers[4], bits[9] = 7, False

    assert (others[0][4], others[0][5], others[1][9]) == (1, 2, True)
    assert (registers[4], bits[9]) == (7, False)
    assert (others[0].covers(4, 2), others[0].covers(4, 3), others[1].covers(9, 1)) == (True, False, True)


def test_a_thousand_controllers_take_less_memory_than_a_hundred_whole_address_spaces():
    tracemalloc.start()
    try:
        controllers = [Plc() for _ in range(1000)]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(controllers) == 1000
    assert peak < 100 * 2 * 65536
