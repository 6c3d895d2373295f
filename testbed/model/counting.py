"""Numbers that may count upward: `5020` is one port, `5020+` the first of many; addresses and units too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer

_PORT_MAX = 65535
_UNIT_MAX = 247
"""Greatest address of a device on a serial line (MODBUS over Serial Line V1.02, 2.2)."""
_LOOPBACK = ip_network("127.0.0.0/8")


@dataclass(frozen=True)
class Numbers:
    """One number, or all from one on."""

    first: int
    counts: bool
    last: int

    @property
    def room(self) -> int:
        """How many there are."""
        return self.last - self.first + 1 if self.counts else 1

    def reaches(self, places: int) -> bool:
        """Say whether as many places can be had; a number that does not count serves them all."""
        return not self.counts or places <= self.room

    def nth(self, place: int) -> int:
        """Return the number of a place, counted from 0."""
        return self.first + place * self.counts

    def __str__(self) -> str:
        return f"{self.first}{'+' * self.counts}"


@dataclass(frozen=True)
class Hosts:
    """One address, or all from one on that belong to the same kind: loopback, IPv4 or IPv6."""

    first: IPv4Address | IPv6Address
    counts: bool

    @property
    def room(self) -> int:
        """How many there are; the last address of loopback is for broadcasts."""
        if not self.counts:
            return 1
        if self.first in _LOOPBACK:
            return int(_LOOPBACK.broadcast_address) - int(self.first)
        return int(2**self.first.max_prefixlen) - int(self.first)

    def reaches(self, places: int) -> bool:
        """Say whether as many places can be had; an address that does not count serves them all."""
        return not self.counts or places <= self.room

    def nth(self, place: int) -> str:
        """Return the address of a place, counted from 0."""
        return str(self.first + place * self.counts)

    def __str__(self) -> str:
        return f"{self.first}{'+' * self.counts}"


def _numbers(least: int, most: int, what: str) -> BeforeValidator:
    wanted = (
        f"is not {what}; write a number from {least} to {most}, or `{max(least, 1)}+` to count from there"
    )

    def read(value: object) -> object:
        if isinstance(value, Numbers):
            return value
        text = str(value)
        if isinstance(value, bool) or re.fullmatch(r"[0-9]{1,5}\+?", text) is None:
            raise ValueError(wanted)
        counts, first = text.endswith("+"), int(text.removesuffix("+"))
        if not least <= first <= most or (counts and first == 0):
            raise ValueError(wanted)
        return Numbers(first, counts, most)

    number = Annotated[int, Field(ge=least, le=most)]
    return BeforeValidator(
        read, json_schema_input_type=number | Annotated[str, Field(pattern=r"^[0-9]{1,5}\+?$")]
    )


def _hosts(value: object) -> object:
    if isinstance(value, Hosts):
        return value
    text = value if isinstance(value, str) else ""
    try:
        first = ip_address(text.removesuffix("+"))
    except ValueError:
        raise ValueError("is no IP address; write `127.0.0.1`, or `127.0.1.1+` to count from there") from None
    if first.is_unspecified or first.is_multicast or str(first) == str(_LOOPBACK.broadcast_address):
        raise ValueError("is no address of one computer; write `127.0.0.1`, or another that this one has")
    return Hosts(first, text.endswith("+"))


_WRITTEN = PlainSerializer(str, return_type=str)

Ports = Annotated[Numbers, _numbers(0, _PORT_MAX, "a port"), _WRITTEN]
"""TCP ports; 0 is any free one."""
Units = Annotated[Numbers, _numbers(1, _UNIT_MAX, "a unit identifier"), _WRITTEN]
"""Unit identifiers behind a gateway: the addresses of a serial line (SL 2.2)."""
Addresses = Annotated[
    Hosts,
    BeforeValidator(_hosts, json_schema_input_type=Annotated[str, Field(pattern=r"^[0-9A-Fa-f.:]+\+?$")]),
    _WRITTEN,
]
"""IP addresses."""
