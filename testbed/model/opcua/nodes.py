"""Nodes and methods of a server that a test may read, write or call, as a vendor declares them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, Field, model_validator

from testbed.model.base import Frozen
from testbed.model.opcua.node_id import NodeIdText
from testbed.model.opcua.values import Argument, Result

Builtin = Literal[
    "Boolean",
    "SByte",
    "Byte",
    "Int16",
    "UInt16",
    "Int32",
    "UInt32",
    "Int64",
    "UInt64",
    "Float",
    "Double",
    "String",
    "DateTime",
    "Guid",
    "ByteString",
    "XmlElement",
    "NodeId",
    "ExpandedNodeId",
    "StatusCode",
    "QualifiedName",
    "LocalizedText",
    "ExtensionObject",
    "DataValue",
    "Variant",
    "DiagnosticInfo",
]
"""The built-in types (OPC 10000-6, 5.1.2)."""
BUILTINS: tuple[Builtin, ...] = get_args(Builtin)

Rank = Literal["scalar", "array", "matrix"]
_SUFFIXES: Mapping[Rank, str] = {"scalar": "", "array": " array", "matrix": " matrix"}
_SHAPES: Mapping[Rank, str] = {
    "scalar": "",
    "array": " array: LENGTH,",
    "matrix": " matrix: [ROWS, COLUMNS],",
}

MOST_NODES = 4096
"""Nodes of one declaration (assumed; one of each type and rank are some hundred)."""
MOST_METHODS = 64
"""Methods of one declaration (assumed)."""
_MOST_ELEMENTS = 0x7FFFFFFF
"""Elements of an array (OPC 10000-6, 5.2.5: an Int32)."""
LEAST_ELEMENTS = 4
"""Elements of an array that cases need, for the index range 1:3 (assumed); a shorter one proves nothing."""
_MOST_DIMENSIONS = 16
"""Dimensions of a matrix that is declared (assumed)."""

_Bool = Annotated[bool, Field(strict=True)]
_Length = Annotated[int, Field(strict=True, ge=1, le=_MOST_ELEMENTS)]


class Node(Frozen):
    """A variable whose value a test may read, and may write where it is `scratch`."""

    id: NodeIdText
    type: Builtin
    """The built-in type of its DataType: `Int32` of an enumeration, `Variant` where it holds any type."""
    array: _Length | None = None
    """Elements of a one-dimensional array."""
    matrix: Annotated[tuple[_Length, ...], Field(min_length=2, max_length=_MOST_DIMENSIONS)] | None = None
    """Lengths of the dimensions of a matrix."""
    scratch: _Bool = False
    """A test may write it; what stood there is put back."""
    access: Literal["read-only", "write-only"] | None = None
    """Who claims it is held to it: a write, or a read, of the value is refused. None claims nothing."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.array is not None and self.matrix is not None:
            raise ValueError("cannot be both array and matrix")
        if self.scratch and self.access is not None:
            why = "is not written" if self.access == "read-only" else "cannot be read, nor put back"
            raise ValueError(f"cannot be both scratch and {self.access}: such a value {why}")
        return self

    @property
    def rank(self) -> Rank:
        """Whether it is a scalar, a one-dimensional array or a matrix."""
        return "array" if self.array is not None else "matrix" if self.matrix is not None else "scalar"

    @property
    def is_readable(self) -> bool:
        """Whether a test may read it."""
        return self.access != "write-only"

    @property
    def is_too_short(self) -> bool:
        """Whether it is an array with fewer elements than cases need."""
        return self.array is not None and self.array < LEAST_ELEMENTS


class Method(Frozen):
    """A method that a test may call, with arguments that do no harm."""

    object: NodeIdText
    method: NodeIdText
    inputs: Annotated[tuple[Argument, ...], Field(max_length=MOST_METHODS)] = ()
    """Good values of all input arguments, in order."""
    outputs: Annotated[tuple[Result, ...], Field(max_length=MOST_METHODS)] | None = None
    """What these inputs give, in order: a value, or a type alone; None where nothing is said of it."""
    executable: _Bool = True
    """False declares a method that says of itself that it cannot be called now."""


def _apart(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    seen: set[str] = set()
    for node in nodes:
        if node.id in seen:
            raise ValueError(f"`{node.id}` stands twice")
        seen.add(node.id)
    return nodes


Nodes = Annotated[tuple[Node, ...], Field(max_length=MOST_NODES), AfterValidator(_apart)]
"""Nodes, each once."""
Methods = Annotated[tuple[Method, ...], Field(max_length=MOST_METHODS)]


def fact_of(verb: Literal["read", "scratch"], type_: str, rank: Rank) -> str:
    """Return the name of the fact that such nodes are declared: `read Double`, `scratch Int32 array`."""
    return f"{verb} {type_}{_SUFFIXES[rank]}"


def node_permissions() -> Mapping[str, str]:
    """Return, for each fact that lets a test write a node, the line of a declaration that grants it."""
    return {
        fact_of("scratch", type_, rank): (
            f'nodes: [{{{{ id: "nsu=URI;s=NODE", type: {type_},{_SHAPES[rank]} scratch: true }}}}]'
        )
        for type_ in BUILTINS
        for rank in _SUFFIXES
    }


def lacks_kind(fact: str, facts: Mapping[str, int]) -> bool:
    """Say whether a device is declared without any node of the kind that a test would write.

    Then there is nothing to permit: a device need not have a variable of every type that can be written. Who
    permits no write at all has permitted nothing yet, of whatever kind.
    """
    return fact.startswith("scratch ") and fact not in facts and bool(facts.get("scratch_nodes"))


def node_facts(nodes: Sequence[Node], methods: Sequence[Method]) -> Mapping[str, int]:
    """Return what requirements may need: how many nodes of each kind, how many methods.

    A kind of which a test might be permitted to write a node has a fact that begins with `scratch`, be it 0.
    """
    facts: dict[str, int] = {}
    for node in nodes:
        if node.is_too_short:
            continue
        name = fact_of("read", node.type, node.rank)
        facts[name] = facts.get(name, 0) + int(node.is_readable)
        if node.access is None:
            name = fact_of("scratch", node.type, node.rank)
            facts[name] = facts.get(name, 0) + int(node.scratch)
    can = [method for method in methods if method.executable]
    return facts | {
        "read_nodes": sum(node.is_readable for node in nodes),
        "scratch_nodes": sum(node.scratch for node in nodes),
        "read_only": sum(node.access == "read-only" for node in nodes),
        "write_only": sum(node.access == "write-only" for node in nodes),
        "methods": len(can),
        "method_inputs": sum(bool(method.inputs) for method in can),
        "method_locked": len(methods) - len(can),
    }
