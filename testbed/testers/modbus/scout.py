"""The scout: finds out by reads alone what a Modbus server serves, so that a declaration can be drafted."""

from __future__ import annotations

from dataclasses import dataclass, field

from testbed.model.connect import MODBUS_PORT, Endpoint
from testbed.protocols.modbus import ExceptionCode, Request
from testbed.testers.manners import FellSilent, Manners, Spent, Tell
from testbed.testers.modbus.declared import READS
from testbed.testers.modbus.framing import Framing
from testbed.testers.modbus.preflight.strangers import name_of
from testbed.testers.modbus.reply import Reply
from testbed.testers.modbus.scout_areas import Search
from testbed.testers.modbus.scout_identity import Identity
from testbed.testers.modbus.scout_line import Answer, Reader
from testbed.testers.modbus.scout_load import connections_at_once, reads_needed, requests_at_once
from testbed.wire.dial import Dial
from testbed.wire.recorder import Recorder

FIRST_UNITS = (1, 255, 0)
"""Unit identifiers to try: the usual one, and the two that IG 4.4.1.2 gives a device without a gateway."""
EVERY_UNIT = range(1, 248)
"""Unit identifiers of devices behind a gateway (AP and IG 4.4.1.2)."""
SWEEP_PATIENCE = 0.5
"""Seconds that each unit of a sweep has at least (assumed); ten times the longest answer so far if more."""
LEAST_OBSERVED = 20
"""Response times that are looked at, at least (assumed)."""
MOST_LISTENED = 260
"""Bytes by which another protocol is told (assumed; a greeting is shorter)."""
_NOBODY = {ExceptionCode.GATEWAY_PATH_UNAVAILABLE, ExceptionCode.GATEWAY_TARGET_FAILED}


class NothingAnswers(Exception):  # noqa: N818 - not an error of this program
    """The port took the connection, and no read was answered; the message says what was tried."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a user wants to be looked for."""

    units: tuple[int, ...] = FIRST_UNITS
    """Unit identifiers to try, in order; the first that answers is drafted."""
    sweep: bool = False
    """Whether every unit behind a gateway is asked for, too."""
    addresses: tuple[int, ...] = ()
    """Addresses to look at beyond the usual ones."""
    most_sessions: int = 16
    manners: Manners = field(default_factory=Manners)


@dataclass
class Found:
    """What is known so far; whoever stops a scout reads it here."""

    endpoint: Endpoint
    units: list[int] = field(default_factory=list)
    """Unit identifiers that answered."""
    searches: list[Search] = field(default_factory=list)
    identity: Identity = field(default_factory=Identity)
    sessions: int = 0
    """Connections that answered at once; 0 where that was not tried."""
    most_sessions: int = 0
    """Connections that were wished to be tried at once."""
    transactions: int = 0
    """Requests that were answered though sent at once; 0 where that was not tried."""
    times: list[float] = field(default_factory=list)
    """Seconds to each answer."""
    reads: int = 0
    """Reads sent."""
    busy: int = 0
    """Times that the device said it was busy."""
    breaches: dict[str, int] = field(default_factory=dict)
    """Frames that broke what must hold for every frame, by requirement."""
    stopped: str = ""
    """Why the search ended early; empty where it came to its end."""
    silent: bool = False
    """Whether the device stopped answering."""
    recorder: Recorder | None = None

    @property
    def served(self) -> list[Search]:
        """The tables of which something was read, by function."""
        return [one for one in self.searches if one.runs]


async def scout(dial: Dial, framing: Framing, wishes: Wishes, found: Found, tell: Tell) -> None:
    """Look at a device; what is found stands in `found` as soon as it is known.

    Args:
        dial: reaches the device.
        framing: of the transport that it speaks.
        wishes: what to look for, and how gently.
        found: is filled.
        tell: hears, before each read, what is looked for.

    Raises:
        UnreachableError: no connection.
        NothingAnswers: a connection, but no answer.
    """
    reader = Reader(dial, framing, wishes.manners, wishes.units[0], tell)
    found.recorder, found.times = reader.recorder, reader.times
    try:
        await _look(reader, wishes, found)
    except Spent as end:
        found.stopped = f"the {end} granted are used up"
    except FellSilent as end:
        found.stopped, found.silent = f"the device fell silent: {end}", True
    finally:
        found.reads, found.busy = reader.sent, reader.busy
        for breach in reader.monitor.breaches:
            found.breaches[breach.requirement] = found.breaches.get(breach.requirement, 0) + 1
        await reader.leave()


