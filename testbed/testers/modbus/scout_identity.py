"""What a device says that it is: functions 43/14 and 17 (AP 6.21, 6.13), as harmless text."""

from __future__ import annotations

from dataclasses import dataclass, field

from testbed.protocols.modbus import (
    DecodeError,
    DeviceObject,
    Function,
    ReadDeviceIdCode,
    ReadDeviceIdentification,
    ReadDeviceIdentificationResponse,
    ReportServerId,
    Request,
    decode_response,
)
from testbed.protocols.modbus.serial_line import GetCommEventCounter, ReadExceptionStatus
from testbed.testers.modbus.reply import Reaction, Reply
from testbed.testers.modbus.scout_areas import Asker

LONGEST = 80
"""Characters that are kept of one text of a device (assumed; names are shorter)."""
MOST_PARTS = 8
"""Answers over which a device may spread one level of its identification (assumed; two do)."""
OBJECTS = (
    "vendor name",
    "product code",
    "revision",
    "vendor URL",
    "product name",
    "model name",
    "application",
)
"""Names of the basic and regular objects, by object id (AP 6.21)."""
_MODEL_NAME, _PRODUCT_NAME, _PRODUCT_CODE = 5, 4, 1
_LEVELS = (1, 2, 3)
_LEVEL = 0x7F
"""What of the conformity level is the level; the highest bit tells something else."""


@dataclass
class Identity:
    """What was said."""

    objects: dict[int, str] = field(default_factory=dict)
    """By object id, cleaned; those that are empty are left out."""
    server_id: str = ""
    """What function 17 told, cleaned."""
    unshown: int = 0
    """Characters that were left out: controls, marks of direction, and what was too long."""
    conformity: int = 0
    """The conformity level that it tells; 0 where it tells none that there is."""
    exact: dict[int, str] = field(default_factory=dict)
    """Objects that are ASCII to the last byte, so that a declaration can hold the device to them."""
    functions: list[int] = field(default_factory=list)
    """Of the functions that identify or tell a status, those that were served."""

    @property
    def vendor(self) -> str:
        """The vendor's name; empty where it was not told."""
        return self.objects.get(0, "")

    @property
    def model(self) -> str:
        """The model's name, or else the product's, or else its code."""
        told = (self.objects.get(one, "") for one in (_MODEL_NAME, _PRODUCT_NAME, _PRODUCT_CODE))
        return next(filter(None, told), "")

    @property
    def firmware(self) -> str:
        """The revision."""
        return self.objects.get(2, "")

    async def ask(self, asker: Asker) -> None:
        """Ask for everything that identifies the device; what the asker raises ends it."""
        level = await self._read_level(asker, ReadDeviceIdCode.BASIC)
        if level >= ReadDeviceIdCode.REGULAR:
            await self._read_level(asker, ReadDeviceIdCode.REGULAR)
        bare: tuple[Request, ...] = (ReportServerId(), ReadExceptionStatus(), GetCommEventCounter())
        for request in bare:
            reply = await asker.ask(request)
            if not isinstance(reply, Reply) or reply.exception is not Reaction.NORMAL:
                continue
            self.functions.append(request.function)
            if request.function is Function.REPORT_SERVER_ID:
                self.server_id, _ = clean(reply.pdu[2:])  # with an indicator that is no text

    async def _read_level(self, asker: Asker, code: ReadDeviceIdCode) -> int:
        """Ask for the objects of one level; return the level that the device claims, 0 for none."""
        level, following = 0, 0
        for _ in range(MOST_PARTS):
            request = ReadDeviceIdentification(code, following)
            reply = await asker.ask(request)
            if not isinstance(reply, Reply) or reply.exception is not Reaction.NORMAL:
                break
            try:
                told = decode_response(reply.pdu, request)
            except DecodeError:
                break
            if not isinstance(told, ReadDeviceIdentificationResponse):
                break
            level = told.conformity & _LEVEL
            self.conformity = told.conformity if level in _LEVELS else 0
            for one in told.objects:
                self._keep_exact(one)
                text = self._clean(one.value) if one.object_id < len(OBJECTS) else ""
                if text:
                    self.objects.setdefault(one.object_id, text)
            if not told.more_follows:
                break
            following = told.next_object_id
        if level and Function.ENCAPSULATED_INTERFACE not in self.functions:
            self.functions.append(Function.ENCAPSULATED_INTERFACE)
        return level

    def _keep_exact(self, one: DeviceObject) -> None:
        text = one.value.decode("ascii", "replace")
        if (
            one.object_id < len(OBJECTS)
            and 0 < len(text) <= LONGEST
            and text.isascii()
            and text.isprintable()
        ):
            self.exact.setdefault(one.object_id, text)

    def _clean(self, value: bytes) -> str:
        text, unshown = clean(value)
        self.unshown += unshown
        return text


def clean(value: bytes, most: int = LONGEST) -> tuple[str, int]:
    """Return a device's text fit for one line of a file, and how many characters were left out.

    AP wants ASCII; names in UTF-8 are taken too. Left out are controls, marks that change the direction of
    writing, characters of private use, and whatever exceeds the most characters wanted.
    """
    try:
        said = value.decode()
    except UnicodeDecodeError:
        said = value.decode("ascii", "replace")
    shown = "".join(one for one in said.rstrip("\0") if one.isprintable() and one != "\ufffd")
    kept = " ".join(shown.split())[:most].strip()
    return kept, len(said.rstrip("\0").strip()) - len(kept)
