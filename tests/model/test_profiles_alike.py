"""Profiles and examples of Modbus servers say the same, but for what belongs to one transport."""

import os
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "profiles"
TCP = FOLDER / "modbus-tcp-server@1.yaml"
OF_TCP = ('"sessions >= 2"', '"transactions >= 2"', "connection_limit", "idle", "any_unit")
ITEM = re.compile(r"  - \{ item: (?P<name>\"[^\"]*\"|[^,]*),")


def wanted(kind: str) -> str:
    """Return the profile of a serial transport, made out of that of TCP."""
    text = TCP.read_text(encoding="utf-8").replace("modbus-tcp-server@1", f"modbus-{kind}-server@1")
    text = text.replace("Modbus over TCP", f"Modbus {kind.upper()} on a serial line")
    text = text.replace("Modbus/TCP server", f"Modbus {kind.upper()} server")
    text = text.replace("Modbus/TCP 서버", f"Modbus {kind.upper()} 서버")
    text = re.sub(r"(?m)^suites: .*", f"suites: [modbus_{kind}_server]", text)
    lines = [
        line for line in text.splitlines() if not ((found := ITEM.match(line)) and found["name"] in OF_TCP)
    ]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("kind", ["rtu", "ascii"])
def test_a_serial_profile_is_that_of_tcp_without_its_connections(kind):
    path = FOLDER / f"modbus-{kind}-server@1.yaml"
    if os.environ.get("GOLDEN") == "write":
        path.write_text(wanted(kind), encoding="utf-8")

    assert path.read_text(encoding="utf-8") == wanted(kind)


PLC = FOLDER / "devices" / "sim-plc.yaml"
HEAD = "# The simulated controller: device_simulators.modbus.devices.Plc"
OF_CONNECTIONS = re.compile(r"(?m)^(sessions|transactions|connections):.*\n")
LIMITS = re.compile(r"(?m)^connections:.*\n")


def serial(kind: str) -> str:
    text = PLC.read_text(encoding="utf-8").replace("modbus-tcp-server@1", f"modbus-{kind}-server@1")
    text = text.replace(HEAD, f"# The simulated controller on a serial line in {kind.upper()} framing")
    return OF_CONNECTIONS.sub("", text.replace("sim:plc", f"sim:plc?over={kind}"))


def gateway() -> str:
    text = PLC.read_text(encoding="utf-8").replace("sim:plc", "sim:gateway?unit=1")
    head = "# A simulated gateway before the controller and a transmitter: device_simulators.modbus.cell.Cell"
    text = text.replace(HEAD, head).replace("model: SIM-PLC", "model: SIM-GATEWAY")
    return LIMITS.sub("gateway:     { units: [1, 17], absent: 250, silent: 50 }\n", text)


@pytest.mark.parametrize(
    ("name", "text"), [("plc-rtu", serial("rtu")), ("plc-ascii", serial("ascii")), ("gateway", gateway())]
)
def test_the_controller_is_declared_alike_on_every_transport(name, text):
    path = PLC.parent / f"sim-{name}.yaml"
    if os.environ.get("GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")

    assert path.read_text(encoding="utf-8") == text
