"""The Session service set as methods of a client.

OPC 10000-4 1.05.04, 5.7. A session that was created well is used from then on.
"""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

from asyncua import ua

from testbed.model.base import Text
from testbed.testers.opcua.identity import Signing
from testbed.testers.opcua.reply import Reply
from testbed.testers.opcua.requests import NULL_NODE
from testbed.testers.opcua.speaking import Speaking
from testbed.testers.trouble import NotTestable, Undecided

SESSION_TIMEOUT = 60_000.0
"""Milliseconds for which a session is asked for (assumed; a case takes seconds)."""
LATE_BY = 5.0
"""Seconds by which a server may close an idle session late (assumed; node-opcua looks at times)."""
LONGEST_IDLE = 20.0
"""Seconds for which a case lets a session be idle (assumed)."""
_NONCE = 32
"""Bytes of a client nonce (10000-4, 5.7.2.2: at least as many)."""


class SessionServices(Speaking):
    """A client that keeps a session."""

    created: Reply | None = None
    """The answer to CreateSession, of the session in use."""
    is_activated = False
    server_nonce: bytes | None = None
    """The nonce of the last ActivateSession."""

    @property
    def application_uris(self) -> frozenset[str]:
        """What the server calls itself in the endpoints of its CreateSession response."""
        parameters = self.created.parameters if self.created is not None else None
        endpoints = getattr(parameters, "ServerEndpoints", None) or ()
        return frozenset(one.Server.ApplicationUri for one in endpoints if one.Server.ApplicationUri)

    @property
    def session_id(self) -> ua.NodeId:
        """The id of the session in use, which its diagnostics are found by."""
        parameters = self.created.parameters if self.created is not None else None
        return getattr(parameters, "SessionId", NULL_NODE)

    async def create_session(self, timeout: float = SESSION_TIMEOUT, **fields: Any) -> Reply:  # noqa: ASYNC109 - the session's
        """Create a session and, where that is good, use its authentication token from now on (5.7.2).

        Args:
            timeout: requested, in milliseconds.
            fields: of the request's parameters, by the standard's names, instead of good ones.
        """
        request, signing = ua.CreateSessionRequest(), Signing(self.channel)
        usual: dict[str, Any] = {
            "ClientDescription": signing.description(),
            "ServerUri": None,
            "EndpointUrl": self.url,
            "SessionName": f"testbed {self._guard.random.getrandbits(32):08x}",
            "ClientNonce": secrets.token_bytes(_NONCE),  # of no seed: a repetition has another one
            "ClientCertificate": signing.certificate,
            "RequestedSessionTimeout": timeout,
            "MaxResponseMessageSize": 0,
        }
        for name, value in (usual | fields).items():
            setattr(request.Parameters, name, value)
        reply = await self.ask(request, token=NULL_NODE)
        if reply.response is not None and reply.status.is_good:
            self.authentication_token = reply.parameters.AuthenticationToken
            self.created = reply
            self.is_activated, self.server_nonce = False, None
        return reply

    async def activate_session(
        self,
        token: ua.NodeId | None = None,
        *,
        identity: Any = None,
        created: Reply | None = None,
        **fields: Any,
    ) -> Reply:
        """Activate a session as the declared user, or with another identity (5.7.3).

        Args:
            token: authentication token; that of the session in use where none is named.
            identity: an identity token of asyncua's, or a Proof; the declared user's where none is named.
            created: the answer to CreateSession of that session, where it is another client's.
            fields: of the request's parameters, by the standard's names, instead of good ones.
        """
        created = created or self.created
        request, signing = ua.ActivateSessionRequest(), Signing(self.channel)
        parameters = created.parameters if created is not None else None
        nonce = self.server_nonce or (parameters.ServerNonce if parameters is not None else b"")
        user = self._guard.identity(parameters, nonce, self.channel) if identity is None else identity
        token_of_user, proof = (
            user(self.channel, parameters, nonce) if callable(user) else (user, ua.SignatureData())
        )
        usual = {
            "ClientSignature": signing.client_signature(parameters, nonce),
            "ClientSoftwareCertificates": [],
            "LocaleIds": ["en"],
            "UserIdentityToken": token_of_user,
            "UserTokenSignature": proof,
        }
        for name, value in (usual | fields).items():
            setattr(request.Parameters, name, value)
        reply = await self.ask(request, token=token)
        if reply.response is not None and reply.status.is_good:
            self.is_activated, self.server_nonce = True, reply.parameters.ServerNonce
        return reply

    async def close_session(
        self, *, delete_subscriptions: bool = True, token: ua.NodeId | None = None
    ) -> Reply:
        """Close the session (5.7.4); the authentication token is used on, as a bad client would."""
        request = ua.CloseSessionRequest()
        request.DeleteSubscriptions = delete_subscriptions
        reply = await self.ask(request, token=token)
        if reply.status.is_good and token is None:
            self.is_activated, self.created = False, None
        return reply

    def resume(self, created: Reply) -> None:
        """Use an earlier session of this client's again, which was created with this answer and activated."""
        self.authentication_token = created.parameters.AuthenticationToken
        self.created, self.is_activated = created, True

    async def take_over(self, other: SessionServices, **fields: Any) -> Reply:
        """Activate the session of another client here, and use it from now on (5.7.3.1).

        Args:
            other: whose session it was.
            fields: what `activate_session` takes.
        """
        self.authentication_token, self.created = other.authentication_token, other.created
        self.server_nonce = other.server_nonce
        return await self.activate_session(**fields)

    async def outlast(self, share: float = 1.0) -> None:
        """Let the session be idle for some part of its timeout; the whole of it is outlasted for sure.

        Raises:
            NotTestable: that takes too long.
            Undecided: the bed came back only when a timeout that was to go on had passed.
        """
        seconds = share * self.created.session_timeout / 1000 if self.created is not None else 0.0
        if share >= 1:
            seconds += LATE_BY
        if seconds > LONGEST_IDLE:
            raise NotTestable(
                Text(
                    en=f"the server keeps an idle session for more than {LONGEST_IDLE:g} s",
                    ko=f"서버가 유휴 세션을 {LONGEST_IDLE:g}초 넘게 유지함",
                )
            )
        clock = asyncio.get_running_loop().time
        began = clock()
        await self.is_closed(seconds)
        if share < 1 and share * (clock() - began) >= seconds > 0:
            raise Undecided(
                Text(
                    en="the tester was late: the session's timeout had passed",
                    ko="시험기가 늦어 세션 시간 제한이 지남",
                )
            )

    async def cancel(self, handle: int) -> Reply:
        """Cancel the outstanding requests of a handle (5.7.5)."""
        request = ua.CancelRequest()
        request.Parameters.RequestHandle = handle
        return await self.ask(request)
