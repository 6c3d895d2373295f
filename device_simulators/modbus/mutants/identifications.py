"""Mutants of function 43 (MODBUS Application Protocol V1.1b3, 6.19 to 6.21)."""

from collections.abc import Sequence

from device_simulators.modbus.devices import Plc
from device_simulators.modbus.identification import BASIC, EXTENDED, REGULAR, SPECIFIC, Identity
from device_simulators.modbus.mutants.registry import mutant
from testbed.protocols.modbus import ExceptionCode, MeiType


def _with(**objects: bytes) -> Identity:
    """Return the reference's identification with some objects changed: `_05=b"..."`."""
    changed = {int(name[1:], 16): value for name, value in objects.items()}
    return Identity(Plc.identity.conformity, {**Plc.identity.objects, **changed})


@mutant("MB-FC43-BASIC", "MB-FC43-DECLARED")
class TellsNoRevision(Plc):
    """Leaves the revision out of every stream."""

    def objects_of(self, request: bytes, level: int) -> Sequence[int]:
        """Drop object 02."""
        return [one for one in super().objects_of(request, level) if one != 2]


@mutant(
    "MB-FC43-BASIC",
    "MB-FC43-CONFORMITY",
    "MB-FC43-CODE-ECHO",
    "MB-FC43-EXTENDED",
    "MB-FC43-ASCII",
    "MB-FC43-DECLARED",
    "MB-FC43-MORE-FOLLOWS",
    "MB-FC43-NEXT-OBJECT",
    "MB-FC43-CHAIN-ENDS",
    "MB-FC43-LAST-PART",
    "MB-FC43-OBJECTS-COUNTED",
    "MB-FC43-RESTARTS",
)
class RefusesTheExtendedLevel(Plc):
    """Refuses the extended identification."""

    def device_id_code_is_legal(self, request: bytes, code: int) -> bool:
        """Know no code 03."""
        return code != EXTENDED and super().device_id_code_is_legal(request, code)


@mutant("MB-FC43-BASIC-ALONE")
class AnswersBasicWithRegular(Plc):
    """Answers a request for the basic identification with the regular one."""

    def level_of(self, request: bytes, code: int) -> int:
        """Raise the lowest level."""
        return max(super().level_of(request, code), REGULAR)


@mutant("MB-FC43-REGULAR")
class AnswersRegularWithExtended(Plc):
    """Answers a request for the regular identification with the extended one."""

    def level_of(self, request: bytes, code: int) -> int:
        """Raise the level in the middle."""
        return EXTENDED if code == REGULAR else super().level_of(request, code)


@mutant("MB-FC43-EXTENDED")
class LeavesRegularObjectsOut(Plc):
    """Tells basic and private objects only at the extended level."""

    def objects_of(self, request: bytes, level: int) -> Sequence[int]:
        """Drop what the regular level adds."""
        objects = super().objects_of(request, level)
        return [one for one in objects if level != EXTENDED or not 3 <= one < 0x80]


@mutant("MB-FC43-ASCII")
class TellsItsModelInLatin1(Plc):
    """Tells a model name with a letter that ASCII does not have."""

    identity = _with(_05=b"SIM-PL\xc7")


@mutant("MB-FC43-DECLARED")
class TellsAnotherRevision(Plc):
    """Tells another revision than the one declared."""

    identity = _with(_02=b"1.1")


@mutant("MB-FC43-CONFORMITY")
class ConformsToTheLevelAskedFor(Plc):
    """Tells as its conformity level whatever level it was asked for."""

    def conformity(self, request: bytes) -> int:
        """Take the access code for the level."""
        return 0x80 | min(request[2], EXTENDED)


@mutant("MB-FC43-CONFORMITY")
class HidesIndividualAccess(Plc):
    """Gives single objects, and does not say so in its conformity level."""

    def conformity(self, request: bytes) -> int:
        """Clear bit 7."""
        return super().conformity(request) & 0x7F