async def _look(reader: Reader, wishes: Wishes, found: Found) -> None:
    reader.purpose = "unit identifiers"
    await _find_units(reader, wishes, found)
    await _find_areas(reader, wishes, found)
    reader.purpose = "identification"
    await found.identity.ask(reader)
    probe = reader.probe
    if probe is None:
        return
    if not found.endpoint.is_serial:  # a line carries one exchange at a time (SL 2.1)
        await _find_limits(reader, probe, wishes, found)
    reader.purpose = "response time"
    while len(reader.times) < LEAST_OBSERVED:
        await reader.ask(probe)
    if wishes.sweep:
        await _sweep(reader, probe, found)


async def _find_limits(reader: Reader, probe: Request, wishes: Wishes, found: Found) -> None:
    """Find how many connections, and how many requests on one, are answered at once."""
    reader.purpose = "connections at once"
    if wishes.most_sessions > 1:
        found.most_sessions = wishes.most_sessions
        found.sessions = await connections_at_once(reader, probe, wishes.most_sessions)
    reader.purpose = "requests at once"
    found.transactions = await requests_at_once(reader, probe)


async def _find_units(reader: Reader, wishes: Wishes, found: Found) -> None:
    """Find who answers at all, refusals included: all units by function 03, the first also by the others."""
    failing: list[int] = []  # a server may say so for a unit that it does not have
    for table, request in READS.values():
        for unit in wishes.units if table == "holding_registers" else wishes.units[:1]:
            answer = await reader.ask(request(0, 1), unit=unit)
            if isinstance(answer, Reply) and answer.exception is ExceptionCode.SERVER_DEVICE_FAILURE:
                failing.append(unit)
            elif _is_somebody(answer):
                found.units.append(unit)
        if found.units:
            break
    found.units = found.units or failing[:1]
    if not found.units:
        raise NothingAnswers(await _why(reader, wishes, found))
    reader.unit = found.units[0]
    found.endpoint = found.endpoint.model_copy(update={"unit": reader.unit})


async def _why(reader: Reader, wishes: Wishes, found: Found) -> str:
    """Say what may be wrong where no read was answered."""
    said = f"{found.endpoint} takes the connection, but no read is answered"
    heard = b"".join(packet.data for packet in reader.recorder.packets if not packet.sent)
    if name := name_of(heard[:MOST_LISTENED]):
        return f"{said}: what listens there speaks {name}; name the port of Modbus/TCP, usually {MODBUS_PORT}"
    request = READS["fc03"][1](0, 1)
    for unit in FIRST_UNITS:
        if unit not in wishes.units and _is_somebody(await reader.ask(request, unit=unit)):
            return f"{said} by unit {reader.unit}; unit {unit} answers, so write `?unit={unit}`"
    tried = ", ".join(map(str, wishes.units))
    return f"{said} by unit {tried}; is this the port of Modbus/TCP, and which unit has the device?"


async def _find_areas(reader: Reader, wishes: Wishes, found: Found) -> None:
    """Search every table, each with its share of the reads that are left."""
    functions = sorted(READS.items())
    for at, (name, (table, request)) in enumerate(functions):
        found.searches.append(Search(name, table, request))
        left = wishes.manners.reads - reader.sent - reads_needed(wishes.most_sessions)
        share = left // (len(functions) - at)
        reader.kept_back = wishes.manners.reads - reader.sent - share
        reader.purpose = f"addresses of {table.replace('_', ' ')}"
        try:
            await found.searches[-1].seek(reader, wishes.addresses)
        except Spent as end:
            found.stopped = f"the {end} granted are used up"
    reader.kept_back = 0


async def _sweep(reader: Reader, probe: Request, found: Found) -> None:
    """Ask for every unit behind a gateway."""
    patience = max(SWEEP_PATIENCE, 10 * max(reader.times))
    for unit in EVERY_UNIT:
        reader.purpose = f"unit {unit}"
        if unit in found.units:
            continue
        if _is_somebody(*await reader.exchange([probe], unit=unit, patience=patience)):
            found.units.append(unit)


def _is_somebody(answer: Answer) -> bool:
    return isinstance(answer, Reply) and answer.exception not in _NOBODY
