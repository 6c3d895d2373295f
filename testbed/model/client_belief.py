"""Where the values are seen that a client took for those of its server."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from testbed.model.base import Frozen
from testbed.model.connect import endpoint
from testbed.model.opcua.node_id import NodeIdText

MOST_PLACES = 2000
"""Pointers or nodes of one belief (assumed; the bits of one request, AP 6.1)."""

_BELONGS = {"path": "file", "url": "http", "pointers": "http", "nodes": "opcua"}
"""What belongs to which place; `url` to `opcua` as well."""
_POINTER = re.compile(r"(/([^~/]|~[01])*)*")
_Pattern = Annotated[str, StringConstraints(min_length=1, max_length=500)]


def compiled(pattern: str) -> str:
    """Return a pattern that is a regular expression.

    Raises:
        ValueError: it is none.
    """
    import regex  # noqa: PLC0415 - of use for clients alone

    try:
        regex.compile(pattern)
    except regex.error as error:
        raise ValueError(f"`{pattern}` is no regular expression: {error}") from error
    return pattern


def _pointer(text: str) -> str:
    if _POINTER.fullmatch(text) is None:
        raise ValueError(
            f"`{text}` is no JSON Pointer (RFC 6901); write `/tags/0/value`, and `~0` for `~`, `~1` for `/`"
        )
    return text


Pointer = Annotated[str, Field(max_length=1000), AfterValidator(_pointer)]
"""A JSON Pointer (RFC 6901, 3): `/tags/0/value`; an empty one is the whole document."""


def _has_host(url: str) -> bool:
    try:
        where = urlsplit(url)
        return bool(where.hostname) and where.port != 0
    except ValueError:  # a bracket without its other, a port that is none
        return False


class Belief(Frozen):
    """Where the values are seen that the product took for those of the server."""

    where: Literal["stdout", "file", "http", "opcua", "operator"]
    """`operator`: a person reads them off the product, and types them into the terminal."""
    path: str = ""
    """Of the file; the product writes it anew or appends to it."""
    url: str = ""
    """Of a page of the product's own, or of its OPC UA server."""
    pointers: tuple[Pointer, ...] = Field(default=(), max_length=MOST_PLACES)
    """Places of the values in a page that is a JSON document; one of an array stands for all its values."""
    nodes: tuple[NodeIdText, ...] = Field(default=(), max_length=MOST_PLACES)
    """Variables of its OPC UA server that show the values; an array stands for all its values."""
    pattern: _Pattern = r"-?[0-9][0-9.eE+-]*|[-+]?(?i:nan|inf)"
    """What a value looks like; its first group, where it has one, is the number."""

    _checked = field_validator("pattern")(compiled)

    @model_validator(mode="after")
    def _placed(self) -> Self:
        for name, where in _BELONGS.items():
            fits = self.where == where or (name == "url" and self.where == "opcua")
            if fits and name != "pointers" and not getattr(self, name):
                raise ValueError(f"`where: {self.where}` needs `{name}`")
            if not fits and getattr(self, name):
                also = " or `where: opcua`" if name == "url" else ""
                raise ValueError(f"`{name}` belongs to `where: {where}`{also}")
        if "pattern" in self.model_fields_set and (self.pointers or self.nodes):
            raise ValueError(
                "`pattern` finds values in a text, `pointers` and `nodes` name them: one is enough"
            )
        if self.where == "http" and not self.url.startswith("http://"):
            raise ValueError(f"`{self.url}` does not begin with http://")
        if self.where == "http" and not _has_host(self.url):
            raise ValueError(f"`{self.url}` names no host and port; write http://127.0.0.1:8080/values")
        if self.where == "opcua" and endpoint(self.url).scheme != "opc.tcp":
            raise ValueError(f"`{self.url}` does not begin with opc.tcp://")
        return self