@mutant("MB-FC43-INTERFACE-ECHO")
class AnswersUnderTheCanopenInterface(Plc):
    """Answers a request for the identification under interface 13."""

    def laid_out(self, request: bytes, objects: Sequence[int], following: int | None) -> bytes:
        """Replace the interface."""
        answer = super().laid_out(request, objects, following)
        return answer[:1] + bytes([MeiType.CANOPEN_GENERAL_REFERENCE]) + answer[2:]


@mutant("MB-FC43-CODE-ECHO")
class AnswersUnderItsOwnLevel(Plc):
    """Puts its own level where the access code of the request belongs."""

    def laid_out(self, request: bytes, objects: Sequence[int], following: int | None) -> bytes:
        """Replace the access code."""
        answer = super().laid_out(request, objects, following)
        return answer[:2] + bytes([self.identity.level]) + answer[3:]


@mutant("MB-FC43-CODE-ECHO")
class AnswersUnderTheBasicCode(Plc):
    """Answers every access code as if it were 01."""

    def laid_out(self, request: bytes, objects: Sequence[int], following: int | None) -> bytes:
        """Replace the access code."""
        answer = super().laid_out(request, objects, following)
        return answer[:2] + bytes([BASIC]) + answer[3:]


@mutant("MB-FC43-MORE-FOLLOWS")
class SaysMoreFollowsWithOne(Plc):
    """Says that more follows with 01 instead of FF."""

    def more_follows(self, request: bytes, following: int | None) -> tuple[int, int]:
        """Take the field for a truth value."""
        more, named = super().more_follows(request, following)
        return min(more, 1), named


@mutant("MB-FC43-NEXT-OBJECT")
class SkipsTheObjectNamed(Plc):
    """Goes on behind the object that it had named as the next one."""

    def object_to_start_at(self, request: bytes, asked: int, objects: Sequence[int]) -> int:
        """Begin one object later, where there is one."""
        behind = [one for one in objects if one > asked > 0 and asked in objects]
        return behind[0] if behind else super().object_to_start_at(request, asked, objects)


@mutant("MB-FC43-CHAIN-ENDS")
class NamesTheLastObjectSent(Plc):
    """Names as the next object the last one that it sent."""

    def laid_out(self, request: bytes, objects: Sequence[int], following: int | None) -> bytes:
        """Name an object once more."""
        return super().laid_out(request, objects, None if following is None else objects[-1])


@mutant("MB-FC43-NEXT-OBJECT", "MB-FC43-CHAIN-ENDS")
class AlwaysStartsWithTheFirstObject(Plc):
    """Does not look at the object from which a stream is asked for."""

    def object_to_start_at(self, request: bytes, asked: int, objects: Sequence[int]) -> int:  # noqa: ARG002
        """Start at the beginning."""
        return objects[0]


@mutant("MB-FC43-LAST-PART")
class NamesAnObjectBehindTheLast(Plc):
    """Names a next object though no more follows."""

    def more_follows(self, request: bytes, following: int | None) -> tuple[int, int]:
        """Name an object at the end of a stream."""
        more, named = super().more_follows(request, following)
        return more, named if more or request[2] == SPECIFIC else 3


@mutant("MB-FC43-OBJECTS-COUNTED")
class CountsOneObjectMore(Plc):
    """Tells one object more than it sends, as the example of AP 6.21 does."""

    def number_of_objects(self, request: bytes, objects: Sequence[int]) -> int:
        """Add one."""
        return super().number_of_objects(request, objects) + 1


@mutant("MB-FC43-RESTARTS")
class RefusesToStartAtAnUnknownObject(Plc):
    """Refuses a stream from an unknown object on."""

    def read_device_identification(self, request: bytes) -> bytes:
        """Look the object up as if it were asked for alone."""
        if len(request) == 4 and BASIC <= request[2] < SPECIFIC and request[3] not in self.identity.objects:
            return self.refuse(request, ExceptionCode.ILLEGAL_DATA_ADDRESS)
        return super().read_device_identification(request)


