"""Encapsulated interfaces of a Modbus server: function 43, with 14, Read Device Identification.

MODBUS Application Protocol Specification V1.1b3, 6.19 to 6.21 ("AP" below). Interface 13 belongs to CANopen
(CiA 309-2): a subclass that serves it adds a method and its name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from device_simulators.modbus.rules import Rules
from testbed.protocols.modbus import MAX_PDU, ExceptionCode, MeiType, ReadDeviceIdCode

BASIC, REGULAR, EXTENDED, SPECIFIC = ReadDeviceIdCode
_HIGHEST = {BASIC: 0x02, REGULAR: 0x7F, EXTENDED: 0xFF}
"""The highest object of each level (AP 6.21)."""

_HEAD = 7  # function, interface, code, conformity, more follows, next object, number of objects
_OBJECT_HEAD = 2
_INDIVIDUAL = 0x80
_MORE, _NO_MORE = 0xFF, 0x00
_FUNCTION = int(ExceptionCode.ILLEGAL_FUNCTION)
_ADDRESS = int(ExceptionCode.ILLEGAL_DATA_ADDRESS)
_VALUE = int(ExceptionCode.ILLEGAL_DATA_VALUE)


@dataclass(frozen=True)
class Identity:
    """What a device says that it is.

    Attributes:
        conformity: 1 basic, 2 regular, 3 extended; with 0x80 single objects may be asked for, too.
        objects: values by object id; 0, 1 and 2 are mandatory. One takes 244 bytes at most.
    """

    conformity: int = BASIC
    objects: Mapping[int, bytes] = field(default_factory=lambda: dict.fromkeys(range(3), b""))

    @property
    def level(self) -> int:
        """Basic, regular or extended."""
        return self.conformity & ~_INDIVIDUAL


class IdentificationServer(Rules):
    """Rules and functions of encapsulated interfaces."""

    INTERFACES: ClassVar[Mapping[int, str]] = {
        MeiType.READ_DEVICE_IDENTIFICATION: "read_device_identification"
    }
    """The method that answers each interface."""

    identity: Identity = Identity()

    # Rules

    def device_id_code_is_legal(self, request: bytes, code: int) -> bool:  # noqa: ARG002
        """There are four access types (AP 6.21); without individual access the fourth is none."""
        return BASIC <= code <= (SPECIFIC if self.identity.conformity & _INDIVIDUAL else EXTENDED)

    def level_of(self, request: bytes, code: int) -> int:  # noqa: ARG002
        """Who is asked for more than its own level answers at its own (AP 6.21)."""
        return min(code, self.identity.level)

    def objects_of(self, request: bytes, level: int) -> Sequence[int]:  # noqa: ARG002
        """List the objects of a level, with those of the levels below (AP 6.21)."""
        return [one for one in sorted(self.identity.objects) if one <= _HIGHEST[ReadDeviceIdCode(level)]]

    def object_to_start_at(self, request: bytes, asked: int, objects: Sequence[int]) -> int:  # noqa: ARG002
        """Start a stream at the object asked for, or at the first one where there is no such (AP 6.21)."""
        return asked if asked in objects else objects[0]

    def object_is_known(self, request: bytes, asked: int) -> bool:  # noqa: ARG002
        """Give a single object only where there is one (AP 6.21)."""
        return asked in self.identity.objects

    def fitting(self, request: bytes, objects: Sequence[int]) -> Sequence[int]:  # noqa: ARG002
        """Take as many objects from the first on as one answer holds; none is divided (AP 6.21)."""
        room, count = MAX_PDU - _HEAD, 0
        for one in objects:
            room -= _OBJECT_HEAD + len(self.identity.objects[one])
            if room < 0:
                break
            count += 1
        return objects[:count]

    # Responses

    def laid_out(self, request: bytes, objects: Sequence[int], following: int | None) -> bytes:
        """Answer with objects; ``following`` is the id of the next one, None where there is none."""
        more = self.more_follows(request, following)
        head = (*request[:3], self.conformity(request), *more, self.number_of_objects(request, objects))
        return bytes(head) + b"".join(self.laid_out_object(request, one) for one in objects)

    def conformity(self, request: bytes) -> int:  # noqa: ARG002
        """Tell the conformity level (AP 6.21)."""
        return self.identity.conformity

    def more_follows(self, request: bytes, following: int | None) -> tuple[int, int]:  # noqa: ARG002
        """Tell whether more follows, and with which object; the latter is 0 where nothing does (AP 6.21)."""
        return (_NO_MORE, 0) if following is None else (_MORE, following)

    def number_of_objects(self, request: bytes, objects: Sequence[int]) -> int:  # noqa: ARG002
        """Count the objects of this answer (AP 6.21)."""
        return len(objects)

    def laid_out_object(self, request: bytes, one: int) -> bytes:  # noqa: ARG002
        """Lay out an object: its id, its length and its value (AP 6.21)."""
        value = self.identity.objects[one]
        return bytes((one, len(value))) + value

    # Functions

    def encapsulated_interface(self, request: bytes) -> bytes:
        """Function 43 (AP 6.19): dispatch by the interface."""
        if len(request) < 2:  # noqa: PLR2004 - function and interface
            return self.refuse(request, _VALUE)
        handler = self.INTERFACES.get(request[1])
        if handler is None:
            return self.unknown_interface(request)
        answer: bytes = getattr(self, handler)(request)
        return answer

    def unknown_interface(self, request: bytes) -> bytes:
        """Refuse an interface that this device does not serve (AP 7, exception 01)."""
        return self.refuse(request, _FUNCTION)

    def read_device_identification(self, request: bytes) -> bytes:
        """Function 43/14 (AP 6.21, Fig. 30)."""
        if not self.length_is_right(request, 4):
            return self.refuse(request, _VALUE)
        code, asked = request[2:4]
        if not self.device_id_code_is_legal(request, code):
            return self.refuse(request, _VALUE)
        if code == SPECIFIC:
            return self.one_object(request, asked)
        objects = self.objects_of(request, self.level_of(request, code))
        wanted = objects[objects.index(self.object_to_start_at(request, asked, objects)) :]
        sent = self.fitting(request, wanted)
        return self.laid_out(request, sent, wanted[len(sent)] if len(sent) < len(wanted) else None)

    def one_object(self, request: bytes, asked: int) -> bytes:
        """Answer individual access with the one object (AP 6.21)."""
        if not self.object_is_known(request, asked):
            return self.refuse(request, _ADDRESS)
        return self.laid_out(request, (asked,), None)
