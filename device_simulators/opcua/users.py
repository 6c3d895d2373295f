"""Who may log in, in which roles, and what each role may do with a node.

OPC 10000-3 1.05.04, 4.9 and 8.55 (roles and permissions); OPC 10000-18 1.05.04, 4.3 (well-known roles).
"""

from __future__ import annotations

import functools
import hmac
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar

from asyncua import ua

from device_simulators.opcua.errors import Refused
from device_simulators.opcua.nodes import Node
from device_simulators.opcua.validation import Validation
from testbed.protocols.opcua import status

ANONYMOUS, AUTHENTICATED, OPERATOR = "Anonymous", "AuthenticatedUser", "Operator"
PERMISSIONS = (
    "Browse",
    "ReadRolePermissions",
    "WriteAttribute",
    "WriteRolePermissions",
    "WriteHistorizing",
    "Read",
    "Write",
    "ReadHistory",
    "InsertHistory",
    "ModifyHistory",
    "DeleteHistory",
    "ReceiveEvents",
    "Call",
)
"""The bits of PermissionType by their number (10000-3, 8.55)."""
READ, WRITE, CALL = (1 << PERMISSIONS.index(one) for one in ("Read", "Write", "Call"))
BY_CERTIFICATE = "certificate:"
"""What names of users with a certificate begin with."""
ROLE_PERMISSIONS = int(ua.AttributeIds.RolePermissions)

_FREE, _STEP, _LONGEST = 3, 0.05, 0.4
"""Failures that cost nothing; seconds that each further one doubles from, and at most takes (assumed)."""
_REMEMBERED = 1000
"""Names whose failures are counted."""


@dataclass(frozen=True, slots=True)
class User:
    """A user with a password; it protects nothing but a simulation."""

    password: str = field(repr=False)
    roles: frozenset[str] = frozenset({OPERATOR})


def well_known(role: str) -> int:
    """Return the identifier of the node of a role."""
    return int(getattr(ua.ObjectIds, f"WellKnownRole_{role}"))


def role_permissions(told: Mapping[str, Sequence[str]]) -> list[ua.RolePermissionType]:
    """Return what a node grants, by role and the names of permissions, as `Read` and `Write`."""
    found = []
    for role, names in told.items():
        bits = functools.reduce(operator.or_, (1 << PERMISSIONS.index(name) for name in names))
        found.append(ua.RolePermissionType(ua.NodeId(well_known(role)), ua.PermissionType(bits)))
    return found


class Users(Validation):
    """The rules of users, each a method of its own."""

    USERS: ClassVar[Mapping[str, User]] = MappingProxyType({"operator": User("simulated")})
    """Users by name, beside the one that was set up for the tester."""

    failures: dict[str, int]
    """Logins that failed one after the other, by the name that was given."""

    def user_called(self, name: str) -> User | None:
        """Return a user; None where there is none."""
        login = self.trust.login if name not in self.USERS else None
        if login is not None and login[0] == name:
            return User(login[1])
        return self.USERS.get(name)

    def check_password(self, name: str, password: bytes) -> None:
        """A wrong password and an unknown user look the same (10000-4, 7.40.4)."""
        known = self.user_called(name)
        right = hmac.compare_digest((known.password if known else "").encode(), password)
        if known is None or not right:
            raise Refused(status.BadIdentityTokenRejected)

    # Roles

    def roles_of(self, user: str | None) -> frozenset[str]:
        """Return the roles of a session's user; anybody has that of anonymous users (10000-18, 4.3)."""
        if user is None:
            return frozenset({ANONYMOUS})
        if user.startswith(BY_CERTIFICATE):
            return frozenset({ANONYMOUS, AUTHENTICATED, OPERATOR})
        known = self.user_called(user)
        return frozenset({ANONYMOUS, AUTHENTICATED}) | (known.roles if known else frozenset())

    def permissions(self, node: Node, session: Any) -> int | None:
        """Return what a session's user may do with a node, as it is now; None where roles do not matter."""
        if ROLE_PERMISSIONS not in node.attributes:
            return None
        found = 0
        for one in self.user_role_permissions(node, session):
            found |= int(one.Permissions)
        return found

    def user_role_permissions(self, node: Node, session: Any) -> list[ua.RolePermissionType]:
        """Return the permissions of a session's user, of those that a node grants (10000-3, 5.2.10)."""
        mine = {well_known(role) for role in self.roles_of(session.user)}
        return [one for one in node.attributes[ROLE_PERMISSIONS] if one.RoleId.Identifier in mine]

    # Guessing

    def pause_after(self, failures: int) -> float:
        """Return how many seconds a refusal is held back (10000-2, 4.12: guessing passwords)."""
        return 0.0 if failures <= _FREE else min(_LONGEST, _STEP * 2.0 ** (failures - _FREE - 1))

    def failed_login(self, name: str) -> float:
        """Count a login that failed; return how long the refusal is held back."""
        count = self.failures.pop(name, 0) + 1
        self.failures[name] = count
        if len(self.failures) > _REMEMBERED:
            del self.failures[next(iter(self.failures))]
        return self.pause_after(count)
