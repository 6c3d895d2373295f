"""Values that come from elsewhere at each read: from the server itself, or from another protocol's tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncua import ua


@dataclass(frozen=True, slots=True)
class Binding:
    """Where the value of a Variable comes from.

    Args:
        read: called with the server and the session that asks; gives a Variant.
        write: called with the server and the new value; None for what cannot be written.
    """

    read: Callable[[Any, Any], ua.Variant]
    write: Callable[[Any, Any], None] | None = None
