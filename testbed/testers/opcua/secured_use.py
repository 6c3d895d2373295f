"""The use of secured endpoints, each policy and mode as a good client uses it for a while.

OPC 10000-7 1.05.04, 6.6 (policies); OPC 10000-6 1.05.04, 6.7 (messages and renewals).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from testbed.model.base import Text
from testbed.protocols.opcua import POLICIES, status
from testbed.testers.answer import Instead
from testbed.testers.opcua.offered import DEPRECATED
from testbed.testers.opcua.requests import ids
from testbed.testers.opcua.secured_words import not_offered
from testbed.testers.trouble import Unanswered, Undecided

if TYPE_CHECKING:
    from testbed.testers.opcua.client import Client
    from testbed.testers.opcua.secure import Secure

READS, RENEWALS = 21, 3
"""Exchanges of one policy and mode (assumed): three reads of each length, a renewal behind every fifth."""
_LENGTHS = 7
"""Numbers of nodes in a read: with them come paddings of several sizes."""
_PREFIX = "http://opcfoundation.org/UA/SecurityPolicy#"


def deprecated(secure: Secure) -> tuple[str, ...]:
    """Return the names of the deprecated policies that are offered."""
    return tuple(sorted(_names(secure).intersection(DEPRECATED)))


def uncovered(secure: Secure) -> tuple[str, ...]:
    """Return the names of policies of the endpoints that the bed does not speak: those of elliptic curves."""
    known = {*DEPRECATED, *(one.name for one in POLICIES.values())}
    return tuple(sorted(_names(secure) - known))


def _names(secure: Secure) -> set[str]:
    uris = (one.SecurityPolicyUri or "" for one in secure.endpoints)
    return {uri.removeprefix(_PREFIX) for uri in uris if uri}


def _said(reads: int, renewals: int, connections: int) -> Instead:
    return Instead(
        f"{reads} reads, {renewals} renewals, {connections} connections",
        f"읽기 {reads}회, 갱신 {renewals}회, 연결 {connections}회",
    )


WORKS = _said(READS, RENEWALS, 2)
"""What `exercised` gives of a policy that works."""


def _done(reads: int, renewals: int, connections: int) -> Instead:
    """Say what went well."""
    went = (reads, renewals, connections)
    return WORKS if went == (READS, RENEWALS, 2) else _said(*went)


async def exercised(secure: Secure, policy: str, mode: int) -> Instead:
    """Use a policy and a mode: twenty-one reads, three renewals among them, then the same client once more.

    Returns:
        how many reads, renewals and connections went well; `WORKS` where all did.

    Raises:
        NotTestable: no endpoint offers them.
        Undecided: no other secured endpoint opens a session either, so that it is not for the policy.
    """
    if secure.offers(policy, mode) is None:
        raise not_offered(policy, mode)
    try:
        client = await secure.session(policy=policy, mode=mode)
    except Undecided:
        await _elsewhere(secure, policy)
        return _done(0, 0, 0)
    reads = renewals = 0
    for number in range(1, READS + 1):
        reads += await _went_well(client, number)
        if number % (READS // (RENEWALS + 1)) == 0 and renewals < RENEWALS:
            renewals += await _renewed(client)
    await _leave(client)
    try:
        again = await secure.session(policy=policy, mode=mode)
    except Undecided:
        return _done(reads, renewals, 1)
    return _done(reads, renewals, 1 + await _went_well(again, READS))


async def _went_well(client: Client, number: int) -> bool:
    many = number % _LENGTHS + 1  # requests of several lengths, so that there is padding of several sizes
    try:
        reply = await client.read(*[ids.Server_ServerStatus_State] * many)
    except Unanswered:
        return False
    # the node is named again for the length alone: what is said of it then is no matter of the policy
    return reply.refusal == status.Good


async def _renewed(client: Client) -> bool:
    try:
        return (await client.renew()).status == status.Good
    except Unanswered:
        return False


async def _leave(client: Client) -> None:
    """Go as a good client does, so that a server with one session has room for the next."""
    try:
        await client.close_session()
        await client.close_channel()
    except Unanswered:
        client.wire.recorder.note("no answer to CloseSession; the connection is closed")
    client.close()


async def _elsewhere(secure: Secure, policy: str) -> None:
    """Open a session with some other policy, to know that the keys are those that the server trusts.

    Raises:
        Undecided: there is no such policy, or none opens one.
    """
    for other in secure.policies:
        if other != policy:
            client = await secure.session(policy=other)
            await _leave(client)
            return
    raise Undecided(
        Text(
            en=f"the only secured policy, {policy}, opens no session",
            ko=f"유일한 보안 정책 {policy}(으)로 세션을 열 수 없음",
        )
    )
