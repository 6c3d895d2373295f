"""Controllers that go wrong with continuation points (OPC 10000-4 1.05.04, 5.9.3, 7.9)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from asyncua import ua

from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua.status import status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from device_simulators.opcua.nodes import Reference


@mutant(
    "UA-BROWSE-MAX-REFERENCES",
    "UA-BROWSE-NEXT-MASK",
    "UA-CONTINUATION-POINTS-MANY",
    "UA-CONTINUATION-POINTS-FREED",
)
class IgnoresMaxReferences(Plc):
    """Returns all references at once, however few were asked for."""

    def references_at_once(self, requested: int) -> int:  # noqa: ARG002 - that is it
        """Return as many as the server likes."""
        return self.MAX_REFERENCES


@mutant("UA-BROWSE-NEXT-COMPLETE", "UA-CONTINUATION-POINTS-PARALLEL")
class SkipsReferences(Plc):
    """Skips the last reference where a browse is continued."""

    def part(self, session: Any, found: Sequence[Reference], mask: int, most: int) -> ua.BrowseResult:
        """Leave a reference out of what remains."""
        result = super().part(session, found, mask, most)
        if result.ContinuationPoint is not None:
            rest, *how = session.continuation_points[result.ContinuationPoint]
            session.continuation_points[result.ContinuationPoint] = (rest[:-1] or rest, *how)
        return result


@mutant("UA-BROWSE-NEXT-COMPLETE")
class RepeatsReferences(Plc):
    """Returns the last reference of one part again as the first of the next."""

    def part(self, session: Any, found: Sequence[Reference], mask: int, most: int) -> ua.BrowseResult:
        """Begin what remains one reference too early, once."""
        result = super().part(session, found, mask, most)
        if result.ContinuationPoint is not None and len(found) > 1 and found[0] is not found[1]:
            rest, *how = session.continuation_points[result.ContinuationPoint]
            session.continuation_points[result.ContinuationPoint] = ([rest[0], *rest], *how)
        return result


@mutant("UA-BROWSE-NEXT-MAX-REFERENCES")
class ReturnsTheRestAtOnce(Plc):
    """Returns all remaining references with the first BrowseNext."""

    def taken(self, session: Any, point: bytes) -> tuple[Sequence[Reference], int, int] | None:
        """Forget how many were asked for."""
        waiting = super().taken(session, point)
        return waiting and (waiting[0], waiting[1], self.MAX_REFERENCES)


@mutant("UA-BROWSE-NEXT-MASK")
class ForgetsResultMask(Plc):
    """Returns NodeIds only where a browse is continued."""

    def browse_on(self, session: Any, point: bytes) -> ua.BrowseResult:
        """Describe no field of what remains."""
        result = super().browse_on(session, point)
        targets = result.References or ()
        return replace(
            result,
            References=[
                ua.ReferenceDescription(
                    ReferenceTypeId=one.ReferenceTypeId, IsForward=one.IsForward, NodeId=one.NodeId
                )
                for one in targets
            ],
        )


@mutant(
    "UA-BROWSE-NEXT-INVALID",
    "UA-BROWSE-NEXT-RELEASED",
    "UA-BROWSE-NEXT-EXHAUSTED",
    "UA-BROWSE-NEXT-OTHER-SESSION",
)
class InvalidPointIsTheEnd(Plc):
    """Takes a continuation point that it does not know for one with nothing behind it."""

    def browse_on(self, session: Any, point: bytes) -> ua.BrowseResult:
        """Return a good result without references."""
        found = super().browse_on(session, point)
        return ua.BrowseResult() if found.StatusCode.value else found


@mutant("UA-BROWSE-NEXT-RELEASED")
class KeepsReleasedPoints(Plc):
    """Accepts a release of continuation points, but keeps them."""

    def release(self, session: Any, points: Sequence[bytes]) -> list[ua.BrowseResult]:  # noqa: ARG002
        """Do nothing."""
        return []


@mutant("UA-BROWSE-NEXT-RELEASE")
class GoesOnAtRelease(Plc):
    """Returns the next references where continuation points are released."""

    def release(self, session: Any, points: Sequence[bytes]) -> list[ua.BrowseResult]:
        """Return what the points stand for."""
        return [self.browse_on(session, point) for point in points]


@mutant("UA-BROWSE-NEXT-EXHAUSTED")
class KeepsExhaustedPoints(Plc):
    """Keeps a continuation point when it has returned what was behind it."""

    def browse_on(self, session: Any, point: bytes) -> ua.BrowseResult:
        """Put the point back."""
        waiting = session.continuation_points.get(point)
        result = super().browse_on(session, point)
        if waiting is not None:
            session.continuation_points[point] = waiting
        return result


@mutant("UA-BROWSE-NEXT-OTHER-SESSION", crosses=True)
class SharesPoints(Plc):
    """Accepts continuation points of every session in all of them."""

    def taken(self, session: Any, point: bytes) -> tuple[Sequence[Reference], int, int] | None:
        """Look for the point in all sessions."""
        owner = next((one for one in self.sessions.values() if point in one.continuation_points), session)
        return super().taken(owner, point)


@mutant("UA-CONTINUATION-POINTS-PARALLEL")
class HoldsTwoPoints(Plc):
    """Holds no more than two continuation points of a session, and says so."""

    MAX_CONTINUATION_POINTS: ClassVar[int] = 2


@mutant("UA-CONTINUATION-POINTS-MANY")
class DropsReferences(Plc):
    """Drops references without a word where no continuation point is left."""

    def browse_one(
        self, session: Any, item: ua.BrowseDescription, most: int, earlier: list[bytes]
    ) -> ua.BrowseResult:
        """Return the first references alone."""
        found = super().browse_one(session, item, most, earlier)
        if found.StatusCode.value == status.BadNoContinuationPoints:
            found = super().browse_one(session, item, self.MAX_REFERENCES, earlier)
            del (found.References or [])[most:]
        return found


@mutant("UA-CONTINUATION-POINTS-FREED")
class NeverFreesPoints(Plc):
    """Refuses a browse where earlier requests hold all continuation points."""

    def make_room_for_point(self, session: Any, earlier: list[bytes]) -> None:
        """Free nothing."""
        earlier.clear()
        super().make_room_for_point(session, earlier)
