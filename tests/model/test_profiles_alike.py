"""The profiles of Modbus servers ask the same of a device, but for what belongs to one transport."""

import os
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "profiles"
TCP = FOLDER / "modbus-tcp-server@1.yaml"
OF_TCP = ('"sessions >= 2"', '"transactions >= 2"')
ITEM = re.compile(r"  - \{ item: (?P<name>\"[^\"]*\"|[^,]*),")


def wanted(kind: str) -> str:
    """Return the profile of a serial transport, made out of that of TCP."""
    text = TCP.read_text(encoding="utf-8").replace("modbus-tcp-server@1", f"modbus-{kind}-server@1")
    text = text.replace("Modbus over TCP", f"Modbus {kind.upper()} on a serial line")
    text = text.replace("Modbus/TCP server", f"Modbus {kind.upper()} server")
    text = text.replace("Modbus/TCP 서버", f"Modbus {kind.upper()} 서버")
    text = re.sub(r"(?m)^suites: .*", f"suites: [modbus_{kind}_server]", text)
    lines = [line for line in text.splitlines() if not ((found := ITEM.match(line)) and found["name"] in OF_TCP)]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("kind", ["rtu", "ascii"])
def test_a_serial_profile_is_that_of_tcp_without_its_connections(kind):
    path = FOLDER / f"modbus-{kind}-server@1.yaml"
    if os.environ.get("GOLDEN") == "write":
        path.write_text(wanted(kind), encoding="utf-8")

    assert path.read_text(encoding="utf-8") == wanted(kind)
