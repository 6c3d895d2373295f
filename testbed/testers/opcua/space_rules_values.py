"""Rules of an address space: what variables hold (OPC 10000-3 1.05.04, 5.6.2; 10000-8, 5.6)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from asyncua import ua

from testbed.testers.opcua.requests import Attribute, ids
from testbed.testers.opcua.snapshot import METHOD, VARIABLE, Held, Known, Snapshot
from testbed.testers.opcua.space import Guilty, rule
from testbed.testers.opcua.space_rules_nodes import is_known_type

_ANY, _SCALAR_OR_ONE, _SCALAR, _ONE_OR_MORE = -2, -3, -1, 0
"""ValueRanks that are no number of dimensions (10000-3, 5.6.2)."""
_UNECE = "http://www.opcfoundation.org/UA/units/un/cefact"
"""The namespace of units by UNECE Recommendation 20 (10000-8, 5.6.4.3)."""
_ABSTRACT = frozenset({"BaseDataType", "Number", "Integer", "UInteger"})
_NO_UNIT_ID = -1
"""UnitId of a unit that has none (10000-8, 5.6.4.2)."""
_BUILT_IN = {
    **{ua.NodeId(kind.value): kind.name for kind in ua.VariantType if kind.value},
    ids.Enumeration: "Int32",
    ids.Structure: "ExtensionObject",
}
"""Built-in types by the DataTypes from which a value's DataType is derived."""
_SIGNED = frozenset({"SByte", "Int16", "Int32", "Int64"})
_UNSIGNED = frozenset({"Byte", "UInt16", "UInt32", "UInt64"})
_GROUPS = {
    ids.Integer: _SIGNED,
    ids.UInteger: _UNSIGNED,
    ids.Number: _SIGNED | _UNSIGNED | {"Float", "Double"},
}


@rule("as many ArrayDimensions as the ValueRank says", "ValueRank와 같은 수의 ArrayDimensions")
def array_dimensions(found: Snapshot) -> Iterator[Guilty]:
    """ArrayDimensions has one entry a dimension, and none for what is no array of known rank."""
    for one in found.variables:
        rank, dimensions = one.value(Attribute.ValueRank), one.value(Attribute.ArrayDimensions)
        count = len(dimensions or ())
        if isinstance(rank, int) and count and count != max(rank, 0):
            said = f"ValueRank {rank}, {count} ArrayDimensions"
            yield Guilty(one.id, said, f"ValueRank {rank}, ArrayDimensions {count}개")


@rule("a value of the rank that ValueRank says", "ValueRank가 나타내는 차수의 값")
def value_rank(found: Snapshot) -> Iterator[Guilty]:
    """A value is a scalar or an array as its Variable's ValueRank says."""
    for one in found.variables:
        rank, held = one.value(Attribute.ValueRank), one.held
        if isinstance(rank, int) and held is not None and held.type != "Null":
            actual = 1 if _is_bytes(one, held) else len(held.dimensions)
            if not _fits(rank, actual):
                said = f"ValueRank {rank}, a value of {actual} dimensions"
                yield Guilty(one.id, said, f"ValueRank {rank}, 값은 {actual}차원")


def _is_bytes(one: Known, held: Held) -> bool:
    """Say whether a value is a ByteString where an array of Byte is due: the same bytes (10000-6, 5.1.5)."""
    return one.value(Attribute.DataType) == ids.Byte and held.type == "ByteString" and not held.is_array


def _fits(rank: int, actual: int) -> bool:
    allowed = {
        _ANY: True,
        _SCALAR_OR_ONE: actual <= 1,
        _SCALAR: actual == 0,
        _ONE_OR_MORE: actual >= 1,
    }
    return allowed.get(rank, actual == rank)


@rule("no more elements than ArrayDimensions says", "ArrayDimensions를 넘지 않는 원소 수")
def within_dimensions(found: Snapshot) -> Iterator[Guilty]:
    """A value is within the greatest lengths that its Variable states; 0 is no limit."""
    for one in found.variables:
        most, held = one.value(Attribute.ArrayDimensions) or (), one.held
        if held is None or len(most) != len(held.dimensions):
            continue
        if any(limit and actual > limit for limit, actual in zip(most, held.dimensions, strict=True)):
            said = f"{[*held.dimensions]} of at most {[*most]}"
            yield Guilty(one.id, said, f"최대 {[*most]}, 실제 {[*held.dimensions]}")


