"""MODBUS/TCP Security v36, 6.2 and 8.4: Role-based client authorization."""

import pytest

from testbed.cases import verifies
from testbed.modbus import CLOSED, ILLEGAL_FUNCTION, NORMAL
from testbed.tls import ALERT

OTHER = {"allowed": "refused", "refused": "allowed"}
RIGHT = {"allowed": NORMAL, "refused": ILLEGAL_FUNCTION}


@verifies("MB-ROLE-ALLOWED")
async def test_allowed(tls, registers):
    """What a role is declared to be allowed is executed."""
    role = tls.declared.roles[0]
    session = await tls.established(role=role.name)
    reply = await session.modbus.ask(tls.request(role.allowed, registers.first))

    assert reply.exception == NORMAL


@verifies("MB-ROLE-REFUSED")
async def test_refused(tls, registers):
    """What a role is not allowed is refused with exception 01."""
    session = await tls.established(role=tls.limited.name)
    outcome = await session.modbus.outcome(tls.request(tls.limited.refused, registers.first))

    assert outcome == ILLEGAL_FUNCTION


@verifies("MB-ROLE-REFUSED-UNEXECUTED")
async def test_refused_is_not_executed(tls, registers):
    """A write that a role is not allowed changes nothing."""
    await registers.set(0x1111)
    session = await tls.established(role=tls.limited.name)
    await session.modbus.outcome(tls.request(tls.limited.refused, registers.first, 0x5A5A))
    values = await registers.values()

    assert values == (0x1111,)


@verifies("MB-ROLE-EVERY-REQUEST")
@pytest.mark.parametrize("first", ["allowed", "refused"])
async def test_every_request(tls, registers, first):
    """Each request of a session is judged by itself, whatever was decided before."""
    role = tls.limited
    then = OTHER[first]
    requests = [tls.request(getattr(role, kind), registers.first) for kind in (first, then, first, then)]
    session = await tls.established(role=role.name)
    outcomes = await session.modbus.each(requests)

    assert outcomes == [RIGHT[first], RIGHT[then], RIGHT[first], RIGHT[then]]


@verifies("MB-ROLE-NOBODY")
async def test_no_role(tls, registers):
    """A client whose certificate names no role is refused with 01 what is declared to be refused to it."""
    session = await tls.established(certificate="no-role")
    outcome = await session.modbus.outcome(tls.request(tls.nobody.refused, registers.first))

    assert outcome == ILLEGAL_FUNCTION


@verifies("MB-ROLE-ENCODING")
async def test_printable_string(tls, registers):
    """A role that is encoded as PrintableString gives no rights."""
    met = await tls.met("printable-role", tls.request(tls.nobody.refused, registers.first))

    assert met in (ILLEGAL_FUNCTION, ALERT, CLOSED)


@verifies("MB-ROLE-TWO")
async def test_two_roles(tls, registers):
    """A certificate with two role extensions gives no rights."""
    met = await tls.met("two-roles", tls.request(tls.nobody.refused, registers.first))

    assert met in (ILLEGAL_FUNCTION, ALERT, CLOSED)


@verifies("MB-ROLE-WHOLE")
async def test_list_of_roles(tls, registers):
    """A string that lists a role and another one is a role of its own, and gives the rights of neither."""
    met = await tls.met("role-list", tls.request(tls.nobody.refused, registers.first))

    assert met in (ILLEGAL_FUNCTION, ALERT, CLOSED)


@verifies("MB-ROLE-RESUMED")
@pytest.mark.parametrize("kind", ["allowed", "refused"])
async def test_resumed_session(tls, registers, kind):
    """In a session that is resumed a role may do what it might before, and nothing else."""
    session = await tls.established(role=tls.limited.name)
    await tls.leave(session)
    again = await tls.resumed(session)
    outcome = await again.modbus.outcome(tls.request(getattr(tls.limited, kind), registers.first))

    assert outcome == RIGHT[kind]
