"""What of a capture a declaration allows to be sent."""

from __future__ import annotations

from collections.abc import Sequence

from testbed.model.connect import Endpoint, Over
from testbed.model.declaration import Area, Declaration
from testbed.model.files import FileArea
from testbed.protocols.modbus import Framer
from testbed.testers.modbus.framing import Framing, framing_of
from testbed.testers.modbus.layout import MBAP
from testbed.testers.modbus.safety import READS, Spoken, Write
from testbed.wire.playback import Step
from testbed.wire.recorder import Kind

_FRAMINGS: tuple[Over, ...] = ("tcp", "rtu", "ascii")


class NotAllowedError(Exception):
    """The capture holds what the declaration does not allow; the message says which frame and what would."""


def check(steps: Sequence[Step], declaration: Declaration) -> tuple[Write, ...]:
    """Return every write of a capture, if the declaration allows all that it would send.

    Raises:
        NotAllowedError: it does not.
    """
    unit = declaration.endpoint.unit
    framing = framing_of(declaration.endpoint)
    _check_framing(steps, framing)
    behind: dict[int, Spoken] = {}
    found: list[Write] = []
    for step in steps:
        if not step.sent or step.kind is not Kind.DATA:
            continue
        spoken = behind.setdefault(step.connection, Spoken())
        writes = framing.writes(step.data, spoken.pending)
        said = _said(step.data, spoken, framing)
        if declaration.isolated:
            found += writes or ()
            continue
        if writes is None:
            raise NotAllowedError(
                f"frame {step.frame} is neither a read nor a sound write; to send it, declare "
                "`isolated: true`, which says that nothing real hangs on the device"
            )
        others = {one for one, pdu in said if one != unit and pdu[:1] and pdu[0] not in READS}
        if others:
            raise NotAllowedError(
                f"frame {step.frame} writes in unit {min(map(str, others))}, and unit {unit} is declared: "
                "another device may answer to it; write its unit as `?unit=` in `connect`"
            )
        for write in writes:
            areas = areas_of(declaration, write.table, write.file)
            if not any(area.scratch and area.holds(write.first, write.count) for area in areas):
                raise NotAllowedError(
                    f"frame {step.frame} {write}; to send it, declare that area `scratch: true`, "
                    "or the device `isolated: true`"
                )
        found += writes
    return tuple(dict.fromkeys(found))


def _check_framing(steps: Sequence[Step], framing: Framing) -> None:
    """Raise NotAllowedError where all that was sent is Modbus in another framing than the device's."""
    sent = [step.data for step in steps if step.sent and step.kind is Kind.DATA]
    if any(map(framing.is_well_formed, sent)):
        return
    for over in _FRAMINGS:
        other = framing_of(Endpoint(scheme="tcp", over=over))
        if any(map(other.is_well_formed, sent)):
            raise NotAllowedError(
                f"the capture holds {other.layout.name} frames, and the device is declared to be reached by "
                f"{framing.layout.name} frames; write the transport of the capture in `connect`"
            )


def _said(data: bytes, spoken: Spoken, framing: Framing) -> list[tuple[int | None, bytes]]:
    """Return unit and PDU of every frame that bytes make, alone or with what was sent before them."""
    if framing.layout is not MBAP:
        return [(framing.layout.unit(data), framing.layout.pdu(data))]
    return [(one.unit, one.pdu) for one in (*spoken.feed(data), *Framer().feed(data))]


def areas_of(declaration: Declaration, table: str, file: int) -> Sequence[Area | FileArea]:
    """Return the declared areas of a table, as a case leases it, or of a file."""
    if file:
        return [area for area in declaration.files if area.file == file]
    return declaration.areas("coils" if table == "coils" else "holding_registers")
