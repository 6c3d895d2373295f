"""Analog items: range, instrument range and unit (OPC 10000-8 1.05.04, 5.3.2, 5.6.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncua import ua

from device_simulators.opcua.nodes import Key, standard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from device_simulators.opcua.building import Builder

UNITS = "http://www.opcfoundation.org/UA/units/un/cefact"
"""The namespace of UNECE's units (OPC 10000-8, 5.6.3.4)."""


def add_analog(builder: Builder, node: Key, told: Mapping[str, Any]) -> None:
    """Add those properties of an analog item that the YAML names."""
    for name, given in (("EURange", "range"), ("InstrumentRange", "instrument_range")):
        if given in told:
            low, high = told[given]
            builder.property(node, name, standard("Range"), ua.Range(Low=float(low), High=float(high)))
    if "unit" in told:
        builder.property(
            node, "EngineeringUnits", standard("EUInformation"), engineering_unit(**told["unit"])
        )


def engineering_unit(code: str, symbol: str, name: str) -> ua.EUInformation:
    """Return a unit by UNECE's common code, whose characters are also its number (10000-8, 5.6.3.4)."""
    return ua.EUInformation(
        NamespaceUri=UNITS,
        UnitId=int.from_bytes(code.encode("ascii"), "big"),
        DisplayName=ua.LocalizedText(symbol, "en"),
        Description=ua.LocalizedText(name, "en"),
    )