@mutant("MB-FC43-SINGLE")
class TellsAllFromASingleObjectOn(Plc):
    """Answers a request for one object with all named objects from it on."""

    def laid_out(self, request: bytes, objects: Sequence[int], following: int | None) -> bytes:
        """Begin a stream."""
        wanted = range(objects[0], 7) if request[2] == SPECIFIC else objects
        return super().laid_out(request, wanted, following)


@mutant("MB-FC43-SINGLE-FOLLOWS")
class LetsMoreFollowASingleObject(Plc):
    """Says that more follows a single object."""

    def more_follows(self, request: bytes, following: int | None) -> tuple[int, int]:
        """Name object 01 as the next."""
        return (0xFF, 1) if request[2] == SPECIFIC else super().more_follows(request, following)


@mutant("MB-FC43-SINGLE-EQUAL")
class PadsSingleObjects(Plc):
    """Pads an object with a blank where it is asked for alone."""

    def laid_out_object(self, request: bytes, one: int) -> bytes:
        """Append a blank."""
        laid_out = super().laid_out_object(request, one)
        if request[2] != SPECIFIC:
            return laid_out
        return bytes((one, laid_out[1] + 1)) + laid_out[2:] + b" "


@mutant("MB-FC43-SINGLE-UNKNOWN")
class GivesTheFirstObjectForAnUnknownOne(Plc):
    """Answers a request for an unknown object with object 00."""

    def one_object(self, request: bytes, asked: int) -> bytes:
        """Restart as in a stream."""
        return super().one_object(request, asked if asked in self.identity.objects else 0)


@mutant(
    "MB-FC43-SINGLE",
    "MB-FC43-SINGLE-FOLLOWS",
    "MB-FC43-SINGLE-EQUAL",
    "MB-FC43-SINGLE-UNKNOWN",
    "MB-FC43-SINGLE-CLAIMED",
)
class RefusesSingleObjects(Plc):
    """Claims individual access and refuses it."""

    def device_id_code_is_legal(self, request: bytes, code: int) -> bool:
        """Know no code 04."""
        return code != SPECIFIC and super().device_id_code_is_legal(request, code)


@mutant("MB-FC43-CODE-ILLEGAL")
class TakesUnknownCodesForBasic(Plc):
    """Answers an illegal access code with the basic identification."""

    def device_id_code_is_legal(self, request: bytes, code: int) -> bool:  # noqa: ARG002
        """Accept every code."""
        return True

    def level_of(self, request: bytes, code: int) -> int:
        """Fall back to the basic level."""
        return super().level_of(request, code) if BASIC <= code <= SPECIFIC else BASIC


@mutant("MB-FC43-LENGTH-SHORT")
class FillsUpIdentifications(Plc):
    """Takes a request for the identification that ends too early for one for the basic level."""

    def read_device_identification(self, request: bytes) -> bytes:
        """Append what is missing."""
        return super().read_device_identification(
            request + b"\x01\x00"[len(request) - 4 :] if len(request) < 4 else request
        )


@mutant("MB-FC43-CANOPEN-UNDECLARED")
class EchoesTheCanopenInterface(Plc):
    """Echoes requests of the CANopen interface, which it does not declare."""

    def unknown_interface(self, request: bytes) -> bytes:
        """Answer normally instead of refusing."""
        if request[1] == MeiType.CANOPEN_GENERAL_REFERENCE:
            return request
        return super().unknown_interface(request)


@mutant("MB-FC43-RESERVED")
class EchoesReservedInterfaces(Plc):
    """Echoes requests of reserved interfaces."""

    def unknown_interface(self, request: bytes) -> bytes:
        """Answer normally instead of refusing."""
        if request[1] == MeiType.CANOPEN_GENERAL_REFERENCE:
            return super().unknown_interface(request)
        return request
