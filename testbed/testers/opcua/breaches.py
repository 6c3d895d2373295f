"""A frame that broke an invariant: which one, where, what was expected and what stood there."""

from __future__ import annotations

from testbed.model.base import Text
from testbed.testers.opcua.conversation import Message
from testbed.wire.monitor import Breach

HEADER = "UA-UACP-MESSAGE-HEADER"
CHUNK_SIZE = "UA-UACP-CHUNK-SIZE"
CHANNEL = "UA-SC-CHANNEL-ID-ECHO"
TOKEN = "UA-SC-TOKEN"  # noqa: S105 - a requirement
SEQUENCE = "UA-SC-SEQUENCE-NUMBER"
REQUEST_ID = "UA-SC-REQUEST-ID-ECHO"
SECURED = "UA-SC-SECURED"
TYPE = "UA-RESPONSE-TYPE"
HANDLE = "UA-REQUEST-HANDLE-ECHO"
DECODABLE = "UA-ENCODING-DECODABLE"
RESULTS = "UA-RESULTS-COUNT"
DIAGNOSTICS = "UA-DIAGNOSTICS-COUNT"
FAULT = "UA-FAULT-IS-BAD"
ONE_ANSWER = "UA-ONE-ANSWER"
TIMESTAMP = "UA-RESPONSE-TIMESTAMP"

INVARIANTS = (
    HEADER, CHUNK_SIZE, CHANNEL, TOKEN, SEQUENCE, REQUEST_ID, SECURED, TYPE,
    HANDLE, DECODABLE, RESULTS, DIAGNOSTICS, FAULT, ONE_ANSWER, TIMESTAMP,
)  # fmt: skip


class BreachFound(Exception):  # noqa: N818 - not an error
    """A frame broke an invariant."""

    def __init__(self, breach: Breach, *, is_fatal: bool) -> None:
        super().__init__(breach.requirement)
        self.breach, self.is_fatal = breach, is_fatal
        self.message: Message | None = None


def breach_at(  # noqa: PLR0913 - the parts of a breach
    requirement: str, number: int, span: tuple[int, int], expected: str, received: str, *, fatal: bool = True
) -> BreachFound:
    """Return a breach of some bytes of a frame; a fatal one lets nothing after it be read."""
    breach = Breach(
        requirement,
        Text(en=expected, ko=expected),
        Text(en=received[:200], ko=received[:200]),
        number,
        *span,
    )
    return BreachFound(breach, is_fatal=fatal)
