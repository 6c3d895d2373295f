"""Our own client reads what a product wrote into an independent server, recorded like everything else."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from testbed.model.base import Text
from testbed.model.declaration import Table
from testbed.protocols.modbus import (
    Adu,
    DecodeError,
    Frame,
    ReadCoils,
    ReadCoilsResponse,
    ReadHoldingRegisters,
    ReadHoldingRegistersResponse,
    decode_response,
)
from testbed.testers.modbus.cutter import MbapCutter
from testbed.testers.modbus_client.behind import ANSWERS_WITHIN, CONNECTS_WITHIN, Served
from testbed.testers.modbus_client.servers import Server
from testbed.testers.modbus_client.servers.server import HOST
from testbed.testers.trouble import Undecided
from testbed.wire.connection import Connection, Received
from testbed.wire.recorder import Recorder

if TYPE_CHECKING:
    from testbed.wire.monitor import Breach

TRANSACTION = 0x7E57
"""Of our own read (assumed; any will do, on a connection of its own)."""


class Unjudged:
    """Watches a connection on which nobody is judged."""

    def __init__(self) -> None:
        self.breaches: list[Breach] = []

    def sent(self, connection: int, data: bytes, number: int) -> None:
        """Let it pass."""

    def received(self, connection: int, frame: bytes, number: int, *, followed: bool) -> bool:  # noqa: ARG002 - part of the interface
        """Let it pass."""
        return False

    def incomplete(self, connection: int, stump: bytes, number: int) -> None:
        """Let it pass."""

    def flooded(self, connection: int, number: int) -> None:
        """Let it pass."""

    def expects(self, connection: int) -> bool:  # noqa: ARG002 - as above
        """Say that more may come."""
        return True

    def forget(self, connection: int) -> None:
        """Wait for nothing."""


async def read_back(
    served: Served, table: Table, first: int, count: int, recorder: Recorder
) -> tuple[int, ...]:
    """Return values that a server holds now.

    Raises:
        Undecided: it does not tell them.
    """
    ask = ReadCoils if table == "coils" else ReadHoldingRegisters
    line = Connection(recorder, MbapCutter(), Unjudged())
    try:
        async with asyncio.timeout(CONNECTS_WITHIN):
            await asyncio.get_running_loop().create_connection(lambda: line, HOST, served.port)
        unit = served.holding.unit
        line.send(
            Adu(TRANSACTION, unit, ask(first, count).encode()).encode(), comment="the tester reads back"
        )
        came = await line.receive(2 * ANSWERS_WITHIN)
    except (OSError, TimeoutError) as error:
        raise unreadable(served.server, str(error) or "it takes no connection") from error
    finally:
        line.close()
    if not isinstance(came, Received):
        raise unreadable(served.server, "no answer")
    try:
        response = decode_response(Frame(came.data).pdu)
    except DecodeError as error:
        raise unreadable(served.server, str(error)) from error
    if isinstance(response, ReadCoilsResponse):
        return tuple(int(one) for one in response.values[:count])
    if isinstance(response, ReadHoldingRegistersResponse):
        return tuple(response.values[:count])
    raise unreadable(served.server, "it refuses")


def unreadable(server: Server, what: str) -> Undecided:
    """Return that a server could not be read back."""
    said = f"reading back from {server}: {what}"
    return Undecided(Text(en=said, ko=f"{server} 값 재확인 실패: {what}"))
