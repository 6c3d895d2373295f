"""MODBUS/TCP Security v36, 6.2 and Appendix A; RFC 5246, 6.2 and 7.2: Modbus inside records."""

import pytest

from testbed.cases import verifies
from testbed.modbus import CLOSED, NORMAL, SILENCE
from testbed.tls import ALERT


@verifies("MB-TLS-RECORDS-SPLIT")
@pytest.mark.parametrize("sizes", [(1,), (7,), (8, 2)], ids=["1", "7", "8-2"])
async def test_request_in_several_records(modbus, sizes):
    """A request that is cut into several records is answered like one in a single record."""
    reply = await modbus.ask_in_pieces(modbus.harmless, sizes)

    assert reply.exception == NORMAL


@verifies("MB-TLS-RECORDS-JOINED")
async def test_two_requests_in_one_record(modbus):
    """Two requests in one record are both answered."""
    replies = await modbus.pipeline([modbus.harmless, modbus.harmless])

    assert replies.outcomes == [NORMAL, NORMAL]


@verifies("MB-TLS-RECORD-DAMAGED")
async def test_damaged_record(tls):
    """A record that was changed on the way is met with a fatal alert, and the connection is closed."""
    session = await tls.established()
    met = await tls.damage(session)

    assert (met, session.closed) == (ALERT, True)


@verifies("MB-TLS-FAREWELL")
async def test_farewell(tls):
    """A client that says that it sends no more is told the same before the connection closes."""
    session = await tls.established()
    answered = await tls.says_farewell(session)

    assert answered


@verifies("MB-TLS-PLAIN")
async def test_plain_text(tls):
    """A Modbus request without TLS gets no Modbus answer."""
    met = await tls.plain()

    assert met in (ALERT, CLOSED, SILENCE)
