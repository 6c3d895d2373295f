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
    NO_SECURITY,
    OPN,
    RHE,
    SIGN,
    SIGN_AND_ENCRYPT,
    Acknowledge,
    ErrorMessage,
    Hello,
    Status,
    Tamper,
    encode_service,
    status,
)
from testbed.protocols.opcua.asymmetric import leaf
from testbed.testers.answer import Array, Reaction
from testbed.testers.opcua import space_rules as rules
from testbed.testers.opcua.channel_words import (
    asking,
    bearable,
    certificate_uri,
    each,
    enabled,
    flipped,
    given_up,
    granted,
    outlived,
    sha1_of,
    stated,
    unfit_mode,
    whole,
)
from testbed.testers.opcua.crafting import ISSUE, RENEW
from testbed.testers.opcua.own_certificate import (
    is_signed_by_server,
    misplaced,
    shown,
    told_otherwise,
    unnamed_hosts,
)
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
from testbed.testers.opcua.secured_use import WORKS, deprecated, exercised, uncovered
from testbed.testers.opcua.secured_words import (
    CUT_SHORT,
    WRONG_PADDING,
    WRONG_PADDING_AND_SIGNATURE,
    WRONG_SIGNATURE,
    asked_with,
    carried,
    channel_in,
    closing,
    ended_by,
    ended_with,
    fresh_nonce,
    given_up_with,
    later,
    other_mode,
    put,
    relabelled,
    renewal,
    undelivered,
    undress,
    unprotected,
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
    "CUT_SHORT",
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
    "NO_SECURITY",
    "NULL_NODE",
    "OPN",
    "RENEW",
    "RHE",
    "SIGN",
    "SIGN_AND_ENCRYPT",
    "SILENCE",
    "WORKS",
    "WRONG_PADDING",
    "WRONG_PADDING_AND_SIGNATURE",
    "WRONG_SIGNATURE",
    "Acknowledge",
    "Array",
    "Attribute",
    "ErrorMessage",
    "Hello",
    "Item",
    "PathElement",
    "Raw",
    "Status",
    "Tamper",
    "Timestamps",
    "Undecided",
    "WriteItem",
    "add_node",
    "asked_with",
    "asking",
    "bearable",
    "carried",
    "certificate_uri",
    "channel_in",
    "closing",
    "delete_node",
    "deprecated",
    "each",
    "empty",
    "enabled",
    "encode_service",
    "ended_by",
    "ended_with",
    "exercised",
    "flipped",
    "fresh_nonce",
    "given_up",
    "given_up_with",
    "granted",
    "guid",
    "history_read",
    "ids",
    "is_signed_by_server",
    "later",
    "leaf",
    "misplaced",
    "other_mode",
    "outlived",
    "put",
    "reading",
    "relabelled",
    "renewal",
    "rules",
    "sha1_of",
    "shown",
    "stated",
    "status",
    "structures",
    "told_otherwise",
    "uncovered",
    "undelivered",
    "undress",
    "unfit_mode",
    "unnamed_hosts",
    "unprotected",
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
