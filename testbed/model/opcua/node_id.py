"""Node ids as text (OPC 10000-6, 5.1.12): `nsu=URI;s=Name`, `ns=2;i=1000`, `i=2258`."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Annotated, Literal

from pydantic import AfterValidator

from testbed.model.base import Frozen

LONGEST = 4096
"""Characters of an identifier (OPC 10000-3, 8.2.4)."""
_UINT16 = 0xFFFF
_UINT32 = 0xFFFFFFFF
_FORM = re.compile(
    r"(?:ns=(?P<index>\d{1,5});|nsu=(?P<uri>[^;]+);)?(?P<kind>[isgb])=(?P<identifier>.+)", re.DOTALL
)
_GUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


class NodeName(Frozen):
    """The parts of a node id; the namespace by URI, or by its index in the server's table."""

    namespace: int | str
    kind: Literal["i", "s", "g", "b"]
    identifier: str


def node_name(text: str) -> NodeName:
    """Take a node id apart.

    Raises:
        ValueError: it is none; with the form to write.
    """
    found = _FORM.fullmatch(text)
    if found is None or len(text) > LONGEST:
        raise ValueError("is no node id; write `nsu=URI;s=Name`, or `i=NUMBER` for the standard's own")
    kind, identifier, index = found["kind"], found["identifier"], int(found["index"] or 0)
    if index > _UINT16:
        raise ValueError(f"has the namespace index {index}; it is a number from 0 to {_UINT16}")
    if kind == "i" and (re.fullmatch(r"[0-9]{1,10}", identifier) is None or int(identifier) > _UINT32):
        raise ValueError(f"has the numeric identifier `{identifier}`; it is a number from 0 to {_UINT32}")
    if kind == "g" and _GUID.fullmatch(identifier) is None:
        raise ValueError(f"has the identifier `{identifier}`, which is no GUID")
    if kind == "b" and not _is_base64(identifier):
        raise ValueError(f"has the identifier `{identifier}`, which is no Base64")
    # A URI writes `%` and `;` as `%25` and `%3B`, so that the parts can be told apart.
    uri = (found["uri"] or "").replace("%3B", ";").replace("%3b", ";").replace("%25", "%")
    return NodeName.model_validate({"namespace": uri or index, "kind": kind, "identifier": identifier})


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except binascii.Error:
        return False
    return True


def _checked(text: str) -> str:
    node_name(text)
    return text


NodeIdText = Annotated[str, AfterValidator(_checked)]
"""A node id, as a declaration writes it."""
