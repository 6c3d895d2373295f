"""Servers whose address space has no end."""

from __future__ import annotations

import itertools
from typing import Any

from asyncua import ua

from tests.hostile.opcua.turncoat import Turncoat

_FOLDER = ua.NodeId(61)
_OWN = 2


def _reference(name: str) -> ua.ReferenceDescription:
    said = ua.ReferenceDescription()
    said.ReferenceTypeId, said.IsForward = ua.NodeId(35), True
    said.NodeId = ua.ExpandedNodeId(name, _OWN)
    said.BrowseName, said.DisplayName = ua.QualifiedName(name, _OWN), ua.LocalizedText(name)
    said.NodeClass, said.TypeDefinition = ua.NodeClass.Object, ua.ExpandedNodeId(_FOLDER.Identifier)
    return said


class BrowsesForEver(Turncoat):
    """Answers every Browse and BrowseNext with one reference and a continuation point."""

    said = "without an end|crawl was stopped|crawl"

    def browse(self, session: Any, request: ua.BrowseRequest) -> ua.BrowseResponse:
        response = super().browse(session, request)
        for one in response.Results:
            one.ContinuationPoint = b"and so on"
        return response

    def browse_next(self, session: Any, request: ua.BrowseNextRequest) -> ua.BrowseNextResponse:  # noqa: ARG002 - the rule's form
        response = ua.BrowseNextResponse()
        points = request.Parameters.ContinuationPoints
        response.Parameters.Results = [
            ua.BrowseResult(ua.StatusCode(0), b"and so on", [_reference("Again")]) for _ in points
        ]
        return response


class GrowsForEver(Turncoat):
    """Has ten new children below every node that is browsed, and each leads back to Objects."""

    said = "crawl was stopped|crawl of the address space"
    numbers = itertools.count()

    def browse(self, session: Any, request: ua.BrowseRequest) -> ua.BrowseResponse:
        response = super().browse(session, request)
        for one in response.Results:
            one.StatusCode = ua.StatusCode(0)
            one.References = [
                *(one.References or ()),
                *(_reference(f"Child{next(self.numbers)}") for _ in range(10)),
                _reference("Child0"),
            ]
        return response
