"""Rules of an address space: references and types (OPC 10000-3 1.05.04, 5 to 7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from asyncua import ua

from testbed.protocols.opcua import status
from testbed.testers.opcua.requests import Attribute, ids
from testbed.testers.opcua.snapshot import (
    DATA_TYPE,
    HIERARCHICAL,
    OBJECT,
    OBJECT_TYPE,
    REFERENCE_TYPE,
    VARIABLE,
    VARIABLE_TYPE,
    Known,
    Snapshot,
)
from testbed.testers.opcua.space import Guilty, rule
from testbed.testers.opcua.view_reply import Link

_TYPES = OBJECT_TYPE | VARIABLE_TYPE | REFERENCE_TYPE | DATA_TYPE
_TYPE_OF = {OBJECT: OBJECT_TYPE, VARIABLE: VARIABLE_TYPE}
_PARTS = (ids.HasComponent, ids.HasProperty, ids.HasOrderedComponent)


@rule("an inverse of every hierarchical reference", "모든 계층 참조의 역참조")
def has_inverse(found: Snapshot) -> Iterator[Guilty]:
    """A browse from the target of a hierarchical reference finds it, too."""
    seen = {one.id: one.links_all for one in found.own if one.browsed.is_good}
    for one in found.own:
        for how in one.references:
            there = seen.get(how.node) if how.node is not None else None
            back = Link(how.type or one.id, is_forward=False, node=one.id)
            if how.is_forward and how.type in HIERARCHICAL and there is not None and back not in there:
                said = f"{one.id.to_string()[:200]}"
                yield Guilty(
                    how.node or one.id,
                    f"no inverse of the reference from {said}",
                    f"{said}에서 온 역참조 없음",
                )


@rule("exactly one type definition", "정확히 하나의 유형 정의")
def one_type_definition(found: Snapshot) -> Iterator[Guilty]:
    """Every Object and Variable has exactly one HasTypeDefinition reference."""
    for one in found.of(OBJECT | VARIABLE, found.nodes.values()):
        count = sum(1 for _ in one.links(ids.HasTypeDefinition))
        if count != 1 and one.browsed.is_good:
            yield Guilty(one.id, f"{count} type definitions", f"유형 정의 {count}개")


@rule("a type definition of the right node class", "올바른 노드 클래스의 유형 정의")
def type_definition_class(found: Snapshot) -> Iterator[Guilty]:
    """Objects are of ObjectTypes, Variables of VariableTypes."""
    for one in found.of(OBJECT | VARIABLE, found.nodes.values()):
        for how in one.links(ids.HasTypeDefinition):
            if how.node_class != _TYPE_OF[one.node_class]:
                said = f"a type definition of NodeClass {how.node_class}"
                yield Guilty(one.id, said, f"NodeClass {how.node_class}인 유형 정의")


@rule("a type definition that is not abstract", "추상이 아닌 유형 정의")
def type_is_concrete(found: Snapshot) -> Iterator[Guilty]:
    """No Object or Variable is of an abstract type, but within type definitions."""
    for one in found.of(OBJECT | VARIABLE):
        for how in one.links(ids.HasTypeDefinition):
            kind = found.nodes.get(how.node) if how.node is not None else None
            is_declaration = any(True for _ in one.links(ids.HasModellingRule))
            if kind is not None and kind.value(Attribute.IsAbstract) is True and not is_declaration:
                name = kind.id.to_string()[:200]
                yield Guilty(one.id, f"of the abstract type {name}", f"추상 유형 {name}의 인스턴스")


@rule("one supertype, up to the standard's types", "표준 유형까지 이어지는 하나의 상위 유형")
def one_supertype(found: Snapshot) -> Iterator[Guilty]:
    """Every type of the server has one supertype, and above it stands a type of the standard."""
    for one in found.of(_TYPES):
        count = sum(1 for _ in one.links(ids.HasSubtype, forward=False))
        if count != 1:
            yield Guilty(one.id, f"{count} supertypes", f"상위 유형 {count}개")
        elif all(kind.NamespaceIndex for kind in found.supertypes(one.id)):
            yield Guilty(one.id, "above it no type of the standard", "상위에 표준 유형 없음")


@rule("a target that exists", "존재하는 참조 대상")
def targets_exist(found: Snapshot) -> Iterator[Guilty]:
    """What a reference leads to within the server can be browsed.

    Guilty is who refers to it: a node that came and went with somebody's session leaves no reference behind.
    """
    gone = {one.id: one.browsed.title for one in found.own if one.browsed == status.BadNodeIdUnknown}
    for one in found.nodes.values() if gone else ():
        target = next((how.node for how in one.references if how.node in gone), None)
        if target is not None:
            said = f"{target.to_string()[:200]}: {gone[target]}"
            yield Guilty(one.id, f"a reference to {said}", f"참조 대상 {said}")


@rule("the mandatory components and properties of its type", "유형이 정한 필수 구성 요소와 속성")
def mandatory_children(found: Snapshot) -> Iterator[Guilty]:
    """An instance has what is mandatory in its type and the types above."""
    for one in found.of(OBJECT | VARIABLE):
        if not one.browsed.is_good:
            continue
        has = {_key(how.name) for how in one.references if how.is_forward}  # by whatever subtype
        for part in _mandatory_of(found, one):
            if _key(part.name) not in has and part.name is not None:
                yield Guilty(one.id, f"no {part.name.Name}"[:200], f"{part.name.Name} 없음"[:200])


def _mandatory_of(found: Snapshot, one: Known) -> Iterator[Known]:
    definition = next((how.node for how in one.links(ids.HasTypeDefinition)), None)
    for kind in found.supertypes(definition) if definition is not None else ():
        node = found.nodes.get(kind)
        for how in node.references if node is not None else ():
            part = found.nodes.get(how.node) if how.node is not None else None
            if part is None or not how.is_forward or how.type not in _PARTS:
                continue
            rules = {modelling.node for modelling in part.links(ids.HasModellingRule)}
            if ids.ModellingRule_Mandatory in rules:
                yield part


@rule("properties with names of their own", "서로 다른 이름의 속성")
def unique_properties(found: Snapshot) -> Iterator[Guilty]:
    """No two properties of a node have the same BrowseName."""
    for one in found.nodes.values():
        names = Counter(_key(how.name) for how in one.links(ids.HasProperty))
        for (_, name), count in names.items():
            if count > 1:
                said = name[:200]
                yield Guilty(one.id, f"{count} properties {said}", f"속성 {said} {count}개")


@rule("a property that refers to nothing below it", "하위 노드가 없는 속성")
def properties_are_leaves(found: Snapshot) -> Iterator[Guilty]:
    """A property has no hierarchical references to other nodes."""
    for one in found.of(VARIABLE):
        is_property = any(True for _ in one.links(ids.HasProperty, forward=False))
        below = [how for how in one.references if how.is_forward and how.type in HIERARCHICAL]
        if is_property and below:
            yield Guilty(one.id, f"{len(below)} nodes below a property", f"속성 아래 노드 {len(below)}개")


@rule("PropertyType for every property", "모든 속성의 유형은 PropertyType")
def property_type(found: Snapshot) -> Iterator[Guilty]:
    """What a HasProperty reference leads to is a Variable of PropertyType."""
    for one in found.own:
        if not any(True for _ in one.links(ids.HasProperty, forward=False)):
            continue
        kinds = {how.node for how in one.links(ids.HasTypeDefinition)}
        if one.node_class != VARIABLE or ids.PropertyType not in kinds:
            yield Guilty(one.id, "a property of another type", "PropertyType이 아닌 속성")


def _key(name: ua.QualifiedName | None) -> tuple[int, str]:
    """Return what names are compared by; asyncua's cannot be hashed."""
    return (0, "") if name is None else (name.NamespaceIndex, name.Name or "")
