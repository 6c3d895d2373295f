"""libmodbus's own reception and replies for many connections: a program, so that a fault in C ends it alone.

It needs the library and Python's own modules. The first line that it is told has the tables, as JSON; it
prints the port on which it listens, and ends when its standard input does.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import socket
import sys

MOST_CONNECTIONS = 64
"""As many as the tap lets through in one act."""
LONGEST = 260
"""Bytes of an ADU over TCP (MODBUS_TCP_MAX_ADU_LENGTH)."""


class Mapping(ctypes.Structure):
    """`modbus_mapping_t` of modbus.h, since 3.1."""

    _fields_ = (
        *((name, ctypes.c_int) for name in ("nb_bits", "start_bits", "nb_input_bits", "start_input_bits")),
        *((name, ctypes.c_int) for name in ("nb_input_registers", "start_input_registers")),
        *((name, ctypes.c_int) for name in ("nb_registers", "start_registers")),
        ("tab_bits", ctypes.POINTER(ctypes.c_uint8)),
        ("tab_input_bits", ctypes.POINTER(ctypes.c_uint8)),
        ("tab_input_registers", ctypes.POINTER(ctypes.c_uint16)),
        ("tab_registers", ctypes.POINTER(ctypes.c_uint16)),
    )


def loaded(name: str) -> ctypes.CDLL:
    """Return the library, with the types that its functions have."""
    library = ctypes.CDLL(name)
    library.modbus_new_tcp.restype = ctypes.c_void_p
    library.modbus_new_tcp.argtypes = (ctypes.c_char_p, ctypes.c_int)
    library.modbus_mapping_new.restype = ctypes.POINTER(Mapping)
    library.modbus_mapping_new.argtypes = (ctypes.c_int,) * 4
    library.modbus_tcp_listen.argtypes = (ctypes.c_void_p, ctypes.c_int)
    library.modbus_tcp_accept.argtypes = (ctypes.c_void_p, ctypes.POINTER(ctypes.c_int))
    library.modbus_set_socket.argtypes = (ctypes.c_void_p, ctypes.c_int)
    library.modbus_receive.argtypes = (ctypes.c_void_p, ctypes.c_char_p)
    library.modbus_reply.argtypes = (
        ctypes.c_void_p,
        ctypes.c_char_p,
        ctypes.c_int,
        ctypes.POINTER(Mapping),
    )
    return library


def mapped(library: ctypes.CDLL, told: dict[str, list[int]]) -> ctypes._Pointer[Mapping]:
    """Return the tables as libmodbus keeps them."""
    names = ("coils", "discrete_inputs", "holding_registers", "input_registers")
    mapping: ctypes._Pointer[Mapping] = library.modbus_mapping_new(*(len(told[name]) for name in names))
    tables = mapping.contents
    places = (tables.tab_bits, tables.tab_input_bits, tables.tab_registers, tables.tab_input_registers)
    for name, place in zip(names, places, strict=True):
        for at, value in enumerate(told[name]):
            place[at] = value
    return mapping


def serve(library: ctypes.CDLL, mapping: ctypes._Pointer[Mapping]) -> None:
    """Serve until standard input ends."""
    context = library.modbus_new_tcp(b"127.0.0.1", 0)
    listener = ctypes.c_int(library.modbus_tcp_listen(context, MOST_CONNECTIONS))
    with socket.socket(fileno=os.dup(listener.value)) as plug:
        sys.stdout.write(f"{plug.getsockname()[1]}\n")
    sys.stdout.flush()
    query = ctypes.create_string_buffer(LONGEST)
    lines: list[int] = []
    while True:
        ready, _, _ = select.select([sys.stdin.fileno(), listener.value, *lines], [], [])
        if sys.stdin.fileno() in ready:
            return
        for line in [one for one in lines if one in ready]:
            library.modbus_set_socket(context, line)
            length = library.modbus_receive(context, query)
            if length > 0:
                library.modbus_reply(context, query, length, mapping)
            elif length < 0:
                os.close(line)
                lines.remove(line)
        if listener.value in ready and len(lines) < MOST_CONNECTIONS:
            accepted = library.modbus_tcp_accept(context, ctypes.byref(listener))
            if accepted >= 0:
                lines.append(accepted)


if __name__ == "__main__":
    found = loaded(sys.argv[1])
    serve(found, mapped(found, json.loads(sys.stdin.buffer.readline())))
