"""The scout: finds out by reads and browses alone what an OPC UA server has, so that it can be declared."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from testbed.model.connect import Endpoint
from testbed.model.declaration import UNKNOWN
from testbed.testers.manners import FellSilent, Manners, Spent, Tell
from testbed.testers.opcua.bench import MODES, POLICY
from testbed.testers.opcua.preflight.endpoints import shown
from testbed.testers.opcua.requests import ids
from testbed.testers.opcua.scout_choice import Choice, choose
from testbed.testers.opcua.scout_nodes import Crawl
from testbed.testers.opcua.scouting import Asker, NothingAnswers
from testbed.wire.dial import Dial
from testbed.wire.recorder import Recorder

__all__ = ["Found", "NothingAnswers", "Wishes", "scout"]

_MOST_TOLD = 1000
"""Profiles and units of a server that are looked at (assumed; the standard has some hundreds)."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a user wants to be looked for."""

    most_sessions: int = 16
    manners: Manners = field(default_factory=Manners)


@dataclass
class Found:
    """What is known so far; whoever stops a scout reads it here."""

    endpoint: Endpoint
    names: dict[str, str] = field(default_factory=dict)
    """Vendor, model and firmware, as BuildInfo tells them."""
    namespaces: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    """URIs of ServerProfileArray."""
    units: tuple[str, ...] = ()
    """Names of ConformanceUnits."""
    choice: Choice = field(default_factory=Choice)
    crawl: Crawl = field(default_factory=Crawl)
    secured: tuple[tuple[str, str], ...] = ()
    """Policies and modes of the secured endpoints that the bed speaks."""
    sessions: int = 0
    """Sessions that were served at once; 0 where that was not tried."""
    most_sessions: int = 0
    """Sessions that were wished to be tried at once."""
    told_sessions: int = 0
    """MaxSessions, as the server tells it; 0 where it does not."""
    times: list[float] = field(default_factory=list)
    """Seconds to each answer."""
    reads: int = 0
    """Requests sent."""
    stopped: str = ""
    """Why the search ended early; empty where it came to its end."""
    silent: bool = False
    """Whether the server stopped answering."""
    recorder: Recorder | None = None


async def scout(dial: Dial, wishes: Wishes, found: Found, tell: Tell) -> None:
    """Look at a server; what is found stands in `found` as soon as it is known.

    Args:
        dial: reaches the server.
        wishes: what to look for, and how gently.
        found: is filled.
        tell: hears, before each request, what is looked for.

    Raises:
        UnreachableError: no connection.
        NothingAnswers: a connection, but no session.
    """
    asker = Asker(dial, found.endpoint, wishes.manners, tell)
    found.recorder, found.times = asker.recorder, asker.times
    try:
        async with asyncio.timeout(wishes.manners.seconds):
            await asker.enter()
            await _identify(asker, found)
            await _endpoints(asker, found)
            await found.crawl.go(asker)
            await choose(asker, found.crawl, found.namespaces, found.choice)
            await found.crawl.ask_inputs(asker)
            await _sessions(asker, wishes, found)
    except TimeoutError:
        found.stopped = "the time granted is used up"
    except Spent as end:
        found.stopped = f"the {end} granted are used up"
    except FellSilent as end:
        found.stopped, found.silent = f"the server stopped answering: {end}", True
    finally:
        found.reads = asker.sent
        await asker.leave()


async def _identify(asker: Asker, found: Found) -> None:
    """Read what the server says of itself."""
    asker.purpose = "what the server says of itself"
    build = {
        "vendor": ids.Server_ServerStatus_BuildInfo_ManufacturerName,
        "model": ids.Server_ServerStatus_BuildInfo_ProductName,
        "firmware": ids.Server_ServerStatus_BuildInfo_SoftwareVersion,
    }
    for name, node in build.items():
        value = await asker.value(node)
        found.names[name] = shown(value) if isinstance(value, str) and value.strip() else UNKNOWN
    found.namespaces = tuple(str(one) for one in _listed(await asker.value(ids.Server_NamespaceArray)))
    capabilities = ids.Server_ServerCapabilities_ServerProfileArray
    found.profiles = tuple(str(one) for one in _listed(await asker.value(capabilities)))
    units = _listed(await asker.value(ids.Server_ServerCapabilities_ConformanceUnits))
    found.units = tuple(str(getattr(one, "Name", one)) for one in units)
    most = await asker.value(ids.Server_ServerCapabilities_MaxSessions)
    found.told_sessions = most if isinstance(most, int) else 0


async def _endpoints(asker: Asker, found: Found) -> None:
    """Ask which secured endpoints there are (10000-4, 5.5.4); a server that does not tell has none here."""
    asker.purpose = "its endpoints"
    reply = await asker.ask(asker.session.get_endpoints)
    offered = reply.results if isinstance(reply.results, tuple) else ()
    policies = {one.uri: name for name, one in POLICY.items() if not one.is_none}
    modes = {number: name for name, number in MODES.items()}
    pairs = (
        (policies.get(one.SecurityPolicyUri, ""), modes.get(int(one.SecurityMode), ""))
        for one in offered[:_MOST_TOLD]
    )
    found.secured = tuple(sorted({(policy, mode) for policy, mode in pairs if policy and mode}))


def _listed(value: object) -> list[object]:
    return list(value)[:_MOST_TOLD] if isinstance(value, list | tuple) else []


async def _sessions(asker: Asker, wishes: Wishes, found: Found) -> None:
    """Open sessions until one is refused, or as many as were wished."""
    if wishes.most_sessions == 1:
        return
    asker.purpose = "sessions at once"
    found.most_sessions, found.sessions = wishes.most_sessions, 1
    while found.sessions < wishes.most_sessions and await asker.joined():
        found.sessions += 1
