"""Mutants of headers and of what holds for all services (OPC 10000-4 1.05.04, 5.3, 7.32 to 7.38)."""

import asyncio
from datetime import timedelta
from typing import Any

from asyncua import ua

from device_simulators.opcua.channel_rules import Channel
from device_simulators.opcua.errors import Refused
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc
from device_simulators.opcua.session_rules import Session
from testbed.protocols.opcua import Status, status

AT_ONCE = 5
"""Requests that a mutant takes before it has answered the first."""
MANY = 10
"""Operations from which on a mutant sorts results."""


class Picky(Plc):
    """Refuses requests of active sessions for what their headers say."""

    def refuses(self, head: ua.RequestHeader) -> Status | None:
        """Return why a request with this header is refused, None where it is not."""
        raise NotImplementedError

    def perform(self, channel: Channel, request: Any) -> tuple[Any, Session | None]:
        """Look at the header first."""
        why = self.refuses(request.RequestHeader) if type(request) in self.SERVICES else None
        return (self.fault(why), None) if why is not None else super().perform(channel, request)


@mutant("UA-TOKEN-UNKNOWN")
class TakesNoneForClosed(Plc):
    """Says of a token that it never gave that its session is closed."""

    def session_of(self, channel: Channel, token: ua.NodeId) -> Session:
        """Give another reason for a token that it never gave."""
        if isinstance(token.Identifier, bytes) and token.Identifier.startswith(b"testbed"):
            raise Refused(status.BadSessionClosed)
        return super().session_of(channel, token)


@mutant("UA-TOKEN-NULL")
class ServesWithoutToken(Plc):
    """Takes a null token for that of any session of the channel."""

    def session_of(self, channel: Channel, token: ua.NodeId) -> Session:
        """Find a session."""
        if token.is_null() and channel.sessions:
            return next(iter(channel.sessions))
        return super().session_of(channel, token)


@mutant("UA-RESPONSE-TIME", "UA-INFO-TIME-AGREES", "UA-READ-MAX-AGE-FRESH")
class LivesInItsOwnZone(Plc):
    """Writes its local time, which is nine hours before UTC, in headers."""

    def complete(self, response: Any, handle: int) -> None:
        """Add nine hours."""
        super().complete(response, handle)
        response.ResponseHeader.Timestamp += timedelta(hours=9)


@mutant("UA-REQUEST-TIMESTAMP-OLD")
class MistrustsOldRequests(Picky):
    """Refuses a request of 2001 as one that cannot be read."""

    def refuses(self, head: ua.RequestHeader) -> Status | None:
        """Look at the year."""
        return status.BadDecodingError if head.Timestamp.year < 2020 else None


@mutant("UA-TIMEOUT-HINT")
class RefusesHaste(Picky):
    """Refuses a request with a short TimeoutHint as wrong."""

    def refuses(self, head: ua.RequestHeader) -> Status | None:
        """Look at the hint."""
        return status.BadInvalidArgument if 0 < head.TimeoutHint < 100 else None


@mutant("UA-ADDITIONAL-HEADER")
class RefusesAdditionalHeaders(Picky):
    """Refuses a request with an additional header that it does not know."""

    def refuses(self, head: ua.RequestHeader) -> Status | None:
        """Look for one."""
        is_known = self.is_absent(head.AdditionalHeader)
        return None if is_known else status.BadNotSupported


@mutant("UA-RETURN-DIAGNOSTICS")
class RefusesDiagnostics(Picky):
    """Refuses a request for diagnostics."""

    def refuses(self, head: ua.RequestHeader) -> Status | None:
        """Look at the mask."""
        return status.BadNotImplemented if head.ReturnDiagnostics else None


@mutant("UA-DIAGNOSTICS-STRINGS")
class ForgetsTheStrings(Plc):
    """Returns diagnostics whose strings are missing."""

    def perform(self, channel: Channel, request: Any) -> tuple[Any, Session | None]:
        """Add diagnostics of one string."""
        response, session = super().perform(channel, request)
        if isinstance(response, ua.ReadResponse) and request.RequestHeader.ReturnDiagnostics:
            response.DiagnosticInfos = [ua.DiagnosticInfo(SymbolicId=0) for _ in response.Results]
        return response, session


@mutant("UA-PRECEDENCE-SESSION")
class LooksAtParametersFirst(Plc):
    """Looks at the parameters of a Read before it looks for its session."""

    def perform(self, channel: Channel, request: Any) -> tuple[Any, Session | None]:
        """Check what needs no session."""
        if isinstance(request, ua.ReadRequest):
            try:
                self.check_timestamps_to_return(int(request.Parameters.TimestampsToReturn))
                self.check_operations("read", request.Parameters.NodesToRead, self.MAX_NODES_PER_READ)
            except Refused as refused:
                return self.fault(refused.status), None
        return super().perform(channel, request)


@mutant("UA-PRECEDENCE-PARAMETERS")
class LooksAtOperationsFirst(Plc):
    """Counts the operations of a Read before it looks at its parameters."""

    def read(self, session: Any, request: ua.ReadRequest) -> ua.ReadResponse:
        """Count first."""
        self.check_operations("read", request.Parameters.NodesToRead, self.MAX_NODES_PER_READ)
        return super().read(session, request)


@mutant("UA-OPERATIONS-ORDER")
class SortsResults(Plc):
    """Returns the good results of a long Read first where a node of it is unknown."""

    def read(self, session: Any, request: ua.ReadRequest) -> ua.ReadResponse:
        """Sort by severity."""
        response = super().read(session, request)
        unknown = [one for one in response.Results if one.StatusCode.value == status.BadNodeIdUnknown]
        if unknown and len(response.Results) > MANY:
            response.Results.sort(key=lambda one: one.StatusCode.value)
        return response


@mutant("UA-PIPELINED")
class TakesFewAtOnce(Plc):
    """Refuses requests that come while five others wait to be answered."""

    waiting = 0

    def perform(self, channel: Channel, request: Any) -> tuple[Any, Session | None]:
        """Count what comes before anything else happens."""
        if not self.waiting:
            asyncio.get_running_loop().call_soon(setattr, self, "waiting", 0)
        self.waiting += 1
        if self.waiting > AT_ONCE:
            return self.fault(status.BadInternalError), None
        return super().perform(channel, request)


@mutant("UA-SERVICE-UNKNOWN")
class TakesUnknownServicesForGarbage(Plc):
    """Says of a request of an unknown type that it cannot be read."""

    def unsupported(self, channel: Channel) -> Any:
        """Answer as if it were unreadable."""
        return self.unreadable(channel)


@mutant("UA-SERVICE-UNKNOWN-SESSION")
class EndsTheSessionOfUnknownServices(Plc):
    """Closes the sessions of a channel on which a request of an unknown type comes."""

    def unsupported(self, channel: Channel) -> Any:
        """Drop them."""
        for one in tuple(channel.sessions):
            self.drop_session(one)
        return super().unsupported(channel)
