"""What a device is declared to have, as cases ask for it: node ids as the server's own table makes them."""

from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from asyncua import ua

from testbed.model.base import Text
from testbed.model.declaration import Declaration
from testbed.model.opcua.node_id import node_name
from testbed.model.opcua.nodes import Node
from testbed.model.opcua.units import profiles
from testbed.testers.answer import Array
from testbed.testers.opcua.requests import variant
from testbed.testers.trouble import Undecided


@dataclass(frozen=True)
class DeclaredMethod:
    """A method that a case may call."""

    object: ua.NodeId
    method: ua.NodeId
    inputs: tuple[ua.Variant, ...]
    outputs: tuple[Any, ...] | None
    """Values that these inputs give, where the vendor says them."""

    @property
    def misshaped(self) -> ua.Variant:
        """The last input as an array where it is a scalar, and one element of it where it is an array."""
        last = self.inputs[-1]
        value = last.Value[0] if last.is_array and last.Value else [last.Value]
        return ua.Variant(value, last.VariantType)


class Declared:
    """The declaration of one device, with its namespaces resolved."""

    def __init__(self, declaration: Declaration) -> None:
        self._declaration = declaration
        self.namespaces: tuple[str, ...] = ()
        """The server's namespace table; empty before the first session."""

    @property
    def url(self) -> str:
        """The endpoint URL."""
        return endpoint_url(self._declaration)

    @property
    def sessions(self) -> int:
        """Sessions that the device serves at once."""
        return self._declaration.sessions

    @property
    def claims(self) -> frozenset[str]:
        """URIs of the profiles and facets that the vendor claims."""
        return frozenset(profiles()[name].uri for name in self._declaration.claims)

    @property
    def limits(self) -> Any:
        """Further limits."""
        return self._declaration.limits

    @property
    def policy(self) -> str:
        """Name of the security policy."""
        return self._declaration.channel.policy

    def node(self, text: str) -> ua.NodeId:
        """Return a node id.

        Raises:
            Undecided: the server's table lacks its namespace.
        """
        name = node_name(text)
        return ua.NodeId(identifier_of(name.kind, name.identifier), self.index(name.namespace))

    def index(self, namespace: int | str) -> int:
        """Return the index of a namespace in the server's table.

        Raises:
            Undecided: it is not there.
        """
        if isinstance(namespace, int):
            return namespace
        if namespace not in self.namespaces:
            raise Undecided(
                Text(
                    en=f"the server's NamespaceArray lacks {namespace[:200]}, which the declaration names",
                    ko=f"서버의 NamespaceArray에 선언된 {namespace[:200]}이(가) 없음",
                )
            )
        return self.namespaces.index(namespace)

    def variable(self, kind: str) -> ua.NodeId:
        """Return a scalar of a built-in type that may be read."""
        return self._first(lambda one: one.rank == "scalar" and one.is_readable, kind)

    def array(self, kind: str) -> ua.NodeId:
        """Return a one-dimensional array of a built-in type that may be read."""
        return self._first(lambda one: one.rank == "array" and one.is_readable and not one.is_too_short, kind)

    def length(self, kind: str) -> int:
        """Return how many elements the array of a built-in type has."""
        node = self.array(kind)
        found = (one.array or 0 for one in self._declaration.nodes if self.node(one.id) == node)
        return next(found, 0)

    def matrix(self, kind: str) -> ua.NodeId:
        """Return a matrix of a built-in type that may be read."""
        return self._first(lambda one: one.rank == "matrix" and one.is_readable, kind)

    @cached_property
    def read_only(self) -> ua.NodeId:
        """A node whose value may be read and not written."""
        return self._first(lambda one: one.access == "read-only")

    def read_only_of(self, kind: str) -> ua.NodeId:
        """Return a scalar of a built-in type whose value may be read and not written."""
        return self._first(lambda one: one.access == "read-only" and one.rank == "scalar", kind)

    @cached_property
    def write_only(self) -> ua.NodeId:
        """A node whose value may be written and not read."""
        return self._first(lambda one: one.access == "write-only")

    @cached_property
    def many(self) -> tuple[ua.NodeId, ...]:
        """All nodes whose values may be read, in the order of the declaration."""
        return tuple(self.node(one.id) for one in self._declaration.nodes if one.is_readable)

    @cached_property
    def unknown(self) -> ua.NodeId:
        """A node id that no server has, in the namespace of the first declared node."""
        nodes = self._declaration.nodes
        namespace = node_name(nodes[0].id).namespace if nodes else 1
        return ua.NodeId(f"testbed-no-such-node-{uuid.UUID(int=0)}", self.index(namespace))

    @cached_property
    def methods(self) -> tuple[DeclaredMethod, ...]:
        """Methods that may be called."""
        return tuple(self._method(one) for one in self._declaration.methods if one.executable)

    @property
    def method(self) -> DeclaredMethod:
        """The first method with arguments where there is one; a method without otherwise."""
        return max(self.methods, key=lambda one: (bool(one.inputs and one.outputs), bool(one.inputs)))

    @property
    def result(self) -> Any:
        """What the inputs of `method` are declared to give: one value, or several as an Array.

        Raises:
            Undecided: nothing is said of it.
        """
        outputs = self.method.outputs
        if outputs is None:
            raise Undecided(
                Text(en="no outputs of the method are declared", ko="메서드의 출력이 선언되지 않음")
            )
        return outputs[0] if len(outputs) == 1 else Array(outputs)

    @cached_property
    def locked(self) -> DeclaredMethod:
        """A method that is declared not to be executable."""
        return next(self._method(one) for one in self._declaration.methods if not one.executable)

    def _method(self, one: Any) -> DeclaredMethod:
        outputs = None
        if one.outputs is not None:
            said = [value for value in one.outputs if isinstance(value, dict)]
            outputs = (
                tuple(next(iter(value.values())) for value in said) if len(said) == len(one.outputs) else None
            )
        inputs = tuple(_variant(*next(iter(value.items()))) for value in one.inputs)
        return DeclaredMethod(self.node(one.object), self.node(one.method), inputs, outputs)

    def _first(self, fits: Any, kind: str | None = None) -> ua.NodeId:
        for one in sorted(
            self._declaration.nodes, key=lambda one: one.scratch
        ):  # nobody writes in the others
            if fits(one) and kind in {None, one.type}:
                return self.node(one.id)
        raise Undecided(
            Text(en=f"no such node is declared: {kind or 'any'}", ko=f"선언된 노드 없음: {kind or '-'}")
        )

    def scratch(self, kind: str, rank: str) -> list[Node]:
        """Return the nodes of a type and rank that a test may write."""
        return [
            one
            for one in self._declaration.nodes
            if one.scratch and one.type == kind and one.rank == rank and not one.is_too_short
        ]


def endpoint_url(declaration: Declaration) -> str:
    """Return the endpoint URL that a declaration names; a simulated device has one of its own."""
    place = declaration.endpoint
    if place.is_simulated:
        return "opc.tcp://localhost:4840"
    host = f"[{place.host}]" if ":" in place.host else place.host
    return f"opc.tcp://{host}:{place.port}{place.path}"


def _variant(kind: str, value: Any) -> ua.Variant:
    return variant(list(value) if isinstance(value, tuple) else value, kind)


def identifier_of(kind: str, text: str) -> Any:
    """Return the identifier of a node id, as the encoder wants it (10000-6, 5.1.12)."""
    match kind:
        case "i":
            return int(text)
        case "g":
            return uuid.UUID(text)
        case "b":
            return base64.b64decode(text)
        case _:
            return text
