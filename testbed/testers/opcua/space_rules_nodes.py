"""Rules of an address space: attributes and names of nodes (OPC 10000-3 1.05.04, 5.2 to 5.8)."""

from __future__ import annotations

from collections.abc import Iterator

from asyncua import ua

from testbed.testers.opcua.crawl import OF_CLASS
from testbed.testers.opcua.requests import Attribute, is_typed
from testbed.testers.opcua.snapshot import DATA_TYPE, INSTANCES, Snapshot
from testbed.testers.opcua.space import Guilty, rule

LONGEST_NAME = 512
"""Characters of a BrowseName and of a DisplayName (10000-3, 5.2.4, 5.2.5)."""
_OPTIONAL = frozenset({Attribute.ArrayDimensions, Attribute.DataTypeDefinition})
_NAMED_BY_URI = frozenset({"OPCUANamespaceMetadata"})
"""Instances whose BrowseNames are no part of their symbolic names."""
_LAST_KNOWN = max(ua.ObjectIdNames)
"""The greatest id of the edition that the suite is pinned to, by asyncua's table."""
_EVERY = (Attribute.NodeId, Attribute.NodeClass, Attribute.BrowseName, Attribute.DisplayName)


@rule("every mandatory attribute of its node class", "노드 클래스의 모든 필수 속성")
def mandatory_attributes(found: Snapshot) -> Iterator[Guilty]:
    """Each node has the attributes that its class demands."""
    for one in found.own:
        for attribute in (*_EVERY, *OF_CLASS.get(one.node_class, ())):
            held = one.attributes.get(attribute)
            if attribute not in _OPTIONAL and held is not None and not held.status.is_good:
                name = ua.AttributeIds(attribute).name
                yield Guilty(one.id, f"{name}: {held.status.title}", f"{name}: {held.status.title}")


@rule("an attribute of the type that the standard gives it", "표준이 정한 타입의 속성")
def attribute_types(found: Snapshot) -> Iterator[Guilty]:
    """Attributes have the built-in types of 10000-3, 5.2 to 5.8."""
    for one in found.own:
        for attribute, held in one.attributes.items():
            is_judged = attribute != Attribute.Value and held.status.is_good
            if is_judged and not is_typed(attribute, held.type, is_array=held.is_array):
                said = f"{ua.AttributeIds(attribute).name}: {held.type}{' array' if held.is_array else ''}"
                yield Guilty(one.id, said, said)


@rule("a NodeId attribute that is the node's own id", "자신의 식별자와 같은 NodeId 속성")
def node_id_is_own(found: Snapshot) -> Iterator[Guilty]:
    """The attribute NodeId is the id that a node is found by."""
    for one in found.own:
        value = one.value(Attribute.NodeId)
        if value is not None and value != one.id:
            yield Guilty(one.id, f"NodeId {_said(value)}", f"NodeId {_said(value)}")


@rule("a NodeClass as references to the node describe it", "참조가 기술하는 것과 같은 NodeClass")
def class_agrees(found: Snapshot) -> Iterator[Guilty]:
    """The attribute NodeClass is what a browse says of it."""
    for one in found.own:
        value = one.value(Attribute.NodeClass)
        if value is not None and one.node_class and value != one.node_class:
            said = f"NodeClass {_said(value)}, described as {one.node_class}"
            yield Guilty(one.id, said, f"NodeClass {_said(value)}, 참조에는 {one.node_class}")


@rule("a BrowseName as references to the node describe it", "참조가 기술하는 것과 같은 BrowseName")
def name_agrees(found: Snapshot) -> Iterator[Guilty]:
    """The attribute BrowseName is what a browse says of it."""
    for one in found.own:
        value = one.value(Attribute.BrowseName)
        if value is not None and one.name is not None and value != one.name:
            yield Guilty(
                one.id,
                f"BrowseName {_said(value)}, described as {_said(one.name)}",
                f"BrowseName {_said(value)}, 참조에는 {_said(one.name)}",
            )


@rule("a BrowseName of 1 to 512 characters", "1자 이상 512자 이하의 BrowseName")
def name_length(found: Snapshot) -> Iterator[Guilty]:
    """A BrowseName is neither empty nor longer than the standard allows."""
    for one in found.own:
        value = one.value(Attribute.BrowseName)
        if isinstance(value, ua.QualifiedName) and not 0 < len(value.Name or "") <= LONGEST_NAME:
            length = len(value.Name or "")
            yield Guilty(one.id, f"a BrowseName of {length} characters", f"{length}자인 BrowseName")


@rule("a DisplayName of at most 512 characters", "512자 이하의 DisplayName")
def display_name_length(found: Snapshot) -> Iterator[Guilty]:
    """A DisplayName is not longer than the standard allows."""
    for one in found.own:
        value = one.value(Attribute.DisplayName)
        if isinstance(value, ua.LocalizedText) and len(value.Text or "") > LONGEST_NAME:
            length = len(value.Text or "")
            yield Guilty(one.id, f"a DisplayName of {length} characters", f"{length}자인 DisplayName")


