"""Playing a capture to a device again, and holding what it does against what it did."""

from testbed.testers.modbus.replay.comparison import Line
from testbed.testers.modbus.replay.permission import NotAllowedError
from testbed.testers.modbus.replay.player import Replayed, replay

__all__ = ["Line", "NotAllowedError", "Replayed", "replay"]
