"""Servers whose attributes and values are of types that nobody expects there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from asyncua import ua

from device_simulators.opcua.plc import Plc

_NAMESPACES = ua.NodeId(2255)
_KIND = ua.VariantType

VALUES: Mapping[str, Callable[[], ua.DataValue]] = {
    name: partial(ua.DataValue, variant)
    for name, variant in {
        "a NodeId": ua.Variant(ua.NodeId("nowhere", 2)),
        "an array of NodeIds": ua.Variant([ua.NodeId("nowhere", 2)] * 3),
        "an array of numbers": ua.Variant([1, 2, 3], _KIND.Int32),
        "an empty array": ua.Variant([], _KIND.Int32),
        "a matrix": ua.Variant([1, 2, 3, 4], _KIND.Int32, [2, 2]),
        "a text": ua.Variant("hostile"),
        "no text": ua.Variant(None, _KIND.String),
        "a localized text of nothing": ua.Variant(ua.LocalizedText()),
        "a negative number": ua.Variant(-5, _KIND.Int32),
        "a large number": ua.Variant(2**64 - 1, _KIND.UInt64),
        "no number": ua.Variant(float("nan")),
        "a structure": ua.Variant(ua.Argument()),
        "a value in a value": ua.Variant(ua.DataValue(ua.Variant(5)), _KIND.DataValue),
        "null": ua.Variant(),
        "ten megabytes": ua.Variant("A" * 10_000_000),
    }.items()
} | {"nothing": ua.DataValue}
"""What is read, by its name."""


def server(name: str, *, values: bool, attributes: bool) -> type[Plc]:
    """Return a controller of which all values, all other attributes, or both are read as something else."""
    made = VALUES[name]

    class Strange(Plc):
        """Knows its namespaces, and nothing else."""

        def read(self, session: Any, request: ua.ReadRequest) -> ua.ReadResponse:
            response = super().read(session, request)
            asked = request.Parameters.NodesToRead or ()
            for at, item in enumerate(asked[: len(response.Results or ())]):
                is_value = item.AttributeId == ua.AttributeIds.Value
                if item.NodeId != _NAMESPACES and (values if is_value else attributes):
                    response.Results[at] = made()
            return response

    return Strange
