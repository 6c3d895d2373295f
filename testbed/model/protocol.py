"""Words of a declaration that belong to one protocol: a device that speaks another has no use for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from testbed.model.connect import NAMES_OF_PROTOCOLS, ProtocolName
from testbed.model.document import WHOLE
from testbed.model.opcua.units import unit_named

if TYPE_CHECKING:
    from testbed.model.declaration import Declaration

WORDS: Mapping[ProtocolName, tuple[str, ...]] = {
    "opcua": ("claims", "channel", "user", "limits", "nodes", "methods"),
    "modbus": (
        "numbering",
        "transactions",
        "gateway",
        "connections",
        "coils",
        "discrete_inputs",
        "holding_registers",
        "input_registers",
        "files",
        "fifos",
        "identification",
        "diagnostics",
        "known_values",
    ),
    "modbus_client": ("client",),
}
"""Keys that only devices of a protocol have; all others belong to both."""
_INSTEAD: Mapping[ProtocolName, str] = {
    "modbus": "tcp://HOST:PORT?unit=1",
    "opcua": "opc.tcp://HOST:PORT/PATH",
    "modbus_client": "listen://127.0.0.1:0?unit=1",
}


def check_protocol(declared: Declaration, speaks: ProtocolName) -> None:
    """Hold that a declaration has the words of its device's protocol and of no other.

    Raises:
        ValidationError: it has not; each fault at its own place.
    """
    faults = [
        InitErrorDetails(type=PydanticCustomError(WHOLE, "{what}", {"what": what}), loc=place, input=None)
        for place, what in (*_strangers(declared, speaks), *_of_support(declared, speaks))
    ]
    if faults:
        raise ValidationError.from_exception_data("declaration", faults)


def _strangers(declared: Declaration, speaks: ProtocolName) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the words of other protocols that say something; one at its default says nothing."""
    fields = type(declared).model_fields
    for other, words in WORDS.items():
        for word in words if other != speaks else ():
            if getattr(declared, word) != fields[word].default:
                what = (
                    f"is a word of {NAMES_OF_PROTOCOLS[other]}, and `connect: {declared.connect}` speaks "
                    f"{NAMES_OF_PROTOCOLS[speaks]}; remove it, or write `connect: {_INSTEAD[other]}`"
                )
                yield (word,), what


def _of_support(declared: Declaration, speaks: ProtocolName) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if speaks == "modbus" and not declared.supports:
        yield ("supports",), "lacks at least 1 item: the functions that the device serves, such as `[fc03]`"
    if speaks == "modbus_client":
        if declared.client is None:
            yield ("client",), "is missing: what the client can be made to do, and where its values are seen"
        if declared.supports:
            yield ("supports",), "is told by the tasks of `client`; remove it"
    for at, name in enumerate(declared.supports if speaks == "opcua" else ()):
        try:
            known = unit_named(name)
        except ValueError as error:
            yield ("supports", at), str(error)
        else:
            if known != name:
                yield ("supports", at), f"write it as the standard does: `{known}`"
