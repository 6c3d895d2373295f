"""The declared channel, user and sessions (OPC 10000-4, 5.6.2, 5.7.2, 5.7.3), and the server's clock."""

from __future__ import annotations

from datetime import datetime

from testbed.model.base import Text
from testbed.model.preflight import Diagnosis
from testbed.protocols.opcua import Status, status
from testbed.testers.opcua.preflight.causes import diagnosis
from testbed.testers.opcua.preflight.desk import Desk
from testbed.testers.opcua.preflight.reaching import lost
from testbed.testers.opcua.preflight.trusting import OF_CERTIFICATES, not_trusted
from testbed.testers.opcua.requests import ids
from testbed.testers.trouble import Unanswered, Undecided
from testbed.wire.dial import UnreachableError

MOST = 64
"""Sessions that are opened at once at most (assumed; a run needs as many only for one case)."""
CLOCK_OFFSET = 60.0
"""Seconds by which clocks may differ before it is said (assumed)."""

_FULL = {"BadTooManySessions", "BadMaximumReached", "BadTcpNotEnoughResources", "BadServerTooBusy"}
_FULL |= {"BadTcpServerTooBusy", "BadOutOfMemory", "BadResourceUnavailable"}
_USER = {
    "BadUserAccessDenied",
    "BadIdentityTokenRejected",
    "BadIdentityTokenInvalid",
    "BadUserSignatureInvalid",
}

_STEPS = ("hello", "open", "create_session", "activate_session")


async def enter(desk: Desk) -> None:
    """Open the declared channel and a session on it, as the declared user."""
    desk.trying("a session")
    try:
        await desk.bench.know_certificate(desk.case)
    except Undecided as error:
        is_garbled = isinstance(error.__cause__, Unanswered) and desk.case.monitor.breaches
        said = error.said
        desk.found(
            lost(desk, said)
            if is_garbled
            else diagnosis("SERVER-CERTIFICATE", error=said.en, error_ko=said.ko)
        )
        return
    client = await desk.greeted(secured=True)
    for name in _STEPS:
        try:
            reply = await getattr(client, name)()
        except Undecided as error:  # the tester itself has no token that the endpoint takes
            desk.found(diagnosis("SESSION", step=name, status=error.said.en))
            return
        except Unanswered as error:
            if name == "open" and desk.declaration.channel.is_secured and not client.is_open:
                desk.found(not_trusted(desk, "", error.said))
                return
            raise
        if reply.status != status.Good:
            desk.found(_refusal(desk, name, reply.status))
            return
    desk.client = client
    desk.bench.met = True
    desk.passed("a session is active", "세션이 활성화됨")
    await _clock(desk)


def _refusal(desk: Desk, step: str, said: Status) -> Diagnosis:
    if said.name in OF_CERTIFICATES:
        return not_trusted(desk, said.name, Text(en=said.title, ko=said.title))
    if said.name in _FULL:
        return diagnosis("FULL", status=said.title)
    if said.name in _USER and step == "activate_session":
        user = desk.declaration.user
        if user is None:
            return diagnosis("ANONYMOUS-REFUSED", status=said.title)
        return diagnosis("USER", status=said.title, name=user.called)
    return diagnosis("SESSION", step=step, status=said.title)


async def _clock(desk: Desk) -> None:
    """Compare the server's clock with ours."""
    reply = await desk.session.read(ids.Server_ServerStatus_CurrentTime)
    found = reply.value
    if not isinstance(found, datetime):
        return
    offset = (found.replace(tzinfo=None) - desk.bench.utcnow()).total_seconds()
    if abs(offset) > CLOCK_OFFSET:
        ahead, ahead_ko = ("ahead of", "빠름") if offset > 0 else ("behind", "느림")
        desk.found(diagnosis("CLOCK", ahead=ahead, ahead_ko=ahead_ko, amount=abs(offset)))


async def sessions(desk: Desk) -> None:
    """Open the declared number of sessions, and read over each while all of them stand."""
    declared = min(desk.declaration.sessions, MOST)
    if declared == 1:
        return
    clients = [desk.session]
    try:
        while len(clients) < declared:
            desk.trying(f"session {len(clients) + 1}")
            client = await desk.greeted(secured=True)
            replies = [await getattr(client, name)() for name in _STEPS]
            if any(reply.status != status.Good for reply in replies):
                break
            clients.append(client)
    except (Unanswered, UnreachableError) as error:
        desk.recorder.note(f"one more session: {error}")
    served = 0
    for client in clients:
        try:
            reply = await client.read(ids.Server_ServerStatus_State)
        except Unanswered:
            continue
        served += reply.status == status.Good
    if served == declared:
        desk.passed(f"{declared} sessions at once are served", f"동시 세션 {declared}개에 모두 응답함")
        return
    line = f"sessions: {max(1, served)}"
    desk.found(diagnosis("SESSIONS", line, line=line, declared=desk.declaration.sessions, served=served))
