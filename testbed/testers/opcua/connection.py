"""A tester's connection to an OPC UA server: larger answers than those of Modbus may wait on it."""

from __future__ import annotations

from testbed.testers.opcua.conversation import MOST_CHUNKS, MOST_MESSAGE
from testbed.wire.connection import Connection


class UaConnection(Connection):
    """One TCP connection; a message may come in many chunks."""

    most_unasked = 2 * MOST_CHUNKS
    most_unread = 2 * MOST_MESSAGE
