"""Mutants of how sessions end, and of how many there may be (OPC 10000-4 1.05.04, 5.7.2, 5.7.4, 5.7.5)."""

import asyncio

from asyncua import ua

from device_simulators.opcua.channel_rules import Channel
from device_simulators.opcua.connection import ServerConnection
from device_simulators.opcua.errors import Refused
from device_simulators.opcua.mutants.registry import mutant
from device_simulators.opcua.plc import Plc
from device_simulators.opcua.session_rules import Session
from testbed.protocols.opcua import status

SHORT = 5.5
"""Seconds up to which a time-out is one that a case waits for."""


@mutant("UA-SESSION-SAME-CHANNEL")
class ClosesAllSessionsOfAChannel(Plc):
    """Closes all sessions of a channel with one of them."""

    def close_session(self, channel: Channel, request: ua.CloseSessionRequest) -> ua.CloseSessionResponse:
        """Drop the others too."""
        response = super().close_session(channel, request)
        for one in tuple(channel.sessions):
            self.drop_session(one)
        return response


@mutant("UA-SESSION-PARALLEL")
class ServesLessThanDeclared(Plc):
    """Serves one session less than it declares."""

    MAX_SESSIONS = 15


@mutant("UA-SESSION-TOO-MANY")
class RunsOutOfMemory(Plc):
    """Says of one session too many that there is no memory for it."""

    def make_room_for_session(self) -> None:
        """Give another reason."""
        try:
            super().make_room_for_session()
        except Refused:
            raise Refused(status.BadOutOfMemory) from None


@mutant("UA-SESSION-EVICTS-UNACTIVATED")
class KeepsWhatIsNotActivated(Plc):
    """Keeps sessions that nobody activates where there is no room for another."""

    def make_room_for_session(self) -> None:
        """Refuse whoever comes."""
        if len(self.sessions) >= self.MAX_SESSIONS:
            raise Refused(status.BadTooManySessions)


@mutant("UA-SESSION-SLOT-FREED")
class CountsClosedSessions(Plc):
    """Has no room for a session in the second after the last of all places was freed."""

    freed = False

    def close_session(self, channel: Channel, request: ua.CloseSessionRequest) -> ua.CloseSessionResponse:
        """Keep the place for a while."""
        self.freed = len(self.sessions) >= self.MAX_SESSIONS - 1
        asyncio.get_running_loop().call_later(1.0, setattr, self, "freed", False)  # noqa: FBT003 - an attribute
        return super().close_session(channel, request)

    def make_room_for_session(self) -> None:
        """Count the place."""
        if self.freed and len(self.sessions) >= self.MAX_SESSIONS - 2:
            raise Refused(status.BadTooManySessions)
        super().make_room_for_session()


@mutant("UA-SESSION-EXPIRES", "UA-SESSION-EXPIRED-ACTIVATE")
class ForgetsToClose(Plc):
    """Closes no session that times out while its connection is open."""

    def look_at(self, session: Session) -> None:
        """Look on."""
        if session.channel.line.ended:
            super().look_at(session)
        else:
            self.touch(session)
            self.watch(session)


@mutant("UA-SESSION-EXPIRED-ACTIVATE")
class WakesTheDead(Plc):
    """Activates a session anew that has timed out."""

    def look_at(self, session: Session) -> None:
        """Let a session sleep."""
        expires = asyncio.get_running_loop().time() >= session.used + session.timeout
        if expires and session.is_active and session.timeout < SHORT:
            session.is_active = False
            session.timeout = 10 * SHORT
            self.watch(session)
        else:
            super().look_at(session)

    def check_activated(self, session: Session) -> None:
        """Say that a session that sleeps is none."""
        if not session.is_active and session.timeout == 10 * SHORT:
            raise Refused(status.BadSessionIdInvalid)
        super().check_activated(session)


@mutant("UA-SESSION-EXPIRY-KEEPS-CHANNEL")
class HangsUp(Plc):
    """Closes the connection of a session that times out."""

    def drop_session(self, session: Session) -> None:
        """Close more than the session."""
        super().drop_session(session)
        if session.is_active and asyncio.get_running_loop().time() >= session.used + session.timeout:
            session.channel.line.end(self.LINGER)


@mutant("UA-SESSION-ACTIVITY-EXTENDS")
class CountsFromTheActivation(Plc):
    """Closes a session when its timeout is over, however often it was used meanwhile."""

    def touch(self, session: Session) -> None:
        """Begin the timeout with the first request only."""
        if not session.is_active or session.timeout > SHORT:
            super().touch(session)


@mutant("UA-SESSION-CLOSE-UNACTIVATED")
class ClosesActiveSessionsOnly(Plc):
    """Refuses to close a session that is not activated."""

    def close_session(self, channel: Channel, request: ua.CloseSessionRequest) -> ua.CloseSessionResponse:
        """Ask for the activation."""
        session = self.find_session(request.RequestHeader.AuthenticationToken)
        if not session.is_active and session.channel is channel:
            self.abort_session(session)
            raise Refused(status.BadSessionNotActivated)
        return super().close_session(channel, request)


@mutant("UA-SESSION-CLOSE-FIRST-CHANNEL")
class ClosesForAnybody(Plc):
    """Closes a session from whatever channel."""

    def close_session(self, channel: Channel, request: ua.CloseSessionRequest) -> ua.CloseSessionResponse:
        """Ask for the token only."""
        session = self.find_session(request.RequestHeader.AuthenticationToken)
        return super().close_session(channel if session.is_active else session.channel, request)


@mutant("UA-SESSION-CLOSED", "UA-SESSION-SLOT-FREED", "UA-INFO-COUNTS-SESSIONS")
class ClosesLate(Plc):
    """Serves a session after it was closed, as long as its connection lasts."""

    def __init__(self) -> None:
        super().__init__()
        self.closed: set[Session] = set()

    def close_session(self, channel: Channel, request: ua.CloseSessionRequest) -> ua.CloseSessionResponse:
        """Say that it is closed before it is."""
        session = self.find_session(request.RequestHeader.AuthenticationToken)
        if not session.is_active:
            return super().close_session(channel, request)
        self.check_channel(session, channel)
        self.closed.add(session)
        return ua.CloseSessionResponse()

    def leave(self, line: ServerConnection) -> None:
        """Close what should be closed by now."""
        for one in tuple(line.channel.sessions & self.closed if line.channel is not None else ()):
            self.drop_session(one)
        super().leave(line)


@mutant("UA-SESSION-CLOSE-UNKNOWN")
class ClosesWhatIsNotThere(Plc):
    """Says that it has closed a session that never was."""

    def close_session(self, channel: Channel, request: ua.CloseSessionRequest) -> ua.CloseSessionResponse:
        """Answer as if it were closed."""
        identifier = request.RequestHeader.AuthenticationToken.Identifier
        if isinstance(identifier, bytes) and identifier.startswith(b"testbed"):
            return ua.CloseSessionResponse()
        return super().close_session(channel, request)


@mutant("UA-CANCEL-NOTHING")
class CancelsWhatIsNotThere(Plc):
    """Counts a cancelled request where none was outstanding."""

    def cancel(self, session: Session, request: ua.CancelRequest) -> ua.CancelResponse:
        """Count one."""
        response = super().cancel(session, request)
        response.Parameters.CancelCount = 1
        return response
