"""Controllers that give roles the wrong rights (MODBUS/TCP Security v36, 6.2 and 8.4)."""

from collections.abc import Mapping
from typing import ClassVar

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.mutants.registry import mutant
from device_simulators.modbus.rights import EVERYTHING
from device_simulators.modbus.secure import READS, Guarded, Security
from testbed.protocols.modbus import ExceptionCode, Function
from testbed.protocols.tls import roles_of


@mutant("MB-ROLE-ALLOWED", suite="modbus_security")
class WithholdsOneRight(Plc):
    """Refuses the operator the mask write that its rules allow."""

    class secure_class(Security):
        """One function was forgotten."""

        RIGHTS: ClassVar[Mapping[str | None, frozenset[int]]] = {
            "Operator": EVERYTHING - {Function.MASK_WRITE_REGISTER},
            "Viewer": READS,
        }


@mutant(
    "MB-ROLE-REFUSED",
    "MB-ROLE-EVERY-REQUEST",
    "MB-ROLE-NOBODY",
    "MB-ROLE-ENCODING",
    "MB-ROLE-TWO",
    "MB-ROLE-WHOLE",
    "MB-ROLE-RESUMED",
    suite="modbus_security",
)
class RefusesWithAnotherCode(Plc):
    """Refuses what a role is not allowed with exception 04."""

    class secure_class(Security):
        """Something went wrong, it says."""

        def refuse(self, request: bytes) -> bytes:
            """Refuse with another code."""
            return self.server.refuse(request, ExceptionCode.SERVER_DEVICE_FAILURE)


@mutant("MB-ROLE-REFUSED-UNEXECUTED", suite="modbus_security")
class RefusesTooLate(Plc):
    """Executes a write, and then says that it is not allowed."""

    class secure_class(Security):
        """Looks at the rights when the answer goes out."""

        def refuse(self, request: bytes) -> bytes:
            """Execute, then refuse."""
            self.server.answer(request)
            return super().refuse(request)


class _Remembers(Guarded):
    """Decides once in a session, and keeps to it."""

    REMEMBERED: ClassVar[bool]
    decided: bool | None = None

    def answer(self, request: bytes) -> bytes:
        """Answer as was decided before."""
        allowed = self._security.may(self.role, request)
        if self.decided is None and allowed is self.REMEMBERED:
            self.decided = allowed
        if self.decided is not None:
            allowed = self.decided
        return self._server.answer(request) if allowed else self._security.refuse(request)


@mutant(
    "MB-ROLE-EVERY-REQUEST",
    "MB-ROLE-REFUSED",
    "MB-ROLE-REFUSED-UNEXECUTED",
    "MB-ROLE-RESUMED",
    suite="modbus_security",
)
class JudgesTheFirstRequest(Plc):
    """Takes what it allowed once for allowed for the rest of the session."""

    class secure_class(Security):
        """Decides once."""

        def guard(self, role: str | None) -> Guarded:
            """Remember a permission."""

            class Once(_Remembers):
                """Remembers that it allowed."""

                REMEMBERED = True

            return Once(self.server, self, role)


@mutant("MB-ROLE-EVERY-REQUEST", suite="modbus_security")
class TakesOffence(Plc):
    """Allows nothing any more after it has refused something."""

    class secure_class(Security):
        """Decides once."""

        def guard(self, role: str | None) -> Guarded:
            """Remember a refusal."""

            class Once(_Remembers):
                """Remembers that it refused."""

                REMEMBERED = False

            return Once(self.server, self, role)


@mutant("MB-ROLE-NOBODY", "MB-ROLE-ENCODING", "MB-ROLE-TWO", "MB-ROLE-WHOLE", suite="modbus_security")
class LetsNobodyRead(Plc):
    """Gives who has no role, or an unknown one, the right to read."""

    class secure_class(Security):
        """Reading is for all."""

        def may(self, role: str | None, request: bytes) -> bool:
            """Allow reads."""
            return super().may(role, request) or request[0] in READS


@mutant("MB-ROLE-NOBODY", suite="modbus_security")
class MakesNobodyAnOperator(Plc):
    """Takes a certificate without a role for the operator's."""

    class secure_class(Security):
        """A default that nobody asked for."""

        def role_of(self, certificate: bytes, *, resumed: bool) -> str | None:
            """Default to the operator."""
            return super().role_of(certificate, resumed=resumed) if roles_of(certificate) else "Operator"


@mutant("MB-ROLE-ENCODING", suite="modbus_security")
class TakesAnyString(Plc):
    """Reads a role however it is encoded."""

    class secure_class(Security):
        """A string is a string."""

        def role_of(self, certificate: bytes, *, resumed: bool) -> str | None:  # noqa: ARG002 - the rule's form
            """Look past the tag."""
            found = roles_of(certificate)
            return found[0].text if len(found) == 1 else None


@mutant("MB-ROLE-TWO", suite="modbus_security")
class TakesTheFirstRole(Plc):
    """Takes the first of two role extensions."""

    class secure_class(Security):
        """The first will do."""

        def role_of(self, certificate: bytes, *, resumed: bool) -> str | None:  # noqa: ARG002 - the rule's form
            """Take the first."""
            found = [one for one in roles_of(certificate) if one.is_utf8_string]
            return found[0].text if found else None


@mutant("MB-ROLE-WHOLE", suite="modbus_security")
class SplitsRoles(Plc):
    """Takes a comma for the end of a role."""

    class secure_class(Security):
        """A list of roles, it thinks."""

        def role_of(self, certificate: bytes, *, resumed: bool) -> str | None:
            """Take the first of the list."""
            role = super().role_of(certificate, resumed=resumed)
            return role.partition(",")[0] if role else None


@mutant("MB-ROLE-RESUMED", suite="modbus_security")
class ForgetsRoles(Plc):
    """Gives a session that is resumed no role."""

    class secure_class(Security):
        """The certificate came in another session."""

        def role_of(self, certificate: bytes, *, resumed: bool) -> str | None:
            """Forget."""
            return None if resumed else super().role_of(certificate, resumed=resumed)


@mutant("MB-ROLE-RESUMED", suite="modbus_security")
class PromotesWhoComesBack(Plc):
    """Takes whoever resumes a session for the operator."""

    class secure_class(Security):
        """An old friend may do anything."""

        def role_of(self, certificate: bytes, *, resumed: bool) -> str | None:
            """Promote."""
            return "Operator" if resumed else super().role_of(certificate, resumed=resumed)
