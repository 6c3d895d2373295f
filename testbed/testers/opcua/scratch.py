"""Scratch nodes: the only values a case may write; leased to one case at a time, and given back as found."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from asyncua import ua

from testbed.model.base import Text
from testbed.model.needs import Needs, names
from testbed.protocols.opcua import status
from testbed.testers.answer import Array
from testbed.testers.opcua.requests import Attribute, Item, Raw, is_typed
from testbed.testers.trouble import Unanswered, Undecided
from testbed.wire.dial import UnreachableError

if TYPE_CHECKING:
    from testbed.testers.opcua.attribute_services import AttributeServices
    from testbed.testers.opcua.declared import Declared
    from testbed.testers.opcua.reply import Reply

_PREFIX = "scratch "
MOST_KEPT = 1 << 16
"""Bytes of a value that is kept to be given back (assumed; as many as a journal's entry holds)."""


@dataclass(frozen=True)
class Lease:
    """One node that belongs to one case for now."""

    fact: str
    """What was asked for: `Double`, `Int32 array`, `Double matrix`."""
    text: str
    """The node id, as declared."""
    node: ua.NodeId


class Pool:
    """All scratch nodes of a device; each belongs to one case at a time, whole sets in one go."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._free = asyncio.Condition()
        self.writes: Counter[str] = Counter()

    async def lease(self, facts: Iterable[str], declared: Declared) -> list[Lease]:
        """Wait until a node for each fact is free, and take them all at once.

        Raises:
            Undecided: the declaration has none.
        """
        wanted = sorted(facts)
        async with self._free:
            while True:
                found = self._find(wanted, declared)
                if found is not None:
                    self._taken |= {one.text for one in found}
                    return found
                await self._free.wait()

    async def give_back(self, leases: Iterable[Lease]) -> None:
        """Free nodes."""
        async with self._free:
            self._taken -= {one.text for one in leases}
            self._free.notify_all()

    def _find(self, wanted: list[str], declared: Declared) -> list[Lease] | None:
        found: list[Lease] = []
        for fact in wanted:
            kind, _, rank = fact.partition(" ")
            nodes = declared.scratch(kind, rank or "scalar")
            if not nodes:
                raise Undecided(
                    Text(en=f"no scratch node is declared: {fact}", ko=f"시험용 노드가 선언되지 않음: {fact}")
                )
            held = {one.text for one in found} | self._taken
            free = next((one for one in nodes if one.id not in held), None)
            if free is None:
                return None
            found.append(Lease(fact, free.id, declared.node(free.id)))
        return found


def wanted_of(needs: Needs) -> list[str]:
    """Return what a case needs to write, of the needs of its requirements."""
    return sorted(name.removeprefix(_PREFIX) for name in names(needs) if name.startswith(_PREFIX))


class Scratch:
    """Leased nodes as a case sees them."""

    def __init__(self, leases: list[Lease], values: dict[str, Held]) -> None:
        self._leases = {one.fact: one for one in leases}
        self._values = values

    def __getitem__(self, fact: str) -> ua.NodeId:
        return self._leases[fact].node

    @property
    def node(self) -> ua.NodeId:
        """The first leased node."""
        return next(iter(self._leases.values())).node

    @property
    def value(self) -> Any:
        """What stood in the first leased node before the case."""
        return self.found(next(iter(self._leases)))

    def found(self, fact: str) -> Any:
        """Return what stood in a leased node before the case."""
        return self._values[fact].value


@dataclass(frozen=True)
class Held:
    """What stood in a leased node before the case."""

    value: Any
    raw: bytes
    """The bytes of its Variant, as they came."""
    source_timestamp: datetime | None = None

    @property
    def elements(self) -> Array:
        """The elements of an array; none of anything else."""
        return self.value if isinstance(self.value, Array) else Array()

    @property
    def strings(self) -> Array:
        """The texts among them."""
        return Array(one for one in self.elements if isinstance(one, str))


async def read_leased(client: AttributeServices, leases: list[Lease]) -> dict[str, Held]:
    """Read what stands in leased nodes.

    Raises:
        Undecided: it cannot be read, is too long to be kept, or is no array where one is declared.
    """
    # one a request: a declared limit may allow no more
    held = {one.fact: await read_held(client, one.node) for one in leases}
    for one in leases:
        if not _is_of_its_rank(held[one.fact].elements, one.fact.partition(" ")[2]):
            rank, name = one.fact.partition(" ")[2], one.text[:200]
            raise Undecided(
                Text(
                    en=f"set-up: {name} is declared as {rank} and holds none that has elements",
                    ko=f"준비 단계: {name}은(는) {rank}(으)로 선언되었으나 값이 그렇지 않음",
                )
            )
        if (size := len(held[one.fact].raw)) > MOST_KEPT:
            name, most = one.text[:200], f"{size} bytes, more than the {MOST_KEPT}"
            raise Undecided(
                Text(
                    en=f"set-up: {name} holds {most} that are kept to be given back; declare a shorter one",
                    ko=f"준비 단계: {name}의 값이 {size}바이트로, 복원용 보관 한도 {MOST_KEPT}바이트를 넘음; "
                    "더 짧은 노드를 선언할 것",
                )
            )
    return held


def _is_of_its_rank(elements: Array, rank: str) -> bool:
    """Whether a case that goes through rows and elements finds them; of types it judges itself."""
    if rank == "matrix":
        return bool(elements) and all(isinstance(row, list | tuple) and row for row in elements)
    return bool(elements) or not rank


async def read_held(
    client: AttributeServices, node: ua.NodeId, attribute: int = Attribute.Value, absent: object = None
) -> Held:
    """Read what a node holds, or return what stands for an attribute that it does not have.

    The exchange is no part of what is judged.

    Raises:
        Undecided: it cannot be read.
    """
    frames = client.frames
    try:
        reply = await client.read(Item(node, attribute))
    except (Unanswered, UnreachableError) as error:
        raise Undecided(Text(en=f"set-up: {error}", ko=f"준비 단계: {error}")) from error
    finally:
        client.frames = frames
    operation = reply.operation
    if absent is not None and operation == status.BadAttributeIdInvalid:
        return Held(absent, b"")
    if attribute != Attribute.Value and not _is_of_its_type(reply, attribute):
        name = f"{Attribute(attribute).name}: {reply.type}"
        raise Undecided(
            Text(
                en=f"set-up: not of the attribute's type: {name}", ko=f"준비 단계: 속성의 타입이 아님: {name}"
            )
        )
    is_lacking = attribute != Attribute.Value and reply.value is None
    if is_lacking or getattr(operation, "is_bad", True):
        name, said = node.to_string()[:200], getattr(operation, "title", "no value")
        raise Undecided(
            Text(en=f"set-up: {name} is not readable: {said}", ko=f"준비 단계: {name} 읽기 실패: {said}")
        )
    raw = reply.raw_value
    return Held(reply.value, raw if isinstance(raw, bytes) else b"", reply.data_value.SourceTimestamp)


def _is_of_its_type(reply: Reply, attribute: int) -> bool:
    kind = reply.type
    return not isinstance(kind, str) or is_typed(attribute, kind, is_array=isinstance(reply.value, Array))


async def store(client: AttributeServices, node: ua.NodeId, value: object, kind: str | None) -> None:
    """Write what a case starts from; the exchange is no part of what is judged.

    Raises:
        Undecided: it is refused, or there is no answer.
    """
    frames = client.frames
    try:
        reply = await client.write(node, value, kind)
    except (Unanswered, UnreachableError) as error:
        raise Undecided(Text(en=f"set-up: {error}", ko=f"준비 단계: {error}")) from error
    finally:
        client.frames = frames
    if getattr(reply.operation, "is_bad", True):
        name, said = node.to_string()[:200], getattr(reply.operation, "title", reply.status.title)
        raise Undecided(
            Text(en=f"set-up: {name} cannot be written: {said}", ko=f"준비 단계: {name} 쓰기 실패: {said}")
        )


async def write_back(client: AttributeServices, node: ua.NodeId, data: bytes) -> Text | None:
    """Write the bytes of a Variant into a node; say what is wrong where that fails."""
    try:
        reply = await client.write(node, Raw(data))
    except (Unanswered, UnreachableError) as error:
        return Text(en=str(error), ko=str(error))
    operation = reply.operation
    if getattr(operation, "is_bad", True):
        said = getattr(operation, "title", reply.status.title)
        return Text(en=f"the write was refused with {said}", ko=f"쓰기가 {said}(으)로 거부됨")
    return None
