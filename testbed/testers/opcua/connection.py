"""A tester's connection to an OPC UA server: larger answers than those of Modbus may wait on it."""

from __future__ import annotations

from typing import cast

from testbed.protocols.opcua import Framer
from testbed.testers.opcua.conversation import MOST_CHUNKS, MOST_MESSAGE
from testbed.wire.connection import Connection

MOST_GARBAGE = 1 << 20
"""Bytes behind a size that no message can have, after which a connection is read no more (assumed)."""


class UaConnection(Connection):
    """One TCP connection; a message may come in many chunks."""

    most_unasked = 2 * MOST_CHUNKS
    most_unread = 2 * MOST_MESSAGE

    def data_received(self, data: bytes) -> None:
        """Take what came; who states a size that no message has is not read without end."""
        super().data_received(data)
        framer = cast("Framer", self._cutter)
        if framer.broken and self.ended is None and len(framer.pending) > MOST_GARBAGE:
            self._give_up_stump()
            self._stop_flood()
