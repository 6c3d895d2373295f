"""Mutants for the interoperability suite: right with the tester, wrong with clients of another name.

What a server does differently for another client shows only where an independent one meets it.
"""

from collections.abc import Sequence
from typing import Any

from asyncua import ua

from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc

SUITE = "interop_opcua"


def is_strange(session: Any) -> bool:
    """Say whether a session is of another client than the tester."""
    return not session.name.startswith("testbed")


@mutant("IOP-UA-BROWSE", suite=SUITE)
class HidesNodesFromStrangers(Plc):
    """Leaves out the first reference that an independent client browses."""

    def browse_one(
        self, session: Any, item: ua.BrowseDescription, most: int, earlier: list[bytes]
    ) -> ua.BrowseResult:
        """Drop one reference."""
        found = super().browse_one(session, item, most, earlier)
        if is_strange(session) and found.References:
            found.References = found.References[1:]
        return found


@mutant("IOP-UA-READ", "IOP-UA-READ-ARRAY", suite=SUITE)
class ReadsOtherwiseForStrangers(Plc):
    """Gives an independent client values of its own nodes as they are at first, and not what stands there."""

    def read_value(self, node: Any, item: ua.ReadValueId, ask: Any) -> ua.DataValue:
        """Change static values."""
        found = super().read_value(node, item, ask)
        if is_strange(ask.session) and str(node.node_id.Identifier).startswith("Static."):
            found = ua.DataValue(_other(found.Value), found.StatusCode, found.SourceTimestamp)
        return found


@mutant("IOP-UA-VALUES-TO-CLIENT", "IOP-UA-WRITE", suite=SUITE)
class KeepsAnImageForStrangers(Plc):
    """Keeps what independent clients write apart, so that nobody else sees it, nor they what others wrote."""

    def read_value(self, node: Any, item: ua.ReadValueId, ask: Any) -> ua.DataValue:
        """Read from the image."""
        found = super().read_value(node, item, ask)
        if is_strange(ask.session) and str(node.node_id.Identifier).startswith("Scratch."):
            found = ua.DataValue(_other(found.Value), found.StatusCode, found.SourceTimestamp)
        return found

    def write_value(self, session: Any, node: Any, item: ua.WriteValue) -> None:
        """Write into the image, which nobody reads."""
        if not is_strange(session):
            super().write_value(session, node, item)


@mutant("IOP-UA-CALL", suite=SUITE)
class CallsOtherwiseForStrangers(Plc):
    """Gives an independent client another result of a method."""

    def call_one(self, session: Any, item: ua.CallMethodRequest) -> ua.CallMethodResult:
        """Change the outputs."""
        found = super().call_one(session, item)
        if is_strange(session):
            found.OutputArguments = [_other(one) for one in found.OutputArguments or ()]
        return found


def _other(value: ua.Variant) -> ua.Variant:
    """Return another value of the same type."""
    held = value.Value
    changed = (
        [_changed(held[0]), *held[1:]]
        if isinstance(held, Sequence) and not isinstance(held, str)
        else _changed(held)
    )
    return ua.Variant(changed, value.VariantType)


def _changed(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    return f"{value}." if isinstance(value, str) else value + 1


@mutant("IOP-UA-INVARIANTS", suite=SUITE)
class DiagnosesStrangers(Plc):
    """Gives independent clients one diagnostic info more than it gives results."""

    def read(self, session: Any, request: ua.ReadRequest) -> ua.ReadResponse:
        """Add diagnostic infos."""
        found = super().read(session, request)
        if is_strange(session):
            found.DiagnosticInfos = [ua.DiagnosticInfo() for _ in range(len(found.Results) + 1)]
        return found
