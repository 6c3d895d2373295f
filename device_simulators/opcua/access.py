"""Who may do what with the value of a Variable (OPC 10000-3 1.05.04, 5.6.2, 8.57)."""

from __future__ import annotations

from typing import Any

from asyncua import ua

from device_simulators.opcua.nodes import Node
from device_simulators.opcua.users import CALL, READ, WRITE, Users

CURRENT_READ = 1
CURRENT_WRITE = 1 << 1
STATUS_WRITE = 1 << 5
TIMESTAMP_WRITE = 1 << 6
"""Bits of AccessLevel (8.57)."""

FULL_ARRAY_ONLY = 1 << 10
"""The bit of AccessLevelEx that forbids writing a part of an array (8.58)."""


_WRITES = CURRENT_WRITE | STATUS_WRITE | TIMESTAMP_WRITE


class Access(Users):
    """Access levels, each a method of its own."""

    def access_level(self, node: Node) -> int:
        """Return what the value allows to anybody."""
        level: int = node.attributes[int(ua.AttributeIds.AccessLevel)]
        return level

    def user_access_level(self, node: Node, session: Any) -> int:
        """Return what the user of a session may do with the value, by its roles where they matter."""
        granted = self.permissions(node, session)
        if granted is None:
            level: int = node.attributes[int(ua.AttributeIds.UserAccessLevel)]
            return level
        denied = (0 if granted & READ else CURRENT_READ) | (0 if granted & WRITE else _WRITES)
        return self.access_level(node) & ~denied

    def user_executable(self, method: Node, session: Any) -> bool:
        """Return whether the user of a session may call a method, likewise."""
        granted = self.permissions(method, session)
        if granted is None:
            return bool(method.attributes[int(ua.AttributeIds.UserExecutable)])
        return bool(granted & CALL)
