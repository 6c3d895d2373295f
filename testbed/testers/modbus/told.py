"""What a device told of itself: the fields of responses of functions 07, 08, 11, 12 and 17.

MODBUS Application Protocol V1.1b3 ("AP"), 6.7 to 6.10 and 6.13. A field that the response lacks is an
`Instead`, which equals nothing that a case expects.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Container
from typing import TYPE_CHECKING

from testbed.protocols.modbus import Function

if TYPE_CHECKING:
    from testbed.testers.modbus.reply import Instead

FIRST_SENT = 0x40
"""Events from here on tell of an answer sent, those from 80 on of a frame received (AP 6.10)."""
MODE_EVENTS = (0x00, 0x04)
"""The other events: a restart, and listen-only mode entered (AP 6.10)."""
_WORD = 2
_LOG_HEAD = 8
"""Bytes of function 12 in front of its events: function, byte count, three words (AP 6.10)."""


class Told(ABC):
    """The fields of a response, by where they stand in its PDU."""

    @property
    @abstractmethod
    def function(self) -> int:
        """Function code, with the highest bit set in an exception response."""

    @property
    @abstractmethod
    def pdu(self) -> bytes:
        """Function code and data."""

    @property
    @abstractmethod
    def byte_count(self) -> int | Instead:
        """The byte count, where as many data bytes follow it."""

    @abstractmethod
    def part(self, first: int, end: int) -> bytes | Instead:
        """Return bytes of the PDU of a normal response; an Instead where it has not so many."""

    def _word(self, at: int) -> int | Instead:
        part = self.part(at, at + _WORD)
        return int.from_bytes(part) if isinstance(part, bytes) else part

    @property
    def size(self) -> int | Instead:
        """Bytes of the PDU of a normal response."""
        part = self.part(0, 1)
        return len(self.pdu) if isinstance(part, bytes) else part

    @property
    def sub_function(self) -> int | Instead:
        """The sub-function of function 08 (AP 6.8)."""
        return self._word(1)

    @property
    def status(self) -> int | Instead:
        """The status word of functions 11 and 12: FFFF while an earlier request goes on, else 0 (AP 6.9)."""
        return self._word(2 if self.function == Function.GET_COMM_EVENT_LOG else 1)

    @property
    def count(self) -> int | Instead:
        """The word that function 08 reads, or the event count of functions 11 and 12 (AP 6.8 to 6.10)."""
        return self._word(4 if self.function == Function.GET_COMM_EVENT_LOG else 3)

    @property
    def message_count(self) -> int | Instead:
        """The message count of function 12 (AP 6.10)."""
        return self._word(6)

    @property
    def events(self) -> bytes | Instead:
        """The events of function 12, one byte each, the newest first (AP 6.10)."""
        return self.part(_LOG_HEAD, max(_LOG_HEAD, len(self.pdu)))

    @property
    def unknown_events(self) -> frozenset[int] | Instead:
        """The events of function 12 that are of none of the four types (AP 6.10)."""
        events = self.events
        if not isinstance(events, bytes):
            return events
        return frozenset(event for event in events if event < FIRST_SENT and event not in MODE_EVENTS)

    def newest(self, kinds: Container[int]) -> int | Instead | None:
        """Return the newest event of some kinds; None where the log holds none."""
        events = self.events
        return next(filter(kinds.__contains__, events), None) if isinstance(events, bytes) else events

    def data_byte(self, at: int) -> int | Instead:
        """Return a byte behind the byte count of function 17, by its place from 0 on (AP 6.13)."""
        part = self.part(at + 2, at + 3)
        return part[0] if isinstance(part, bytes) else part
