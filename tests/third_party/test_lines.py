"""Each server on its line, asked by a client that is not ours either: what is joined here carries Modbus."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
from pymodbus.client import ModbusSerialClient, ModbusTcpClient
from pymodbus.framer import FramerType

from testbed.model.connect import endpoint
from tests.third_party.products import LINES, Product
from tests.third_party.wires import wires


def client(connect: str):
    place = endpoint(connect)
    if place.over == "rtu+tcp":
        return ModbusTcpClient(place.host, port=place.port, framer=FramerType.RTU)
    return ModbusSerialClient(place.name, framer=FramerType(place.over))


def is_missing(product: Product) -> bool:
    return product.installed != product.judged or (product.name == "libmodbus" and not shutil.which("cc"))


@pytest.mark.parametrize("product", LINES, ids=str)
def test_pymodbus_reads_and_writes(product, tmp_path):
    if is_missing(product):
        pytest.skip(f"{product.name} {product.judged} is not at hand")
    with product.running(tmp_path) as connect, client(connect) as asks:
        assert asks.read_input_registers(10, count=3, device_id=1).registers == [1010, 1011, 1012]
        assert not asks.write_registers(200, [1, 2, 3], device_id=1).isError()
        assert asks.read_holding_registers(199, count=4, device_id=1).registers == [199, 1, 2, 3]
        assert asks.read_coils(0, count=2, device_id=1).bits[:2] == [False, True]
        assert asks.read_holding_registers(456, count=1, device_id=1).exception_code == 2


@pytest.mark.parametrize("product", [one for one in LINES if one.over == "rtu"], ids=str)
def test_mbpoll_reads(product, program, tmp_path):
    if is_missing(product):
        pytest.skip(f"{product.name} {product.judged} is not at hand")
    with product.running(tmp_path) as connect:
        port = endpoint(connect).name
        line = ["-m", "rtu", "-b", "19200", "-P", "none", "-a", "1"]
        command = [program("mbpoll"), *line, "-0", "-t", "3", "-r", "10", "-c", "3", "-1", port]
        said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout

    assert [line.split()[-1] for line in said.splitlines() if line.startswith("[")] == [
        "1010",
        "1011",
        "1012",
    ]


def test_wires_carry_every_character_both_ways():
    everything = bytes(range(256))
    with wires() as ports:
        ends = [os.open(port, os.O_RDWR | os.O_NOCTTY) for port in ports]
        for source, target in (ends, ends[::-1]):
            os.write(source, everything)
            heard = b""
            while len(heard) < len(everything):
                heard += os.read(target, 256)
            assert heard == everything
        for end in ends:
            os.close(end)
