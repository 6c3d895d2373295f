"""Mutants of timestamps and of data encodings (OPC 10000-4 1.05.04, 5.11.2, 7.11 and 7.28)."""

from __future__ import annotations

from datetime import datetime, timedelta

from asyncua import ua

from device_simulators.opcua.errors import Failed
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.nodes import Node
from device_simulators.opcua.plc import Plc
from device_simulators.opcua.reading import Asked
from testbed.protocols.opcua.status import status

SOURCE, SERVER, BOTH, NEITHER = 0, 1, 2, 3
KOREA = timedelta(hours=9)
"""How far ahead of UTC its local time is."""


@mutant("UA-READ-TIMESTAMPS-SOURCE")
class AddsServerTimestamps(Plc):
    """Returns the server timestamp beside a source timestamp that was asked for alone."""

    def returns_server(self, which: int) -> bool:
        """Take Source for Both."""
        return which == SOURCE or super().returns_server(which)


@mutant("UA-READ-TIMESTAMPS-SERVER")
class AddsSourceTimestamps(Plc):
    """Returns the source timestamp beside a server timestamp that was asked for alone."""

    def returns_source(self, which: int) -> bool:
        """Take Server for Both."""
        return which == SERVER or super().returns_source(which)


@mutant("UA-READ-TIMESTAMPS-BOTH")
class ForgetsTheServerOfBoth(Plc):
    """Returns the source timestamp alone where both are wanted."""

    def returns_server(self, which: int) -> bool:
        """Take Both for Source."""
        return which != BOTH and super().returns_server(which)


@mutant("UA-READ-TIMESTAMPS-NEITHER")
class AlwaysStamps(Plc):
    """Returns both timestamps where neither is wanted."""

    def returns_source(self, which: int) -> bool:
        """Take Neither for Both."""
        return which == NEITHER or super().returns_source(which)

    def returns_server(self, which: int) -> bool:
        """Take Neither for Both."""
        return which == NEITHER or super().returns_server(which)


@mutant("UA-READ-TIMESTAMPS-INVALID", "UA-PRECEDENCE-PARAMETERS")
class TakesAnyTimestampsToReturn(Plc):
    """Answers a TimestampsToReturn that does not exist without timestamps."""

    def check_timestamps_to_return(self, which: int) -> None:
        """Look at nothing."""


@mutant("UA-VALUE-SOURCE-TIMESTAMP", "UA-WRITE-SOURCE-TIMESTAMP")
class KeepsNoSourceTimestamps(Plc):
    """Returns no source timestamps, since it has no clock at the source."""

    def source_timestamp(self, node: Node, time: datetime) -> datetime | None:  # noqa: ARG002 - the fault
        """Know no time."""
        return None


@mutant("UA-VALUE-SOURCE-TIMESTAMP-UTC")
class StampsInLocalTime(Plc):
    """Stamps what it measures now with the local time of Korea."""

    def source_timestamp(self, node: Node, time: datetime) -> datetime | None:
        """Add the offset of the time zone to what is measured at each read."""
        return time + KOREA if node.binding is not None else time


@mutant("UA-VALUE-SOURCE-TIMESTAMP-STABLE")
class StampsAtEachRead(Plc):
    """Takes a new source timestamp at each read of a value that it was never told the time of."""

    reads = 0

    def source_timestamp(self, node: Node, time: datetime) -> datetime | None:
        """Count the reads, since the clock may stand still."""
        if node.binding is not None or node.time is not None:
            return time
        self.reads += 1
        return self.now() + timedelta(microseconds=self.reads)


@mutant("UA-VALUE-SOURCE-TIMESTAMP-OTHER")
class StampsEveryAttribute(Plc):
    """Returns a source timestamp with every attribute."""

    def attribute_source_timestamp(self, now: datetime) -> datetime | None:
        """Take the time of the read."""
        return now


@mutant("UA-ENCODING-BINARY")
class KnowsNoEncodingByName(Plc):
    """Refuses the binary encoding where it is asked for by name."""

    def check_data_encoding(self, node: Node, encoding: ua.QualifiedName) -> None:
        """Know the default only."""
        super().check_data_encoding(node, encoding)
        raise Failed(status.BadDataEncodingUnsupported)


@mutant("UA-ENCODING-OTHER")
class CallsOtherEncodingsInvalid(Plc):
    """Answers XML and JSON encodings of a structure with Bad_DataEncodingInvalid."""

    def check_data_encoding(self, node: Node, encoding: ua.QualifiedName) -> None:
        """Confuse unsupported with invalid."""
        super().check_data_encoding(node, _invalid(encoding))


def _invalid(encoding: ua.QualifiedName) -> ua.QualifiedName:
    if encoding.Name in {"Default XML", "Default JSON"}:
        raise Failed(status.BadDataEncodingInvalid)
    return encoding


@mutant("UA-ENCODING-UNKNOWN")
class BlamesTheMessage(Plc):
    """Answers the name of an encoding that does not exist as if the request could not be encoded."""

    def check_data_encoding(self, node: Node, encoding: ua.QualifiedName) -> None:
        """Look for the encodings that the standard names."""
        if not (encoding.Name or "").startswith("Default"):
            raise Failed(status.BadEncodingError)
        super().check_data_encoding(node, encoding)


@mutant("UA-ENCODING-NO-STRUCTURE")
class CallsEncodingsOfScalarsUnsupported(Plc):
    """Answers an encoding of what has none with Bad_DataEncodingUnsupported."""

    def check_data_encoding(self, node: Node, encoding: ua.QualifiedName) -> None:
        """Confuse invalid with unsupported."""
        try:
            super().check_data_encoding(node, encoding)
        except Failed as failed:
            raise Failed(status.BadDataEncodingUnsupported) from failed


@mutant("UA-ENCODING-OTHER-ATTRIBUTE")
class CallsEncodingsOfAttributesUnsupported(Plc):
    """Answers an encoding of another attribute than the Value with Bad_DataEncodingUnsupported."""

    def read_attribute(self, node: Node, item: ua.ReadValueId, ask: Asked) -> ua.DataValue:
        """Confuse invalid with unsupported."""
        if item.DataEncoding.Name is not None:
            raise Failed(status.BadDataEncodingUnsupported)
        return super().read_attribute(node, item, ask)
