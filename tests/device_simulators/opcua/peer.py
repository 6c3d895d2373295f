"""A client at the level of chunks, in process and on the virtual clock: sends what no good client would."""

import asyncio

from asyncua import ua

from device_simulators.opcua.plc import Plc
from testbed.protocols.opcua import (
    CLO,
    ERR,
    MSG,
    OPN,
    POLICIES,
    Acknowledge,
    ErrorMessage,
    Framer,
    Hello,
    Reassembly,
    SecureChannel,
    Status,
    decode_service,
    encode_service,
    header,
    status,
)
from testbed.wire.clock import VirtualClockLoop
from testbed.wire.pipe import join

CLOSED = "closed"
NONE = "http://opcfoundation.org/UA/SecurityPolicy#None"
URL = "opc.tcp://127.0.0.1:4840"


def plays(play):
    """Run a coroutine of a test on a virtual clock, with a fresh controller."""

    def test():
        loop = VirtualClockLoop()
        try:
            loop.run_until_complete(asyncio.wait_for(play(Plc()), 100_000))
        finally:
            loop.close()

    test.__name__ = play.__name__
    return test


class Peer(asyncio.Protocol):
    """One connection to a device."""

    def __init__(self, device):
        self.framer = Framer()
        self.inbox = []
        self.news = asyncio.Event()
        self.is_closed = False
        self.secure = SecureChannel(POLICIES[NONE], server=False)
        self.reassembly = Reassembly()
        self.request_id = 0
        self.token = ua.NodeId()
        self.session = None
        join(self, device.serve()(), client_port=50000, server_port=4840)

    def connection_made(self, transport):
        self.transport = transport

    def connection_lost(self, exc):  # noqa: ARG002 - as asyncio has it
        self.is_closed = True
        self.news.set()

    def data_received(self, data):
        self.inbox += self.framer.feed(data)
        self.news.set()

    def eof_received(self):
        self.is_closed = True
        self.news.set()

    def send(self, *frames):
        self.transport.write(b"".join(frames))

    async def frame(self, within=2.0):
        """The next frame, CLOSED, or None where none comes in time."""
        try:
            async with asyncio.timeout(within):
                while not self.inbox and not self.is_closed:
                    self.news.clear()
                    await self.news.wait()
        except TimeoutError:
            return None
        return self.inbox.pop(0) if self.inbox else CLOSED

    async def answer(self, within=2.0):
        """The next message: a structure, the Status of an Error message, CLOSED, or None."""
        while True:
            frame = await self.frame(within)
            if frame in {None, CLOSED}:
                return frame
            kind = header(frame).type
            if kind == ERR:
                return Status(ErrorMessage.decode(frame).status)
            if kind == b"ACK":
                return Acknowledge.decode(frame)
            chunk = self.secure.open(frame)
            body = self.reassembly.add(chunk)
            if body is not None:
                self.chunk = chunk
                return decode_service(body)

    async def hello(self, **fields):
        self.send(Hello(**{"url": URL} | fields).encode())
        return await self.answer()

    def open_request(self, kind=0, mode=1, lifetime=60_000, version=0):
        request = ua.OpenSecureChannelRequest()
        asked = request.Parameters
        asked.ClientProtocolVersion = version
        asked.RequestType = ua.SecurityTokenRequestType(kind)
        asked.SecurityMode = ua.MessageSecurityMode(mode)
        asked.RequestedLifetime = lifetime
        return request

    async def open(self, *, chunk=None, channel_id=None, policy_uri=None, **fields):
        frames = self.sealed(
            self.open_request(**fields), type=OPN, chunk=chunk, channel_id=channel_id, policy_uri=policy_uri
        )
        self.send(*frames)
        answer = await self.answer()
        if isinstance(answer, ua.OpenSecureChannelResponse):
            given = answer.Parameters.SecurityToken
            self.secure.install(given.ChannelId, given.TokenId, b"", answer.Parameters.ServerNonce or b"")
        return answer

    def sealed(self, request, *, type=MSG, **fields):  # noqa: A002
        self.request_id += 1
        body = request if isinstance(request, bytes) else encode_service(request)
        return self.secure.seal(body, self.request_id, type=type, **fields)

    async def ask(self, request, **fields):
        if not isinstance(request, bytes):
            request.RequestHeader.AuthenticationToken = self.token
            request.RequestHeader.RequestHandle = 77
        self.send(*self.sealed(request, **fields))
        return await self.answer()

    async def create(self, **fields):
        request = ua.CreateSessionRequest()
        asked = request.Parameters
        asked.EndpointUrl, asked.SessionName, asked.ClientNonce = URL, "test", bytes(32)
        asked.RequestedSessionTimeout = 60_000.0
        for name, value in fields.items():
            setattr(asked, name, value)
        response = await self.ask(request)
        if isinstance(response, ua.CreateSessionResponse):
            self.session = response.Parameters
            self.token = self.session.AuthenticationToken
        return response

    async def activate(self, token=None, **fields):
        request = ua.ActivateSessionRequest()
        if token is not None:
            request.Parameters.UserIdentityToken = token
        for name, value in fields.items():
            setattr(request.Parameters, name, value)
        return await self.ask(request)

    async def read(self, *nodes, **fields):
        request = ua.ReadRequest()
        request.Parameters.NodesToRead = [
            ua.ReadValueId(node, ua.AttributeIds.Value) for node in nodes or (STATE,)
        ]
        return await self.ask(request, **fields)

    async def close_session(self):
        return await self.ask(ua.CloseSessionRequest())

    def close_channel(self):
        self.send(*self.sealed(ua.CloseSecureChannelRequest(), type=CLO))


STATE = ua.NodeId(ua.ObjectIds.Server_ServerStatus_State)


async def channel(device, **fields):
    """A peer with an open channel."""
    peer = Peer(device)
    assert isinstance(await peer.hello(**fields), Acknowledge)
    assert isinstance(await peer.open(), ua.OpenSecureChannelResponse)
    return peer


async def session(device, **fields):
    """A peer with an active session."""
    peer = await channel(device)
    assert isinstance(await peer.create(**fields), ua.CreateSessionResponse)
    assert isinstance(await peer.activate(), ua.ActivateSessionResponse)
    return peer


def said(answer):
    """The status of an answer of any kind."""
    if isinstance(answer, Status | str) or answer is None:
        return answer
    if isinstance(answer, Acknowledge):
        return status.Good
    return Status(answer.ResponseHeader.ServiceResult.value)
