"""The services of the Attribute service set (OPC 10000-4 1.05.04, 5.11)."""

from device_simulators.opcua.reading import Reading
from device_simulators.opcua.writing import Writing


class Attributes(Reading, Writing):
    """Read and Write."""
