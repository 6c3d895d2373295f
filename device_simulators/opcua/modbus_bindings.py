"""Variables that show the tables of a Modbus device: one device, two protocols, equal values."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from asyncua import ua
from asyncua.ua import VariantType

from device_simulators.opcua.bindings import Binding
from device_simulators.opcua.errors import Failed
from testbed.protocols.opcua.status import status

if TYPE_CHECKING:
    from collections.abc import Callable

_REGISTER_BYTES = 2


def bind_table(table: str, first: int, count: int, kind: VariantType, *, is_array: bool) -> Binding:
    """Return how a Variable shows a part of a table.

    Args:
        table: its name: coils, discrete_inputs, holding_registers or input_registers.
        first: the first address.
        count: how many addresses.
        kind: Boolean for bits; UInt16 for registers; Float for two of them, high word first; String for text.
        is_array: whether there is a value for each address.
    """
    read, write = _CODECS[kind]

    def shown(server: Any, _session: Any) -> ua.Variant:
        values = read(getattr(server.modbus, table), first, count)
        return ua.Variant(values if is_array else values[0], kind, is_array=is_array)

    def taken(server: Any, value: ua.Variant) -> None:
        values = value.Value if is_array else [value.Value]
        data = write(values, count)
        if data is None:
            raise Failed(status.BadOutOfRange)
        getattr(server.modbus, table).write(first, *data)

    return Binding(shown, taken)


def _read_bits(table: Any, first: int, count: int) -> list[Any]:
    bits = table.read(first, count)
    return [bool(bits >> place & 1) for place in range(count)]


def _write_bits(values: list[Any], count: int) -> tuple[Any, ...] | None:
    if len(values) != count:
        return None
    return count, sum(bool(value) << place for place, value in enumerate(values))


def _read_registers(table: Any, first: int, count: int) -> list[Any]:
    return list(struct.unpack(f">{count}H", table.read(first, count)))


def _write_registers(values: list[Any], count: int) -> tuple[Any, ...] | None:
    return (struct.pack(f">{count}H", *values),) if len(values) == count else None


def _read_float(table: Any, first: int, count: int) -> list[Any]:
    return list(struct.unpack(f">{count // 2}f", table.read(first, count)))


def _write_float(values: list[Any], count: int) -> tuple[Any, ...] | None:
    return (struct.pack(f">{count // 2}f", *values),)


def _read_text(table: Any, first: int, count: int) -> list[Any]:
    return [bytes(table.read(first, count)).decode("ascii", "replace").rstrip(" \0")]


def _write_text(values: list[Any], count: int) -> tuple[Any, ...] | None:
    text = values[0] or ""
    if not text.isascii() or len(text) > _REGISTER_BYTES * count:
        return None
    return (text.encode("ascii").ljust(_REGISTER_BYTES * count),)


_CODECS: dict[VariantType, tuple[Callable[[Any, int, int], list[Any]], Callable[[list[Any], int], Any]]] = {
    VariantType.Boolean: (_read_bits, _write_bits),
    VariantType.UInt16: (_read_registers, _write_registers),
    VariantType.Float: (_read_float, _write_float),
    VariantType.String: (_read_text, _write_text),
}
