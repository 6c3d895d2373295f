"""Whether the devices of a fleet can all have their places: one to an address and port, one to a unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from testbed.model.document import Complaint, DocumentError, Path, load_with_lines
from testbed.model.fleet import Fleet, Post


def read_fleet(text: str, source: str) -> tuple[Fleet, dict[Path, int]]:
    """Read one `fleet.yaml`, and the line of each of its parts.

    Raises:
        DocumentError: it cannot be used, or two of its devices claim the same place.
    """
    fleet, lines = load_with_lines(Fleet, text, source)
    if found := list(collisions(fleet, lines)):
        raise DocumentError(source, found)
    return fleet, lines


def collisions(fleet: Fleet, lines: Mapping[Path, int]) -> Iterator[Complaint]:
    """Find groups with a device whose place another one has; the first such device of each group is told."""
    taken: dict[tuple[str, int, int | None], Post] = {}
    listening: dict[tuple[str, int], Post] = {}
    told: set[int] = set()
    for post in fleet.posts():
        where = (post.address, post.port)
        if post.port == 0 or post.group in told:
            continue
        first = listening.setdefault(where, post)
        both_routed = first.unit is not None and post.unit is not None
        other = taken.setdefault((*where, post.unit), post) if both_routed else first
        if other is not post:
            told.add(post.group)
            yield Complaint(lines[("devices", post.group)], _said(post, other, lines))


def _said(post: Post, other: Post, lines: Mapping[Path, int]) -> str:
    place = f"{post.address} port {post.port}"
    if post.unit is not None and other.unit is not None:
        place, advice = f"unit {post.unit} of the gateway at {place}", "another unit or port"
    elif post.unit is not None or other.unit is not None:
        advice = "the gateway another port"
    else:
        advice = "another address or port"
    whose = f"{other.name} of line {lines[('devices', other.group)]}"
    return f"`devices.{post.group}`: {post.name} wants {place}, which {whose} has; give {advice}"
