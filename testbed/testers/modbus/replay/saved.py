"""Sends a saved case to a device again: the sequence that a machine or the fuzzer was left with."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from testbed.model.declaration import Declaration
from testbed.model.needs import missing
from testbed.model.saved_case import SavedCase
from testbed.testers.answer import Agreement
from testbed.testers.modbus.bench import ModbusBench
from testbed.testers.modbus.desk import ModbusCase
from testbed.testers.modbus.fuzz import shots_of
from testbed.testers.modbus.fuzz.session import Session
from testbed.testers.modbus.fuzz.shot import SILENCE, Shot
from testbed.testers.modbus.replay.permission import NotAllowedError
from testbed.testers.trouble import Undecided
from testbed.wire.dial import Dial, UnreachableError
from testbed.wire.recorder import Recorder


@dataclass(frozen=True)
class Resent:
    """What came of it."""

    agreement: Agreement
    lines: tuple[tuple[bool, bytes], ...]
    """What went over the wire: whether the tester sent it, and the bytes."""
    not_restored: tuple[str, ...] = ()


async def resend(case: SavedCase, dial: Dial, declaration: Declaration) -> Resent:
    """Send a saved case to a device, and judge it as it was judged when it was found.

    Raises:
        NotAllowedError: the declaration does not allow it; nothing of it was sent.
        UnreachableError: the device cannot be reached, or does not answer.
    """
    needs = tuple(f"scratch_{table} >= {count}" for table, count in case.leases.items())
    lack = missing(needs, declaration.facts)
    if lack is not None:
        raise NotAllowedError(f"{lack.reason}; to allow it, add the line `{lack.paste}`")
    bench = ModbusBench(declaration, dial, case.seed)
    desk = bench.case("replay", needs, "", Recorder(asyncio.get_running_loop().time))
    try:
        await desk.prepare(("modbus", *case.leases))
        _check(case, desk)
        start = len(desk.recorder.packets)
        agreement = await _sent(case, desk)
        packets = desk.recorder.packets[start:]
    except Undecided as trouble:
        raise UnreachableError(trouble.said.en) from trouble
    finally:
        await desk.conclude()
    lines = tuple((packet.sent, packet.data) for packet in packets if packet.data)
    return Resent(agreement, lines, tuple(desk.not_restored))


def _check(case: SavedCase, desk: ModbusCase) -> None:
    """Refuse a case that was made for another kind of line, or writes elsewhere than it may here."""
    over = desk.bench.declaration.endpoint.over
    if over != case.over and any(step.whole for step in case.steps):
        raise NotAllowedError(f"the frames were made for {case.over}, and the device is reached over {over}")
    session = Session(desk)
    afterwards = (Shot(bytes.fromhex(pdu), is_pdu=True) for pdu in case.afterwards)
    for number, shot in enumerate((*shots_of(case), *afterwards), 1):
        if not session.permits(shot):
            raise NotAllowedError(
                f"step {number} is neither a read nor a write to scratch values of the declaration; declare "
                "the same areas `scratch: true` as when it was found, and `isolated: true` where nothing "
                "real hangs on the device"
            )


async def _sent(case: SavedCase, desk: ModbusCase) -> Agreement:
    if case.judged_by == "fuzzer":
        found = await Session(desk).fire(shots_of(case))
        if found is None:
            return Agreement()
        failure = found[0]
        if failure.kind == SILENCE:
            await Session(desk).revive()  # what was leased is to be put back
        return Agreement(failure.expected, failure.received, failure.guilty)
    from testbed.testers.modbus.machines import resend_steps  # noqa: PLC0415 - loads hypothesis

    return await resend_steps(case, desk)
