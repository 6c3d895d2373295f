"""The address space of a server."""

from __future__ import annotations

from typing import Any


async def crawled(desk: Any) -> Any:
    """Return what a crawl found."""
    raise NotImplementedError(desk)
