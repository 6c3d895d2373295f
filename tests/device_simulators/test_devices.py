"""The reference devices hold what they say, and their declarations say what they hold."""

import struct
from pathlib import Path

import pytest
import yaml

from device_simulators.modbus.devices import IoBlock, Plc, Transmitter

DECLARATIONS = Path(__file__).parents[2] / "profiles" / "devices"
DEVICES = {"plc": Plc, "transmitter": Transmitter, "io-block": IoBlock}
TABLES = {"coils": "01", "discrete_inputs": "02", "holding_registers": "03", "input_registers": "04"}


@pytest.mark.parametrize("name", DEVICES)
class TestDeclaration:
    def test_functions(self, name):
        declared = yaml.safe_load((DECLARATIONS / f"sim-{name}.yaml").read_text())
        words = declared["supports"]
        assert {int(word[2:4]) for word in words} == DEVICES[name].functions
        if "fc08" in words:
            assert {int(word[5:]) for word in words if word[:5] == "fc08/"} == DEVICES[name].sub_functions
        assert declared["connect"] == f"sim:{name}"

    def test_every_address_is_declared_or_refused(self, name):
        declared = yaml.safe_load((DECLARATIONS / f"sim-{name}.yaml").read_text())
        device = DEVICES[name]()
        for table in TABLES:
            served = {address for address in range(65536) if getattr(device, table).covers(address, 1)}
            areas = declared.get(table, [])
            listed = [a for area in areas for a in range(area["first"], area["first"] + area["count"])]
            assert sorted(served) == listed
            protected = {address for address in range(65536) if getattr(device, table).protects(address, 1)}
            read_only = [area for area in areas if area.get("read_only")]
            assert len(protected) == sum(area["count"] for area in read_only)
            assert all(area["first"] in protected for area in read_only)

    def test_two_devices_share_nothing(self, name):
        one, other = DEVICES[name](), DEVICES[name]()
        one.coils[0], one.holding_registers[0] = not one.coils[0], 4711
        assert other.coils[0] == DEVICES[name]().coils[0]
        assert other.holding_registers[0] == DEVICES[name]().holding_registers[0]


def test_plc_is_larger_than_the_longest_requests():
    plc = Plc()
    assert plc.coils.covers(0, 2001)
    assert plc.coils.covers(4096, 1969)
    assert plc.discrete_inputs.covers(0, 2001)
    assert plc.holding_registers.covers(0, 126)
    assert plc.holding_registers.covers(400, 126 + 124)
    assert plc.input_registers.covers(0, 126)


def test_plc_holds_known_values():
    plc = Plc()
    assert [plc.holding_registers[a] for a in (0, 199, 400, 655)] == [0, 199, 400, 655]
    assert [plc.input_registers[a] for a in (0, 199, 400, 415)] == [1000, 1199, 1400, 1415]
    assert all(plc.coils[a] != plc.discrete_inputs[a] for a in range(2048))
    assert [plc.coils[a] for a in range(8)] == [False, True, True, False, True, False, False, True]


@pytest.mark.parametrize(
    ("celsius", "status"), [(21.5, 0), (0.0, 0), (150.0, 0), (-0.5, 1), (-273.15, 1), (150.5, 2)]
)
def test_transmitter_gives_its_temperature_in_both_word_orders(celsius, status):
    transmitter = Transmitter()
    transmitter.set_temperature(celsius)

    answer = transmitter.answer(bytes.fromhex("04 0000 0005"))
    a, b, c, d, last = struct.unpack(">5H", answer[2:])
    assert (a, b) == (d, c)
    assert struct.unpack(">f", struct.pack(">2H", a, b))[0] == pytest.approx(celsius)
    assert last == status


def test_io_block_inputs():
    assert IoBlock().answer(bytes.fromhex("02 0000 0010")) == bytes.fromhex("02 02 5555")
    assert IoBlock().answer(bytes.fromhex("0f 0000 0010 02 ffff")) == bytes.fromhex("0f 0000 0010")
