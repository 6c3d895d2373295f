"""The vendor's declaration: conformance statement and extra information in one file (ISO/IEC 9646-7)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, ValidationInfo, field_validator, model_validator

from testbed.model.base import Duration, Frozen
from testbed.model.client import Client, check_client, client_facts
from testbed.model.connect import Endpoint, ProtocolName, endpoint
from testbed.model.connections import Connections
from testbed.model.diagnostics import Diagnostics
from testbed.model.diagnostics import facts_of as facts_of_diagnostics
from testbed.model.files import Files, Queues, file_facts
from testbed.model.gateway import Gateway
from testbed.model.gateway import facts_of as facts_of_gateway
from testbed.model.identification import Identification, identification_facts
from testbed.model.known import KnownValue
from testbed.model.opcua.channel import Channel
from testbed.model.opcua.claims import Claims, opcua_facts
from testbed.model.opcua.limits import Limits
from testbed.model.opcua.nodes import Methods, Nodes
from testbed.model.opcua.user import User
from testbed.model.profile import ProfileId
from testbed.model.protocol import check_protocol
from testbed.model.security import Security, check_security

ADDRESSES = 0x10000
"""Addresses of one Modbus table (AP 4.4)."""

MOST_KNOWN_VALUES = 16
"""Known values of one declaration (assumed; two or three prove what they are for)."""

Table = Literal["coils", "discrete_inputs", "holding_registers", "input_registers"]
TABLES: tuple[Table, ...] = ("coils", "discrete_inputs", "holding_registers", "input_registers")

_ENTITY: Mapping[str, tuple[int, ...]] = {
    "coils": (1,),
    "discrete_inputs": (100001, 10001),
    "input_registers": (300001, 30001),
    "holding_registers": (400001, 40001),
}

_SHORT_ENTITIES = 9999
"""Addresses that entity numbers of five digits reach."""

_Bool = Annotated[bool, Field(strict=True)]
_Int = Annotated[int, Field(strict=True)]
_Named = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
_Told = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)]

UNKNOWN = "?"
"""Stands in a drafted declaration for a name that no read told."""


class Device(Frozen):
    """What is under test, unambiguously (ISO/IEC 17025, 7.8.2.1 g)."""

    vendor: _Named
    model: _Named
    firmware: _Named
    hardware: _Told = ""
    serial: _Told = ""
    firmware_sha256: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")] = ""

    @property
    def unnamed(self) -> tuple[str, ...]:
        """The names that nobody has filled in yet."""
        return tuple(name for name in ("vendor", "model", "firmware") if getattr(self, name) == UNKNOWN)


class Area(Frozen):
    """A run of addresses of one table that the device serves."""

    first: _Int = Field(ge=0)
    count: _Int = Field(ge=1, le=ADDRESSES)
    scratch: _Bool = False
    read_only: _Bool = False

    @property
    def last(self) -> int:
        """The last address."""
        return self.first + self.count - 1

    def holds(self, first: int, count: int = 1) -> bool:
        """Say whether a range lies wholly inside."""
        return self.first <= first and first + count <= self.first + self.count


class Timing(Frozen):
    """Times that the vendor declares, in seconds."""

    reply_within: Duration = Field(default=1.0, gt=0, le=60, json_schema_extra={"default": "1 s"})
    """Longest time to an answer. The standard sets none (IG 4.4.1.4); 1 s is assumed."""
    pause: Duration = Field(default=0.0, ge=0, le=60, json_schema_extra={"default": "0 s"})
    """Time that the device wants between two requests."""


class Declaration(Frozen):
    """One file in: the device, how to reach it, what it serves and what a test may touch."""

    device: Device
    profile: ProfileId
    connect: str
    claims: Claims = ()
    """Profiles and facets of OPC UA, by the standard's names; what is mandatory in them is claimed."""
    supports: tuple[str, ...] = ()
    """Functions of Modbus; or conformance units of OPC UA beyond those of the claims."""
    numbering: Literal["pdu", "entity"] = "pdu"
    sessions: _Int = Field(default=1, ge=1, le=1000)
    transactions: _Int = Field(default=1, ge=1, le=16)
    gateway: Gateway | None = None
    """The units that one connection reaches, where the device is a gateway."""
    isolated: _Bool = False
    connections: Connections = Connections()
    timing: Timing = Timing()
    coils: tuple[Area, ...] = ()
    discrete_inputs: tuple[Area, ...] = ()
    holding_registers: tuple[Area, ...] = ()
    input_registers: tuple[Area, ...] = ()
    files: Files = ()
    fifos: Queues = ()
    identification: Identification | None = None
    diagnostics: Diagnostics = Diagnostics()
    security: Security | None = None
    """Of Modbus/TCP Security, which `tls://` and `sim:NAME?over=tls` speak; of secured channels of OPC UA."""
    known_values: tuple[KnownValue, ...] = Field(default=(), max_length=MOST_KNOWN_VALUES)
    """Values that stand in the device: preflight proves numbering, unit and word order by them."""
    channel: Channel = Channel()
    """The secure channel of OPC UA."""
    user: User | None = None
    """Of OPC UA; anonymous where none is named."""
    limits: Limits = Limits()
    client: Client | None = None
    """What a product that is a client can be made to do."""
    nodes: Nodes = ()
    methods: Methods = ()

    @field_validator("connect")
    @classmethod
    def _reachable(cls, value: str) -> str:
        endpoint(value)
        return value

    @model_validator(mode="after")
    def _is_secured(self) -> Self:
        check_protocol(self, self.protocol)
        check_security(self.endpoint, self.security)
        if self.client is not None and self.protocol == "modbus_client":
            check_client(self.client, self.endpoint)
        return self

    @field_validator("supports")
    @classmethod
    def _once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if twice := [name for at, name in enumerate(value) if name in value[:at]]:
            raise ValueError(f"`{twice[0]}` stands twice")
        return value

    @field_validator(*TABLES)
    @classmethod
    def _disjoint(cls, value: tuple[Area, ...], info: ValidationInfo) -> tuple[Area, ...]:
        if info.field_name is None or "numbering" not in info.data:
            return value  # the numbering is wrong itself
        areas = _on_the_wire(info.field_name, value, info.data["numbering"])
        for area in areas:
            if area.last >= ADDRESSES:
                raise ValueError(f"{_span(area)} runs past address 65535")
            if area.scratch and area.read_only:
                raise ValueError(f"{_span(area)} cannot be both scratch and read-only")
        for one, next_ in pairwise(areas):
            if one.last >= next_.first:
                raise ValueError(f"{_span(one)} and {_span(next_)} overlap; give each address to one area")
        return value

    @field_validator("known_values")
    @classmethod
    def _addressable(cls, value: tuple[KnownValue, ...], info: ValidationInfo) -> tuple[KnownValue, ...]:
        for one in value if "numbering" in info.data else ():
            (area,) = _on_the_wire(one.table, (Area(first=one.at, count=one.count),), info.data["numbering"])
            if area.last >= ADDRESSES:
                raise ValueError(f"{_span(area)} runs past address 65535")
        return value

    def known(self) -> tuple[tuple[KnownValue, int], ...]:
        """Return each known value and its address on the wire."""
        return tuple(
            (one, _on_the_wire(one.table, (Area(first=one.at, count=one.count),), self.numbering)[0].first)
            for one in self.known_values
        )

    def areas(self, table: Table) -> tuple[Area, ...]:
        """Return the areas of a table in order, addressed as on the wire (the numbers of the PDU, from 0)."""
        return _on_the_wire(table, getattr(self, table), self.numbering)

    def number(self, table: Table, address: int) -> int:
        """Return how this declaration writes an address on the wire, short where entity numbers allow it."""
        if self.numbering == "pdu":
            return address
        bases = _ENTITY[table]
        return address + (bases[-1] if address < _SHORT_ENTITIES or len(bases) == 1 else bases[0])

    @cached_property
    def endpoint(self) -> Endpoint:
        """Where the device is reached."""
        return endpoint(self.connect)

    @property
    def protocol(self) -> ProtocolName:
        """The protocol that the device speaks."""
        return self.endpoint.protocol

    @cached_property
    def facts(self) -> Mapping[str, int]:
        """What requirements may need, by name: 1 for a claim, an amount for a size."""
        if self.protocol == "opcua":
            return opcua_facts(self)
        if self.client is not None:
            return client_facts(self.client)
        facts = dict.fromkeys(self.supports, 1)
        facts |= {
            "sessions": self.sessions,
            "transactions": self.transactions,
            "isolated": int(self.isolated),
            "timed_line": int(self.endpoint.is_timed),
            **facts_of_gateway(self.gateway),
            **self.connections.facts,
            **facts_of_diagnostics(self.diagnostics),
        }
        for table in TABLES:
            areas = self.areas(table)
            facts[table] = max((run.count for run in contiguous(areas)), default=0)
            facts[f"read_only_{table}"] = max((a.count for a in areas if a.read_only), default=0)
            facts[f"outside_{table}"] = int(first_outside(areas) is not None) if areas else 0
        for name, table in SCRATCH.items():
            facts[name] = max((area.count for area in self.areas(table) if area.scratch), default=0)
            edge = name.replace("scratch", "scratch_edge")
            has_edge = scratch_edge(self.areas(table)) is not None
            facts[edge] = int(has_edge if facts[name] else facts[f"outside_{table}"])  # still to be granted
        facts |= file_facts(self.files, self.fifos)
        facts |= identification_facts(self.identification)
        facts["undeclared fc43/13"] = int("fc43/13" not in self.supports)
        facts |= self.security.facts if self.security is not None else dict.fromkeys(Security().facts, 0)
        return facts


