"""What a Modbus device keeps of its communication: counters, the event log, and its modes.

MODBUS over Serial Line V1.02, Appendix A ("SL" below) numbers the counters CPT1 to CPT8; MODBUS Application
Protocol V1.1b3, 6.8 to 6.10 ("AP") says how they are read and what an event is. All are words that go back
to 0 behind 65535. A device keeps one of these, whatever lines lead to it.
"""

from collections import deque
from typing import Final

LOG_MAX: Final = 64
"""Events that a log holds (AP 6.10); each new one flushes the oldest."""

RECEIVED: Final = 0x80
SENT: Final = 0x40
"""A frame that came, and the end of a request: answered, or not to be answered."""
LISTENING: Final = 0x20
"""Bit of both: the device was in its listen-only mode."""

ENTERED_LISTEN_ONLY: Final = 0x04
RESTARTED: Final = 0x00

BROADCAST: Final = 0x40
OVERRUN: Final = 0x10
COMMUNICATION_ERROR: Final = 0x02
"""Bits of a frame that came."""

SENT_EXCEPTION: Final = {1: 0x01, 2: 0x01, 3: 0x01, 4: 0x02, 5: 0x04, 6: 0x04, 7: 0x08}
"""Bit of the end of a request, by the exception code that was sent; other codes have none."""

LINE_FEED: Final = 0x0A
"""Ends an ASCII frame unless function 08, sub-function 03, has set another character (SL 2.5.2.1)."""


class Counters:
    """The counters and the log of one device; it starts as after power-up."""

    __slots__ = (
        "ascii_delimiter",
        "bus_errors",
        "bus_messages",
        "busy",
        "diagnostic_register",
        "events",
        "exceptions",
        "listen_only",
        "log",
        "naks",
        "no_responses",
        "overruns",
        "server_messages",
    )

    def __init__(self) -> None:
        self.log: deque[int] = deque(maxlen=LOG_MAX)
        """One byte an event, the newest first."""
        self.listen_only = False
        """Whether the device only listens: nothing is done and nothing answered but a restart (AP 6.8.1)."""
        self.ascii_delimiter = LINE_FEED
        """The character that ends an ASCII frame."""
        self.clear()

    def take(self, exchanges: int) -> None:
        """Count and log messages that were answered well, one behind the other."""
        self.bus_messages += exchanges
        self.server_messages += exchanges
        self.events += exchanges
        self.log.extendleft((RECEIVED, SENT) * min(exchanges, self.log.maxlen or LOG_MAX))

    def clear(self) -> None:
        """Set every counter and the diagnostic register to 0; the log stays (AP 6.8.1, 01 and 10)."""
        self.bus_messages = 0
        """CPT1: good frames seen on the line, whomever they were for."""
        self.bus_errors = 0
        """CPT2: frames with a wrong checksum or parity, an overrun, or fewer than 3 bytes."""
        self.exceptions = 0
        """CPT3: exceptions found, also in broadcasts, which are not answered."""
        self.server_messages = 0
        """CPT4: messages for this device, broadcasts among them, that it has processed."""
        self.no_responses = 0
        """CPT5: messages for this device, broadcasts among them, that it did not answer."""
        self.naks = 0
        """CPT6: messages refused with exception 07, negative acknowledge."""
        self.busy = 0
        """CPT7: messages refused with exception 06, busy."""
        self.overruns = 0
        """CPT8: frames lost because characters came faster than they were taken."""
        self.events = 0
        """Requests carried out (AP 6.9)."""
        self.diagnostic_register = 0
        """Sixteen bits whose meaning is the device's own (AP 6.8.1, 02)."""
