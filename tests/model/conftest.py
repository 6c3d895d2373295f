"""A smallest declaration, to which a test adds the lines that it is about."""

import pytest

from testbed.model.declaration import Declaration
from testbed.model.document import load

SMALLEST = {
    "device": "{ vendor: V, model: M, firmware: F }",
    "profile": "modbus-tcp-server@1",
    "connect": "sim:plc",
    "supports": "[fc03]",
}


OPCUA = SMALLEST | {"profile": "opcua-server@1", "connect": "opc.tcp://plc"}
del OPCUA["supports"]


@pytest.fixture(scope="session")
def declared():
    """Reads the smallest declaration with some lines added or replaced."""
    return reader(SMALLEST)


@pytest.fixture(scope="session")
def opcua():
    """Reads the smallest declaration of an OPC UA server with some lines added or replaced."""
    return reader(OPCUA)


def reader(smallest):
    def read(*lines):
        text = dict(smallest)
        for line in lines:
            key, _, value = line.partition(": ")
            text[key] = value
        return load(Declaration, "".join(f"{key}: {value}\n" for key, value in text.items()), "plc.yaml")

    return read
