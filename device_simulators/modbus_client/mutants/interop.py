"""Mutants for the interoperability suite: a stand-in, which answers whatever it is asked, does not show them.

Some are those of the conformance suite once more: here they break what values show, there what requests say.
"""

import struct

from device_simulators.modbus_client.client import ReferenceClient
from device_simulators.modbus_client.mutants.answers import HushesExceptions, ShowsZerosInstead
from device_simulators.modbus_client.mutants.connections import NeverReconnects
from device_simulators.modbus_client.mutants.numbers import (
    CountsInDoubles,
    KnowsNoSign,
    ReadsBitsBackwards,
    SwapsWords,
)
from device_simulators.modbus_client.mutants.registry import mutant
from device_simulators.modbus_client.mutants.requests import CountsFromOne, PacksBackwards, SwitchesWithOne
from testbed.model.client import Client, Task

SUITE = "interop_modbus_servers"


@mutant(
    "IOP-MBC-READ-COILS",
    "IOP-MBC-READ-DISCRETE-INPUTS",
    "IOP-MBC-READ-HOLDING-REGISTERS",
    "IOP-MBC-READ-INPUT-REGISTERS",
    "IOP-MBC-NUMBERS-16",
    "IOP-MBC-NUMBERS-32",
    "IOP-MBC-NUMBERS-64",
    "IOP-MBC-WRITE-SINGLE-COIL",
    "IOP-MBC-WRITE-SINGLE-REGISTER",
    "IOP-MBC-WRITE-MULTIPLE-COILS",
    "IOP-MBC-WRITE-MULTIPLE-REGISTERS",
    "IOP-MBC-RECONNECTS",
    suite=SUITE,
)
class MeetsTheNextAddress(CountsFromOne):
    """Reaches the next address in every server."""


class _CountsSomeFromOne(ReferenceClient):
    """Sends numbers that count from 1 as addresses, of one function alone."""

    wrong = ""

    def address(self, task: Task) -> int:
        """Return the next address."""
        is_wrong = task.does == self.wrong and task.type == "uint16" and not task.again
        return super().address(task) + is_wrong


@mutant("IOP-MBC-READ-COILS", suite=SUITE)
class CountsCoilsFromOne(_CountsSomeFromOne):
    """Counts coils from 1 where it reads them."""

    wrong = "fc01"


@mutant("IOP-MBC-READ-DISCRETE-INPUTS", suite=SUITE)
class CountsContactsFromOne(_CountsSomeFromOne):
    """Counts discrete inputs from 1."""

    wrong = "fc02"


@mutant("IOP-MBC-READ-HOLDING-REGISTERS", suite=SUITE)
class CountsPlainRegistersFromOne(_CountsSomeFromOne):
    """Counts holding registers from 1 where it reads them as they are."""

    wrong = "fc03"


@mutant("IOP-MBC-READ-INPUT-REGISTERS", suite=SUITE)
class CountsInputRegistersFromOne(_CountsSomeFromOne):
    """Counts input registers from 1."""

    wrong = "fc04"


@mutant("IOP-MBC-WRITE-SINGLE-COIL", suite=SUITE)
class SwitchesTheNextCoil(_CountsSomeFromOne):
    """Counts coils from 1 where it writes one."""

    wrong = "fc05"


@mutant("IOP-MBC-READ-INPUT-REGISTERS", suite=SUITE)
class ShowsTheFirstInputs(ReferenceClient):
    """Shows the input registers that it read first, whatever they are later."""

    def __init__(self, declared: Client) -> None:
        super().__init__(declared)
        self._first: dict[int, tuple[float, ...]] = {}

    def numbers(self, data: bytes, task: Task) -> tuple[float, ...]:
        """Return what came first."""
        found = super().numbers(data, task)
        return self._first.setdefault(task.at, found) if task.does == "fc04" else found


@mutant("IOP-MBC-READ-COILS", "IOP-MBC-READ-DISCRETE-INPUTS", suite=SUITE)
class ShowsBitsBackwards(ReadsBitsBackwards):
    """Shows the bits of each byte of a server from the highest on."""


@mutant("IOP-MBC-NUMBERS-16", suite=SUITE)
class KnowsNoShortSign(KnowsNoSign):
    """Reads signed numbers of one register as unsigned ones."""

    def number(self, data: bytes, task: Task) -> float:
        """Read the sign of longer ones."""
        return (
            super().number(data, task) if task.type == "int16" else ReferenceClient.number(self, data, task)
        )


@mutant("IOP-MBC-NUMBERS-32", "IOP-MBC-NUMBERS-64", suite=SUITE)
class ShowsWordsSwapped(SwapsWords):
    """Shows numbers of a server with their registers the other way round."""


@mutant("IOP-MBC-NUMBERS-32", suite=SUITE)
class SwapsTwoWords(SwapsWords):
    """Takes the registers of a number the other way round where it has two."""

    def ordered(self, data: bytes, order: str) -> bytes:
        """Reverse two."""
        return super().ordered(data, order) if len(data) == 4 else ReferenceClient.ordered(self, data, order)


@mutant("IOP-MBC-NUMBERS-64", suite=SUITE)
class ShowsDoubles(CountsInDoubles):
    """Shows all numbers of a server as floating-point ones of 64 bits."""


@mutant("IOP-MBC-WRITE-SINGLE-REGISTER", suite=SUITE)
class WritesLowByteFirst(ReferenceClient):
    """Writes one register with its low byte first."""

    def pdu(self, task: Task) -> bytes:
        """Reverse the bytes of the value."""
        pdu = super().pdu(task)
        return pdu[:3] + pdu[:2:-1] if task.does == "fc06" else pdu


@mutant("IOP-MBC-WRITE-MULTIPLE-COILS", suite=SUITE)
class WritesCoilsBackwards(PacksBackwards):
    """Writes the coils of each byte into a server from the highest bit on."""


@mutant("IOP-MBC-WRITE-MULTIPLE-REGISTERS", suite=SUITE)
class WritesLowBytesFirst(ReferenceClient):
    """Writes several registers with their low bytes first."""

    def packed(self, task: Task) -> bytes:
        """Reverse the bytes of each register."""
        if task.is_bits:
            return super().packed(task)
        return struct.pack(f"<{task.count}H", *(int(one) for one in task.values))


@mutant("IOP-MBC-EXCEPTION", "IOP-MBC-EXCEPTION-REPORTED", suite=SUITE)
class ShowsZerosForRefusals(ShowsZerosInstead):
    """Shows zeros where a server has no such address."""


@mutant("IOP-MBC-EXCEPTION-REPORTED", suite=SUITE)
class HushesRefusals(HushesExceptions):
    """Keeps it to itself that a server has no such address."""


@mutant("IOP-MBC-RECONNECTS", suite=SUITE)
class NeverComesBack(NeverReconnects):
    """Goes on with the connection to a server that was restarted."""


@mutant("IOP-MBC-INVARIANTS", suite=SUITE)
class SwitchesServersWithOne(SwitchesWithOne):
    """Writes 0001 for a coil that is to be on, which some servers take."""
