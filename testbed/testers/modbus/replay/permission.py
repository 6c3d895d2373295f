"""What of a capture a declaration allows to be sent."""

from __future__ import annotations

from collections.abc import Sequence

from testbed.model.declaration import Declaration, Table
from testbed.protocols.modbus import Framer
from testbed.testers.modbus.safety import READS, Spoken, Write, writes_of
from testbed.wire.playback import Step
from testbed.wire.recorder import Kind


class NotAllowedError(Exception):
    """The capture holds what the declaration does not allow; the message says which frame and what would."""


def check(steps: Sequence[Step], declaration: Declaration) -> tuple[Write, ...]:
    """Return every write of a capture, if the declaration allows all that it would send.

    Raises:
        NotAllowedError: it does not.
    """
    unit = declaration.endpoint.unit
    behind: dict[int, Spoken] = {}
    found: list[Write] = []
    for step in steps:
        if not step.sent or step.kind is not Kind.DATA:
            continue
        spoken = behind.setdefault(step.connection, Spoken())
        writes = writes_of(step.data, spoken.pending)
        frames = [*spoken.feed(step.data), *Framer().feed(step.data)]
        if declaration.isolated:
            found += writes or ()
            continue
        if writes is None:
            raise NotAllowedError(
                f"frame {step.frame} is neither a read nor a sound write; to send it, declare "
                "`isolated: true`, which says that nothing real hangs on the device"
            )
        others = {one.unit for one in frames if one.unit != unit and one.pdu[:1] and one.pdu[0] not in READS}
        if others:
            raise NotAllowedError(
                f"frame {step.frame} writes in unit {min(map(str, others))}, and unit {unit} is declared: "
                "another device may answer to it; write its unit as `?unit=` in `connect`"
            )
        for write in writes:
            areas = declaration.areas(table(coils=write.coils))
            if not any(area.scratch and area.holds(write.first, write.count) for area in areas):
                raise NotAllowedError(
                    f"frame {step.frame} {write}; to send it, declare that area `scratch: true`, "
                    "or the device `isolated: true`"
                )
        found += writes
    return tuple(dict.fromkeys(found))


def table(*, coils: bool) -> Table:
    """Return the table that a write goes to."""
    return "coils" if coils else "holding_registers"
