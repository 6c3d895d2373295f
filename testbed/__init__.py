"""The bench of the mother factory: judges machines that speak Modbus (soon OPC UA) by their standards."""

__version__ = "0.1.0"
