"""Reference devices: a controller, a temperature transmitter and an I/O block, as Modbus servers.

They imitate no product. Which data stand at which address is our own choice; the declarations in
``profiles/devices/sim-*.yaml`` say the same to a tester.
"""

from collections.abc import Callable, Mapping, Sequence
from struct import Struct
from types import MappingProxyType
from typing import ClassVar

from device_simulators.modbus.datastore import Bits, Registers
from device_simulators.modbus.identification import Identity
from device_simulators.modbus.server import ModbusServer
from testbed.protocols.modbus import Function

TAG_MAX = 16
"""Characters of a transmitter's tag, two to a register."""


class Plc(ModbusServer):
    """A controller with every table and every function, larger than the longest request.

    A holding register holds its address and an input register its address + 1000. Sixteen holding
    registers from 800 on are read-only. A coil is on where
    the address has an odd number of one bits, a discrete input where the number is even: two patterns
    that never repeat, so that data from a wrong place show.

    File 3 has 256 records and file 4 has 128; record r of file f holds 1000 f + r. The queue behind pointer
    1246 holds the two values of the example in AP 6.18, that behind 1280 none, that behind 1290 one too many.
    """

    most_connections = 32
    fifos: Mapping[int, Sequence[int]] = MappingProxyType({1246: (0x01B8, 0x1284), 1280: (), 1290: range(32)})
    identity = Identity(
        conformity=0x83,
        objects={
            0x00: b"Mother Factory",
            0x01: b"SIM-PLC",
            0x02: b"1.0",
            0x03: b"https://example.org/sim-plc",
            0x04: b"Simulated controller",
            0x05: b"SIM-PLC-1",
            0x06: b"Reference of the test bed",
            # Private objects, long enough that an extended identification takes three answers.
            0x80: b"Options: " + b"A" * 100,
            0x81: b"Calibration: " + b"B" * 150,
            0x90: b"Hardware: rev. C",
            0xFF: b"Notes: " + b"D" * 180,
        },
    )

    def __init__(self) -> None:
        super().__init__(
            coils=_PLC_COILS.copy(),
            discrete_inputs=_PLC_DISCRETE_INPUTS.copy(),
            holding_registers=_PLC_HOLDING_REGISTERS.copy(),
            input_registers=_PLC_INPUT_REGISTERS.copy(),
        )
        self.files = {number: records.copy() for number, records in _PLC_FILES.items()}


class Transmitter(ModbusServer):
    """A temperature transmitter.

    Input registers (assumed, all of them): 0 and 1 the temperature in °C as an IEEE 754 single, high
    word first; 2 and 3 the same, low word first; 4 the status, 0 good, 1 below range, 2 above range.
    Holding registers (assumed): 0 and 1 lower and upper range value in °C; 2 damping in 0.1 s; 3 unit,
    32 for °C (the code that HART gives it); 16 to 23 a tag of sixteen characters, free to use.
    """

    functions: ClassVar[frozenset[int]] = frozenset(
        {Function.READ_HOLDING_REGISTERS, Function.READ_INPUT_REGISTERS, Function.WRITE_SINGLE_REGISTER}
    )

    TEMPERATURE_HIGH_WORD_FIRST: ClassVar[int] = 0
    TEMPERATURE_LOW_WORD_FIRST: ClassVar[int] = 2
    STATUS: ClassVar[int] = 4
    LOWER_RANGE_VALUE: ClassVar[int] = 0
    UPPER_RANGE_VALUE: ClassVar[int] = 1
    TAG: ClassVar[int] = 16

    def __init__(self) -> None:
        super().__init__(
            holding_registers=Registers([(0, (0, 150, 5, 32)), (self.TAG, [0x2020] * (TAG_MAX // 2))]),
            input_registers=Registers([(0, [0] * 5)]),
        )
        self.set_temperature(21.5)

    def be_called(self, name: str) -> None:
        """Keep as much of a name as the tag holds."""
        self.holding_registers.write(self.TAG, name.encode("ascii")[:TAG_MAX].ljust(TAG_MAX))

    def measuring(self) -> Callable[[float], None]:
        """Measure a temperature in °C."""
        return self.set_temperature

    def set_temperature(self, celsius: float) -> None:
        """Let the sensor measure a temperature in °C."""
        single = _single(celsius)
        self.input_registers.write(self.TEMPERATURE_HIGH_WORD_FIRST, single)
        self.input_registers.write(self.TEMPERATURE_LOW_WORD_FIRST, single[2:] + single[:2])
        below = celsius < self.holding_registers[self.LOWER_RANGE_VALUE]
        above = celsius > self.holding_registers[self.UPPER_RANGE_VALUE]
        self.input_registers[self.STATUS] = below + 2 * above


class IoBlock(ModbusServer):
    """A block of sixteen digital inputs, every other one on, and sixteen digital outputs, all off."""

    functions: ClassVar[frozenset[int]] = frozenset(
        {
            Function.READ_COILS,
            Function.READ_DISCRETE_INPUTS,
            Function.WRITE_SINGLE_COIL,
            Function.WRITE_MULTIPLE_COILS,
        }
    )

    def __init__(self) -> None:
        super().__init__(
            coils=Bits([(0, [False] * 16)]),
            discrete_inputs=Bits([(0, [True, False] * 8)]),
        )


_single = Struct(">f").pack


def _odd_ones(first: int, count: int) -> tuple[int, list[bool]]:
    return first, [address.bit_count() % 2 == 1 for address in range(first, first + count)]


def _even_ones(first: int, count: int) -> tuple[int, list[bool]]:
    return first, [address.bit_count() % 2 == 0 for address in range(first, first + count)]


_PLC_FILES = {3: Registers([(0, range(3000, 3256))]), 4: Registers([(0, range(4000, 4128))])}
_PLC_COILS = Bits([_odd_ones(0, 2048), _odd_ones(4096, 2048)])
_PLC_DISCRETE_INPUTS = Bits([_even_ones(0, 2048), _even_ones(4096, 16)])
_PLC_HOLDING_REGISTERS = Registers(
    [(0, range(200)), (400, range(400, 656))], read_only=[(800, range(800, 816))]
)
_PLC_INPUT_REGISTERS = Registers([(0, range(1000, 1200)), (400, range(1400, 1416))])
