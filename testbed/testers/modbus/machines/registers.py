"""Holding registers against a dictionary: what is written by any function is read back by any other."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from hypothesis import strategies as st

from testbed.protocols.modbus import (
    MaskWriteRegister,
    ReadHoldingRegisters,
    ReadHoldingRegistersResponse,
    ReadWriteMultipleRegisters,
    ReadWriteMultipleRegistersResponse,
    Request,
    WriteMultipleRegisters,
    WriteMultipleRegistersResponse,
    WriteSingleRegister,
)
from testbed.testers.modbus.machines.machine import Machine, initialize, rule, served

COUNT = 4
"""Registers of the model: few, so that rules meet each other's values often."""

_PLACES = st.integers(0, COUNT - 1)
_WORDS = st.integers(0, 0xFFFF)
_SPANS = st.tuples(_PLACES, st.lists(_WORDS, min_size=1, max_size=COUNT))


class RegistersMachine(Machine):
    """Functions 03, 06, 16, 22 and 23 on leased registers."""

    def prove(self) -> None:
        """Let each function write a value unlike its neighbours, and function 03 read all of them."""
        self.reset()
        values = [0x1234, 0x2345, 0x3456, 0x4567]
        writes: list[tuple[str, Callable[[], None]]] = [
            *(("fc16", partial(self.write_many, span=(0, values[-size:]))) for size in range(COUNT, 0, -1)),
            ("fc06", partial(self.write_one, at=1, value=0x8012)),
            ("fc23", partial(self.write_and_read, at=2, value=0x9ABC)),
            ("fc22", partial(self.mask, at=1, and_mask=0x00F2, or_mask=0x0025)),
        ]
        for function, write in writes:
            if self.around.serves(function):
                write()
                self.read()

    @initialize()
    def reset(self) -> None:
        """Set all registers to zero."""
        self.values = [0] * COUNT
        for at in range(COUNT) if not self.around.serves("fc16") else ():
            self._echoed(WriteSingleRegister(self._address(at), 0))
        if self.around.serves("fc16"):
            self._write_many(0, self.values)

    @served("fc06")
    @rule(at=_PLACES, value=_WORDS)
    def write_one(self, at: int, value: int) -> None:
        """Function 06."""
        self._echoed(WriteSingleRegister(self._address(at), value))
        self.values[at] = value

    @served("fc16")
    @rule(span=_SPANS)
    def write_many(self, span: tuple[int, list[int]]) -> None:
        """Function 16."""
        at, values = span[0], span[1][: COUNT - span[0]]
        self._write_many(at, values)
        self.values[at : at + len(values)] = values

    @served("fc22")
    @rule(at=_PLACES, and_mask=_WORDS, or_mask=_WORDS)
    def mask(self, at: int, and_mask: int, or_mask: int) -> None:
        """Function 22: bits of the AND mask stay, the others come from the OR mask (AP 6.16)."""
        self._echoed(MaskWriteRegister(self._address(at), and_mask, or_mask))
        self.values[at] = self.values[at] & and_mask | or_mask & ~and_mask & 0xFFFF

    @served("fc23")
    @rule(at=_PLACES, value=_WORDS)
    def write_and_read(self, at: int, value: int) -> None:
        """Function 23: one is written before all are read (AP 6.17)."""
        self.values[at] = value
        request = ReadWriteMultipleRegisters(self._address(0), COUNT, self._address(at), (value,))
        self.send(request, ReadWriteMultipleRegistersResponse(tuple(self.values)))

    @served("fc03")
    @rule()
    def read(self) -> None:
        """Function 03, all of them."""
        request = ReadHoldingRegisters(self._address(0), COUNT)
        self.send(request, ReadHoldingRegistersResponse(tuple(self.values)))

    def _address(self, at: int) -> int:
        return self.around.scratch[0].first + at

    def _echoed(self, request: Request) -> None:
        self.send(request, request.encode())

    def _write_many(self, at: int, values: list[int]) -> None:
        response = WriteMultipleRegistersResponse(self._address(at), len(values))
        self.send(WriteMultipleRegisters(self._address(at), tuple(values)), response)