@rule("namespaces of the NamespaceArray", "NamespaceArray에 있는 네임스페이스")
def known_namespaces(found: Snapshot) -> Iterator[Guilty]:
    """NodeIds and BrowseNames are of namespaces that the NamespaceArray has."""
    most = len(found.namespaces)
    for one in found.nodes.values():
        name = one.name.NamespaceIndex if one.name is not None else 0
        for index in {one.id.NamespaceIndex, name}:
            if index >= most:
                yield Guilty(one.id, f"namespace {index} of {most}", f"네임스페이스 {most}개 중 {index}번")


@rule("in namespace 0 only nodes of the standard", "네임스페이스 0에는 표준 노드만")
def standard_namespace(found: Snapshot) -> Iterator[Guilty]:
    """No node has an id in the standard's namespace that the standard does not give."""
    for one in found.nodes.values():
        if not one.id.NamespaceIndex and not _is_standard(one.id):
            yield Guilty(one.id, "no node of the standard", "표준에 없는 노드")


def _bare(symbol: str) -> str:
    """Return a symbol as the letters of its BrowseName; `<Name>` of a placeholder has no more than `Name`."""
    return symbol.removesuffix("_Placeholder").replace("_", "")


@rule("the BrowseName that the standard gives", "표준이 정한 BrowseName")
def standard_names(found: Snapshot) -> Iterator[Guilty]:
    """Instances of the standard have the BrowseNames of the standard."""
    for one in found.of(INSTANCES, found.nodes.values()):
        symbol = ua.ObjectIdNames.get(one.id.Identifier, "") if not one.id.NamespaceIndex else ""
        if not symbol or one.name is None or symbol in _NAMED_BY_URI:
            continue
        told = "".join(filter(str.isalnum, one.name.Name or ""))
        if one.name.NamespaceIndex or not _bare(symbol).endswith(told):
            yield Guilty(one.id, f"BrowseName {_said(one.name)}", f"BrowseName {_said(one.name)}")


@rule("a DataTypeDefinition of the structure or enumeration", "구조체 또는 열거형의 DataTypeDefinition")
def data_type_definition(found: Snapshot) -> Iterator[Guilty]:
    """Structures and enumerations of the server's own are described by their definitions."""
    for one in found.of(DATA_TYPE):
        wanted = _definition_of(found, one.id)
        value = one.value(Attribute.DataTypeDefinition)
        if wanted and type(value).__name__ != wanted:
            yield Guilty(one.id, f"no {wanted}", f"{wanted} 없음")


@rule("an encoding that the DataType has", "DataType이 가진 인코딩")
def encoding_exists(found: Snapshot) -> Iterator[Guilty]:
    """The default encoding of a structure is one that it refers to with HasEncoding."""
    for one in found.of(DATA_TYPE):
        value = one.value(Attribute.DataTypeDefinition)
        if isinstance(value, ua.StructureDefinition):
            encodings = {how.node for how in one.links(ua.NodeId(ua.ObjectIds.HasEncoding))}
            if value.DefaultEncodingId not in encodings and not value.DefaultEncodingId.is_null():
                said = _said(value.DefaultEncodingId)
                yield Guilty(one.id, f"DefaultEncodingId {said}", f"DefaultEncodingId {said}")


@rule("fields of DataTypes that exist", "존재하는 DataType으로 된 필드")
def field_types_exist(found: Snapshot) -> Iterator[Guilty]:
    """The fields of a structure have DataTypes of the standard, or such as the server has."""
    for one in found.of(DATA_TYPE):
        value = one.value(Attribute.DataTypeDefinition)
        fields = (value.Fields or ()) if isinstance(value, ua.StructureDefinition) else ()
        for part in fields:
            if not is_known_type(found, part.DataType):
                yield Guilty(
                    one.id,
                    f"field {_said(part.Name)} of DataType {_said(part.DataType)}",
                    f"필드 {_said(part.Name)}의 DataType {_said(part.DataType)}",
                )


def is_known_type(found: Snapshot, kind: ua.NodeId) -> bool:
    """Say whether a DataType is one of the standard, or was found; what was not looked for may be there."""
    if not kind.NamespaceIndex:
        return _is_standard(kind)
    return bool(kind.NamespaceIndex < len(found.namespaces))


def _is_standard(node: ua.NodeId) -> bool:
    """Say whether an id of namespace 0 is the standard's, of a later edition perhaps."""
    number = node.Identifier
    return number in ua.ObjectIdNames or (isinstance(number, int) and number > _LAST_KNOWN)


def _definition_of(found: Snapshot, kind: ua.NodeId) -> str:
    above = set(found.supertypes(kind))
    if ua.NodeId(ua.ObjectIds.Enumeration) in above:
        return "EnumDefinition"
    return "StructureDefinition" if ua.NodeId(ua.ObjectIds.Structure) in above else ""


def _said(value: object) -> str:
    told = value.to_string() if isinstance(value, ua.NodeId | ua.QualifiedName) else str(value)
    return str(told)[:200]
