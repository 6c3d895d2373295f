"""What a run is evidence for in other standards, as the profile maps its requirements to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from reports.face import JUDGED
from testbed.model.profile import Control, Profile
from testbed.model.record import Judged
from testbed.model.verdict import Verdict


@dataclass(frozen=True)
class Evidence:
    """One requirement of another standard, and what was judged that bears on it."""

    control: Control
    judged: tuple[Judged, ...]

    @property
    def counts(self) -> list[tuple[Verdict, int]]:
        """How many requirements have each verdict, in the order of the verdicts."""
        found = Counter(one.verdict for one in self.judged)
        return [(verdict, found[verdict]) for verdict in Verdict if found[verdict]]

    @property
    def against(self) -> tuple[Judged, ...]:
        """What speaks against it."""
        return tuple(one for one in self.judged if one.verdict is Verdict.FAIL)


def controls(profile: Profile, judged: Sequence[Judged]) -> tuple[Evidence, ...]:
    """Return the controls of a profile for which something was judged."""
    found = (
        Evidence(
            control,
            tuple(
                one for one in judged if one.verdict in JUDGED and control.is_served_by(one.requirement.id)
            ),
        )
        for control in profile.controls
    )
    return tuple(one for one in found if one.judged)
