"""What a vendor declares of a gateway, and what is then not asked of it."""

import pytest

from testbed.model.declaration import Declaration
from testbed.model.document import load
from testbed.model.needs import missing
from testbed.model.verdict import Verdict
from testbed.plugin.shelf import suites

TEXT = """
device:   { vendor: V, model: M, firmware: "1" }
profile:  modbus-rtu-server@1
connect:  rtu+tcp://127.0.0.1:5020?unit=1
supports: [fc03, fc06, fc08/11, fc08/14, fc08/15]
isolated: true
holding_registers: [{ first: 0, count: 8, scratch: true }]
"""
GATEWAY = "gateway: { units: [1, 2], absent: 9 }\n"
OF_ONE_DEVICE = (
    "MB-SERIAL-ADDRESS-OTHER",
    "MB-SERIAL-ADDRESS-RESERVED",
    "MB-SERIAL-OTHERS-TRAFFIC",
    "MB-SERIAL-BROADCAST-SILENT",
    "MB-SERIAL-BUS-MESSAGE-COUNT",
    "MB-SERIAL-SERVER-MESSAGE-COUNT",
    "MB-SERIAL-NO-RESPONSE-COUNT",
)


@pytest.mark.parametrize("requirement", OF_ONE_DEVICE)
def test_a_gateway_answers_for_others_and_a_device_does_not(requirement):
    """What lies at another address is a gateway's to answer, with its data or with exception 0A (AP 7)."""
    row = next(one for one in suites()["modbus_rtu_server"].catalogue.requirements if one.id == requirement)
    device, gateway = (load(Declaration, text, "d.yaml") for text in (TEXT, TEXT + GATEWAY))

    assert missing(row.needs, device.facts) is None
    assert missing(row.needs, gateway.facts).verdict is Verdict.NOT_APPLICABLE
