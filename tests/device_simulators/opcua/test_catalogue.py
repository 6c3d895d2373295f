"""The OPC UA devices by name, and what finding one loads."""

import subprocess
import sys

import pytest

from testbed.wire.simulator import NoSuchSimulatorError, simulator, simulators

PROGRAM = """
import sys
from testbed.wire.simulator import simulator, simulators
assert simulator("plc").protocol == "modbus"
assert simulators("modbus_tcp_server") == simulators("modbus")
sys.exit("asyncua" in sys.modules)
"""


def test_finding_a_modbus_device_loads_nothing_of_opc_ua():
    subprocess.run([sys.executable, "-c", PROGRAM], check=True, timeout=60)


def test_each_device_has_one_name_that_says_its_protocol():
    ours, theirs = simulators("opcua"), simulators("modbus_tcp_client")
    assert {one.protocol for one in ours.values()} == {"opcua"}
    assert all(name.startswith("opcua-") for name in ours)
    assert {**theirs, **ours} == simulators()
    assert len(simulators()) == len(ours) + len(theirs)
    assert simulator("opcua-plc") is simulators("opcua_server")["opcua-plc"]


def test_a_name_that_is_none_is_told_the_nearest():
    with pytest.raises(NoSuchSimulatorError, match="did you mean `opcua-plc`"):
        simulator("opcua-pcl")
