"""Clients that are each broken in exactly the requirements that they name."""

import pkgutil
from importlib import import_module

from device_simulators.modbus_client.mutants.registry import MUTANTS

for _module in pkgutil.iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["MUTANTS"]
