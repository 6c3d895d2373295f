"""What a method wants as the text of a declaration: values of the right types, and what they are called.

OPC 10000-3 1.05.04, 8.6 (Argument). The values are no good ones: what does no harm only the vendor knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from testbed.model.opcua.values import SIMPLE
from testbed.testers.opcua.preflight.endpoints import shown
from testbed.testers.opcua.scout_choice import builtin

UNKNOWN = '"?"'
"""What stands in a draft for what nobody but the vendor knows."""
UNKNOWN_INPUTS = f"[{UNKNOWN}]"
_MOST_NAMED = 10
"""Arguments that a comment names (assumed)."""
_SCALAR, _ARRAY = -1, 1
_VALUES = {"Boolean": "false", "Float": "1.0", "Double": "1.0", "String": '""'}


def drafted(arguments: Sequence[Any] | None) -> tuple[str, str]:
    """Return `inputs` of a method, and what to know of them; `?` stands for what has to be filled in.

    Args:
        arguments: what the server says that the method wants; None where it does not say it.
    """
    if arguments is None:
        return UNKNOWN_INPUTS, "its InputArguments cannot be read"
    named = ", ".join(f"{shown(one.Name)}: {_type(one)}" for one in arguments[:_MOST_NAMED])
    more = f" and {len(arguments) - _MOST_NAMED} more" if len(arguments) > _MOST_NAMED else ""
    return f"[{', '.join(map(_value, arguments))}]", f"{named}{more}"


def _type(one: Any) -> str:
    kind = builtin(one.DataType)
    known = kind if kind != "?" else "another type"
    return (
        known
        if one.ValueRank == _SCALAR
        else f"{known}, an array"
        if one.ValueRank == _ARRAY
        else f"{known}, ?"
    )


def _value(one: Any) -> str:
    kind = builtin(one.DataType)
    if kind not in SIMPLE or one.ValueRank not in {_SCALAR, _ARRAY}:
        return UNKNOWN
    value = _VALUES.get(kind, "1")
    return f"{{ {kind}: {value if one.ValueRank == _SCALAR else f'[{value}]'} }}"
