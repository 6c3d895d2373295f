"""The words of the OPC UA standards that suites use."""

from datetime import UTC, datetime
from uuid import UUID

from asyncua import ua

from testbed.protocols.opcua import (
    ABORT,
    ACK,
    CLO,
    ERR,
    FINAL,
    HEL,
    INTERMEDIATE,
    MSG,
    OPN,
    RHE,
    Acknowledge,
    ErrorMessage,
    Hello,
    Status,
    encode_service,
    status,
)
from testbed.testers.answer import Array, Reaction
from testbed.testers.opcua import space_rules as rules
from testbed.testers.opcua.channel_words import (
    asking,
    bearable,
    certificate_uri,
    each,
    enabled,
    given_up,
    granted,
    outlived,
    stated,
    unfit_mode,
    whole,
)
from testbed.testers.opcua.crafting import ISSUE, RENEW
from testbed.testers.opcua.rare_requests import add_node, delete_node, empty, history_read
from testbed.testers.opcua.requests import (
    BOTH,
    EVERYTHING,
    FORWARD,
    INVERSE,
    NULL_NODE,
    Attribute,
    Item,
    PathElement,
    Raw,
    Timestamps,
    WriteItem,
    ids,
    reading,
    variant,
)
from testbed.testers.trouble import Undecided

NORMAL = Reaction.NORMAL
SILENCE = Reaction.SILENCE
CLOSED = Reaction.CLOSED

structures = ua
"""The standard's structures, as asyncua generates them: `structures.ReadRequest()`."""

__all__ = [
    "ABORT",
    "ACK",
    "BOTH",
    "CLO",
    "CLOSED",
    "ERR",
    "EVERYTHING",
    "FINAL",
    "FORWARD",
    "HEL",
    "INTERMEDIATE",
    "INVERSE",
    "ISSUE",
    "MSG",
    "NORMAL",
    "NULL_NODE",
    "OPN",
    "RENEW",
    "RHE",
    "SILENCE",
    "Acknowledge",
    "Array",
    "Attribute",
    "ErrorMessage",
    "Hello",
    "Item",
    "PathElement",
    "Raw",
    "Status",
    "Timestamps",
    "Undecided",
    "WriteItem",
    "add_node",
    "asking",
    "bearable",
    "certificate_uri",
    "delete_node",
    "each",
    "empty",
    "enabled",
    "encode_service",
    "given_up",
    "granted",
    "guid",
    "history_read",
    "ids",
    "outlived",
    "reading",
    "rules",
    "stated",
    "status",
    "structures",
    "unfit_mode",
    "utc",
    "variant",
    "whole",
]


def utc(*parts: int) -> datetime:
    """Return a time from year, month, day, hour, minute and second."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]  # as many as a case names


def guid(text: str) -> UUID:
    """Return a Guid."""
    return UUID(text)
