"""Preflight on a serial line: the port, the settings, the address; virtual time, so that nobody waits."""

import asyncio

import pytest

from device_simulators.modbus.devices import Plc
from testbed.model.connect import endpoint
from testbed.model.declaration import Declaration
from testbed.model.document import load
from testbed.testers.modbus.preflight import Desk, examine
from testbed.wire.clock import VirtualClockLoop
from testbed.wire.dial import UnreachableError, over_line
from testbed.wire.recorder import Recorder

HERE = "serial:///dev/ttyS9?unit=1&mode=rtu&baud=19200&parity=even&stop=1"
TEXT = """\
device: {{ vendor: A, model: B, firmware: "1" }}
profile: modbus-rtu-server@1
connect: {connect}
supports: [fc03]
timing: {{ reply_within: 200 ms }}
holding_registers: [{{ first: 0, count: 10 }}]
"""


def look(truth, connect=HERE, dial=None):
    """What preflight finds where a controller hangs on a line of certain settings."""

    def elsewhere(there):
        server = Plc()
        server.unit = endpoint(truth).unit
        same = there.model_copy(update={"unit": 1}) == endpoint(truth).model_copy(update={"unit": 1})
        return over_line(there, server.serve(there.over)) if same else over_line(there)

    declared = load(Declaration, TEXT.format(connect=connect), "a.yaml")

    async def fly():
        recorder = Recorder(asyncio.get_running_loop().time)
        desk = Desk(declared, dial or elsewhere(declared.endpoint), recorder, lambda _: None, elsewhere)
        await examine(desk)
        return desk

    with asyncio.Runner(loop_factory=VirtualClockLoop) as runner:
        desk = runner.run(fly())
    return [check.found for check in desk.checks if check.found is not None], desk


def test_a_device_as_declared_passes():
    found, desk = look(HERE)

    assert not found
    assert any("unit 1 answers" in check.said.en for check in desk.checks)


@pytest.mark.parametrize(
    ("truth", "said"),
    [
        ("baud=9600&parity=none", "in RTU at 9600 8N1"),
        ("baud=9600&parity=even", "in RTU at 9600 8E1"),
        ("baud=115200&parity=none", "in RTU at 115200 8N1"),
        ("baud=19200&parity=even&mode=ascii", "in ASCII at 19200 7E1"),
    ],
)
def test_another_setting_is_found_and_can_be_pasted(truth, said):
    there = f"serial:///dev/ttyS9?unit=1&{truth}&stop=1"
    (found,), _ = look(there)

    assert (found.id, found.stops) == ("PF-LINE", True)
    assert said in found.said.en
    lines = dict(line.split(": ", 1) for line in found.paste.splitlines())
    assert endpoint(lines["connect"]) == endpoint(there)
    assert ("profile" in lines) == ("ascii" in truth)


def test_another_address_is_found():
    (found,), _ = look(HERE.replace("unit=1", "unit=5"))

    assert found.id == "PF-UNIT"
    assert endpoint(found.paste.removeprefix("connect: ")).unit == 5


def test_where_nobody_answers_the_wires_are_named():
    (found,), _ = look("serial:///dev/ttyS9?unit=200&baud=1200")

    assert (found.id, found.stops) == ("PF-SILENT-LINE", True)
    assert "wires are not swapped" in found.remedy.en


def test_a_port_that_cannot_be_opened_says_why():
    async def dial(_):
        raise UnreachableError("the serial port /dev/ttyS9 does not exist; is it plugged in?")

    (found,), _ = look(HERE, dial=dial)

    assert found.id == "PF-SERIAL-PORT"
    assert "does not exist" in found.said.en


def test_nothing_is_said_to_a_line_that_might_be_a_write():
    _, desk = look("serial:///dev/ttyS9?unit=200&baud=1200")
    sent = [packet.data for packet in desk.recorder.packets if packet.sent and packet.data]

    functions = {frame[1] if frame[0] != 0x3A else int(frame[3:5], 16) for frame in sent}
    assert functions == {3}
