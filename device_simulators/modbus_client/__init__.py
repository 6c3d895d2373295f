"""The reference Modbus client, and mutants that each break exactly what they say."""

from device_simulators.modbus_client.client import ReferenceClient
from device_simulators.modbus_client.mutants import MUTANTS
from device_simulators.modbus_client.mutants.registry import offered

REFERENCE = offered("client", ReferenceClient)

SIMULATORS = {REFERENCE.name: REFERENCE} | MUTANTS
