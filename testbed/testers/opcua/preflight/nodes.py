"""Declared namespaces, nodes and methods: are they there, and as declared? By reads alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from asyncua import ua

from testbed.model.opcua.node_id import node_name
from testbed.model.opcua.nodes import Method, Node
from testbed.protocols.opcua import Status, status
from testbed.testers.answer import Array
from testbed.testers.opcua.preflight.causes import diagnosis
from testbed.testers.opcua.preflight.desk import Desk
from testbed.testers.opcua.preflight.endpoints import shown
from testbed.testers.opcua.reply import Reply
from testbed.testers.opcua.requests import Attribute, Item, Timestamps, ids, is_typed
from testbed.testers.trouble import Undecided

MOST_LOOKED_AT = 400
"""Declared nodes that are looked at (assumed; one of each type and rank are 75)."""
_AT_ONCE, _VALUES_AT_ONCE = 20, 10
"""Nodes, and values, that one Read asks for (assumed; small servers allow as many)."""
_MOST_NAMED = 3
"""Nodes, and namespaces, that a sentence names."""
_READ, _WRITE = 1, 2
"""Bits of AccessLevel (OPC 10000-3, 8.57)."""
_VARIABLE, _METHOD = 2, 4
"""Node classes (OPC 10000-3, 8.29)."""
_ABSTRACT = {getattr(ids, name): name for name in ("BaseDataType", "Number", "Integer", "UInteger")}
"""DataTypes of variables that take values of several built-in types (10000-3, 8)."""
_ABSENT = {status.BadNodeIdUnknown, status.BadNodeIdInvalid}


async def namespaces(desk: Desk) -> None:
    """Hold that the server has every namespace that the declaration names."""
    desk.trying("namespaces")
    try:
        await desk.bench.learn(desk.session)
    except Undecided as error:
        desk.found(diagnosis("NAMESPACES", error=error.said.en, error_ko=error.said.ko))
        return
    declared = desk.declaration
    texts = [one.id for one in declared.nodes]
    texts += [text for one in declared.methods for text in (one.object, one.method)]
    used = dict.fromkeys(node_name(text).namespace for text in texts)
    table = desk.bench.declared.namespaces
    lacking = [one for one in used if (one not in table if isinstance(one, str) else one >= len(table))]
    if lacking:
        known = ", ".join(f"`{shown(uri)}`" for uri in table[1 : 2 + _MOST_NAMED])
        said = ", ".join(str(one) for one in lacking[:_MOST_NAMED])
        desk.found(diagnosis("NAMESPACE", lacking=said, known=known or "none but the standard's"))


async def nodes(desk: Desk) -> None:
    """Hold that declared nodes and methods exist, and are of the declared type, rank and access."""
    looked_at = desk.declaration.nodes[:MOST_LOOKED_AT]
    faults: dict[str, list[tuple[str, str, str]]] = {}
    for at in range(0, len(looked_at), _AT_ONCE):
        some = looked_at[at : at + _AT_ONCE]
        desk.trying(f"declared nodes {at + 1} to {at + len(some)}")
        doubtful = {node for node, *_ in [fault async for fault in _of_nodes(desk, some)]}
        for one in some:  # asked again, one thing a request: a server that mixes answers up is a case's
            async for node, cause, said, line in _of_nodes(desk, [one] if one.id in doubtful else []):
                faults.setdefault(cause, []).append((node, said, line))
    for method in desk.declaration.methods:
        async for cause, named, said in _of_method(desk, method):
            faults.setdefault(cause, []).append((named, said, ""))
    for cause, found in faults.items():
        _tell(desk, cause, found)
    if not faults and (looked_at or desk.declaration.methods):
        count = len(looked_at)
        desk.passed(
            f"the declared nodes are there, as declared: {count}", f"선언된 노드 {count}개가 선언과 일치함"
        )


def _tell(desk: Desk, cause: str, found: Sequence[tuple[str, str, str]]) -> None:
    named = "; ".join(f"{node} {said}" for node, said, _ in found[:_MOST_NAMED])
    more = f"; and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    desk.found(diagnosis(cause, named=named + more, line=found[0][2], where=str(desk.endpoint)))


async def _of_nodes(desk: Desk, some: Sequence[Node]) -> Any:
    """Yield what is wrong with some nodes: the node, the cause, what was seen, the line to write."""
    wanted = (Attribute.NodeClass, Attribute.AccessLevel, Attribute.UserAccessLevel, Attribute.DataType)
    if not some:
        return
    pairs = [(node.id, attribute) for node in some for attribute in wanted]
    read = await (_read(desk, pairs) if len(some) > 1 else _singly(desk, pairs))
    there: list[Node] = []
    for at, node in enumerate(some):
        kind, access, users, data_type = read[len(wanted) * at : len(wanted) * (at + 1)]
        if kind[0] in _ABSENT:
            yield node.id, "NODE", "does not exist", ""
        elif kind[0].is_good and kind[1] is not None and int(kind[1]) != _VARIABLE:
            yield node.id, "NODE-CLASS", "is no variable", ""
        else:
            against = list(_of_access(node, access, users))
            for said in against:
                yield node.id, "NODE-ACCESS", said, ""
            if node.scratch and node.type != "Variant" and data_type[1] in _ABSTRACT:
                said = (
                    f"takes values of other types than {node.type}, too: DataType {_ABSTRACT[data_type[1]]}"
                )
                against.append(said)
                yield node.id, "NODE-TYPE", said, _line(node, "Variant", _lengths_of(node))
            there += [node] if node.is_readable and not against else []
    for at in range(0, len(there), _VALUES_AT_ONCE):
        part = there[at : at + _VALUES_AT_ONCE]
        for node, value in zip(part, await _values(desk, part), strict=True):
            for fault in _of_value(node, value):
                yield node.id, *fault


def _of_access(node: Node, access: tuple[Status, Any], users: tuple[Status, Any]) -> Iterator[str]:
    """Yield what AccessLevel says against the declaration; a silent server is left to cases."""
    bits = [int(value) for said, value in (access, users) if said.is_good and isinstance(value, int)]
    if not bits:
        return
    both = bits[0] & bits[-1]
    if node.is_readable and not both & _READ:
        yield "cannot be read by this user"
    if node.scratch and not both & _WRITE:
        yield "is scratch and cannot be written by this user"
    if node.access == "read-only" and both & _WRITE:
        yield "is declared read-only and can be written"
    if node.access == "write-only" and both & _READ:
        yield "is declared write-only and can be read"


def _of_value(node: Node, value: ua.DataValue | None) -> Iterator[tuple[str, str, str]]:
    """Yield what a value says against the declaration: the cause, what was seen, the line to write."""
    if value is None:
        return
    code = Status(value.StatusCode.value if value.StatusCode is not None else 0)
    if code.is_bad:
        yield "NODE-VALUE", f"has no value: {code.title}", ""
        return
    held = value.Value
    if held is None or held.VariantType == ua.VariantType.Null:
        return
    kind, lengths = held.VariantType.name, _lengths(held)
    told = _lengths_of(node)
    if node.type in {kind, "Variant"} and lengths == told:
        return
    line = _line(node, node.type if node.type == "Variant" else kind, lengths)
    yield "NODE-TYPE", f"holds {_shape(kind, lengths)}, not {_shape(node.type, told)}", line


def _line(node: Node, kind: str, lengths: Sequence[int]) -> str:
    """Return how a node is declared with another type or shape."""
    shape = f", array: {lengths[0]}" if len(lengths) == 1 else f", matrix: {list(lengths)}" if lengths else ""
    also = ", scratch: true" if node.scratch else f", access: {node.access}" if node.access else ""
    return f'{{ id: "{node.id}", type: {kind}{shape}{also} }}'


def _lengths_of(node: Node) -> tuple[int, ...]:
    """Return the declared lengths; none of a scalar."""
    return (node.array,) if node.array is not None else tuple(node.matrix or ())


def _lengths(held: ua.Variant) -> tuple[int, ...]:
    """Return the lengths of the dimensions of a value; none of a scalar."""
    if not held.is_array:
        return ()
    if held.Dimensions and len(held.Dimensions) > 1:
        return tuple(held.Dimensions)
    return (len(held.Value or ()),)


def _shape(kind: str, lengths: tuple[int, ...]) -> str:
    return kind + "".join(f"[{length}]" for length in lengths)


async def _of_method(desk: Desk, method: Method) -> Any:
    """Yield what is wrong with a method: the cause, the node, what was seen."""
    wanted = (
        (method.object, Attribute.NodeClass),
        (method.method, Attribute.NodeClass),
        (method.method, Attribute.Executable),
        (method.method, Attribute.UserExecutable),
    )
    owner, kind, *executable = await _read(desk, wanted)
    for text, (said, _) in ((method.object, owner), (method.method, kind)):
        if said in _ABSENT:
            yield "NODE", text, "does not exist"
    if kind[0].is_good and kind[1] is not None and int(kind[1]) != _METHOD:
        yield "NODE-CLASS", method.method, "is no method"
    can = [value for said, value in executable if said.is_good]
    if method.executable and False in can:
        yield "NODE-ACCESS", method.method, "cannot be called by this user now"
    if not method.executable and can and False not in can:
        yield "NODE-ACCESS", method.method, "is declared not to be executable and can be called"


async def _read(desk: Desk, wanted: Sequence[tuple[str, int]]) -> list[tuple[Status, Any]]:
    """Read attributes of declared nodes; one by one where the server takes no more at once."""
    items = [Item(desk.bench.declared.node(text), attribute) for text, attribute in wanted]
    reply = await desk.session.read(*items, timestamps=Timestamps.Neither)
    if not _answers(reply, len(items)):
        if len(items) == 1:
            return [(reply.status, None)]
        return await _singly(desk, wanted)
    kinds = zip(items, reply.types, reply.values, strict=True)
    values = [
        value if is_typed(one.attribute, kind, is_array=isinstance(value, Array)) else None
        for one, kind, value in kinds
    ]
    return list(zip(reply.statuses, values, strict=True))


async def _singly(desk: Desk, wanted: Sequence[tuple[str, int]]) -> list[tuple[Status, Any]]:
    """Read attributes of declared nodes, each by a request of its own."""
    return [one for pair in wanted for one in await _read(desk, [pair])]


async def _values(desk: Desk, some: Sequence[Node]) -> list[ua.DataValue | None]:
    """Read values; one by one where they are too many or too large at once, None where one is even alone."""
    reply = await desk.session.read(*(desk.bench.declared.node(node.id) for node in some))
    if _answers(reply, len(some)):
        return list(reply.data_values)
    return [None] if len(some) == 1 else [one for node in some for one in await _values(desk, [node])]


def _answers(reply: Reply, count: int) -> bool:
    results = reply.data_values
    return isinstance(results, tuple) and len(results) == count
