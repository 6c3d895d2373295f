"""What a vendor claims of a server: profiles and facets, further conformance units, and all that follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator

from testbed.model.opcua.nodes import node_facts
from testbed.model.opcua.units import mandatory_units, profile_named
from testbed.model.security import facts_of_trust

if TYPE_CHECKING:
    from testbed.model.declaration import Declaration


def _once(claims: tuple[str, ...]) -> tuple[str, ...]:
    if twice := [name for at, name in enumerate(claims) if name in claims[:at]]:
        raise ValueError(f"`{twice[0]}` stands twice")
    return claims


Claims = Annotated[tuple[Annotated[str, AfterValidator(profile_named)], ...], AfterValidator(_once)]
"""Profiles and facets, by name; a URI becomes the name."""


def claimed_units(declared: Declaration) -> frozenset[str]:
    """Return every conformance unit that a declaration claims: those of its profiles, and further ones."""
    return mandatory_units(declared.claims) | set(declared.supports)


def opcua_facts(declared: Declaration) -> Mapping[str, int]:
    """Return what requirements may need, by name: 1 for a claim, an amount for a size."""
    return {
        **dict.fromkeys(sorted(claimed_units(declared)), 1),
        "sessions": declared.sessions,
        "isolated": int(declared.isolated),
        "channels": declared.limits.channels or 0,
        "secured": int(declared.channel.is_secured),
        "anonymous": int(declared.user is None),
        **facts_of_trust(declared.security),
        **node_facts(declared.nodes, declared.methods),
    }