SCRATCH: Mapping[str, Table] = {"scratch_registers": "holding_registers", "scratch_coils": "coils"}
"""The tables in which a test may write, by the name of the fact."""


def _on_the_wire(table: str, declared: tuple[Area, ...], numbering: str) -> tuple[Area, ...]:
    if numbering == "entity":
        declared = tuple(_from_entity(table, area) for area in declared)
    return tuple(sorted(declared, key=lambda area: area.first))


def _from_entity(table: str, area: Area) -> Area:
    for base in _ENTITY[table]:
        if base <= area.first < base + (ADDRESSES if base > 100000 or base == 1 else _SHORT_ENTITIES):  # noqa: PLR2004 - digits of an entity number
            return area.model_copy(update={"first": area.first - base})
    lowest = " or ".join(str(base) for base in reversed(_ENTITY[table]))
    raise ValueError(f"with `numbering: entity` addresses start at {lowest}, not at {area.first}")


def contiguous(areas: tuple[Area, ...]) -> tuple[Area, ...]:
    """Join areas that touch: a request may span them. Areas must be in order and disjoint."""
    runs: list[Area] = []
    for area in areas:
        if runs and runs[-1].last + 1 == area.first:
            runs[-1] = Area(first=runs[-1].first, count=runs[-1].count + area.count)
        else:
            runs.append(Area(first=area.first, count=area.count))
    return tuple(runs)


def first_outside(areas: tuple[Area, ...]) -> int | None:
    """Return the first address past the largest run that no area holds; None when every run ends at 65535."""
    runs = sorted(contiguous(areas), key=lambda run: -run.count)
    return next((run.last + 1 for run in runs if run.last + 1 < ADDRESSES), None)


def scratch_edge(areas: tuple[Area, ...]) -> int | None:
    """Return an address that a test may write, and behind which none is served; None where there is none."""
    ends = [area.last for area in areas if area.scratch and area.last + 1 < ADDRESSES]
    return next((end for end in ends if not any(area.holds(end + 1) for area in areas)), None)


def _span(area: Area) -> str:
    return f"{area.first} to {area.last}"
