"""OPC 10000-4 1.05.04, 5.9.3: BrowseNext, and 7.9, ContinuationPoint."""

from testbed.cases import verifies
from testbed.opcua import bearable, ids, status, whole

NODES = (
    ids.RootFolder,
    ids.TypesFolder,
    ids.Server,
    ids.Server_ServerStatus,
    ids.Server_ServerCapabilities,
)
BROWSE_NAME = 8


@verifies("UA-BROWSE-MAX-REFERENCES")
async def test_one_reference(ua):
    """A browse of the Server object for one reference returns no more, and a continuation point."""
    reply = await ua.browse(ids.Server, most=1)

    assert len(reply.links) <= 1 and reply.endings == (True,)  # noqa: PT018 - one observation


@verifies("UA-BROWSE-NEXT-COMPLETE")
async def test_one_after_the_other(ua):
    """One reference after the other, the Server object has the references that it has at once."""
    everything = whole(await ua.browse(ids.Server))
    first = await ua.browse(ids.Server, most=1)
    links = await ua.browse_to_end(first, rounds=len(everything.links))
    found = [(len(one), set(one)) for one in links]

    assert found == [(len(everything.links), set(everything.links))]


@verifies("UA-BROWSE-NEXT-MAX-REFERENCES")
async def test_two_references_next(ua):
    """A BrowseNext behind a browse for two references returns no more."""
    first = await ua.browse(ids.Server, most=2)
    second = await ua.browse_next(first.point)

    assert len(second.links) <= 2


@verifies("UA-BROWSE-NEXT-MASK")
async def test_fields_of_the_browse(ua):
    """A BrowseNext behind a browse for BrowseNames returns BrowseNames."""
    first = await ua.browse(ids.Server, most=1, mask=BROWSE_NAME)
    second = await ua.browse_next(first.point)
    named = {one.name is not None for one in second.described}

    assert named == {True}


@verifies("UA-BROWSE-NEXT-INVALID")
async def test_invented_point(ua):
    """A continuation point that nobody gave is invalid."""
    reply = await ua.browse_next(b"testbed invented")

    assert reply.operation == status.BadContinuationPointInvalid


@verifies("UA-BROWSE-NEXT-RELEASE")
async def test_release(ua):
    """A release of a continuation point is good and returns no references."""
    first = await ua.browse(ids.Server, most=1)
    reply = await ua.browse_next(first.point, release=True)

    assert (reply.status, len(reply.links)) == (status.Good, 0)


@verifies("UA-BROWSE-NEXT-RELEASED")
async def test_released_point(ua):
    """A continuation point that was released is invalid."""
    first = await ua.browse(ids.Server, most=1)
    await ua.browse_next(first.point, release=True)
    reply = await ua.browse_next(first.point)

    assert reply.operation == status.BadContinuationPointInvalid


@verifies("UA-BROWSE-NEXT-EXHAUSTED")
async def test_exhausted_point(ua):
    """A continuation point behind which the last reference was returned is invalid."""
    everything = whole(await ua.browse(ids.Server))
    first = await ua.browse(ids.Server, most=len(everything.links) - 1)
    await ua.browse_next(first.point)
    reply = await ua.browse_next(first.point)

    assert reply.operation == status.BadContinuationPointInvalid


@verifies("UA-BROWSE-NEXT-OTHER-SESSION")
async def test_point_of_another_session(ua, other):
    """A continuation point of one session is invalid in another."""
    first = await ua.browse(ids.Server, most=1)
    reply = await other.browse_next(first.point)

    assert reply.operation == status.BadContinuationPointInvalid


@verifies("UA-BROWSE-NEXT-NOTHING-TO-DO")
async def test_no_point(ua):
    """A BrowseNext of no continuation point is refused."""
    reply = await ua.browse_next()

    assert reply.status == status.BadNothingToDo


@verifies("UA-CONTINUATION-POINTS-PARALLEL")
async def test_five_points(ua):
    """Five browses that are continued by turns end with the references of their own nodes."""
    everything = whole(await ua.browse_many(*NODES))
    first = await ua.browse_many(*NODES, most=1)
    found = tuple(set(links) for links in await ua.browse_to_end(first))
    expected = tuple(set(links) for links in everything.links_of_each)

    assert found == expected


@verifies("UA-CONTINUATION-POINTS-MANY")
async def test_more_nodes_than_points(ua):
    """Where there are fewer continuation points than nodes, each node has one or is said to have none."""
    most = await ua.limit(ids.Server_ServerCapabilities_MaxBrowseContinuationPoints)
    reply = bearable(await ua.browse_many(*[ids.Server] * (most + 1), most=1))

    assert set(reply.endings) <= {True, status.BadNoContinuationPoints}


@verifies("UA-CONTINUATION-POINTS-FREED")
async def test_points_of_earlier_requests(ua):
    """Where all continuation points are held by an earlier request, a browse that needs one gets it."""
    most = await ua.limit(ids.Server_ServerCapabilities_MaxBrowseContinuationPoints)
    bearable(await ua.browse_many(*[ids.Server] * most, most=1))
    reply = await ua.browse(ids.Server, most=1)

    assert reply.endings == (True,)
