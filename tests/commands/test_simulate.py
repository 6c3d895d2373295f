"""`testbed simulate`: prints where it serves, really serves, and ends at Ctrl-C without a word."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from asyncua.sync import Client
from pymodbus.client import ModbusTcpClient


@contextmanager
def simulated(*arguments):
    with subprocess.Popen(
        [sys.executable, "-m", "testbed", "simulate", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as device:
        try:
            yield device, device.stdout.readline().strip()
        finally:
            device.kill()


def test_a_client_reads_and_ctrl_c_ends_it():
    with simulated("plc", "--port", "0") as (device, endpoint):
        where = urlsplit(endpoint)
        assert (where.scheme, where.hostname) == ("tcp", "127.0.0.1")
        with ModbusTcpClient(where.hostname, port=where.port) as client:
            answer = client.read_holding_registers(10, count=3)
            assert answer.registers == [10, 11, 12]
            device.send_signal(signal.SIGINT)
            out, err = device.communicate(timeout=20)

    assert (device.returncode, out, err) == (0, "", "")


def test_a_mutant_serves_its_fault():
    with simulated("accepts-no-holding-registers") as (_, endpoint):
        where = urlsplit(endpoint)
        with socket.create_connection((where.hostname, where.port), timeout=10) as client:
            client.sendall(bytes.fromhex("0001 0000 0006 01 03 0000 0000"))
            assert client.recv(260).hex(" ") == "00 01 00 00 00 03 01 03 00"


def test_an_opc_ua_device_prints_its_endpoint_and_serves_it():
    with simulated("opcua-plc") as (device, endpoint):
        assert endpoint.startswith("opc.tcp://127.0.0.1:")
        with Client(endpoint) as client:
            assert client.get_node("i=2259").read_value() == 0
        device.send_signal(signal.SIGINT)
        out, err = device.communicate(timeout=20)

    assert (device.returncode, out) == (0, "")
    told, _, folder = err.strip().partition(": ")
    assert told == "certificates for its clients"
    assert not Path(folder).exists()  # they last as long as the device


def test_an_opc_ua_device_has_no_other_transport():
    with simulated("opcua-plc", "--over", "rtu") as (device, _):
        _, err = device.communicate(timeout=20)

    assert device.returncode == 64
    assert "speaks OPC UA over TCP alone; leave out --over rtu" in err


@pytest.mark.skipif(not os.path.exists("/proc/net/if_inet6"), reason="no IPv6 here")  # noqa: PTH110 - no path of ours
def test_an_ipv6_endpoint_is_printed_as_a_declaration_writes_it():
    with simulated("io-block", "--host", "::1") as (_, endpoint):
        assert endpoint.startswith("tcp://[::1]:")
        where = urlsplit(endpoint)
        with ModbusTcpClient(where.hostname, port=where.port) as client:
            assert client.read_discrete_inputs(0, count=4).bits[:4] == [True, False, True, False]
