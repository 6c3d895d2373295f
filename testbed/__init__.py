"""The bench of the mother factory: test machines that speak Modbus (and soon OPC UA) against the standards."""

__version__ = "0.1.0"