@rule("a value of the DataType", "DataType에 맞는 값")
def data_type(found: Snapshot) -> Iterator[Guilty]:
    """A value has the built-in type from which its Variable's DataType is derived."""
    for one in found.variables:
        kind, held = one.value(Attribute.DataType), one.held
        if not isinstance(kind, ua.NodeId) or held is None or held.type == "Null":
            continue
        allowed = _allowed(found, kind)
        if allowed and held.type not in allowed and not _is_bytes(one, held):
            name = kind.to_string()[:200]
            yield Guilty(one.id, f"a {held.type}, DataType {name}", f"{held.type} 값, DataType {name}")


def _allowed(found: Snapshot, kind: ua.NodeId) -> frozenset[str]:
    """Return the built-in types of a DataType; none where that cannot be said."""
    for above in found.supertypes(kind):
        if above in _GROUPS:
            return _GROUPS[above]
        name = _BUILT_IN.get(above)
        if name is not None and name not in _ABSTRACT and above != ids.BaseDataType:
            return frozenset() if name == "Variant" else frozenset({name})
    return frozenset()


@rule("a value, or a status that says why there is none", "값 또는 값이 없음을 나타내는 상태")
def no_empty_good(found: Snapshot) -> Iterator[Guilty]:
    """What has no value yet is not good."""
    for one in found.of(VARIABLE):
        held = one.held
        if held is not None and held.type == "Null" and one.value(Attribute.DataType) != ids.BaseDataType:
            yield Guilty(one.id, "no value, and Good", "값이 없으나 Good 상태")


@rule("arguments of DataTypes that exist", "존재하는 DataType으로 된 인자")
def arguments(found: Snapshot) -> Iterator[Guilty]:
    """InputArguments and OutputArguments are arrays of Argument, each of a DataType that exists."""
    for method in found.of(METHOD):
        for name in ("InputArguments", "OutputArguments"):
            node = found.child(method, ids.HasProperty, name)
            if node is None or node.held is None:
                continue
            for said in _wrong(found, node):
                yield Guilty(method.id, f"{name}: {said}", f"{name}: {said}")


def _wrong(found: Snapshot, node: Known) -> Iterator[str]:
    held = node.held
    if held is None or not held.is_array:
        yield "no array"
        return
    for one in held.value:
        if type(one).__name__ != "Argument":  # asyncua has two classes of this name
            yield type(one).__name__[:100]
        elif not is_known_type(found, one.DataType):
            yield f"DataType {one.DataType.to_string()[:200]}"


@rule("a range whose low end is below its high end", "하한이 상한보다 작은 범위")
def ranges(found: Snapshot) -> Iterator[Guilty]:
    """EURange and InstrumentRange are ranges in which a value can be."""
    for one in found.of(VARIABLE):
        for name in ("EURange", "InstrumentRange"):
            node = found.child(one, ids.HasProperty, name)
            value = node.held.value if node is not None and node.held is not None else None
            if isinstance(value, ua.Range) and value.Low >= value.High:  # NaN is a limit that is not known
                said = f"{name} from {value.Low:g} to {value.High:g}"
                yield Guilty(one.id, said, f"{name} {value.Low:g}~{value.High:g}")


@rule("the number of a UNECE unit code", "UNECE 단위 코드에 해당하는 번호")
def unit_codes(found: Snapshot) -> Iterator[Guilty]:
    """The UnitId of a unit by UNECE is made of the characters of its common code."""
    for one in found.of(VARIABLE):
        node = found.child(one, ids.HasProperty, "EngineeringUnits")
        value = node.held.value if node is not None and node.held is not None else None
        if (
            isinstance(value, ua.EUInformation)
            and value.NamespaceUri == _UNECE
            and value.UnitId != _NO_UNIT_ID
        ):
            code = value.UnitId.to_bytes(4, "big", signed=True).lstrip(b"\0")
            if not re.fullmatch(rb"[A-Z0-9]{1,3}", code):
                yield Guilty(one.id, f"UnitId {value.UnitId}", f"UnitId {value.UnitId}")
